"""Postings lists in memory, since the same words are asked for again and again."""

from __future__ import annotations

import json
import sqlite3
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from bot.search.index.arrays import row_type
from bot.search.index.postings import BODY, HEAD
from bot.search.index.schema import verify
from bot.search.index.segment_reader import (
    Posting,
    Segment,
    SegmentGroup,
    SegmentPostings,
    group_segments,
)
from bot.search.index.segments import SEGMENT_SHIFT, WORD_SHIFT

# Lists are kept in memory as long as they have no more entries than this or, where there are many
# papers, than so many for each paper. An entry takes three to five bytes; a list as much as so many
# entries besides.
MAX_ENTRIES, MAX_ENTRIES_PER_PAPER, LIST_ENTRIES = 5_000_000, 20, 100
# Words with their kind of list before them, 0 or 1.
_LISTS = f"""
    SELECT wanted.value, segment.number, rows, impacts, checksum FROM json_each(?) AS wanted
    CROSS JOIN word ON word.word = substr(wanted.value, 2) CROSS JOIN segment CROSS JOIN posting
    ON posting.key = (segment.number << {SEGMENT_SHIFT}) | (word.id << {WORD_SHIFT})
        | substr(wanted.value, 1, 1)
"""  # noqa: S608

# A kind of list, HEAD or BODY, and a word or a word stem.
_Name = tuple[int, str]


class PostingCache:
    """Reads lists of all segments, and keeps those that were asked for last."""

    def __init__(self) -> None:
        self._segments: tuple[Segment, ...] = ()
        self._groups: tuple[SegmentGroup, ...] = ()
        # for each name the numbers of the groups that have it, with their lists
        self._lists: OrderedDict[_Name, Sequence[tuple[int, Posting]]] = OrderedDict()
        self._entries = 0

    def cover(self, segments: tuple[Segment, ...]) -> None:
        """Read from these segments from now on."""
        if segments == self._segments:
            return
        self._segments = segments
        self._groups = tuple(group_segments(segments))
        self._lists.clear()
        self._entries = 0

    def read(
        self, connection: sqlite3.Connection, head: Iterable[str], body: Iterable[str], papers: int
    ) -> list[SegmentPostings]:
        """Return all rows with their lists of these words, and of these word stems.

        `papers` is about the number of papers in the index.
        """
        asked = dict.fromkeys([*((HEAD, word) for word in head), *((BODY, word) for word in body)])
        self._read(connection, [name for name in asked if name not in self._lists])
        found = self._by_group(asked)
        self._trim(max(MAX_ENTRIES, MAX_ENTRIES_PER_PAPER * papers))
        return found

    def _by_group(self, names: Iterable[_Name]) -> list[SegmentPostings]:
        lists: list[tuple[dict[str, Posting], dict[str, Posting]]] = [
            ({}, {}) for _ in self._groups
        ]
        for name in names:
            self._lists.move_to_end(name)
            kind, word = name
            for n, posting in self._lists[name]:
                lists[n][kind][word] = posting
        return [
            SegmentPostings(group.first, group.title_lengths, *found)
            for group, found in zip(self._groups, lists, strict=True)
        ]

    def _read(self, connection: sqlite3.Connection, names: Sequence[_Name]) -> None:
        if not names:
            return
        keys = [f"{kind}{word}" for kind, word in names]
        filed = self._read_file(connection, keys)
        for key, (kind, word) in zip(keys, names, strict=True):
            joined = [
                (n, group.join(kind, word, filed[key])) for n, group in enumerate(self._groups)
            ]
            self._lists[kind, word] = lists = [(n, posting) for n, posting in joined if posting]
            self._entries += _entries(lists)

    def _read_file(
        self, connection: sqlite3.Connection, keys: Sequence[str]
    ) -> Mapping[str, Mapping[int, Posting]]:
        """Return the lists in the file for each key, by the number of their segment."""
        row_types = {
            segment.number: row_type(len(segment.title_lengths)) for segment in self._segments
        }
        found: defaultdict[str, dict[int, Posting]] = defaultdict(dict)
        for key, number, rows, impacts, expected in connection.execute(_LISTS, (json.dumps(keys),)):
            verify(expected, rows, impacts)
            found[key][number] = (
                np.frombuffer(rows, row_types[number]),
                np.frombuffer(impacts, np.uint8),
            )
        return found

    def _trim(self, limit: int) -> None:
        """Drop the lists that were asked for first, until the others are within the limit."""
        while self._entries > limit:
            self._entries -= _entries(self._lists.popitem(last=False)[1])


def _entries(lists: Sequence[tuple[int, Posting]]) -> int:
    return LIST_ENTRIES + sum(len(impacts) for _, (_, impacts) in lists)
