"""Rows that are searched together, and what the lists of words say of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from bot.search.index.postings import Marks, Rows, row_type

# Neighbouring stretches of so many rows are searched at once.
AT_ONCE = 1 << 22

Found: TypeAlias = Mapping[str, tuple[Rows, Marks]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of rows and what lists of them say: for each word that was asked for its rows, from `first`, and marks."""

    first: int
    lengths: Marks  # words of each title
    head: Found
    body: Found

    @property
    def size(self) -> int:
        """How many rows it spans."""
        return len(self.lengths)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Rows with lists of their own: by its number a stretch of the file, or new papers with what they say."""

    number: int | None
    first: int
    lengths: Marks
    said: tuple[Found, Found] = ({}, {})  # HEAD, BODY

    @property
    def end(self) -> int:
        """The row after its last."""
        return self.first + len(self.lengths)


@dataclass(frozen=True, eq=False)
class Run:
    """Neighbouring parts that are searched as one stretch."""

    parts: Sequence[Part]

    @property
    def first(self) -> int:
        """Its first row."""
        return self.parts[0].first

    @cached_property
    def lengths(self) -> Marks:
        """How many words each title has, 0 for rows between the parts."""
        lengths = np.zeros(self.parts[-1].end - self.first, np.uint8)
        for part in self.parts:
            lengths[part.first - self.first : part.end - self.first] = part.lengths
        return lengths

    def joined(
        self, kind: int, word: str, filed: Mapping[int, tuple[Rows, Marks]]
    ) -> tuple[Rows, Marks] | None:
        """Return the list of a word, out of those of all parts."""
        found: list[tuple[int, Rows, Marks]] = []
        for part in self.parts:
            one = part.said[kind].get(word) if part.number is None else filed.get(part.number)
            if one:
                found.append((part.first - self.first, *one))
        if not found:
            return None
        as_row = row_type(len(self.lengths))
        if len(found) == 1 and found[0][0] == 0:
            _, rows, marks = found[0]
            return rows.astype(as_row, copy=False), marks
        return (
            np.concatenate([rows.astype(as_row) + as_row.type(ahead) for ahead, rows, _ in found]),
            np.concatenate([marks for *_, marks in found]),
        )


def runs(parts: Sequence[Part]) -> Iterator[Run]:
    """Yield as many neighbours together as make a stretch at most."""
    run: list[Part] = []
    for part in parts:
        if run and part.end - run[0].first > AT_ONCE:
            yield Run(run)
            run = []
        run.append(part)
    if run:
        yield Run(run)
