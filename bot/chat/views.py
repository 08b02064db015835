"""What the bot says: a few blocks over a few spans, rendered by each adapter in its platform's way.

A plain `str` is always literal text. A button is a command line that can be pressed; where nothing
can be pressed it is text to type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Literal, TypeAlias, assert_never

from bot.text import visible


@dataclass(frozen=True, slots=True)
class Strong:
    """Text that stands out."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Text to be typed or copied as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """Text that leads to an http(s) address."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, which platforms show by each reader's clock if they can, else as `text`."""

    text: str
    at: datetime


Span: TypeAlias = str | Strong | Code | Link | Moment
Spans: TypeAlias = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Button:
    """A command line that can be pressed; if it `turns`, its answer replaces what is shown."""

    label: str
    line: str
    turns: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `quiet` if it is only a remark."""

    spans: Spans
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One thing among others: a title, lines about it, what can be done with it.

    `number` is its place in the list, counted from 1. `paper` is the id of the paper that it shows,
    so that a reaction to it finds the paper. `picture` is the address of a small picture at its
    side.
    """

    title: Spans
    lines: tuple[Spans, ...] = ()
    buttons: tuple[Button, ...] = ()
    number: int | None = None
    paper: str | None = None
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of its own, with words for those who cannot see it."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Buttons:
    """A row of buttons that belong to the whole view."""

    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A place to type the rest of the command line that begins with `line`."""

    label: str
    line: str


Block: TypeAlias = Text | Item | Picture | Buttons | Field


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with an answer, only to the person who asked."""

    name: str
    content: str


class Outcome(Enum):
    """How a command ended."""

    DONE = "done"
    NOTHING = "nothing"  # understood, but there is nothing to show
    REFUSED = "refused"  # not understood or not allowed
    FAILED = "failed"  # something that it needs did not work


Arrangement: TypeAlias = Literal["list", "cards", "row"]


@dataclass(frozen=True, slots=True)
class View:
    """One answer.

    `data` is the same answer for programs, as JSON values. `becomes` replaces the button that led
    here, where only the person who pressed it sees it: Save is then Saved. `reactions` are those
    that the bot puts under the message itself. `file` goes with it. A REFUSED view can be about one
    `argument`, whose input in a form shows it. Its papers are best `arranged` one under the other,
    as cards, or side by side. The line `undo` takes back what was changed, "" where nothing was.
    A message for a whole place can `ping` a role, by its id, and `publish` itself to followers.
    """

    blocks: tuple[Block, ...]
    title: str = ""
    outcome: Outcome = Outcome.DONE
    data: Mapping[str, object] | None = None
    becomes: Button | None = None
    reactions: tuple[str, ...] = ()
    file: Attachment | None = None
    argument: str = ""
    arranged: Arrangement = "list"
    undo: str = ""
    ping: str = ""
    publish: bool = False

    @property
    def papers(self) -> tuple[str, ...]:
        """The ids of the papers shown, in order."""
        return tuple(
            block.paper for block in self.blocks if isinstance(block, Item) and block.paper
        )

    @property
    def numbered_papers(self) -> tuple[str, ...]:
        """The ids of the papers shown, each in the place that its number says, "" in others.

        Papers without numbers are in order.
        """
        items = [one for one in self.blocks if isinstance(one, Item) and one.paper]
        by_number = {one.number: one.paper or "" for one in items if one.number}
        if len(by_number) < len(items):  # some have no number, or the same
            return self.papers
        return tuple(by_number.get(n, "") for n in range(1, max(by_number, default=0) + 1))

    @property
    def buttons(self) -> tuple[Button, ...]:
        """All buttons, in the order in which they are shown."""
        return tuple(
            button
            for block in self.blocks
            if isinstance(block, Item | Buttons)
            for button in block.buttons
        )


def line(*spans: Span) -> Text:
    """Make a paragraph of spans."""
    return Text(spans)


def note(*spans: Span) -> Text:
    """Make a quiet remark of spans."""
    return Text(spans, quiet=True)


def with_lines(view: View, lines: Mapping[str, str]) -> View:
    """Return a view whose buttons have other lines, as far as `lines` names them."""

    def changed(buttons: tuple[Button, ...]) -> tuple[Button, ...]:
        return tuple(
            replace(button, line=lines.get(button.line, button.line)) for button in buttons
        )

    blocks = (
        replace(block, buttons=changed(block.buttons))
        if isinstance(block, Item | Buttons)
        else block
        for block in view.blocks
    )
    return replace(view, blocks=tuple(blocks))


def without_buttons(view: View) -> View:
    """Return a view for where nothing is pressed: only buttons that are all it has are left."""
    is_choice = view.outcome is Outcome.NOTHING and not any(
        isinstance(block, Item) for block in view.blocks
    )
    blocks = (
        replace(block, buttons=()) if isinstance(block, Item) else block
        for block in view.blocks
        if is_choice or not isinstance(block, Buttons | Field)
    )
    return replace(view, blocks=tuple(blocks))


def plain(view: View) -> str:
    """Render a view as plain text: the reference for every adapter, and what a pipe gets."""
    parts = ["\n".join(map(visible, _plain_block(block))) for block in view.blocks]
    return "\n\n".join([visible(view.title), *parts] if view.title else parts)


def plain_spans(spans: Spans) -> str:
    """Render spans as plain text, with the address of each link unless it is its text."""
    return "".join(map(_plain_span, spans))


def _plain_span(span: Span) -> str:
    match span:
        case str():
            return span
        case Strong(text) | Code(text) | Moment(text):
            return text
        case Link(text, url):
            return text if text == url else f"{text} ({url})"
        case _:
            assert_never(span)


def _plain_block(block: Block) -> Iterator[str]:
    match block:
        case Text(spans):
            yield plain_spans(spans)
        case Item():
            number = f"{block.number}. " if block.number else ""
            yield number + plain_spans(block.title)
            indent = " " * len(number)
            for spans in block.lines:
                yield indent + plain_spans(spans)
            for button in block.buttons:
                yield indent + _plain_button(button)
        case Picture(url, alt):
            yield f"{alt} ({url})" if alt else url
        case Buttons(buttons):
            yield from map(_plain_button, buttons)
        case Field(label, begun):
            yield f"→ {label}: {begun} …"
        case _:
            assert_never(block)


def _plain_button(button: Button) -> str:
    return f"→ {button.label}: {button.line}"
