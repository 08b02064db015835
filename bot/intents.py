"""What somebody wants: who, where, which command, with which words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a platform; `tenant` is the Slack team or Discord guild, "" at the terminal."""

    platform: str
    tenant: str
    id: str
    name: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said; `address` is the adapter's own, opaque and storable.

    `name` is what people call it, where the platform tells; in a `private` one nobody listens but one person.
    """

    platform: str
    tenant: str
    address: str
    name: str = field(default="", compare=False)
    private: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class File:
    """A file that somebody gave, not yet read: its name, and its size in bytes as far as the platform tells.

    `fetch` returns no more bytes of it than it is asked for. Raises DeliveryError.
    """

    name: str
    size: int
    fetch: Callable[[int], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Intent:
    """A command with the words for its arguments, not yet checked; of a `File` its name stands there."""

    command: str
    person: Person
    place: Place
    args: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, File] = field(default_factory=dict)
