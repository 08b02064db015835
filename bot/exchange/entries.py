"""One paper on a shelf, as it goes into a file and comes out of one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.identifiers import paper_id
from bot.papers import Paper

MOST = 5000  # entries that are read of one file


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper with what its keeper said of it; read from a file, the paper may have no id or no title."""

    paper: Paper
    saved: datetime | None = None
    read: bool = False
    private: bool = False
    tags: tuple[str, ...] = ()
    note: str = ""


def entry_of(
    id_: str,
    title: str,
    saved: str = "",
    tags: str = "",
    note: str = "",
    *,
    read: bool = False,
    private: bool = False,
) -> Entry:
    """Make an entry of what stands in a file; an id in any spelling."""
    return Entry(
        Paper(paper_id(id_) or id_.strip(), title.strip()),
        moment(saved),
        read,
        private,
        split(tags),
        note,
    )


def split(tags: str) -> tuple[str, ...]:
    """Return the tags of a list with commas or semicolons."""
    return tuple(filter(None, (tag.strip() for tag in re.split("[,;]", tags))))


def moment(text: str) -> datetime | None:
    """Read a moment; None where there is none."""
    try:
        found = datetime.fromisoformat(text.strip())
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # no moment, or one that is before all time in UTC
        return None
