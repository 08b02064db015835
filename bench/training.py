"""Fits weights of a linear ranking to queries with judged candidates. Pure, and the same each time.

First by the cross entropy of a softmax over each query's candidates (ListNet: Z. Cao and others,
"Learning to rank: from pairwise approach to listwise approach", 2007), then by LambdaRank's
gradients for nDCG (C. Burges, "From RankNet to LambdaRank to LambdaMART", 2010).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]
Numbers: TypeAlias = npt.NDArray[np.int64]

SOFTMAX_STEPS, LAMBDA_STEPS = 150, 300
SOFTMAX_RATE, LAMBDA_RATE = 0.1, 0.07
# A share of the weights themselves is added to their gradient, to keep them small.
DECAY, LAMBDA_DECAY = 1e-4, 1e-5
# nDCG is judged to this depth; a place further down discounts half of the rest.
DEPTH = 15


@dataclass(frozen=True, slots=True)
class Judged:
    """One query: its candidates' features, a line each, their gains, and how much it counts."""

    features: npt.NDArray[np.float32]
    gains: npt.NDArray[np.float32]
    importance: float


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the greatest value of each weight."""

    least: Array
    greatest: Array

    def clip(self, weights: Array) -> Array:
        """Return the weights within the bounds."""
        return np.clip(weights, self.least, self.greatest)


class _Lists:
    """All candidates of all queries one after the other."""

    def __init__(self, queries: Sequence[Judged]) -> None:
        self.features = np.concatenate([query.features for query in queries])
        self.gains = np.concatenate([query.gains for query in queries]).astype(float)
        self.sizes = np.array([len(query.gains) for query in queries])
        self.starts = np.cumsum(self.sizes) - self.sizes
        self.query = np.repeat(np.arange(len(queries)), self.sizes)
        importance = np.array([query.importance for query in queries])
        self.importance = importance / importance.sum()

    def scores(self, weights: Array) -> Array:
        return (self.features @ weights.astype(np.float32)).astype(float)

    def gradient(self, of_scores: Array) -> Array:
        found: Array = (of_scores.astype(np.float32) @ self.features).astype(float)
        return found


def fit(queries: Sequence[Judged], start: Array, bounds: Bounds) -> Array:
    """Return the fitted weights; `queries` have a candidate that gains, and bounds hold."""
    lists = _Lists(queries)
    softmax, lambdas = _softmax_gradient(lists), _lambda_gradient(lists)
    weights = _descend(start, softmax, bounds, SOFTMAX_STEPS, SOFTMAX_RATE)
    return _descend(weights, lambdas, bounds, LAMBDA_STEPS, LAMBDA_RATE)


def _descend(
    weights: Array, gradient: Callable[[Array], Array], bounds: Bounds, steps: int, rate: float
) -> Array:
    """Follow the gradient down with Adam (D. Kingma, J. Ba, 2015), in ever smaller steps."""
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, steps + 1):
        found = gradient(weights)
        mean = 0.9 * mean + 0.1 * found
        square = 0.99 * square + 0.01 * found * found
        size = rate * 0.5 * (1 + np.cos(np.pi * step / steps))
        change = mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.99**step)) + 1e-9)
        weights = bounds.clip(weights - size * change)
    return weights


def _softmax_gradient(lists: _Lists) -> Callable[[Array], Array]:
    totals = np.add.reduceat(lists.gains, lists.starts)
    targets = lists.gains / totals[lists.query]
    importance = lists.importance[lists.query]

    def gradient(weights: Array) -> Array:
        scores = lists.scores(weights)
        powers = np.exp(scores - np.maximum.reduceat(scores, lists.starts)[lists.query])
        likely = powers / np.add.reduceat(powers, lists.starts)[lists.query]
        return lists.gradient((likely - targets) * importance) + DECAY * weights

    return gradient


def _lambda_gradient(lists: _Lists) -> Callable[[Array], Array]:
    better, worse = _pairs(lists)
    ideal = _ideal_gains(lists)
    counts = (lists.importance / ideal)[lists.query[better]]
    counts *= lists.gains[better] - lists.gains[worse]

    def gradient(weights: Array) -> Array:
        scores = lists.scores(weights)
        discounts = _discounts(lists, scores)
        lost = counts * np.abs(discounts[better] - discounts[worse])
        lost /= 1 + np.exp(np.clip(scores[better] - scores[worse], -30, 30))
        size = len(scores)
        of_scores = np.bincount(worse, lost, size) - np.bincount(better, lost, size)
        return lists.gradient(of_scores) + LAMBDA_DECAY * weights

    return gradient


def _discounts(lists: _Lists, scores: Array) -> Array:
    order = np.lexsort((-scores, lists.query))
    places = np.empty(len(scores), np.int64)
    places[order] = np.arange(len(scores)) - lists.starts[lists.query]
    found: Array = 1 / np.log2(places + 2.0)
    return np.where(places < DEPTH, found, found / 2)


def _pairs(lists: _Lists) -> tuple[Numbers, Numbers]:
    """Return pairs of candidates of one query, the first of which gains more."""
    better, worse = [], []
    for start, size in zip(lists.starts.tolist(), lists.sizes.tolist(), strict=True):
        gains = lists.gains[start : start + size]
        some = np.flatnonzero(gains)
        one, other = np.nonzero(gains[some][:, None] > gains)
        better.append(some[one] + start)
        worse.append(other + start)
    return np.concatenate(better), np.concatenate(worse)


def _ideal_gains(lists: _Lists) -> Array:
    found = []
    for start, size in zip(lists.starts.tolist(), lists.sizes.tolist(), strict=True):
        best = np.sort(lists.gains[start : start + size])[::-1][:10]
        found.append(float((best / np.log2(np.arange(len(best)) + 2)).sum()))
    return np.array(found)
