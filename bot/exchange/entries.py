"""One paper on a shelf, as it goes into a file and comes out of one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.identifiers import paper_id
from bot.papers import Paper

MAX_ENTRIES = 20_000  # read from one file
DAMAGED = "damaged, and no id in it"


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper with what a person said of it; read from a file, it may have no id or no title.

    `key` is what the file calls the entry; `problem` says why it could not be read.
    """

    paper: Paper
    saved: datetime | None = None
    read: bool = False
    private: bool = False
    tags: tuple[str, ...] = ()
    note: str = ""
    key: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Marks:
    """What a file that Paperboy wrote says of an entry, as text."""

    saved: str = ""
    tags: str = ""
    note: str = ""
    read: bool = False
    private: bool = False


NO_MARKS = Marks()


def entry(id_: str, title: str, marks: Marks = NO_MARKS, key: str = "") -> Entry:
    """Make an entry of what a file says; the id may be in any spelling."""
    return Entry(
        Paper(paper_id(id_) or id_.strip(), title.strip()),
        moment(marks.saved),
        marks.read,
        marks.private,
        split_tags(marks.tags),
        marks.note,
        key.strip(),
    )


def split_tags(tags: str) -> tuple[str, ...]:
    """Return the tags of a list with commas or semicolons."""
    return tuple(filter(None, (tag.strip() for tag in re.split("[,;]", tags))))


def moment(text: str) -> datetime | None:
    """Read a date and time; None where there is none."""
    try:
        found = datetime.fromisoformat(text.strip())
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # no date, or one that is before all time in UTC
        return None
