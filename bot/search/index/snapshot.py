"""What a search keeps in memory: the words, the stretches, what the newest papers say, and what filters look at."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from bot.search.index import postings as lists
from bot.search.index.columns import Facts, read
from bot.search.index.documents import BETWEEN
from bot.search.index.lexicon import Lexicon
from bot.search.index.postings import BODY, HEAD, Marks, Rows, row_type
from bot.search.index.schema import prove, spoken
from bot.search.index.segment_reader import Part, Run, Stretch, runs
from bot.search.index.segments import STRETCH, WORD

# The newest papers are read in so many parts, and then all together.
TAILS = 4
# With more words than this that came later than the great lexicon, it is read again.
SETTLED = 10_000
# That is also done where more papers than this came in at once.
UNREAD = 1000
# Lists are kept in memory: so many papers of them or, where there are many, so many times as many
# as there are papers. A paper takes three to five bytes; a list as much as so many papers.
KEPT, KEPT_EACH, LIST = 5_000_000, 20, 100
# Words with their kind of list before them, 0 or 1.
_LISTS = f"""
    SELECT wanted.value, stretch.number, rows, marks, proof FROM json_each(?) AS wanted
    CROSS JOIN word ON word.word = substr(wanted.value, 2) CROSS JOIN stretch CROSS JOIN posting
    ON posting.key = (stretch.number << {STRETCH}) | (word.id << {WORD}) | substr(wanted.value, 1, 1)
