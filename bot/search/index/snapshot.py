"""What a search reads, in memory: the words, the segments, the newest papers, the columns."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from bot.search.index import postings
from bot.search.index.arrays import Mask, Places
from bot.search.index.columns import Columns, read_columns
from bot.search.index.lexicon import Lexicon
from bot.search.index.paper_cache import PaperCache
from bot.search.index.posting_cache import PostingCache
from bot.search.index.schema import Fields, read_fields
from bot.search.index.segment_reader import Segment, SegmentPostings
from bot.search.index.segments import SegmentRange, segment_ranges
from bot.search.index.vocabulary import Vocabulary

# The newest papers are read in so many parts, and then all together.
MAX_NEWEST_PARTS = 4
# So many sets of ids are remembered with their rows.
MAX_ID_SETS = 8


class Snapshot:
    """The index as one search sees it; `refresh` updates it to what a connection reads."""

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self.row_count = 0  # the highest row: about the number of papers
        self.deleted: Places = np.empty(0, np.int64)
        self._version: int | None = None
        self.build = ""  # of the index: each numbers its rows again
        self._columns: Columns | None = None
        self._organizations: tuple[int, tuple[str, ...]] | None = None  # with so many rows
        self._id_rows: list[tuple[tuple[str, ...], Places]] = []
        self._filed: tuple[Segment, ...] = ()
        self._newest: tuple[Segment, ...] = ()
        self._newest_rows: frozenset[int] = frozenset()
        self._vocabulary = Vocabulary()
        self._cache = PostingCache()
        self.papers = PaperCache()

    @property
    def lexicons(self) -> tuple[Lexicon, ...]:
        """The words of all papers: the large lexicon, and a small one of what came later."""
        return self._vocabulary.lexicons

    def refresh(self, connection: sqlite3.Connection) -> None:
        """Read what changed since the last time."""
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        if version == self._version:
            return
        found = connection.execute("SELECT value FROM about WHERE name = 'build'").fetchone()
        build = found[0] if found else ""
        if build != self.build:  # rows and segments are numbered from the start
            self._reset()
            self.build = build
        self._columns = None
        self._id_rows.clear()
        self.papers.clear()
        last = self._read_segments(connection)
        self._read_words(connection, last)
        self._read_newest(connection, last)
        self._cache.cover((*self._filed, *self._newest))
        self._version = version

    def postings(
        self, connection: sqlite3.Connection, head: Iterable[str], body: Iterable[str]
    ) -> list[SegmentPostings]:
        """Return all rows with the lists of these words, and of these word stems."""
        return self._cache.read(connection, head, body, self.row_count)

    def columns(self, connection: sqlite3.Connection) -> Columns:
        """Return the columns of all papers."""
        if self._columns is None:
            self._columns = read_columns(connection, self.row_count + 1)
        return self._columns

    def organizations(self, connection: sqlite3.Connection) -> tuple[str, ...]:
        """Return the names of all organisations, the same while no paper comes."""
        if self._organizations is None or self._organizations[0] != self.row_count:
            names = connection.execute("SELECT name FROM organization ORDER BY handle")
            self._organizations = self.row_count, tuple(name for (name,) in names)
        return self._organizations[1]

    def visible(self, segment: SegmentPostings, passing: Mask | None) -> Mask | None:
        """Return which rows of a segment are not deleted and among all `passing` rows.

        None where all are.
        """
        end = segment.first + segment.size
        inside = (self.deleted >= segment.first) & (self.deleted < end)
        deleted = self.deleted[inside] - segment.first
        if passing is None and not len(deleted):
            return None
        if passing is None:
            visible = np.ones(segment.size, bool)
        else:
            visible = passing[segment.first : end].copy()
        visible[deleted] = False
        return visible

    def rows_of(self, connection: sqlite3.Connection, ids: tuple[str, ...]) -> Places:
        """Return the rows of papers; those of the same tuple are read once."""
        for known, rows in self._id_rows:
            if known is ids:
                return rows
        found = connection.execute(
            "SELECT row FROM json_each(?) CROSS JOIN paper ON paper.id = value", (json.dumps(ids),)
        ).fetchall()
        rows = np.array(found, np.int64).reshape(-1)
        self._id_rows = [*self._id_rows[1 - MAX_ID_SETS :], (ids, rows)]
        return rows

    def _read_segments(self, connection: sqlite3.Connection) -> int:
        """Read which segments there are; return their last row."""
        before = {segment.number: segment for segment in self._filed}
        ranges = segment_ranges(connection)
        self._filed = tuple(
            before.get(each.number) or _read_segment(connection, each) for each in ranges
        )
        return max((each.last for each in ranges), default=0)

    def _read_words(self, connection: sqlite3.Connection, last: int) -> None:
        """Read the words of papers that went into segments since the last time."""
        late = last - self.row_count
        if self._vocabulary.is_outdated(late):
            self._vocabulary.read(connection)
            self._newest, self._newest_rows = (), frozenset()
        elif late > 0:
            texts = (fields for _, fields in read_fields(connection, self.row_count + 1, last))
            self._vocabulary.add_late(
                Counter(word for fields in texts for word in set(" ".join(fields).split()))
            )

    def _read_newest(self, connection: sqlite3.Connection, last: int) -> None:
        """Read the papers after the last segment, into segments of their own in memory."""
        found = connection.execute("SELECT row FROM paper WHERE row > ?", (last,))
        rows = {row for (row,) in found}
        if any(segment.first <= last for segment in self._newest):
            self._vocabulary.file_newest()
            self._newest, self._newest_rows = (), frozenset()
        elif len(self._newest) > MAX_NEWEST_PARTS:
            self._vocabulary.forget_newest()
            self._newest, self._newest_rows = (), frozenset()
        if missing := sorted(rows - self._newest_rows):
            self._add_newest(_read_rows(connection, missing), missing[0])
        self._newest_rows |= rows
        self._vocabulary.update()
        deleted = [row for (row,) in connection.execute("SELECT row FROM deleted")]
        self.deleted = np.array([*deleted, *(self._newest_rows - rows)], np.int64)
        self.row_count = max([last, *self._newest_rows])

    def _add_newest(self, papers: Sequence[tuple[int, Fields]], first: int) -> None:
        content = postings.build([(row - first, fields) for row, fields in papers])
        memory = content.head.by_word(), content.body.by_word()
        self._newest = (*self._newest, Segment(None, first, content.title_lengths, memory))
        self._vocabulary.add_newest(content.paper_counts)


def _read_rows(connection: sqlite3.Connection, rows: Sequence[int]) -> Sequence[tuple[int, Fields]]:
    """Return the text of these rows, the newest of all."""
    wanted = set(rows)
    found = [(row, fields) for row, fields in read_fields(connection, rows[0]) if row in wanted]
    if len(found) < len(rows):
        raise sqlite3.DatabaseError("papers are without their text")
    return found


def _read_segment(connection: sqlite3.Connection, segment: SegmentRange) -> Segment:
    (lengths,) = connection.execute(
        "SELECT lengths FROM segment WHERE number = ?", (segment.number,)
    ).fetchone()
    if len(lengths) != segment.size:
        raise sqlite3.DatabaseError("a segment has not as many rows as it says")
    return Segment(segment.number, segment.first, np.frombuffer(lengths, np.uint8))
