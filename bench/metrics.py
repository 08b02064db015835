"""What the benchmarks compute from what they saw. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log2


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle, the slow ends and the worst of some figures, in their unit."""

    p50: float
    p95: float
    p99: float
    most: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> Spread:
        """Measure figures, at least one."""
        return cls(*(percentile(figures, percent) for percent in (50, 95, 99, 100)))


def percentile(figures: Sequence[float], percent: float) -> float:
    """Return the smallest of the figures that `percent` of 100 of them do not exceed."""
    return sorted(figures)[max(0, ceil(len(figures) * percent / 100) - 1)]


def rank(found: Sequence[str], gold: Collection[str]) -> int:
    """Return the place, from 1, of the first paper that was meant; 0 where none was found."""
    return next((place for place, paper in enumerate(found, 1) if paper in gold), 0)


def ndcg(found: Sequence[str], relevance: Mapping[str, float], depth: int = 10) -> float:
    """Return the discounted gain of the first `depth` papers, 1 for the best possible order.

    The gain is the relevance itself, divided by log2(place + 1) as by Järvelin and Kekäläinen
    (2002).
    """

    def gain(relevances: Sequence[float]) -> float:
        return sum(value / log2(place + 1) for place, value in enumerate(relevances, 1))

    best = gain(sorted(relevance.values(), reverse=True)[:depth])
    return gain([relevance.get(paper, 0) for paper in found[:depth]]) / best if best else 0.0
