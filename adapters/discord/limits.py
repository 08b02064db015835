"""The lines of a message within 4,000 characters: the longest are shortened, and what is left out is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.discord.markup import cut, markdown
from bot.chat.views import Spans
from bot.text import count

MOST_TEXT = 4000  # characters of all texts in a message, Markdown included
SHORTEST = 40  # characters that a line keeps: with less it says nothing


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the Markdown that makes it a title or small print, and what it says."""

    spans: Spans
    prefix: str = ""

    def write(self, most: int) -> str:
        """Write it with at most so many characters of what it says; "" where there is nothing to see."""
        said = markdown(cut(self.spans, most))
        return f"{self.prefix}{said}" if said else ""


def fitted(lines: Sequence[Line], room: int = MOST_TEXT) -> tuple[list[str], str]:
    """Write the lines within `room` characters, and a remark on how many had no room, or ""."""
    if _length(whole := [line.write(MOST_TEXT) for line in lines]) <= room:
        return whole, ""
    low, high = 0, MOST_TEXT  # find the most characters that every line may have
    while low < high:
        middle = (low + high + 1) // 2
        if _length([line.write(middle) for line in lines]) <= room:
            low = middle
        else:
            high = middle - 1
    if low >= SHORTEST:
        return [line.write(low) for line in lines], ""
    return _first([line.write(SHORTEST) for line in lines], room)


def _first(written: list[str], room: int) -> tuple[list[str], str]:
    kept = len(written)
    while kept and _length(written[:kept]) > room - 60:  # the remark has less than 60
        kept -= 1
    remark = f"-# … and {count(sum(map(bool, written[kept:])), 'more line')} that no message has room for."
    return written[:kept] + [""] * (len(written) - kept), remark


def _length(written: Sequence[str]) -> int:
    return sum(len(text) + 1 for text in written if text)
