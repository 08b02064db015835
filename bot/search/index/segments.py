"""Stretches of rows: the words of new papers go into lists, the lists of small stretches into those of larger ones."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from bot.search.index import postings as lists
from bot.search.index.postings import BODY, HEAD, LONGEST, Marks, Rows, row_type
from bot.search.index.schema import Said, checksum, prove, spoken

# So many papers after the last stretch make one: fewer are read as they are.
FOLD = 512
# A stretch of so many papers at once when many come in.
BULK = 8192
# So many small stretches make a larger one.
TOGETHER = 4
# A key of `posting`: the stretch, the word, the kind of list.
STRETCH, WORD = 40, 1
# So many words have their lists merged together at first, the most frequent; then more, as long as
# the papers in these lists are fewer than that.
FIRST_MERGED, MERGED = 16, 1_000_000


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch: its number, its first row and its last."""

    number: int
    first: int
    last: int

    @property
    def size(self) -> int:
        """How many rows it spans."""
        return self.last - self.first + 1


def key(stretch: int, word: int, kind: int) -> int:
    """Return the key of one list."""
    return stretch << STRETCH | word << WORD | kind


def numbers(connection: sqlite3.Connection, words: Sequence[str]) -> dict[str, int]:
    """Return the numbers of those of the words that have one."""
    asked = (json.dumps(words),)
    return dict(
        connection.execute(
            "SELECT word, word.id FROM json_each(?) CROSS JOIN word ON word.word = value", asked
        )
    )


def fold(connection: sqlite3.Connection, *, tidy: bool = False) -> None:
    """Make a stretch of the rows after the last one if they are many, inside the transaction that is open.

    `tidy` leaves as few stretches as can be, for when no more papers come soon.
    """
    (last,) = connection.execute("SELECT coalesce(max(last), 0) FROM stretch").fetchone()
    (number,) = connection.execute("SELECT count(*) FROM paper WHERE row > ?", (last,)).fetchone()
    while number >= FOLD:
        papers = _next(connection, last)
        if not papers:
            raise sqlite3.DatabaseError("papers are without what they say")
        first, (last, _) = papers[0][0], papers[-1]
        _write(connection, first, last, [(row - first, said) for row, said in papers])
        number -= len(papers)
    while due := _due(_spans(connection), tidy=tidy):
        _merge(connection, due)


def _spans(connection: sqlite3.Connection) -> list[Span]:
    return [
        Span(*found)
        for found in connection.execute("SELECT number, first, last FROM stretch ORDER BY first")
    ]


def _next(connection: sqlite3.Connection, after: int) -> list[tuple[int, Said]]:
    """Return what the next papers after a row say, as many as make one stretch."""
    papers: list[tuple[int, Said]] = []
    for row, said in spoken(connection, after + 1, most=BULK):
        if papers and row - papers[0][0] >= LONGEST:
            break
        papers.append((row, said))
    return papers


def _write(
    connection: sqlite3.Connection, first: int, last: int, papers: Sequence[tuple[int, Said]]
) -> None:
    made = lists.make(papers)
    number = _begin(connection, first, last, made.lengths.tobytes())
    words = sorted({*made.papers, *made.body.words})
    connection.executemany(
        "INSERT INTO word (word, papers) VALUES (?, ?) "
        "ON CONFLICT (word) DO UPDATE SET papers = papers + excluded.papers",
        [(word, made.papers.get(word, 0)) for word in words],
    )
    ids = numbers(connection, words)
    kinds = ((HEAD, made.head), (BODY, made.body))
    found = [
        (key(number, ids[word], kind), rows, marks)
        for kind, each in kinds
        for word, rows, marks in each.written()
    ]
    _put(connection, sorted(found))


def _begin(connection: sqlite3.Connection, first: int, last: int, lengths: bytes) -> int:
    row = (first, last, lengths)
    return (
        connection.execute(
            "INSERT INTO stretch (first, last, lengths) VALUES (?, ?, ?)", row
        ).lastrowid
        or 0
    )


def _put(connection: sqlite3.Connection, found: Iterable[tuple[int, bytes, bytes]]) -> None:
    connection.executemany(
        "INSERT INTO posting (key, rows, marks, proof) VALUES (?, ?, ?, ?)",
        ((place, rows, marks, checksum(rows, marks)) for place, rows, marks in found),
    )


