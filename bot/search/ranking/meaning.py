"""How near papers are to what a query means, by the vectors of both."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypeAlias

import numpy as np

from bot.search.index.arrays import Mask, Places
from bot.search.index.row_vectors import RowVectors
from bot.search.ranking.features import Unmet
from bot.search.ranking.weights import WORD_COUNTS
from bot.semantic.encoder import Vector, normalize
from bot.semantic.quantization import Bytes, Scores, cosines, directions
from bot.semantic.vector_file import Keys

# So many papers that seem near are compared exactly, and so many of these are candidates.
MAX_COMPARED, MAX_NEAR = 600, 100
# The papers that come first say what is meant too: so many of them, and so much beside the query.
FEEDBACK_PAPERS, FEEDBACK_WEIGHT = 5, 0.5

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

    def weight_of(self, words: int, unmet: Unmet) -> float:
        """Return what nearness counts in a query of so many telling words."""
        plain, of_question = fitted_weights()
        number = min(words, len(plain) - 1)
        return self.weight * (
            plain[number] * unmet.of_name + of_question[number] * unmet.of_question
        )

    def nearness(self, rows: Places) -> Scores:
        """Return how near each of the rows is, 0 where it has no vector yet."""
        return self._compare(self._seen(rows), self._direction)

    def nearness_with_best(
        self, rows: Places, merits: Scores, weight: float
    ) -> tuple[Scores, Scores]:
        """Return how near the rows are, and how near to the query and the best of them together.

        The best are those that come first by their merits and this weight of nearness. J. Rocchio,
        "Relevance feedback in information retrieval", 1971.
        """
        lines, query = self._seen(rows), self._direction
        near = self._compare(lines, query)
        best = np.argsort(-(merits + weight * near), kind="stable")[:FEEDBACK_PAPERS]
        told = FEEDBACK_WEIGHT * normalize(lines[best].sum(axis=0))
        return near, self._compare(lines, normalize(query + told))

    def nearest(self, passing: Mask | None) -> Places:
        """Return the nearest passing rows, the nearest first."""
        rows = np.sort(self.vectors.nearest(self._direction, passing, MAX_COMPARED))
        scores = self.nearness(rows)
        found: Places = rows[np.argsort(-scores, kind="stable")[:MAX_NEAR]]
        return found

    def above_chance(self, scores: Scores) -> Scores:
        """Return in standard deviations cosines that the vectors of papers have with the query."""
        return _above(cosines(self.vectors.sample, self.query), scores)

    @property
    def _direction(self) -> Vector:
        return directions(self.query, self.vectors.centre)

    def _seen(self, rows: Places) -> Vector:
        """Return how rows lie as seen from the centre, all zeros where there is no vector."""
        found = np.zeros((len(rows), len(self.query)), np.float32)
        there, keys = self.vectors.find(rows)
        readable, vectors = self.read(keys)
        if len(vectors):
            found[np.flatnonzero(there)[readable]] = directions(vectors, self.vectors.centre)
        return found

    def _compare(self, lines: Vector, query: Vector) -> Scores:
        """Return how near lines are to a query, 0 for those that are all zeros."""
        scores = _above(self.vectors.seen @ query, lines @ query)
        return np.where(lines.any(axis=1), scores, np.float32(0))


def _above(chance: Scores, scores: Scores) -> Scores:
    """Return scores in standard deviations above those by chance."""
    deviation = float(chance.std()) if len(chance) > 1 else 0.0
    found: Scores = (scores - chance.mean()) / np.float32(deviation or 1.0)
    return found


@cache
def fitted_weights() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Read what `bench/fit_meaning.py` wrote, for each number of telling words from 0 on.

    That is what nearness counts where words leave all of a name open, and all of a question.
    """
    found = json.loads((files("bot.search.ranking") / "meaning.json").read_text("utf-8"))
    numbers = range(WORD_COUNTS[-1] + 1)
    plain, asked = (
        tuple(np.interp(numbers, WORD_COUNTS, found[name]).tolist())
        for name in ("weights", "asked")
    )
    return plain, asked
