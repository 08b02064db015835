"""The papers worth a close look: each is weighed by which of the words it has and where, and the best are fetched."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from bot.search.deadline import Deadline
from bot.search.index.postings import LAST_PLACE, PERSON, TERM, Marks
from bot.search.index.segment_reader import Stretch
from bot.search.index.snapshot import Snapshot
from bot.search.query.spelling import Slot
from bot.search.ranking.filters import Mask
from bot.search.ranking.scoring import (
    BEGINS,
    BEGINS_ANOTHER,
    COUNTS,
    TEXT,
    WHOLE,
    Gains,
    Places,
    Weighing,
    holding,
)

# So many are looked at closely: the right one is among them in 99 of 100 searches.
CLOSELY = 48
# Those that are so much worse at first sight are not, beyond as many as are shown.
GAP, SHOWN = 0.3, 10
# Among so many at most, and as many of each stretch, these are chosen by how their titles look.
ROUGHLY = 1500
# What a title gains for being the words and nothing else, for having them in that order, for
# beginning with them.
ALIKE, IN_ORDER, FIRST = 0.35, 0.15, 0.1
# Papers with so little less of the query than the best may still be better by their titles.
MARGIN = 18_000  # of `WHOLE`
# With as many papers that hold all words, no others are looked for.
FEW = 10
# Titles that begin with all that was typed are those meant, where there are no more.
SAME_START = 10
# Of so many papers that have all words in names those are preferred that have them in one, by as
# much.
NAMED, ONE_NAME = 500, 0.4
# Papers in which rare words are looked for that begin with what was typed.
RARER = 100
_SHARES = (0.97, 0.9, 0.8, 0.65, 0.5, 0.35, 0.2)

Weights: TypeAlias = npt.NDArray[np.float32]

_NONE = np.empty(0, np.int64)


class Candidate(NamedTuple):
    """A paper that may be meant: its words of title and names, and for each slot where it has the word and how well.

    The marks are those of a list of `HEAD`, or `TEXT`; the worth is that of the reading, 0 where it
    has none.
    """

    row: int
    id: str
    day: int  # 20260514, 0 where it is not known
    votes: int
    title: str
    people: str
    marks: tuple[int, ...]
    worths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Rows that were chosen out of all, with their merits, and a column each of marks and gains."""

    rows: Places
    merits: Weights
    complete: Mask
    marks: Marks
    gains: Gains

    @classmethod
    def joined(cls, parts: Sequence[_Chosen], words: int) -> _Chosen:
        """Put together what was chosen of several stretches."""
        return cls(
            np.concatenate([_NONE, *(part.rows for part in parts)]),
            np.concatenate([np.empty(0, np.float32), *(part.merits for part in parts)]),
            np.concatenate([np.empty(0, bool), *(part.complete for part in parts)]),
            np.concatenate(
                [np.empty((words, 0), np.uint8), *(part.marks for part in parts)], axis=1
            ),
            np.concatenate(
                [np.empty((words, 0), np.uint16), *(part.gains for part in parts)], axis=1
            ),
        )

    def __getitem__(self, which: Places) -> _Chosen:
        return _Chosen(
            self.rows[which],
            self.merits[which],
            self.complete[which],
            self.marks[:, which],
            self.gains[:, which],
        )


