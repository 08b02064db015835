"""The papers worth a close look: those that hold all words, and where these are few, those that hold most."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.search.filters import Filter
from bot.search.matching import close_together, in_body, in_head, in_head_as_typed, title_begins
from bot.search.spelling import Slot
from bot.search.words import COMMON

# So many are looked at closely: the right one is among them in 99 of 100 searches.
CLOSELY = 80
# With fewer papers than this that hold all words, papers that hold most of them are looked at too.
FEW, MANY = 4, 4
# More than this are not put in order by FTS5: it takes a microsecond for each, more in the long text.
ORDERED = {"head": 1500, "body": 600}
# Words of more papers than this together are not gathered one by one.
GATHERED = 5000
# A word in no more papers than this singles one out, wherever it stands; in the text it counts for half.
RARE, IN_TEXT = 300, 0.5
# Title, names, terms.
BEST = {"head": "ORDER BY bm25(head, 4.0, 2.0, 3.0)", "body": "ORDER BY rank"}


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

    `whole` are the rows of those gathered that hold all words.
    """

    def __init__(
        self, connection: sqlite3.Connection, typed: Sequence[str], slots: Sequence[Slot], wanted: Filter
    ) -> None:
        self._connection = connection
        self._typed = typed
        telling = [slot for slot in slots if slot.typed not in COMMON] or list(slots)
        # the first letter of a word that is still being typed tells nothing yet
        self._slots = telling[:-1] if len(telling) > 1 and len(telling[-1].typed) == 1 else telling
        self._wanted = wanted
        self._complete = all(slot.readable for slot in self._slots)
        self.whole: set[int] = set()

    def count(self, at_most: int) -> int:
        """Count the papers that hold all words."""
        if not self._complete:
            return 0
        sql = f"SELECT count(*) FROM (SELECT 1 {self._holding(filtered=bool(self._wanted.sql))} LIMIT ?)"  # noqa: S608
        (number,) = self._connection.execute(sql, (self._all(in_body), *self._wanted.args, at_most)).fetchone()
        return int(number)

    def gather(self) -> list[Candidate]:
        """Return the papers worth a close look."""
        rows = self._holding_all() if self._complete else {}
        self.whole = set(rows)
        if len(rows) >= CLOSELY and len(self._typed) > 1:
            rows |= dict.fromkeys(self._rows("head", title_begins(self._typed), CLOSELY))
        # many words are not all in one paper by chance
        if len(rows) < (FEW if len(self._slots) < MANY else 1) and len(self._slots) > 1:
            rows |= dict.fromkeys(self._holding_most())
        return self._fetch(list(rows))

    def further(self, shown: Sequence[int], order: str, limit: int, offset: int) -> list[str]:
        """Return the ids of papers that hold all words, besides those shown, in an order."""
        if not self._complete or limit <= 0:
            return []
        sql = (
            f"SELECT paper.id {self._holding(filtered=True)} "  # noqa: S608
            f"AND paper.row NOT IN (SELECT value FROM json_each(?)) ORDER BY {order} LIMIT ? OFFSET ?"
        )
        args = (self._all(in_body), *self._wanted.args, json.dumps(list(shown)), limit, offset)
        return [paper_id for (paper_id,) in self._connection.execute(sql, args)]

    def _holding_all(self) -> dict[int, None]:
        rows = dict.fromkeys(self._best("head", self._all(in_head_as_typed)))
        if len(rows) < CLOSELY and self._slots[-1].begun:
            rows |= dict.fromkeys(self._best("head", self._all(in_head)))
        if len(rows) < FEW:
            rows |= dict.fromkeys(self._best("body", self._all(in_body)))
        return rows

    def _best(self, table: str, sought: str) -> list[int]:
        """Return the best by BM25, or where there are too many to order, those that hold the words together."""
        found = self._rows(table, sought, ORDERED[table])
        if len(found) <= CLOSELY:
            return found
        if len(found) < ORDERED[table]:
            return self._rows(table, sought, CLOSELY, BEST[table])
        together = self._rows("head", close_together(self._slots), ORDERED["head"], BEST["head"])
        return list(dict.fromkeys(together[:CLOSELY] + found[-FEW:]))

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
            for row in self._rows("head", " AND ".join(map(in_head, frequent)), ORDERED["head"]):
                weights[row] += together
        return [row for _, row in sorted(zip(weights.values(), weights, strict=True), reverse=True)[:CLOSELY]]

    def _holding(self, *, filtered: bool) -> str:
        # CROSS JOIN: the words first, the filter only on what they find
        paper = "CROSS JOIN paper ON paper.row = body.rowid" if filtered else ""
        return f"FROM body {paper} WHERE body MATCH ?{self._wanted.sql}"

    def _all(self, where: Callable[[Slot], str]) -> str:
        return " AND ".join(map(where, self._slots))

    def _rows(self, table: str, sought: str, limit: int, order: str = "") -> list[int]:
        paper = f"CROSS JOIN paper ON paper.row = {table}.rowid" if self._wanted.sql else ""
        # in one row: each step of a cursor lets another thread have the interpreter, and waits to get it back
        (rows,) = self._connection.execute(
            f"SELECT group_concat(found) FROM (SELECT {table}.rowid AS found FROM {table} {paper} "  # noqa: S608
            f"WHERE {table} MATCH ?"
            f"{self._wanted.sql} {order} LIMIT ?)",
            (sought, *self._wanted.args, limit),
        ).fetchone()
        return list(map(int, rows.split(","))) if rows else []

    def _fetch(self, rows: list[int]) -> list[Candidate]:
        found = self._connection.execute(
            "SELECT row, id, day, votes, ' ' || title || ' ', ' ' || people || ' ', ' ' || terms || ' ', "
            "' ' || text || ' ' FROM paper JOIN said USING (row) WHERE row IN (SELECT value FROM json_each(?))",
            (json.dumps(rows),),
        )
        return [Candidate(*columns) for columns in found]


def _readable(slot: Slot) -> bool:
    return slot.readable


def _papers(slot: Slot) -> int:
    return slot.papers
