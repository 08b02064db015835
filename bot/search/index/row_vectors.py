"""Which row of the index has which vector: what a search needs of them in memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from zlib import crc32

import numpy as np

from bot.search.index.arrays import Mask, Places
from bot.search.index.snapshot import Snapshot
from bot.semantic.encoder import Vector
from bot.semantic.quantization import Bytes, Signs, differences, directions, signs, units
from bot.semantic.vector_file import Keys

# Rows whose cosines tell how near papers are to a query by chance.
SAMPLE_ROWS = 1024
# As few have hardly anything in common but what they are about.
FEW_ROWS = 10
# Rows listed at once: searches wait for a millisecond.
LISTED_ROWS = 1000


@dataclass(frozen=True, slots=True)
class RowVectors:
    """The rows that have a vector, in ascending order, with its key and its signs.

    `build` is that of the index which numbers the rows; `sample` are vectors of some of them,
    `centre` is what all of these have in common, `seen` how they lie as seen from there.
    """

    build: str
    rows: Places
    keys: Keys
    codes: Signs
    sample: Bytes
    centre: Vector
    seen: Vector

    def find(self, rows: Places) -> tuple[Mask, Keys]:
        """Return which of the rows have a vector, and the keys of those."""
        places = np.minimum(np.searchsorted(self.rows, rows), max(0, len(self.rows) - 1))
        there = self.rows[places] == rows if len(self.rows) else np.zeros(len(rows), bool)
        return there, self.keys[places[there]]

    def nearest(self, query: Vector, passing: Mask | None, limit: int) -> Places:
        """Return the passing rows whose vectors seem nearest to a query, in any order."""
        distances, rows = differences(self.codes, signs(query)), self.rows
        if passing is not None:
            here = passing[rows]
            distances, rows = distances[here], rows[here]
        if len(rows) <= limit:
            return rows
        found: Places = rows[np.argpartition(distances, limit)[:limit]]
        return found


@dataclass(slots=True)
class RowVectorsDraft:
    """Rows as they are gone through, in ascending order, with the vectors that there are."""

    build: str = ""
    last: int = 0  # row
    size: int = 0  # rows with a vector
    has_news: bool = False
    _listed: int = 0
    _parts: list[tuple[Places, Keys, Signs]] = field(default_factory=list)

    def add(self, rows: Sequence[tuple[int, int]], vectors: Mapping[int, Bytes]) -> None:
        """Add rows with their keys; those whose key has no vector are left out."""
        self.last, self._listed = rows[-1][0], self._listed + len(rows)
        there = [(row, key) for row, key in rows if key in vectors]
        if there:
            numbers = np.array(there, np.int64)
            codes = signs(np.array([vectors[key] for _, key in there]))
            self._parts.append((numbers[:, 0], numbers[:, 1], codes))
            self.size, self.has_news = self.size + len(there), True

    def covers(self, share: float) -> bool:
        """Tell whether such a share of the rows have a vector."""
        return self.size >= share * self._listed

    def publish(self, read: Callable[[Keys], Bytes]) -> RowVectors:
        """Return all rows; `read` returns the vectors of a sample."""
        rows, keys, codes = (np.concatenate(parts) for parts in zip(*self._parts, strict=True))
        self._parts, self.has_news = [(rows, keys, codes)], False
        sample = read(keys[:: -(-len(keys) // SAMPLE_ROWS)])
        centre = _centre(sample)
        seen = directions(sample, centre)
        return RowVectors(self.build, rows, keys, codes, sample, centre, seen)


def _centre(sample: Bytes) -> Vector:
    """Return the mean of vectors, less of it where they are few: these say little of all."""
    lines = units(sample)
    found: Vector = lines.sum(axis=0) / np.float32(len(lines) + FEW_ROWS)
    return found


class ListedRows(NamedTuple):
    """Some rows of an index, each with id and key; its build, and how many rows it has in all."""

    build: str = ""
    total: int = 0
    rows: Sequence[tuple[int, str, int]] = ()


def list_rows(
    connection: sqlite3.Connection, snapshot: Snapshot, build: str, last: int
) -> ListedRows:
    """Return the next rows after the `last` one of a build, the first rows of another build.

    A key stays the same as long as the text of a paper does, however its row is numbered.
    """
    found = connection.execute(
        "SELECT row, id, checksum FROM paper WHERE row > ? ORDER BY row LIMIT ?",
        (last if build == snapshot.build else 0, LISTED_ROWS),
    )
    rows = [(row, id_, text_key(id_, checksum)) for row, id_, checksum in found]
    return ListedRows(snapshot.build, snapshot.row_count, rows)


def text_key(paper_id: str, checksum: int) -> int:
    """Return what tells one version of a paper's text from all others: a number of 64 bits."""
    key = crc32(paper_id.encode()) << 32 | checksum
    return key - (1 << 64) if key >> 63 else key


def keys_of_ids(
    connection: sqlite3.Connection, snapshot: Snapshot, vectors: RowVectors, ids: Sequence[str]
) -> dict[str, int]:
    """Return the keys of the papers that have a vector, by their ids."""
    if vectors.build != snapshot.build:
        return {}
    found = connection.execute(
        "SELECT row, paper.id FROM json_each(?) CROSS JOIN paper ON paper.id = value",
        (json.dumps(list(ids)),),
    ).fetchall()
    there, keys = vectors.find(np.array([row for row, _ in found], np.int64))
    known = [id_ for (_, id_), has in zip(found, there, strict=True) if has]
    return dict(zip(known, keys.tolist(), strict=True))
