"""What is kept on shelves, and which part of them is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

ShelfSort: TypeAlias = Literal["new", "votes", "title", "touched"]


@dataclass(frozen=True, slots=True)
class Kept:
    """A paper on somebody's shelf: since when, last touched and read when, whether for them alone, and kept where."""

    paper: str
    person: str
    saved: datetime
    touched: datetime
    read: datetime | None
    private: bool
    address: str
    place: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a tenant's shelves: one person's or everybody's, the shared ones, with a tag, read or not."""

    person: str = ""
    shared: bool = False
    tag: str = ""
    read: bool | None = None