"""  # noqa: S608


class Snapshot:
    """The index as one search sees it; `refresh` brings it up to what a connection reads."""

    def __init__(self) -> None:
        self._start_over()

    def _start_over(self) -> None:
        self._seen: int | None = None
        self._made = ""
        self._facts: Facts | None = None
        self._rows: list[tuple[tuple[str, ...], npt.NDArray[np.int64]]] = []
        self._filed: tuple[Part, ...] = ()
        self._newest: tuple[Part, ...] = ()
        self._read_rows: frozenset[int] = frozenset()  # that are in these
        # words that are not in the great lexicon, of the newest papers and of those that were among
        # these
        self._fresh: Counter[str] = Counter()
        self._settled: Counter[str] = Counter()
        self._runs: tuple[Run, ...] = ()
        self._lists: OrderedDict[tuple[int, str], Sequence[tuple[int, tuple[Rows, Marks]]]] = (
            OrderedDict()
        )
        self._kept = 0
        self.gone: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self.lexicons: tuple[Lexicon, ...] = ()
        self.papers = 0  # roughly: the number of rows

    def refresh(self, connection: sqlite3.Connection) -> None:
        """Read what changed since the last time."""
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        if version == self._seen:
            return
        (made,) = connection.execute("SELECT value FROM about WHERE name = 'made'").fetchone() or (
            "",
        )
        if made != self._made:  # all is numbered anew
            self._start_over()
            self._made = made
        self._facts = None
        self._rows.clear()
        before = {part.number: part for part in self._filed}
        found = connection.execute(
            "SELECT number, first, last FROM stretch ORDER BY first"
        ).fetchall()
        self._filed = tuple(before.get(one[0]) or _filed(connection, *one) for one in found)
        last = max((last for *_, last in found), default=0)
        if not self.lexicons or last - self.papers > UNREAD or len(self._settled) > SETTLED:
            # otherwise the counts of its words are a little behind: it takes a second to read for
            # many papers
            self.lexicons = (_lexicon(connection),)
            self._newest, self._read_rows = (), frozenset()
            self._fresh, self._settled = Counter(), Counter()
        elif last > self.papers:
            said = (words for _, words in spoken(connection, self.papers + 1, last))
            self._settled += self._new(
                Counter(word for each in said for word in set(" ".join(each).split()))
            )
        self._read_newest(connection, last)
        parts = (*self._filed, *self._newest)
        if parts != tuple(part for run in self._runs for part in run.parts):
            self._runs = tuple(runs(parts))
            self._lists.clear()
            self._kept = 0
        self._seen = version

    def lists(
        self, connection: sqlite3.Connection, head: Iterable[str], body: Iterable[str]
    ) -> list[Stretch]:
        """Return all stretches with their lists of these words, and of these word stems."""
        asked = dict.fromkeys([*((HEAD, word) for word in head), *((BODY, word) for word in body)])
        self._read(connection, [one for one in asked if one not in self._lists])
        heads: list[dict[str, tuple[Rows, Marks]]] = [{} for _ in self._runs]
        bodies: list[dict[str, tuple[Rows, Marks]]] = [{} for _ in self._runs]
        for one in asked:
            self._lists.move_to_end(one)
            kind, word = one
            for n, found in self._lists[one]:
                (bodies if kind == BODY else heads)[n][word] = found
        while self._kept > max(KEPT, KEPT_EACH * self.papers):
            self._kept -= _size(self._lists.popitem(last=False)[1])
        return [
            Stretch(run.first, run.lengths, *found)
            for run, *found in zip(self._runs, heads, bodies, strict=True)
        ]

    def _read(self, connection: sqlite3.Connection, asked: Sequence[tuple[int, str]]) -> None:
        """Read lists that are not kept yet; they are, since the same words are asked for again and again."""
        if not asked:
            return
        filed: dict[str, dict[int, tuple[Rows, Marks]]] = defaultdict(dict)
        row_types = {part.number: row_type(len(part.lengths)) for part in self._filed}
        spelt = [f"{kind}{word}" for kind, word in asked]
        for name, number, rows, marks, proof in connection.execute(_LISTS, (json.dumps(spelt),)):
            prove(proof, rows, marks)
            filed[name][number] = (
                np.frombuffer(rows, row_types[number]),
                np.frombuffer(marks, np.uint8),
            )
        for name, (kind, word) in zip(spelt, asked, strict=True):
            joined = [(n, run.joined(kind, word, filed[name])) for n, run in enumerate(self._runs)]
            self._lists[kind, word] = found = [(n, one) for n, one in joined if one]
            self._kept += _size(found)

    def _new(self, papers: Mapping[str, int]) -> Counter[str]:
        """Return the words that the great lexicon does not have, with their papers."""
        known = self.lexicons[0].counts(papers)
        return Counter(
            {
                word: number
                for word, number in papers.items()
                if word not in known and word != BETWEEN
            }
        )

    def facts(self, connection: sqlite3.Connection) -> Facts:
        """Return what filters look at."""
        if self._facts is None:
            self._facts = read(connection, self.papers + 1)
        return self._facts

    def passing(
        self, stretch: Stretch, passing: npt.NDArray[np.bool_] | None
    ) -> npt.NDArray[np.bool_] | None:
        """Return which rows of a stretch are there and among those of all that are `passing`; None where all are."""
        end = stretch.first + stretch.size
        gone = self.gone[(self.gone >= stretch.first) & (self.gone < end)] - stretch.first
        if passing is None and not len(gone):
            return None
        here = (
            np.ones(stretch.size, bool) if passing is None else passing[stretch.first : end].copy()
        )
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
        there = {
            row for (row,) in connection.execute("SELECT row FROM paper WHERE row > ?", (last,))
        }
        filed = any(part.first <= last for part in self._newest)
        if filed:
            self._settled += self._fresh
        if filed or len(self._newest) > TAILS:
            self._newest, self._read_rows, self._fresh = (), frozenset(), Counter()
        missing = sorted(there - self._read_rows)
        if missing:
            read = set(missing)
            found = [
                (row - missing[0], said)
                for row, said in spoken(connection, missing[0])
                if row in read
            ]
            if len(found) < len(missing):
                raise sqlite3.DatabaseError("papers are without what they say")
            made = lists.make(found)
            said = made.head.by_word(), made.body.by_word()
            self._newest = (*self._newest, Part(None, missing[0], made.lengths, said))
            self._fresh += self._new(made.papers)
        self._read_rows |= there
        fresh = self._fresh + self._settled
        self.lexicons = (
            self.lexicons[0],
            Lexicon(sorted(fresh), [fresh[word] for word in sorted(fresh)]),
        )
        gone = [row for (row,) in connection.execute("SELECT row FROM gone")]
        self.gone = np.array([*gone, *(self._read_rows - there)], np.int64)
        self.papers = max([last, *self._read_rows])


def _filed(connection: sqlite3.Connection, number: int, first: int, last: int) -> Part:
    (lengths,) = connection.execute(
        "SELECT lengths FROM stretch WHERE number = ?", (number,)
    ).fetchone()
    if len(lengths) != last - first + 1:
        raise sqlite3.DatabaseError("a stretch has not as many rows as it says")
    return Part(number, first, np.frombuffer(lengths, np.uint8))


def _size(found: Sequence[tuple[int, tuple[Rows, Marks]]]) -> int:
    return LIST + sum(len(marks) for _, (_, marks) in found)


def _lexicon(connection: sqlite3.Connection) -> Lexicon:
    words: list[str] = []
    papers = array("i")
    # one by one: there can be a million
    for word, number in connection.execute(
        "SELECT word, papers FROM word WHERE papers > 0 ORDER BY word"
    ):
        words.append(word)
        papers.append(number)
    return Lexicon(words, papers)
