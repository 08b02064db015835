"""The sorts of arguments that commands take: how each is read and asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.chat.kinds import (
    ONE_LINE,
    Choice,
    Kind,
    Lookup,
    Number,
    Source,
    Upload,
    Where,
    Words,
    YesNo,
)
from bot.text import listed, shorten


@dataclass(frozen=True, slots=True)
class Argument:
    """How one sort of argument is read and asked for.

    `read` turns typed words into the value, given today's date; it raises ValueError, with a
    sentence where it has a better one than "… is not …". `noun` names it in sentences. `emptied` is
    what it means to leave its input in a form empty, "" where that says nothing. It is of use only
    where the argument named by `depends` has one of the values given there. `completed_by` is what
    completes it where its kind does not say that. It says in one what `parts`, the names of other
    arguments, say one by one. A `rare` one is in a form only where it is marked.
    """

    noun: str
    read: Callable[[str, date], object]
    example: str
    kind: Kind = ONE_LINE
    emptied: str = ""
    depends: tuple[str, tuple[str, ...]] | None = None
    completed_by: Source | Literal[""] = ""
    parts: tuple[str, ...] = ()
    rare: bool = False

    @property
    def suggest(self) -> Source | Literal["", "place"]:
        """What completes it; a place is completed by the platforms."""
        match self.kind:
            case Lookup(source):
                return source
            case Where():
                return "place"
            case _:
                return self.completed_by

    @property
    def bounds(self) -> tuple[int, int] | None:
        """The lowest and the highest value of a number."""
        return (self.kind.low, self.kind.high) if isinstance(self.kind, Number) else None

    @property
    def file(self) -> bool:
        """Whether it is a file, and can be given in no other way."""
        return isinstance(self.kind, Upload)

    @property
    def whole(self) -> bool:
        """Whether it is the text of a file or as long: its lines stay."""
        return self.file or (isinstance(self.kind, Words) and self.kind.pasted)

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that there are, if they are few."""
        match self.kind:
            case Choice(options):
                return tuple(value for value, _ in options)
            case YesNo():
                return ("yes", "no")
            case _:
                return ()


def number(low: int, high: int, noun: str = "a number") -> Argument:
    """Make the kind of argument that is a whole number from `low` to `high`."""

    def read(text: str, _: date) -> int:
        if not re.fullmatch(r"[+-]?\d{1,9}", text, re.ASCII) or not low <= int(text) <= high:
            raise ValueError(f"“{shorten(text, 40)}” isn’t {noun} from {low:,} to {high:,}.")
        return int(text)

    return Argument(noun, read, str(low), Number(low, high))


def choice(labels: Mapping[str, str]) -> Argument:
    """Make the kind of argument that is one of a few values; `labels` are what people read."""
    values = tuple(labels)
    return Argument(listed(values, "or"), _one_of(values), values[0], Choice(tuple(labels.items())))


def _one_of(choices: tuple[str, ...]) -> Callable[[str, date], str]:
    def read(text: str, _: date) -> str:
        if text.lower() not in choices:
            raise ValueError(f"“{shorten(text, 40)}” isn’t one of {listed(choices, 'or')}.")
        return text.lower()

    return read


def yes_or_no(value: bool) -> str:  # noqa: FBT001  # that is what it is about
    """Write a truth as `YES_NO` reads it."""
    return "yes" if value else "no"


def _read_truth(text: str, today: date) -> bool:
    return _one_of(("yes", "no"))(text, today) == "yes"


YES_NO = Argument("yes or no", _read_truth, "yes", YesNo())
