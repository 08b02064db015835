"""What candidates are compared by, in memory: a person who types on has most of them again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from typing import NamedTuple

# A paper takes about a kilobyte.
MAX_PAPERS = 4096


class IndexedPaper(NamedTuple):
    """A paper in the index: its words of title and names with a space around."""

    row: int
    id: str
    day: int  # 20260514, 0 where it is not known
    votes: int
    title: str
    people: str
    label: str  # the title as it is written


class PaperCache:
    """Reads papers by their rows, and keeps those that were asked for last."""

    def __init__(self) -> None:
        self._papers: dict[int, IndexedPaper] = {}
        self._labels: dict[str, str] = {}

    def clear(self) -> None:
        """Forget all papers."""
        self._papers.clear()
        self._labels.clear()

    def read(self, connection: sqlite3.Connection, rows: Collection[int]) -> list[IndexedPaper]:
        """Return the papers in these rows, as far as they are there."""
        missing = [row for row in rows if row not in self._papers]
        if missing:
            if len(self._papers) + len(missing) > MAX_PAPERS:
                self.clear()
                missing = list(rows)
            for paper in _read(connection, missing):
                self._papers[paper.row] = paper
                self._labels[paper.id] = paper.label
        papers = self._papers
        return [papers[row] for row in rows if row in papers]

    def labels(self, connection: sqlite3.Connection, ids: Sequence[str]) -> list[tuple[str, str]]:
        """Return the ids of the papers that are there, each with the title as it is written."""
        known = self._labels
        if missing := [each for each in ids if each not in known]:
            found = connection.execute(
                "SELECT paper.id, label FROM json_each(?) CROSS JOIN paper ON paper.id = value",
                (json.dumps(missing),),
            )
            known = known | dict(found.fetchall())
        return [(each, known[each]) for each in ids if each in known]


def _read(connection: sqlite3.Connection, rows: Sequence[int]) -> list[IndexedPaper]:
    found = connection.execute(
        "SELECT paper.row, paper.id, CAST(coalesce(day, 0) AS INTEGER), CAST(votes AS INTEGER), "
        "' ' || title || ' ', ' ' || people || ' ', label "
        "FROM json_each(?) CROSS JOIN paper ON paper.row = value",
        (json.dumps(rows),),
    )
    return list(map(IndexedPaper._make, found))