class Candidates:
    """Weighs all papers that pass a filter by the words of one query; `total` counts those that hold all words."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        snapshot: Snapshot,
        typed: Sequence[str],
        slots: Sequence[Slot],
        passing: Mask | None,
        deadline: Deadline,
        *,
        thorough: bool,
    ) -> None:
        self._connection = connection
        self._slots = slots
        self._snapshot = snapshot
        self._passing = passing
        self._deadline = deadline
        self._text = " ".join(typed)
        self._typed = np.array([typed.index(slot.typed) for slot in slots])
        self._weighing = Weighing(slots, thorough=thorough)
        self._floor = 1
        self._complete: list[Places] = []
        heads, bodies = self._weighing.words(ahead=True), self._weighing.words(ahead=False)
        self._best = self._choose(snapshot.lists(connection, heads, bodies))

    @property
    def total(self) -> int:
        """How many papers hold all words."""
        return sum(map(len, self._complete))

    @property
    def all_complete(self) -> Places:
        """The rows of all papers that hold all words."""
        return np.concatenate([_NONE, *self._complete])

    @property
    def complete(self) -> list[int]:
        """The rows of papers that hold all words, the best first, as far as anybody reads."""
        rows: list[int] = self._best.rows[self._best.complete].tolist()
        return rows

    def gather(self) -> list[Candidate]:
        """Return the papers worth a close look."""
        merits = self._best.merits[:CLOSELY]
        near = np.count_nonzero(merits >= merits[:1] - GAP) if len(merits) else 0
        best = self._best[np.arange(min(len(merits), max(SHOWN, near)))]
        worths = best.gains / (
            WHOLE * np.array(self._weighing.shares)[:, None] * COUNTS[best.marks]
        )
        held = {
            row: (tuple(marks), tuple(worth))
            for row, marks, worth in zip(
                best.rows.tolist(), best.marks.T.tolist(), worths.T.tolist(), strict=True
            )
        }
        nowhere = (TEXT,) * len(self._slots), (0.0,) * len(self._slots)
        held = dict.fromkeys(self._titles_begun(), nowhere) | held
        found = self._connection.execute(
            "SELECT paper.row, paper.id, CAST(coalesce(day, 0) AS INTEGER), CAST(votes AS "
            "INTEGER), "
            "' ' || title || ' ', ' ' || people || ' ' "
            "FROM json_each(?) CROSS JOIN paper ON paper.row = value",
            (json.dumps(list(held)),),
        ).fetchall()
        return [
            Candidate(row, paper, day, votes, title, people, *self._with_begun(title, *held[row]))
            for row, paper, day, votes, title, people in found
        ]

    def _titles_begun(self) -> list[int]:
        """Return the rows of titles that begin with what was typed, if that is more than a word and they are few."""
        if len(self._slots) == 1:
            return []
        found = self._connection.execute(
            "SELECT row FROM paper WHERE title BETWEEN ? AND ? LIMIT ?",
            (self._text, self._text + "\U0010ffff", SAME_START + 1),
        ).fetchall()
        rows = [row for (row,) in found if self._passing is None or self._passing[row]]
        return rows if len(found) <= SAME_START else []

    def _with_begun(
        self, title: str, marks: tuple[int, ...], worths: tuple[float, ...]
    ) -> tuple[tuple[int, ...], tuple[float, ...]]:
        """Return the marks and worths of a title, which may begin with what was typed, or have a word that does."""
        if len(self._slots) > 1 and title.startswith(f" {self._text}"):
            return tuple(np.minimum(self._typed, LAST_PLACE).tolist()), (1.0,) * len(self._slots)
        last = self._slots[-1]
        worth = BEGINS_ANOTHER if last.known else BEGINS
        if last.more and COUNTS[marks[-1]] * worths[-1] <= worth and f" {last.typed}" in title:
            return (*marks[:-1], LAST_PLACE), (*worths[:-1], worth)
        return marks, worths

    def _choose(self, stretches: Sequence[Stretch]) -> _Chosen:
        """Choose the best of all rows, the best first."""
        parts: list[_Chosen] = []
        self._most = max(CLOSELY, ROUGHLY // max(1, len(stretches)))
        for stretch in reversed(stretches):  # the newest papers first
            if parts and self._deadline.over:
                break
            parts.append(self._chosen(stretch))
        chosen = parts[0] if len(parts) == 1 else _Chosen.joined(parts, len(self._slots))
        *others, last = self._weighing.needed
        if self._slots[-1].more and last and any(others) and self.total < FEW:
            self._look_for_rarer(chosen)
        if len(self._slots) > 1 and all(slot.known for slot in self._slots):
            self._look_for_name(chosen)
        # of those that are alike, what came in last
        return chosen[np.lexsort((-chosen.rows, -chosen.merits))]

    def _chosen(self, stretch: Stretch) -> _Chosen:
        """Choose the best rows of a stretch."""
        passing = self._snapshot.passing(stretch, self._passing)
        weighed = self._weighing.weigh(stretch, passing, self._floor)
        complete = holding(weighed.gains, self._weighing.needed) & (weighed.weights > 0)
        lengths = stretch.lengths if weighed.rows is None else stretch.lengths[weighed.rows]
        likely = self._likely(weighed.weights, complete, lengths)
        merits = (weighed.weights[likely] / np.float32(WHOLE)).astype(np.float32)
        marks, gains = weighed.marks[:, likely], weighed.gains[:, likely]
        merits += self._looks(marks, lengths[likely])
        self._complete.append(stretch.first + weighed.numbers(np.flatnonzero(complete)))
        return _Chosen(
            stretch.first + weighed.numbers(likely), merits, complete[likely], marks, gains
        )

    def _look_for_rarer(self, chosen: _Chosen) -> None:
        """Note which of the rows that have all other words have a rare one that begins with the last."""
        slot, where, gain = self._slots[-1], chosen.marks[-1], chosen.gains[-1]
        lacking = np.flatnonzero(
            holding(chosen.gains[:-1], self._weighing.needed[:-1]) & (gain == 0)
        )
        lacking = lacking[np.argsort(-chosen.merits[lacking], kind="stable")[:RARER]]
        numbers = dict(zip(chosen.rows[lacking].tolist(), lacking.tolist(), strict=True))
        begun = f"% {slot.typed}%"
        for row, mark in self._connection.execute(
            "SELECT paper.row, CASE WHEN ' ' || title LIKE ? THEN ? WHEN ' ' || people LIKE ? "
            "THEN ? ELSE ? END "
            "FROM json_each(?) CROSS JOIN paper ON paper.row = value "
            "WHERE ' ' || title || ' ' || people || ' ' || keywords || ' ' || terms LIKE ?",
            (begun, LAST_PLACE, begun, PERSON, TERM, json.dumps(list(numbers)), begun),
        ):
            n = numbers[row]
            gained = (
                COUNTS[mark]
                * (BEGINS_ANOTHER if slot.known else BEGINS)
                * self._weighing.shares[-1]
            )
            where[n], gain[n] = mark, int(WHOLE * gained)
            chosen.merits[n] += gained
            chosen.complete[n] = True
        self._complete.append(chosen.rows[lacking[chosen.complete[lacking]]])

    def _look_for_name(self, chosen: _Chosen) -> None:
        """Note which of many rows that have all words in names have them in one."""
        named = np.flatnonzero((chosen.marks == PERSON).all(axis=0))
        if len(named) <= CLOSELY:
            return
        named = named[np.lexsort((-chosen.rows[named], -chosen.merits[named]))[:NAMED]]
        numbers = dict(zip(chosen.rows[named].tolist(), named.tolist(), strict=True))
        words = [slot.typed for slot in self._slots]
        found = self._connection.execute(
            "SELECT paper.row FROM json_each(?) CROSS JOIN paper ON paper.row = value "
            "WHERE instr(' ' || people, ?) OR instr(' ' || people || ' ', ?)",
            (json.dumps(list(numbers)), f" {' '.join(words)}", f" {' '.join(words[::-1])} "),
        )
        for (row,) in found:
            chosen.merits[numbers[row]] += ONE_NAME

    def _likely(self, weights: Gains, complete: Mask, lengths: Marks) -> Places:
        """Return the rows of a stretch that may be among the best."""
        most, least = int(weights.max(initial=0)), self._floor
        for share in _SHARES:
            enough = int(share * most)
            if enough <= self._floor:
                break
            if np.count_nonzero(weights >= np.uint16(enough)) >= CLOSELY:
                least = enough
                self._floor = max(self._floor, enough - MARGIN)
                break
        rows = np.flatnonzero((weights >= np.uint16(least)) | complete)
        if len(rows) > self._most:
            # of those that have as much of the query the ones with less beside it
            behind = lengths[rows] - 512.0 * (weights[rows] + complete[rows] * np.float32(WHOLE))
            rows = rows[np.argpartition(behind, self._most)[: self._most]]
        return rows

    def _looks(self, marks: Marks, lengths: Marks) -> Weights:
        """Return how much rows gain by their titles, roughly."""
        titled = marks <= LAST_PLACE
        words = len(self._slots) + np.maximum(lengths, 1).astype(np.float32)
        gain = ALIKE * 2 * titled.sum(axis=0) / words + FIRST * (marks[0] == 0)
        if len(marks) > 1:
            steps = np.diff(marks.astype(np.int16), axis=0) == np.diff(self._typed)[:, None]
            gain += IN_ORDER * (steps & titled[1:] & titled[:-1]).mean(axis=0)
        looks: Weights = gain.astype(np.float32)
        return looks


def ids(connection: sqlite3.Connection, rows: Sequence[int]) -> list[str]:
    """Return the ids of papers, in the order of their rows."""
    found = connection.execute(
        "SELECT paper.id FROM json_each(?) CROSS JOIN paper ON paper.row = value ORDER BY key",
        (json.dumps(list(rows)),),
    )
    return [paper_id for (paper_id,) in found]
