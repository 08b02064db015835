"""Shelves as a table with commas, a paper a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice

from bot.exchange.entries import MOST, Entry, entry_of

COLUMNS = (
    *("id", "title", "authors", "published", "upvotes", "organization", "url"),
    *("saved", "read", "private", "tags", "note"),
)
_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
)  # by which a spreadsheet takes a text for something to compute


def write(entries: Sequence[Entry]) -> str:
    """Write entries, the names of the columns first."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for one in entries:
        paper = one.paper
        table.writerow(
            map(
                _harmless,
                (
                    paper.id,
                    paper.title,
                    "; ".join(paper.authors),
                    paper.published.isoformat() if paper.published else "",
                    "" if paper.upvotes is None else str(paper.upvotes),
                    paper.organization.name if paper.organization else "",
                    paper.url or "",
                    one.saved.isoformat() if one.saved else "",
                    "yes" if one.read else "",
                    "yes" if one.private else "",
                    "; ".join(one.tags),
                    one.note,
                ),
            )
        )
    return out.getvalue()


def read(text: str) -> tuple[Entry, ...]:
    """Read entries of a table that names its columns."""
    return tuple(
        entry_of(
            row.get("id") or row.get("arxiv") or row.get("url") or "",
            _meant(row.get("title") or ""),
            row.get("saved") or "",
            _meant(row.get("tags") or ""),
            _meant(row.get("note") or ""),
            read=row.get("read") == "yes",
            private=row.get("private") == "yes",
        )
        for row in islice(_rows(text), MOST)
    )


def _rows(text: str) -> Iterator[dict[str, str | None]]:
    """Yield rows as far as they can be read: a quote that is never closed makes the rest one endless field."""
    with suppress(csv.Error):
        rows = csv.DictReader(io.StringIO(text, newline=""))
        rows.fieldnames = [name.strip().lower() for name in rows.fieldnames or ()]
        yield from rows


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith((*_FORMULA, "'")) else text


def _meant(text: str) -> str:
    return text[1:] if text.startswith(tuple(f"'{sign}" for sign in (*_FORMULA, "'"))) else text
