"""The papers worth a close look: those that hold all words, and where these are few, those that hold most."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from bot.search.expressions import as_meant, close_together, in_body, in_head, in_head_as_typed, title_begins
from bot.search.filters import Filter
from bot.search.spelling import Slot
from bot.search.words import COMMON

# So many are looked at closely: the right one is among them in 99 of 100 searches.
CLOSELY = 80
# With fewer papers than this that hold all words, papers that hold most of them are looked at too; with as many words
# as this only if there is none, for that many are not in one paper by chance.
FEW, MANY = 4, 4
# More than this are not put in order by BM25: it takes a microsecond for each.
ORDERED = 1500
# Nobody reads further; counting to the end costs time.
COUNTED = 2000
# Words of more papers than this together are not gathered one by one.
GATHERED = 5000
# A word in no more papers than this singles one out, wherever it stands; in the text it counts for half.
RARE, IN_TEXT = 300, 0.5
# Title, names, keywords, terms.
BEST = "bm25(head, 4.0, 2.0, 3.0, 3.0)"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper that may be meant; `title`, `people`, `terms` and `text` are words with a space on both sides of each."""

    row: int
    id: str
    day: str | None
    votes: int
    title: str
    people: str
    terms: str
    text: str


class Candidates:
    """Looks for papers with the words of one query among those that pass its filter.

    `everywhere` are the rows of papers that hold all words, no more than about `COUNTED`; `best` are the best of them.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        typed: Sequence[str],
        slots: Sequence[Slot],
        wanted: Filter,
    ) -> None:
        self._connection = connection
        self._typed = typed
        telling = [slot for slot in slots if slot.typed not in COMMON] or list(slots)
        # the first letter of a word that is still being typed tells nothing yet
        self._slots = telling[:-1] if len(telling) > 1 and len(telling[-1].typed) == 1 else telling
        self._wanted = wanted
        complete = all(slot.readable for slot in self._slots)
        everywhere = self._rows("body", self._all(in_body), COUNTED) if complete else []
        self.best = self._holding_all(everywhere) if complete else {}
        # only the most frequent words that begin with the last one are looked for in the long text
        self.everywhere = [*self.best.keys() - everywhere, *everywhere]

    def gather(self) -> list[Candidate]:
        """Return the papers worth a close look: the best, and where these are few, those with most of the words."""
        rows = dict(self.best)
        if len(rows) >= CLOSELY and len(self._typed) > 1:
            rows |= dict.fromkeys(self._rows("head", title_begins(self._typed), CLOSELY))
        if len(rows) < (FEW if len(self._slots) < MANY else 1) and len(self._slots) > 1:
            rows |= dict.fromkeys(self._holding_most())
        return self._fetch(list(rows))

    def further(self, limit: int, offset: int, *, without: Collection[int]) -> list[str]:
        """Return the ids of papers that hold all words, those that came in last first."""
        rows = [row for row in self.everywhere if row not in without]
        return self.ids(rows[offset : offset + limit])

    def ids(self, rows: Sequence[int]) -> list[str]:
        """Return the ids of papers, in the order of their rows."""
        found = self._connection.execute(
            "SELECT paper.id FROM json_each(?) CROSS JOIN paper ON paper.row = value ORDER BY key", (json.dumps(rows),)
        )
        return [paper_id for (paper_id,) in found]

    def listed(self, order: str, limit: int, offset: int) -> list[str]:
        """Return the ids of the papers that hold all words in an order."""
        rows = self.everywhere
        found = self._connection.execute(
            f"SELECT id FROM paper WHERE row IN (SELECT value FROM json_each(?)) ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608
            (json.dumps(rows), limit, offset),
        )
        return [paper_id for (paper_id,) in found]

    def _holding_all(self, everywhere: Sequence[int]) -> dict[int, None]:
        rows = dict.fromkeys(self._best(self._all(in_head_as_typed), begun=not self._slots[-1].known))
        if len(rows) < CLOSELY and self._slots[-1].begun:
            rows |= dict.fromkeys(self._best(self._all(in_head), begun=True))
        if len(rows) < FEW:
            rows |= dict.fromkeys(everywhere[:CLOSELY])
        return rows

    def _best(self, sought: str, *, begun: bool) -> list[int]:
        """Return the best by BM25 where there are more than are looked at, and of very many, those close together."""
        found = self._rows("head", sought, ORDERED)
        if len(found) <= CLOSELY:
            return found
        if len(found) < ORDERED and not begun:
            return self._rows("head", " AND ".join(map(as_meant, self._slots)), CLOSELY, best=True)
        together = self._rows("head", close_together(self._slots), CLOSELY)
        return list(dict.fromkeys([*together, *found]))[:CLOSELY]

    def _holding_most(self) -> list[int]:
        """Return the papers with the most telling of the words, each word weighed by how few papers have it."""
        weights: dict[int, float] = defaultdict(float)
        room, frequent = GATHERED, []
        for slot in sorted(filter(_readable, self._slots), key=_papers):
            found = self._rows("head", in_head(slot), room) if room else []
            if len(found) == room:
                frequent.append(slot)
                continue
            room -= len(found)
            for row in found:
                weights[row] += slot.weight
            if slot.papers <= RARE:
                for row in set(self._rows("body", in_body(slot), RARE)).difference(found):
                    weights[row] += slot.weight * IN_TEXT
        if frequent and (len(frequent) > 1 or not weights):
            together = sum(slot.weight for slot in frequent)
            for row in self._rows("head", " AND ".join(map(in_head, frequent)), ORDERED):
                weights[row] += together
        return [row for _, row in sorted(zip(weights.values(), weights, strict=True), reverse=True)[:CLOSELY]]

    def _all(self, where: Callable[[Slot], str]) -> str:
        return " AND ".join(map(where, self._slots))

    def _rows(self, table: str, sought: str, limit: int, *, best: bool = False) -> list[int]:
        paper = f"CROSS JOIN paper ON paper.row = {table}.rowid" if self._wanted.sql else ""
        order = BEST if best else f"{table}.rowid DESC"
        # in one row: each step of a cursor lets another thread have the interpreter, and waits to get it back
        (rows,) = self._connection.execute(
            f"SELECT group_concat(found) FROM (SELECT {table}.rowid AS found FROM {table} {paper} "  # noqa: S608
            f"WHERE {table} MATCH ?"
            f"{self._wanted.sql} ORDER BY {order} LIMIT ?)",
            (sought, *self._wanted.args, limit),
        ).fetchone()
        return list(map(int, rows.split(","))) if rows else []

    def _fetch(self, rows: list[int]) -> list[Candidate]:
        found = self._connection.execute(
            "SELECT row, id, day, votes, ' ' || title || ' ', ' ' || people || ' ', "
            "' ' || keywords || ' ' || terms || ' ', "
            "' ' || title || ' ' || people || ' ' || keywords || ' ' || terms || ' ' || abstract || ' ' "
            "FROM paper JOIN said USING (row) WHERE row IN (SELECT value FROM json_each(?))",
            (json.dumps(rows),),
        )
        return [Candidate(*columns) for columns in found]


def _readable(slot: Slot) -> bool:
    return slot.readable


def _papers(slot: Slot) -> int:
    return slot.papers
