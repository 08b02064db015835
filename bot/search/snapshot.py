"""What a search keeps in memory: the words, the stretches, what the newest papers say, and what filters look at."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from bot.search import lists
from bot.search.filling import SPOKEN
from bot.search.lexicon import Lexicon
from bot.search.lists import BODY, HEAD, Marks, Rows, Said, row_type
from bot.search.schema import joined, prove
from bot.search.stretches import STRETCH, key, numbers

Found: TypeAlias = Mapping[str, tuple[Rows, Marks]]

# The newest papers are read in so many parts, and then all together.
TAILS = 4
# Lists of so many papers are kept in memory, no more than so many papers of them, at three to five bytes each.
LONG, KEPT = 500, 8_000_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of rows and what lists of them say: for each word that was asked for its rows, from `first`, and marks."""

    number: int
    first: int
    lengths: Marks  # words of each title
    head: Found = field(default_factory=dict)
    body: Found = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many rows it spans."""
        return len(self.lengths)


@dataclass(frozen=True, slots=True)
class Facts:
    """What filters look at, by row; a row that is no more has no paper."""

    there: npt.NDArray[np.bool_]
    day: npt.NDArray[np.int32]  # as a number, 20260514; 0 where it is not known
    votes: npt.NDArray[np.int32]
    code: npt.NDArray[np.bool_]
    organization: npt.NDArray[np.int32]  # its place in `organizations`, -1 where there is none
    organizations: Mapping[str, int]


class Snapshot:
    """The index as one search sees it; `refresh` brings it up to what a connection reads."""

    def __init__(self) -> None:
        self._start_over()

    def _start_over(self) -> None:
        self._seen: int | None = None
        self._made = ""
        self._facts: Facts | None = None
        self._rows: list[tuple[tuple[str, ...], npt.NDArray[np.int64]]] = []
        self._stretches: tuple[Stretch, ...] = ()
        self._row_types: dict[int, np.dtype[np.uint16 | np.uint32]] = {}
        self._newest: tuple[Stretch, ...] = ()
        self._read_rows: frozenset[int] = frozenset()  # that are in these
        self._fresh: dict[str, int] = {}  # their words that no stretch of the file has
        self._long: OrderedDict[int, tuple[Rows, Marks]] = OrderedDict()
        self._kept = 0
        self.gone: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self.lexicons: tuple[Lexicon, ...] = ()
        self.papers = 0  # roughly: the number of rows

    def refresh(self, connection: sqlite3.Connection) -> None:
        """Read what changed since the last time."""
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        if version == self._seen:
            return
        (made,) = connection.execute("SELECT value FROM about WHERE name = 'made'").fetchone() or ("",)
        if made != self._made:  # all is numbered anew
            self._start_over()
            self._made = made
        self._facts = None
        self._rows.clear()
        before = {stretch.number: stretch for stretch in self._stretches}
        found = connection.execute("SELECT number, first, last FROM stretch ORDER BY first").fetchall()
        self._stretches = tuple(before.get(one[0]) or _stretch(connection, *one) for one in found)
        self._row_types = {stretch.number: row_type(stretch.size) for stretch in self._stretches}
        last = max((last for *_, last in found), default=0)
        if before.keys() != {number for number, *_ in found} or not self.lexicons:
            self.lexicons = (_lexicon(connection),)
        self._read_newest(connection, last)
        self._seen = version

    def lists(self, connection: sqlite3.Connection, head: Iterable[str], body: Iterable[str]) -> list[Stretch]:
        """Return all stretches with their lists of these words, and of these word stems."""
        heads, bodies = dict.fromkeys(head), dict.fromkeys(body)
        ids = numbers(connection, [*heads, *bodies])
        wanted = {
            key(stretch.number, ids[word], kind): word
            for stretch in self._stretches
            for kind, words in ((HEAD, heads), (BODY, bodies))
            for word in words
            if word in ids
        }
        found: dict[int, tuple[dict[str, tuple[Rows, Marks]], dict[str, tuple[Rows, Marks]]]] = defaultdict(
            lambda: ({}, {})
        )
        for place, one in self._read(connection, wanted):
            found[place >> STRETCH][place & 1][wanted[place]] = one
        stretches = [Stretch(one.number, one.first, one.lengths, *found[one.number]) for one in self._stretches]
        return [*stretches, *self._newest]

    def _read(self, connection: sqlite3.Connection, keys: Iterable[int]) -> Iterator[tuple[int, tuple[Rows, Marks]]]:
        """Yield the lists with these keys; long ones are kept, since their words are asked for again and again."""
        unread = []
        for place in keys:
            if known := self._long.get(place):
                self._long.move_to_end(place)
                yield place, known
            else:
                unread.append(place)
        for place, rows, marks, proof in _fetch(connection, unread):
            prove(rows + marks, proof)
            one = np.frombuffer(rows, self._row_types[place >> STRETCH]), np.frombuffer(marks, np.uint8)
            if len(marks) >= LONG:
                self._long[place] = one
                self._kept += len(marks)
            yield place, one
        while self._kept > KEPT:
            _, (old, _) = self._long.popitem(last=False)
            self._kept -= len(old)

    def facts(self, connection: sqlite3.Connection) -> Facts:
        """Return what filters look at."""
        if self._facts is None:
            try:
                self._facts = _facts(connection, self.papers + 1)
            except (AttributeError, IndexError, OverflowError, TypeError, ValueError) as error:
                raise sqlite3.DatabaseError("what it says of a paper makes no sense") from error
        return self._facts

    def passing(self, stretch: Stretch, passing: npt.NDArray[np.bool_] | None) -> npt.NDArray[np.bool_] | None:
        """Return which rows of a stretch are there and among those of all that are `passing`; None where all are."""
        end = stretch.first + stretch.size
        gone = self.gone[(self.gone >= stretch.first) & (self.gone < end)] - stretch.first
        if passing is None and not len(gone):
            return None
        here = np.ones(stretch.size, bool) if passing is None else passing[stretch.first : end].copy()
        here[gone] = False
        return here

    def rows(self, connection: sqlite3.Connection, ids: tuple[str, ...]) -> npt.NDArray[np.int64]:
        """Return the rows of papers; those of the same tuple are read once."""
        for known, rows in self._rows:
            if known is ids:
                return rows
        found = connection.execute(
            "SELECT row FROM json_each(?) CROSS JOIN paper ON paper.id = value", (json.dumps(ids),)
        ).fetchall()
        rows = np.array(found, np.int64).reshape(-1)
        self._rows = [*self._rows[-7:], (ids, rows)]
        return rows

    def _read_newest(self, connection: sqlite3.Connection, last: int) -> None:
        """Read what the papers after the last stretch say, in small stretches of their own that stand in no file."""
        there = {row for (row,) in connection.execute("SELECT row FROM paper WHERE row > ?", (last,))}
        if len(self._newest) > TAILS or any(stretch.first <= last for stretch in self._newest):
            self._newest, self._read_rows, self._fresh = (), frozenset(), {}
        missing = sorted(there - self._read_rows)
        known = self.lexicons[0]
        if missing:
            made = lists.make([(row - missing[0], said) for row, said in _said(connection, missing)])
            tail = Stretch(0, missing[0], made.lengths, made.head.by_word(), made.body.by_word())
            self._newest = (*self._newest, tail)
            old = known.counts(made.papers)
            for word, papers in made.papers.items():
                if word not in old:
                    self._fresh[word] = self._fresh.get(word, 0) + papers
        self._read_rows |= there
        fresh = sorted(self._fresh)
        self.lexicons = (known, Lexicon(fresh, [self._fresh[word] for word in fresh]))
        gone = [row for (row,) in connection.execute("SELECT row FROM gone")]
        self.gone = np.array([*gone, *(self._read_rows - there)], np.int64)
        self.papers = max([last, *self._read_rows])


def _said(connection: sqlite3.Connection, rows: Sequence[int]) -> Iterator[tuple[int, Said]]:
    found = connection.execute(f"{SPOKEN} WHERE row BETWEEN ? AND ? ORDER BY row", (rows[0], rows[-1]))
    wanted = set(rows)
    for row, *said, proof in found:
        if row in wanted:
            prove(joined(said), proof)
            title, people, keywords, terms, abstract = said
            yield row, (title, people, keywords, terms, abstract)


def _stretch(connection: sqlite3.Connection, number: int, first: int, last: int) -> Stretch:
    (lengths,) = connection.execute("SELECT lengths FROM stretch WHERE number = ?", (number,)).fetchone()
    if len(lengths) != last - first + 1:
        raise sqlite3.DatabaseError("a stretch has not as many rows as it says")
    return Stretch(number, first, np.frombuffer(lengths, np.uint8))


def _lexicon(connection: sqlite3.Connection) -> Lexicon:
    words: list[str] = []
    papers = array("i")
    # one by one: there can be a million
    for word, number in connection.execute("SELECT word, papers FROM word WHERE papers > 0 ORDER BY word"):
        words.append(word)
        papers.append(number)
    return Lexicon(words, papers)


def _fetch(connection: sqlite3.Connection, keys: Sequence[int]) -> list[tuple[int, bytes, bytes, int]]:
    return connection.execute(
        "SELECT posting.key, rows, marks, proof FROM json_each(?) CROSS JOIN posting ON posting.key = value",
        (json.dumps(keys),),
    ).fetchall()


def _facts(connection: sqlite3.Connection, size: int) -> Facts:
    there, code = np.zeros((2, size), bool)
    day, votes = np.zeros((2, size), np.int32)
    organization = np.full(size, -1, np.int32)
    found = connection.execute("SELECT row, day, votes, code, organization FROM paper").fetchall()
    houses = {house: n for n, house in enumerate(dict.fromkeys(house for *_, house in found if house is not None))}
    if found:
        rows, days, liked, coded, owners = zip(*found, strict=True)
        at = np.array(rows, np.int64)
        there[at], votes[at], code[at] = True, liked, coded
        day[at] = [int(each.replace("-", "")) if each else 0 for each in days]
        organization[at] = [-1 if house is None else houses[house] for house in owners]
    return Facts(there, day, votes, code, organization, houses)
