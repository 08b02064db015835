"""Segments: the words of new papers go into lists, a segment of rows at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.search.index import postings
from bot.search.index.lexicon_file import add_late_words
from bot.search.index.postings import BODY, HEAD, MAX_SEGMENT_ROWS
from bot.search.index.schema import Fields, checksum, read_fields

# So many papers after the last segment make one: fewer are read as they are.
MIN_SEGMENT_PAPERS = 64
# A segment of so many papers at once when many come in.
BULK_PAPERS = 8192
# A key of `posting` has these parts: the segment, the word, the kind of list.
SEGMENT_SHIFT, WORD_SHIFT = 40, 1


@dataclass(frozen=True, slots=True)
class SegmentRange:
    """A segment in the file: its number, its first row and its last."""

    number: int
    first: int
    last: int

    @property
    def size(self) -> int:
        """How many rows it spans."""
        return self.last - self.first + 1


def posting_key(segment: int, word: int, kind: int) -> int:
    """Return the key of one list: of a segment and a word by their numbers, HEAD or BODY."""
    return segment << SEGMENT_SHIFT | word << WORD_SHIFT | kind


def word_numbers(connection: sqlite3.Connection, words: Sequence[str]) -> dict[str, int]:
    """Return the numbers of those of the words that have one."""
    return dict(
        connection.execute(
            "SELECT word, word.id FROM json_each(?) CROSS JOIN word ON word.word = value",
            (json.dumps(words),),
        )
    )


def segment_ranges(connection: sqlite3.Connection) -> list[SegmentRange]:
    """Return all segments, in the order of their rows."""
    found = connection.execute("SELECT number, first, last FROM segment ORDER BY first")
    return [SegmentRange(*one) for one in found]


def add_segments(connection: sqlite3.Connection) -> None:
    """Put the rows after the last segment into new ones if they are many enough.

    This happens inside the transaction that is open.
    """
    (last,) = connection.execute("SELECT coalesce(max(last), 0) FROM segment").fetchone()
    (number,) = connection.execute("SELECT count(*) FROM paper WHERE row > ?", (last,)).fetchone()
    while number >= MIN_SEGMENT_PAPERS:
        papers = _next_papers(connection, last)
        if not papers:
            raise sqlite3.DatabaseError("papers are without their text")
        first, (last, _) = papers[0][0], papers[-1]
        _write(connection, first, last, [(row - first, fields) for row, fields in papers])
        number -= len(papers)


def _next_papers(connection: sqlite3.Connection, after: int) -> list[tuple[int, Fields]]:
    """Return the text of the next papers after a row, as many as make one segment."""
    papers: list[tuple[int, Fields]] = []
    for row, fields in read_fields(connection, after + 1, limit=BULK_PAPERS):
        if papers and row - papers[0][0] >= MAX_SEGMENT_ROWS:
            break
        papers.append((row, fields))
    return papers


def _write(
    connection: sqlite3.Connection, first: int, last: int, papers: Sequence[tuple[int, Fields]]
) -> None:
    content = postings.build(papers)
    number = insert_segment(connection, first, last, content.title_lengths.tobytes())
    words = sorted({*content.paper_counts, *content.body.words})
    connection.executemany(
        "INSERT INTO word (word, papers) VALUES (?, ?) "
        "ON CONFLICT (word) DO UPDATE SET papers = papers + excluded.papers",
        [(word, content.paper_counts.get(word, 0)) for word in words],
    )
    ids = word_numbers(connection, words)
    lists = [
        (posting_key(number, ids[word], kind), rows, impacts)
        for kind, each in ((HEAD, content.head), (BODY, content.body))
        for word, rows, impacts in each.encode()
    ]
    insert_postings(connection, sorted(lists))
    add_late_words(connection, content.paper_counts)


def insert_segment(connection: sqlite3.Connection, first: int, last: int, lengths: bytes) -> int:
    """Write down a segment with the lengths of its titles, a byte for each row.

    Return its number.
    """
    row = (first, last, lengths)
    inserted = connection.execute(
        "INSERT INTO segment (first, last, lengths) VALUES (?, ?, ?)", row
    ).lastrowid
    return inserted or 0


def insert_postings(
    connection: sqlite3.Connection, lists: Iterable[tuple[int, bytes, bytes]]
) -> None:
    """Write down lists: key, rows and impacts of each."""
    connection.executemany(
        "INSERT INTO posting (key, rows, impacts, checksum) VALUES (?, ?, ?, ?)",
        ((key, rows, impacts, checksum(rows, impacts)) for key, rows, impacts in lists),
    )
