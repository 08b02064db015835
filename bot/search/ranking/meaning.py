"""How near papers are to what a query means, by the vectors of both."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TypeAlias

import numpy as np

from bot.search.index.arrays import Mask, Places
from bot.search.index.row_vectors import RowVectors
from bot.search.ranking.weights import WORD_COUNTS
from bot.semantic.encoder import Vector
from bot.semantic.quantization import Bytes, Scores, cosines
from bot.semantic.vector_file import Keys

# So many papers that seem near are compared exactly, and so many of these are candidates.
MAX_COMPARED, MAX_NEAR = 600, 64

# Returns which of some keys have a vector, and the vectors of those.
ReadVectors: TypeAlias = Callable[[Keys], tuple[Mask, Bytes]]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a query means, and where the papers are near it: for one search, on one index.

    Nearness is the cosine in standard deviations above that of papers by chance: 0 says nothing,
    and it is the same for every model.
    """

    query: Vector
    vectors: RowVectors
    read: ReadVectors
    weight: float = 1.0
    _chance: list[tuple[float, float]] = field(default_factory=list)

    def weight_of(self, words: int) -> float:
        """Return what nearness counts in a query of so many telling words."""
        weights = fitted_weights()
        return self.weight * weights[min(words, len(weights) - 1)]

    def nearness(self, rows: Places) -> Scores:
        """Return how near each of the rows is, 0 where it has no vector yet."""
        found = np.zeros(len(rows), np.float32)
        there, keys = self.vectors.find(rows)
        readable, vectors = self.read(keys)
        places = np.flatnonzero(there)[readable]
        found[places] = self.above_chance(cosines(vectors, self.query))
        return found

    def above_chance(self, scores: Scores) -> Scores:
        """Return the nearness of papers whose vectors have these cosines with the query."""
        mean, deviation = self._by_chance()
        return (scores - mean) / deviation

    def nearest(self, passing: Mask | None) -> Places:
        """Return the nearest passing rows, the nearest first."""
        rows = np.sort(self.vectors.nearest(self.query, passing, MAX_COMPARED))
        scores = self.nearness(rows)
        found: Places = rows[np.argsort(-scores, kind="stable")[:MAX_NEAR]]
        return found

    def _by_chance(self) -> tuple[float, float]:
        """Return the mean of the cosines of a sample, and their standard deviation."""
        if not self._chance:
            scores = cosines(self.vectors.sample, self.query)
            deviation = float(scores.std()) if len(scores) > 1 else 0.0
            self._chance.append((float(scores.mean()) if len(scores) else 0.0, deviation or 1.0))
        return self._chance[0]


@cache
def fitted_weights() -> tuple[float, ...]:
    """Read what `bench/fit.py` wrote: a weight for each number of telling words from 0 on."""
    found = json.loads((files("bot.search.ranking") / "meaning.json").read_text("utf-8"))
    numbers = range(WORD_COUNTS[-1] + 1)
    return tuple(np.interp(numbers, WORD_COUNTS, found["weights"]).tolist())