def _due(spans: Sequence[Span], *, tidy: bool) -> Sequence[Span]:
    """Return neighbouring stretches that are to become one: so many of a length; to be tidy, all that fit."""
    longest = FOLD * TOGETHER
    while True:
        small = 0
        while small < len(spans) and spans[-1 - small].size < longest:
            small += 1
        run = spans[len(spans) - small :]
        for n, first in enumerate(run):
            fitting = [span for span in run[n:] if span.last - first.first < LONGEST]
            enough = 2 if tidy and longest == LONGEST else TOGETHER
            if len(fitting) >= enough and _worthwhile(fitting):
                return fitting
        if longest == LONGEST:
            return ()
        longest = min(LONGEST, longest * TOGETHER)


def _worthwhile(spans: Sequence[Span]) -> bool:
    """Whether few rows are written again for each that comes from a smaller stretch."""
    first, *others = spans
    return first.size < TOGETHER * sum(span.size for span in others)


def _merge(connection: sqlite3.Connection, spans: Sequence[Span]) -> None:
    first, last = spans[0].first, spans[-1].last
    gone = np.array(
        [
            row - first
            for (row,) in connection.execute(
                "SELECT row FROM gone WHERE row BETWEEN ? AND ?", (first, last)
            )
        ],
        row_type(last - first + 1),
    )
    lengths = np.zeros(last - first + 1, np.uint8)
    for span in spans:
        (data,) = connection.execute(
            "SELECT lengths FROM stretch WHERE number = ?", (span.number,)
        ).fetchone()
        lengths[span.first - first : span.last - first + 1] = np.frombuffer(data, np.uint8)
    number = _begin(connection, first, last, lengths.tobytes())
    (words,) = connection.execute("SELECT coalesce(max(id), 0) FROM word").fetchone()
    begin, many = 0, FIRST_MERGED
    while begin <= words:
        places, rows, marks = _together(connection, spans, begin, begin + many)
        if len(gone):
            kept = ~np.isin(rows, gone)
            places, rows, marks = places[kept], rows[kept], marks[kept]
        _put(connection, _merged(number, places, rows, marks))
        begin, many = begin + many, many * 2 if len(rows) < MERGED else max(1, many // 2)
    for span in spans:
        connection.execute(
            "DELETE FROM posting WHERE key BETWEEN ? AND ?", _keys(span, 0, 1 << STRETCH - WORD)
        )
        connection.execute("DELETE FROM stretch WHERE number = ?", (span.number,))
    connection.execute("DELETE FROM gone WHERE row BETWEEN ? AND ?", (first, last))


def _keys(span: Span, begin: int, end: int) -> tuple[int, int]:
    """Return the first and the last key of the words from `begin` to before `end`."""
    return key(span.number, begin, HEAD), key(span.number, end - 1, BODY)


def _together(
    connection: sqlite3.Connection, spans: Sequence[Span], begin: int, end: int
) -> tuple[npt.NDArray[np.int64], Rows, Marks]:
    """Return the lists of some words in neighbouring stretches: the key in a stretch of each row, the rows, the marks.

    They are in order of their keys, and the rows are counted from the first of all.
    """
    as_row = row_type(spans[-1].last - spans[0].first + 1)
    parts = []
    for span in spans:
        found = connection.execute(
            "SELECT key, rows, marks, proof FROM posting WHERE key BETWEEN ? AND ?",
            _keys(span, begin, end),
        ).fetchall()
        for _, rows, marks, proof in found:
            prove(proof, rows, marks)
        places = np.array([place for place, *_ in found], np.int64) & (1 << STRETCH) - 1
        rows = np.frombuffer(b"".join([rows for _, rows, *_ in found]), row_type(span.size))
        parts.append(
            (
                np.repeat(places, [len(marks) for *_, marks, _ in found]),
                rows.astype(as_row) + as_row.type(span.first - spans[0].first),
                np.frombuffer(b"".join([marks for *_, marks, _ in found]), np.uint8),
            )
        )
    places, rows, marks = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    order = np.argsort(places, kind="stable")
    return places[order], rows[order], marks[order]


def _merged(
    number: int, places: npt.NDArray[np.int64], rows: Rows, marks: Marks
) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield the lists of a stretch, each with its key."""
    starts = np.flatnonzero(np.diff(places, prepend=-1)).tolist()
    found, said, size = rows.tobytes(), marks.tobytes(), rows.itemsize
    for place, (start, stop) in zip(
        places[starts].tolist(), pairwise([*starts, len(places)]), strict=True
    ):
        yield number << STRETCH | place, found[size * start : size * stop], said[start:stop]
