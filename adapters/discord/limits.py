"""Lines of a message within 4,000 characters: long ones are cut, left-out ones are counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.discord.markup import cut, markdown
from bot.chat.views import Spans
from bot.text import count

MAX_MESSAGE_TEXT = 4000  # characters of all texts in a message, Markdown included
MIN_LINE_TEXT = 40  # characters of a line: cut to less, it says nothing
REMARK_TEXT = 60  # characters, more than the remark about left-out lines has


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its spans, and the Markdown that makes it a title or small print."""

    spans: Spans
    prefix: str = ""

    def write(self, max_text: int) -> str:
        """Write the line with at most `max_text` characters of text; "" if nothing is visible."""
        text = markdown(cut(self.spans, max_text))
        return f"{self.prefix}{text}" if text else ""


def fit_lines(lines: Sequence[Line], room: int = MAX_MESSAGE_TEXT) -> tuple[list[str], str]:
    """Write the lines within `room` characters.

    Returns them in order, left-out ones as "", and a remark on how many were left out, or "".
    """
    whole = [line.write(MAX_MESSAGE_TEXT) for line in lines]
    if _length(whole) <= room:
        return whole, ""
    longest = _max_line_text(lines, room)
    if longest >= MIN_LINE_TEXT:
        return [line.write(longest) for line in lines], ""
    return _first_lines([line.write(MIN_LINE_TEXT) for line in lines], room)


def _max_line_text(lines: Sequence[Line], room: int) -> int:
    """Return the most characters that every line may have so that all of them have room."""
    low, high = 0, MAX_MESSAGE_TEXT
    while low < high:
        middle = (low + high + 1) // 2
        if _length([line.write(middle) for line in lines]) <= room:
            low = middle
        else:
            high = middle - 1
    return low


def _first_lines(written: list[str], room: int) -> tuple[list[str], str]:
    """Return the first lines that have room, and a remark that counts the others."""
    kept = len(written)
    while kept and _length(written[:kept]) > room - REMARK_TEXT:
        kept -= 1
    left_out = count(sum(map(bool, written[kept:])), "more line")
    remark = f"-# … and {left_out} that don't fit in a message."
    return written[:kept] + [""] * (len(written) - kept), remark


def _length(written: Sequence[str]) -> int:
    return sum(len(text) + 1 for text in written if text)
