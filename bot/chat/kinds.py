"""The kinds of arguments: each platform draws an input of its own for each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from bot.calendar.schedule import DAY_NAMES

Source: TypeAlias = Literal[
    "command", "paper", "author", "organization", "tag", "zone", "query", "day", "subscription"
]


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A time of day, written 9:00."""


@dataclass(frozen=True, slots=True)
class Days:
    """Days of the week, written mon,wed, or one day of the month, written 15 or last."""


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number from `low` to `high`."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few options: for each the value that is written, and the label that is shown."""

    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class YesNo:
    """Yes or no, written so."""


@dataclass(frozen=True, slots=True)
class Where:
    """A place: here, me, or a channel by its name, link or id."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """Something that `Bot.suggest` completes; several with commas between where `many`."""

    source: Source
    many: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Text: one line, or `long` text; a file's text can be `pasted`, its lines as they are."""

    long: bool = False
    pasted: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """A file."""


@dataclass(frozen=True, slots=True)
class Role:
    """People of a server who are notified together, by the id that the platform has for them."""


Kind: TypeAlias = (
    TimeOfDay | Days | Number | Choice | YesNo | Where | Lookup | Words | Upload | Role
)

ONE_LINE = Words()
# the values that `Days` has for days of the week, and their labels
WEEKDAYS = tuple((name[:3], name.capitalize()) for name in DAY_NAMES)
