"""Segments as a search reads them: neighbours are joined into groups that are searched at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from bot.search.index.arrays import Impacts, Rows, row_type

# Neighbouring segments of so many rows are searched at once.
MAX_GROUP_ROWS = 1 << 22

Posting: TypeAlias = tuple[Rows, Impacts]
PostingsByWord: TypeAlias = Mapping[str, Posting]


@dataclass(frozen=True, slots=True)
class SegmentPostings:
    """Rows that are searched together, and the lists of the words that a search asks for.

    Rows in the lists are counted from `first`; `title_lengths` are in words.
    """

    first: int
    title_lengths: Impacts
    head: PostingsByWord
    body: PostingsByWord

    @property
    def size(self) -> int:
        """How many rows it spans."""
        return len(self.title_lengths)


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Rows with lists of their own.

    One in the file has a number; without, it is of new papers whose lists are in `memory`.
    """

    number: int | None
    first: int
    title_lengths: Impacts
    memory: tuple[PostingsByWord, PostingsByWord] = ({}, {})  # HEAD, BODY

    @property
    def end(self) -> int:
        """The row after its last."""
        return self.first + len(self.title_lengths)


@dataclass(frozen=True, eq=False)
class SegmentGroup:
    """Neighbouring segments that are searched as one."""

    segments: Sequence[Segment]

    @property
    def first(self) -> int:
        """Its first row."""
        return self.segments[0].first

    @cached_property
    def title_lengths(self) -> Impacts:
        """The length of each title in words, 0 for rows between the segments."""
        lengths = np.zeros(self.segments[-1].end - self.first, np.uint8)
        for segment in self.segments:
            here = slice(segment.first - self.first, segment.end - self.first)
            lengths[here] = segment.title_lengths
        return lengths

    def join(self, kind: int, word: str, filed: Mapping[int, Posting]) -> Posting | None:
        """Return a word's list of one kind, None where no segment has it.

        `filed` has the lists in the file by the number of the segment.
        """
        lists = list(self._lists(kind, word, filed))
        if not lists:
            return None
        as_row = row_type(len(self.title_lengths))
        if len(lists) == 1 and lists[0][0] == 0:
            _, rows, impacts = lists[0]
            return rows.astype(as_row, copy=False), impacts
        return (
            np.concatenate([rows.astype(as_row) + as_row.type(ahead) for ahead, rows, _ in lists]),
            np.concatenate([impacts for *_, impacts in lists]),
        )

    def _lists(
        self, kind: int, word: str, filed: Mapping[int, Posting]
    ) -> Iterator[tuple[int, Rows, Impacts]]:
        for segment in self.segments:
            number = segment.number
            found = segment.memory[kind].get(word) if number is None else filed.get(number)
            if found:
                yield segment.first - self.first, *found


def group_segments(segments: Sequence[Segment]) -> Iterator[SegmentGroup]:
    """Yield neighbours together, as long as they span no more rows than a group may."""
    group: list[Segment] = []
    for segment in segments:
        if group and segment.end - group[0].first > MAX_GROUP_ROWS:
            yield SegmentGroup(group)
            group = []
        group.append(segment)
    if group:
        yield SegmentGroup(group)
