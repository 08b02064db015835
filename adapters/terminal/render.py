"""Views laid out for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.style import Style
from rich.text import Text as Styled

from bot.chat.views import (
    Block,
    Button,
    Buttons,
    Code,
    Field,
    Item,
    Link,
    Picture,
    Spans,
    Strong,
    Text,
    View,
)
from bot.text import visible

WIDEST = 100  # longer lines are hard to read


def draw(view: View) -> None:
    """Print a view for a person to look at."""
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(render(view), width=min(console.width, WIDEST))


def draw_heading(sentence: str) -> None:
    """Print what stands between views."""
    Console(highlight=False).print(Styled(f"{visible(sentence)}\n", "bold magenta"))


def render(view: View) -> RenderableType:
    """Lay a view out for a terminal, its buttons numbered in the order of `view.buttons`."""
    numbers = iter(range(1, len(view.buttons) + 1))
    parts: list[RenderableType] = (
        [Styled(visible(view.title), "bold underline")] if view.title else []
    )
    parts += [_block(block, numbers) for block in view.blocks]
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in parts))


def _block(block: Block, numbers: Iterator[int]) -> RenderableType:
    match block:
        case Text(spans, quiet):
            return _styled(spans, "dim" if quiet else "")
        case Item():
            return _item(block, numbers)
        case Picture(url, alt):
            return _styled((Link(alt or url, url),))
        case Buttons(buttons):
            return _pressable(buttons, numbers)
        case Field(label, begun):
            return _styled((f"{label}: type ", Code(f"{begun} …")))
        case _:
            assert_never(block)


def _item(item: Item, numbers: Iterator[int]) -> RenderableType:
    number = f"{item.number}. " if item.number else ""
    lines = [_styled(spans) for spans in item.lines]
    if item.buttons:
        lines.append(_pressable(item.buttons, numbers))
    head = Styled(number) + _styled(item.title, "bold")
    return Group(head, *(Padding(line, (0, 0, 0, len(number) or 2)) for line in lines))


def _styled(spans: Spans, style: str = "") -> Styled:
    text = Styled(style=style)
    for span in spans:
        match span:
            case str():
                text.append(visible(span))
            case Strong(words):
                text.append(visible(words), "bold")
            case Code(words):
                text.append(visible(words), "cyan")
            case Link(words, url):
                text.append(visible(words), Style(color="blue", link=visible(url)))
            case _:
                assert_never(span)
    return text


def _pressable(buttons: tuple[Button, ...], numbers: Iterator[int]) -> Styled:
    labels = (
        Styled.assemble((f"[{next(numbers)}]", "green"), f" {visible(button.label)}")
        for button in buttons
    )
    return Styled("  ").join(labels)
