"""What a person asks for: who, where, which command, with which words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from bot.models import Person, Place


@dataclass(frozen=True, slots=True)
class File:
    """A file that a person gave, not yet read: its name, and its size in bytes if known.

    `fetch` returns no more bytes of it than it is asked for. Raises DeliveryError.
    """

    name: str
    size: int
    fetch: Callable[[int], Awaitable[bytes]]


PAGE_SIZE = 5  # things of a list that an answer shows, unless a program asks for more

# shows how many things of how many are done
Progress: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Intent:
    """A command with the words for its arguments, not yet checked; for a `File`, its name.

    Where there is a `progress` to show, a person waits for all of a long command. A list has
    `page_size` things a page.
    """

    command: str
    person: Person
    place: Place
    args: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, File] = field(default_factory=dict)
    progress: Progress | None = field(default=None, compare=False)
    page_size: int = field(default=PAGE_SIZE, compare=False)
