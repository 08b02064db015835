"""Small segments are merged into larger ones, so that a search reads few lists."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from bot.search.index import segments
from bot.search.index.arrays import Impacts, Places, Rows, row_type
from bot.search.index.postings import BODY, HEAD, MAX_SEGMENT_ROWS
from bot.search.index.schema import verify
from bot.search.index.segments import (
    SEGMENT_SHIFT,
    WORD_SHIFT,
    SegmentRange,
    insert_postings,
    insert_segment,
    posting_key,
    segment_ranges,
)

# So many small segments make a larger one.
MERGE_FACTOR = 4
# The lists of so many words are merged together at first, the most frequent ones; then of more, as
# long as they have fewer rows than this.
FIRST_WORDS, MAX_MERGED_ROWS = 16, 1_000_000


def merge_segments(connection: sqlite3.Connection, *, compact: bool = False) -> None:
    """Merge small segments as long as that is due, inside the transaction that is open.

    `compact` leaves as few segments as possible, for when no more papers come soon.
    """
    while due := _due(segment_ranges(connection), compact=compact):
        _merge(connection, due)


def _due(ranges: Sequence[SegmentRange], *, compact: bool) -> Sequence[SegmentRange]:
    """Return neighbours that are to become one: so many of a size; to be compact, all that fit."""
    size = segments.MIN_SEGMENT_PAPERS * MERGE_FACTOR
    while True:
        number = 2 if compact and size == MAX_SEGMENT_ROWS else MERGE_FACTOR
        if due := _mergeable(_small_tail(ranges, size), number):
            return due
        if size == MAX_SEGMENT_ROWS:
            return ()
        size = min(MAX_SEGMENT_ROWS, size * MERGE_FACTOR)


def _small_tail(ranges: Sequence[SegmentRange], size: int) -> Sequence[SegmentRange]:
    """Return the segments after the last one with as many rows as `size`."""
    large = [n for n, segment in enumerate(ranges) if segment.size >= size]
    return ranges[large[-1] + 1 :] if large else ranges


def _mergeable(ranges: Sequence[SegmentRange], number: int) -> Sequence[SegmentRange]:
    """Return the first neighbours worth merging, at least so many of them."""
    for n, first in enumerate(ranges):
        near = [other for other in ranges[n:] if other.last - first.first < MAX_SEGMENT_ROWS]
        if len(near) >= number and _is_worthwhile(near):
            return near
    return ()


def _is_worthwhile(ranges: Sequence[SegmentRange]) -> bool:
    """Whether few rows are written again for each that comes from a smaller segment."""
    first, *others = ranges
    return first.size < MERGE_FACTOR * sum(segment.size for segment in others)


def _merge(connection: sqlite3.Connection, ranges: Sequence[SegmentRange]) -> None:
    first, last = ranges[0].first, ranges[-1].last
    lengths = _title_lengths(connection, ranges)
    number = insert_segment(connection, first, last, lengths.tobytes())
    _merge_lists(connection, ranges, number)
    for segment in ranges:
        _remove(connection, segment)
    connection.execute("DELETE FROM deleted WHERE row BETWEEN ? AND ?", (first, last))


def _title_lengths(connection: sqlite3.Connection, ranges: Sequence[SegmentRange]) -> Impacts:
    first, last = ranges[0].first, ranges[-1].last
    lengths = np.zeros(last - first + 1, np.uint8)
    for segment in ranges:
        (data,) = connection.execute(
            "SELECT lengths FROM segment WHERE number = ?", (segment.number,)
        ).fetchone()
        here = slice(segment.first - first, segment.last - first + 1)
        lengths[here] = np.frombuffer(data, np.uint8)
    return lengths


def _merge_lists(
    connection: sqlite3.Connection, ranges: Sequence[SegmentRange], number: int
) -> None:
    first, last = ranges[0].first, ranges[-1].last
    deleted = connection.execute(
        "SELECT row FROM deleted WHERE row BETWEEN ? AND ?", (first, last)
    ).fetchall()
    gone = np.array([row - first for (row,) in deleted], row_type(last - first + 1))
    (words,) = connection.execute("SELECT coalesce(max(id), 0) FROM word").fetchone()
    begin, many = 0, FIRST_WORDS
    while begin <= words:
        keys, rows, impacts = _read_lists(connection, ranges, begin, begin + many)
        if len(gone):
            kept = ~np.isin(rows, gone)
            keys, rows, impacts = keys[kept], rows[kept], impacts[kept]
        insert_postings(connection, _split(number, keys, rows, impacts))
        begin += many
        many = many * 2 if len(rows) < MAX_MERGED_ROWS else max(1, many // 2)


def _remove(connection: sqlite3.Connection, segment: SegmentRange) -> None:
    keys = _key_range(segment, 0, 1 << SEGMENT_SHIFT - WORD_SHIFT)
    connection.execute("DELETE FROM posting WHERE key BETWEEN ? AND ?", keys)
    connection.execute("DELETE FROM segment WHERE number = ?", (segment.number,))


def _key_range(segment: SegmentRange, begin: int, end: int) -> tuple[int, int]:
    """Return the first and the last key of the words from `begin` to before `end`."""
    return posting_key(segment.number, begin, HEAD), posting_key(segment.number, end - 1, BODY)


def _read_lists(
    connection: sqlite3.Connection, ranges: Sequence[SegmentRange], begin: int, end: int
) -> tuple[Places, Rows, Impacts]:
    """Return the lists of the words from `begin` to before `end` in neighbouring segments.

    They are three arrays in order of keys: each row's key within its segment, the row counted from
    the first of all segments, and its impact.
    """
    as_row = row_type(ranges[-1].last - ranges[0].first + 1)
    parts = []
    for segment in ranges:
        found = connection.execute(
            "SELECT key, rows, impacts, checksum FROM posting WHERE key BETWEEN ? AND ?",
            _key_range(segment, begin, end),
        ).fetchall()
        for _, rows, impacts, expected in found:
            verify(expected, rows, impacts)
        keys = np.array([key for key, *_ in found], np.int64) & (1 << SEGMENT_SHIFT) - 1
        rows = np.frombuffer(b"".join([rows for _, rows, *_ in found]), row_type(segment.size))
        parts.append(
            (
                np.repeat(keys, [len(impacts) for *_, impacts, _ in found]),
                rows.astype(as_row) + as_row.type(segment.first - ranges[0].first),
                np.frombuffer(b"".join([impacts for *_, impacts, _ in found]), np.uint8),
            )
        )
    keys, rows, impacts = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    order = np.argsort(keys, kind="stable")
    return keys[order], rows[order], impacts[order]


def _split(
    number: int, keys: Places, rows: Rows, impacts: Impacts
) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield the lists of a segment, each with its key."""
    starts = np.flatnonzero(np.diff(keys, prepend=-1)).tolist()
    row_bytes, impact_bytes, size = rows.tobytes(), impacts.tobytes(), rows.itemsize
    ends = pairwise([*starts, len(keys)])
    for key, (start, stop) in zip(keys[starts].tolist(), ends, strict=True):
        yield (
            number << SEGMENT_SHIFT | key,
            row_bytes[size * start : size * stop],
            impact_bytes[start:stop],
        )
