"""Views laid out for a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.style import Style
from rich.table import Table
from rich.text import Text as Styled

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
    Spans,
    Strong,
    Text,
    View,
)
from bot.text import visible

WIDEST = 100  # longer lines are hard to read
GAP = "  "  # between buttons
BAR_WIDTH = 20  # columns of the bar of whatever has most votes
_VOTES = re.compile(r"▲ ([\d,]+)|([\d,]+) votes?\b")


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
    most = max(map(_votes, view.blocks), default=0)
    parts: list[RenderableType] = (
        [Styled(visible(view.title), "bold underline")] if view.title else []
    )
    parts += [_block(block, numbers, most) for block in view.blocks]
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in parts))


def _block(block: Block, numbers: Iterator[int], most: int) -> RenderableType:
    match block:
        case Text(spans, quiet):
            return _styled(spans, "dim" if quiet else "")
        case Item():
            return _item(block, numbers, most)
        case Picture(url, alt):
            return _styled((Link(alt or url, url),))
        case Buttons(buttons):
            return _pressable(buttons, numbers)
        case Field(label, begun):
            return _styled((f"{label}: type ", Code(f"{begun} …")))
        case _:
            assert_never(block)


def _item(item: Item, numbers: Iterator[int], most: int) -> RenderableType:
    number = f"{item.number}. " if item.number else ""
    lines: list[RenderableType] = [_line(spans, most) for spans in item.lines]
    if item.buttons:
        lines.append(_pressable(item.buttons, numbers))
    head = _hanging(Styled(number), _styled(item.title, "bold"))
    return Group(head, *(Padding(line, (0, 0, 0, len(number) or 2)) for line in lines))


def _line(spans: Spans, most: int) -> RenderableType:
    """Lay out a line of an item: a term hangs out before its text, votes have a bar behind them."""
    match spans:
        case (Code() | Strong() as term, str(text), *rest) if text.startswith("  "):
            return _hanging(_styled((term, "  ")), _styled((text.strip(), *rest)))
        case (str(first), *_) if most and (votes := _votes_of(first)) is not None:
            bar = "■" * max(1, round(BAR_WIDTH * votes / most)) if votes else ""
            return _styled(spans) + Styled(f"  {bar}" if bar else "", "yellow")
        case _:
            return _styled(spans)


def _hanging(before: Styled, text: Styled) -> RenderableType:
    """Put text behind other text, so that its further lines stand under it."""
    if not before.plain:
        return text
    grid = Table.grid()
    grid.add_column(width=before.cell_len, no_wrap=True)
    grid.add_column(ratio=1)
    grid.add_row(before, text)
    return grid


def _votes(block: Block) -> int:
    """Return the votes that one of several papers has."""
    lines = block.lines if isinstance(block, Item) and block.number else ()
    found = [_votes_of(spans[0]) for spans in lines if spans and isinstance(spans[0], str)]
    return max((votes for votes in found if votes is not None), default=0)


def _votes_of(text: str) -> int | None:
    votes = _VOTES.match(text)
    return int((votes[1] or votes[2]).replace(",", "")) if votes else None


def _styled(spans: Spans, style: str = "") -> Styled:
    text = Styled(style=style)
    for span in spans:
        match span:
            case str() | Moment():
                text.append(visible(span if isinstance(span, str) else span.text))
            case Strong(words):
                text.append(visible(words), "bold")
            case Code(words):
                text.append(visible(words), "cyan")
            case Link(words, url):
                text.append(visible(words), Style(color="blue", link=visible(url)))
            case _:
                assert_never(span)
    return text


def _pressable(buttons: tuple[Button, ...], numbers: Iterator[int]) -> RenderableType:
    return _Row(
        [
            Styled.assemble((f"[{next(numbers)}]", "green"), f" {visible(button.label)}")
            for button in buttons
        ]
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """Texts beside each other, as many in a line as fit whole."""

    texts: Sequence[Styled]

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines."""
        line = Styled()
        for text in self.texts:
            if line.plain and line.cell_len + len(GAP) + text.cell_len > options.max_width:
                yield line
                line = Styled()
            line = line + GAP + text if line.plain else text
        yield line
