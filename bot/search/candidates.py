"""The papers worth a close look: each is weighed by which of the words it has and where, and the best are fetched."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from bot.search.deadline import Deadline
from bot.search.filters import Mask
from bot.search.lists import KEYWORD, LAST_PLACE, PERSON, TERM, Marks, Rows, among
from bot.search.snapshot import Snapshot, Stretch
from bot.search.spelling import Slot
from bot.search.stems import stem
from bot.search.words import FUNCTION_WORDS

# So many are looked at closely: the right one is among them in 99 of 100 searches.
CLOSELY = 48
# Those that are so much worse at first sight are not, beyond as many as are shown.
GAP, SHOWN = 0.3, 10
# Among so many at most, and as many of each stretch, these are chosen by how their titles look.
ROUGHLY = 1500
# What a word counts for in title, name, keywords or terms, and only in the text.
IN_TITLE, IN_NAME, IN_TERMS, IN_TEXT = 1.0, 0.7, 0.78, 0.5
# What the beginning of a word counts for: less where what was typed is a word of its own.
BEGINS, BEGINS_ANOTHER = 0.8, 0.5
# While somebody types, words in the texts of more papers than this are looked for in titles, names and terms only.
FREQUENT = 1_000
# What a title gains for being the words and nothing else, for having them in that order, for beginning with them.
ALIKE, IN_ORDER, FIRST = 0.35, 0.15, 0.1
# Papers with so little less of the query than the best may still be better by their titles.
MARGIN = 18_000  # of `WHOLE`
# With as many papers that hold all words, no others are looked for.
FEW = 10
# Papers in which rare words are looked for that begin with what was typed.
RARER = 100
# In a stretch of more rows than this, only those are weighed that have the rarest words: as many words as so few rows
# have, and more where these are less than such a share of the query, as long as no more rows have them.
LONG, FEW_ROWS, MOST_ROWS, ENOUGH = 1 << 17, 1 << 13, 1 << 15, 0.5
# All are, where the other words together weigh more than such a share of what the best row has.
LESS = 0.7
# In a longer query these words tell enough anyway, if they are a little more of it.
WORDS, ENOUGH_OF_MANY = 8, 0.35
# In a list so many times as long it is quicker to search for each of these rows than to look at all that it has.
MANY = 20
# The mark of a word that stands in the text only, or nowhere.
TEXT = 255
_SHARES = (0.97, 0.9, 0.8, 0.65, 0.5, 0.35, 0.2)

# A paper that has all of the query weighs so much, which fits into two bytes: all papers are weighed, and that takes as
# long as their bytes do. No word is less than so much of the query.
WHOLE, LEAST = 60_000, 0.003

Weights: TypeAlias = npt.NDArray[np.float32]
Gains: TypeAlias = npt.NDArray[np.uint16]
Places: TypeAlias = npt.NDArray[np.int64]

_NONE = np.empty(0, np.int64)
# What a word counts for by its mark.
_COUNTS = np.full(256, IN_TEXT, np.float32)
_COUNTS[: LAST_PLACE + 1] = IN_TITLE
_COUNTS[PERSON] = IN_NAME
_COUNTS[[KEYWORD, TERM]] = IN_TERMS


class Candidate(NamedTuple):
    """A paper that may be meant: its words of title and names, and for each slot where it has the word and how well.

    The marks are those of a list of `HEAD`, or `TEXT`; the worth is that of the reading, 0 where it has none.
    """

    row: int
    id: str
    day: str | None
    votes: int
    title: str
    people: str
    marks: tuple[int, ...]
    worths: tuple[float, ...]


class _Way(NamedTuple):
    """A way for a paper to have a word of the query: all of these words, or all of these stems in its text."""

    spelt: tuple[str, ...]
    ahead: bool  # in title, names or terms
    worth: float


_Listed: TypeAlias = tuple[_Way, Rows, Marks]


class _Some(NamedTuple):
    """Some rows of a stretch, in their order and as a mask of all."""

    rows: Rows
    mask: Mask

    @classmethod
    def of(cls, lists: Sequence[Rows], size: int) -> _Some:
        """Return the rows that are in any of these lists, of a stretch of this size."""
        rows = np.concatenate(lists)
        rows.sort()
        rows = rows[np.append(True, rows[1:] != rows[:-1])]
        mask = np.zeros(size, bool)
        mask[rows] = True
        return cls(rows, mask)

    def found_in(self, listed: Rows) -> tuple[Places, Places]:
        """Return where a list has one of these rows, and which of them it is."""
        if len(listed) > MANY * len(self.rows):
            return among(listed, self.rows)
        here = np.flatnonzero(self.mask[listed])
        return here, self.rows.searchsorted(listed[here])


@dataclass(frozen=True, slots=True)
class _Weighed:
    """Rows of a stretch, all where `rows` is None: a line each of marks and gains by word, and what they weigh."""

    rows: Rows | None
    marks: Marks
    gains: Gains
    weights: Gains

    def numbers(self, places: Places) -> Places:
        """Return the rows that stand in these places."""
        return places if self.rows is None else self.rows[places].astype(np.int64)


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
            np.concatenate([np.empty((words, 0), np.uint8), *(part.marks for part in parts)], axis=1),
            np.concatenate([np.empty((words, 0), np.uint16), *(part.gains for part in parts)], axis=1),
        )

    def __getitem__(self, which: Places) -> _Chosen:
        return _Chosen(
            self.rows[which], self.merits[which], self.complete[which], self.marks[:, which], self.gains[:, which]
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
        self._typed = np.array([typed.index(slot.typed) for slot in slots])
        self._needed = [_telling(slot, slots) for slot in slots]
        total = sum(slot.weight for slot in slots) or 1
        self._shares = [max(LEAST, slot.weight / total) for slot in slots]
        self._ways = [_ways(slot, thorough=thorough) for slot in slots]
        self._floor = 1
        self._complete: list[Places] = []
        ways = [way for each in self._ways for way in each]
        heads = [word for way in ways if way.ahead for word in way.spelt]
        bodies = [word for way in ways if not way.ahead for word in way.spelt]
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
        worths = best.gains / (WHOLE * np.array(self._shares)[:, None] * _COUNTS[best.marks])
        held = {
            row: (tuple(marks), tuple(worth))
            for row, marks, worth in zip(best.rows.tolist(), best.marks.T.tolist(), worths.T.tolist(), strict=True)
        }
        found = self._connection.execute(
            "SELECT paper.row, paper.id, day, votes, ' ' || title || ' ', ' ' || people || ' ' "
            "FROM json_each(?) CROSS JOIN paper ON paper.row = value",
            (json.dumps(list(held)),),
        ).fetchall()
        return [
            Candidate(row, paper, day, votes, title, people, *held[row])
            for row, paper, day, votes, title, people in found
        ]

    def _choose(self, stretches: Sequence[Stretch]) -> _Chosen:
        """Choose the best of all rows, the best first."""
        parts: list[_Chosen] = []
        self._most = max(CLOSELY, ROUGHLY // max(1, len(stretches)))
        for stretch in reversed(stretches):  # the newest papers first
            if parts and self._deadline.over:
                break
            parts.append(self._chosen(stretch))
        chosen = parts[0] if len(parts) == 1 else _Chosen.joined(parts, len(self._slots))
        if self._slots[-1].more and self.total < FEW and any(self._needed[:-1]):
            self._look_for_rarer(chosen)
        # of those that are alike, what came in last
        return chosen[np.lexsort((-chosen.rows, -chosen.merits))]

    def _chosen(self, stretch: Stretch) -> _Chosen:
        """Choose the best rows of a stretch."""
        weighed = self._weighed(stretch)
        complete = self._holding(weighed.gains, self._needed) & (weighed.weights > 0)
        lengths = stretch.lengths if weighed.rows is None else stretch.lengths[weighed.rows]
        likely = self._likely(weighed.weights, complete, lengths)
        merits = (weighed.weights[likely] / np.float32(WHOLE)).astype(np.float32)
        marks, gains = weighed.marks[:, likely], weighed.gains[:, likely]
        merits += self._looks(marks, lengths[likely])
        self._complete.append(stretch.first + weighed.numbers(np.flatnonzero(complete)))
        return _Chosen(stretch.first + weighed.numbers(likely), merits, complete[likely], marks, gains)

    def _weighed(self, stretch: Stretch) -> _Weighed:
        """Weigh the rows of a stretch; in a long one, those that have the rarest words, where these tell enough."""
        found = [_lists(stretch, ways) for ways in self._ways]
        passing = self._snapshot.passing(stretch, self._passing)
        if stretch.size > LONG:
            some, rest = self._with_rarest(found, stretch.size)
            if some is not None:
                weighed = self._weigh(found, len(some.rows), some, None if passing is None else passing[some.rows])
                # all others have no more than the rest of the query
                if len(found) > WORDS or rest * WHOLE <= max(self._floor, LESS * int(weighed.weights.max(initial=0))):
                    return weighed
        return self._weigh(found, stretch.size, None, passing)

    def _with_rarest(self, found: Sequence[Sequence[_Listed]], size: int) -> tuple[_Some | None, float]:
        """Return the rows that have the rarest words, and what share of the query all other words are together.

        None instead of rows where too many have them, or what all others have has to be known.
        """
        sizes = [sum(len(rows) for _, rows, _ in lists) for lists in found]
        # to find rare words that begin with the last one, rows without it are needed
        taken_apart = range(len(sizes) - (self._slots[-1].more and len(sizes) > 1))
        rest = whole = sum(share for share, size in zip(self._shares, sizes, strict=True) if size)
        enough = whole * (1 - (ENOUGH_OF_MANY if len(sizes) > WORDS else ENOUGH))
        rows: list[Rows] = []
        number, needed = 0, False
        for n in sorted(taken_apart, key=sizes.__getitem__):
            number += sizes[n]
            if number > (FEW_ROWS if needed and rows and rest <= enough else MOST_ROWS):
                break
            if sizes[n]:
                rows += [there for _, there, _ in found[n]]
                rest -= self._shares[n]
            needed |= self._needed[n]
        return (_Some.of(rows, size) if needed and rows and rest <= enough else None), rest

    def _weigh(
        self, found: Sequence[Sequence[_Listed]], size: int, some: _Some | None, passing: Mask | None
    ) -> _Weighed:
        """Weigh so many rows: all of a stretch, or some of them."""
        marks = np.full((len(found), size), TEXT, np.uint8)
        gains = np.zeros((len(found), size), np.uint16)
        for lists, share, where, gain in zip(found, self._shares, marks, gains, strict=True):
            for way, rows, said in lists:
                if some is None:
                    _mark(way, share, rows, said, where, gain)
                else:
                    listed, at = some.found_in(rows)
                    _mark(way, share, at, said[listed], where, gain)
        weights = gains.sum(axis=0, dtype=np.uint16)
        if passing is not None:
            weights *= passing
        return _Weighed(some.rows if some else None, marks, gains, weights)

    def _holding(self, gains: Gains, needed: Sequence[bool]) -> Mask:
        """Return which rows have all the words that are needed."""
        holding: Mask = (gains if all(needed) else gains[np.array(needed)]).min(axis=0, initial=WHOLE) > 0
        return holding

    def _look_for_rarer(self, chosen: _Chosen) -> None:
        """Note which of the rows that have all other words have a rare one that begins with the last."""
        slot, where, gain = self._slots[-1], chosen.marks[-1], chosen.gains[-1]
        lacking = np.flatnonzero(self._holding(chosen.gains[:-1], self._needed[:-1]) & (gain == 0))
        lacking = lacking[np.argsort(-chosen.merits[lacking], kind="stable")[:RARER]]
        numbers = dict(zip(chosen.rows[lacking].tolist(), lacking.tolist(), strict=True))
        begun = f"% {slot.typed}%"
        for row, mark in self._connection.execute(
            "SELECT paper.row, CASE WHEN ' ' || title LIKE ? THEN ? WHEN ' ' || people LIKE ? THEN ? ELSE ? END "
            "FROM json_each(?) CROSS JOIN paper ON paper.row = value "
            "WHERE ' ' || title || ' ' || people || ' ' || keywords || ' ' || terms LIKE ?",
            (begun, LAST_PLACE, begun, PERSON, TERM, json.dumps(list(numbers)), begun),
        ):
            n = numbers[row]
            gained = _COUNTS[mark] * (BEGINS_ANOTHER if slot.known else BEGINS) * self._shares[-1]
            where[n], gain[n] = mark, int(WHOLE * gained)
            chosen.merits[n] += gained
            chosen.complete[n] = True
        self._complete.append(chosen.rows[lacking[chosen.complete[lacking]]])

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


def _telling(slot: Slot, slots: Sequence[Slot]) -> bool:
    """Whether a paper needs the word to hold all words: common ones only where nothing else is asked for."""
    # the first letter of a word that is still being typed tells nothing yet
    begun = len(slots) > 1 and slot is slots[-1] and len(slot.typed) == 1
    return not begun and (slot.typed not in FUNCTION_WORDS or all(one.typed in FUNCTION_WORDS for one in slots))


def _ways(slot: Slot, *, thorough: bool) -> list[_Way]:
    """Return the ways to have a word; where a paper has it in several, the last one counts."""
    begins = BEGINS_ANOTHER if slot.known else BEGINS
    begun = [_Way((word,), ahead=True, worth=begins) for word in slot.begun[::-1]]
    readings = [_Way(reading.words, ahead=True, worth=reading.worth) for reading in slot.readings[::-1]]
    if not thorough and slot.papers > FREQUENT:
        return begun + readings
    spelt = [way for way in (begun + readings if thorough else readings) if not FUNCTION_WORDS.intersection(way.spelt)]
    in_text = {tuple(map(stem, way.spelt)): way for way in spelt}
    return [*(way._replace(spelt=stems, ahead=False) for stems, way in in_text.items()), *begun, *readings]


@lru_cache(maxsize=64)
def _by_mark(worth: float) -> Weights:
    """Return what a reading weighs by the mark of the word, if that word is all of the query."""
    return np.float32(WHOLE * worth) * _COUNTS


def _lists(stretch: Stretch, ways: Sequence[_Way]) -> list[_Listed]:
    """Return for each way to have a word, where any row has it so, the rows and the marks of its first word."""
    listed = []
    for way in ways:
        found = stretch.head if way.ahead else stretch.body
        first, *others = way.spelt
        if first in found and all(other in found for other in others):
            rows, marks = found[first]
            for other in others:
                both, _ = among(rows, found[other][0])
                rows, marks = rows[both], marks[both]
            listed.append((way, rows, marks))
    return listed


def _mark(way: _Way, share: float, rows: Rows | Places, marks: Marks, where: Marks, gain: Gains) -> None:
    """Note where rows have a word in one way, and what that weighs."""
    if way.ahead:
        where[rows] = marks
        gain[rows] = (_by_mark(way.worth) * np.float32(share)).astype(np.uint16).take(marks)
    else:
        gain[rows] = int(WHOLE * IN_TEXT * way.worth * share)
