"""A view in parts: what is longer than one message of a platform becomes several."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias, assert_never

from bot.chat.views import (
    Block,
    Button,
    Buttons,
    Code,
    Field,
    Item,
    Link,
    Moment,
    Picture,
    Span,
    Spans,
    Strong,
    Text,
    View,
)

Fits: TypeAlias = Callable[[View], bool]

CONTINUED = " (continued)"


def split(view: View, fits: Fits) -> tuple[View, ...]:
    """Return the view in parts of which each `fits`, in order, with nothing left out.

    The first part has the title and the data, the last the reactions and the file. A block that
    does not fit alone is split between its lines, buttons or words. One that cannot be split is a
    part of its own, too long as it is.
    """
    if fits(view):
        return (view,)
    parts: list[View] = []
    part = replace(view, blocks=(), reactions=(), file=None)
    waiting = list(view.blocks)
    while waiting:
        block = waiting.pop(0)
        longer = replace(part, blocks=(*part.blocks, block))
        if fits(longer):
            part = longer
        elif not fits(View((block,))) and (halves := _halves(block)):
            waiting[:0] = halves
        elif part.blocks or part.title:
            parts.append(part)
            part = View((), outcome=view.outcome, arranged=view.arranged)
            waiting.insert(0, block)
        else:
            parts.append(longer)
    parts += [part] if part.blocks or part.title else []
    return (*parts[:-1], replace(parts[-1], reactions=view.reactions, file=view.file))


def _halves(block: Block) -> tuple[Block, ...]:
    """Return a block as two, () if it cannot be split."""
    match block:
        case Text(spans, quiet):
            return tuple(Text(half, quiet) for half in _halve_spans(spans))
        case Item():
            return _halve_item(block)
        case Buttons(buttons) if len(buttons) > 1:
            middle = len(buttons) // 2
            return Buttons(buttons[:middle]), Buttons(buttons[middle:])
        case Picture() | Buttons() | Field():
            return ()
        case _:
            assert_never(block)


def _halve_item(item: Item) -> tuple[Item, ...]:
    """Split an item between its lines, else its buttons, else within its only line."""
    lines, buttons = item.lines, item.buttons
    halves: tuple[tuple[tuple[Spans, ...], tuple[Button, ...]], ...]
    if len(lines) > 1:
        middle = len(lines) // 2
        halves = (lines[:middle], ()), (lines[middle:], buttons)
    elif lines and (halved := _halve_spans(lines[0])):
        halves = (halved[:1], ()), (halved[1:], buttons)
    elif len(buttons) > 1:
        middle = len(buttons) // 2
        halves = (lines, buttons[:middle]), ((), buttons[middle:])
    else:
        return ()
    (above, first), (below, second) = halves
    title = item.title if item.title[-1:] == (CONTINUED,) else (*item.title, CONTINUED)
    return replace(item, lines=above, buttons=first), Item(title, below, second)


def _halve_spans(spans: Spans) -> tuple[Spans, ...]:
    """Split spans between two of them, or the only one between two words."""
    if len(spans) > 1:
        middle = len(spans) // 2
        return spans[:middle], spans[middle:]
    return tuple((half,) for span in spans for half in _halve_span(span))


def _halve_span(span: Span) -> tuple[Span, ...]:
    match span:
        case str():
            return _halve_text(span)
        case Strong(text):
            return tuple(map(Strong, _halve_text(text)))
        case Code(text):
            return tuple(map(Code, _halve_text(text)))
        case Link(text, url):
            return tuple(Link(half, url) for half in _halve_text(text))
        case Moment():
            return ()
        case _:
            assert_never(span)


def _halve_text(text: str) -> tuple[str, ...]:
    """Split a text at the space before its middle, else in the middle; () for one character."""
    middle = len(text) // 2
    at = text.rfind(" ", 1, middle + 1)
    at = at if at > 0 else middle
    return (text[:at], text[at:]) if at else ()
