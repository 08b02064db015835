"""The papers whose text says most of what is asked, by BM25."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from bot.search.analysis.stemmer import stem
from bot.search.analysis.tokenizer import FUNCTION_WORDS
from bot.search.index.arrays import Impacts, Mask, Places, Rows, intersect
from bot.search.index.postings import BM25_K1
from bot.search.index.segment_reader import Posting, SegmentPostings
from bot.search.query.organization_names import ORGANIZATION_WEIGHT
from bot.search.query.query_term import QueryTerm
from bot.search.ranking.context import SearchContext

# More stems of a question tell little, and each costs time.
MAX_STEMS = 64
# People read no further.
MAX_ANSWERS = 200
# The highest impact of a word in a text.
MAX_IMPACT = 255
# Once so many papers, and such a share of a segment, have been looked at for rare words, only so
# many likely ones are scored for the others.
MAX_SCORED_PAPERS, MAX_SCORED_SHARE, MAX_LIKELY_PAPERS = 200_000, 0.2, 8192
# What a word counts that is part of a name which has another one, besides the name as a whole.
PART_WEIGHT = 0.25

Bm25Scores: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Bm25:
    """A query for BM25: its word stems in the segments, each with what one unit of impact is worth.

    The rarest come first.
    """

    segments: Sequence[SegmentPostings]
    rarities: Sequence[tuple[str, float]]

    @property
    def max_score(self) -> float:
        """The highest score that a paper could have."""
        return MAX_IMPACT * sum(rarity for _, rarity in self.rarities)

    def best(self, context: SearchContext, limit: int) -> Places:
        """Return the rows that say most of the query, the best first."""
        rows, scores = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
        least = 0.0
        for segment in reversed(self.segments):  # the newest papers first
            if len(rows) > 1 and context.deadline.over:
                break
            score = _score(segment, self.rarities, context.visible(segment), least)
            best = _highest(score, limit, least)
            rows.append(best + segment.first)
            scores.append(score[best])
            so_far = np.concatenate(scores)
            if len(so_far) > limit:
                least = float(np.partition(so_far, -limit)[-limit])
        all_rows, all_scores = np.concatenate(rows), np.concatenate(scores)
        return all_rows[np.lexsort((-all_rows, -all_scores))[:limit]]

    def scores(self, rows: Places) -> Bm25Scores:
        """Return the scores of some rows, given in ascending order."""
        found = np.zeros(len(rows), np.float32)
        for segment in self.segments:
            here = slice(*np.searchsorted(rows, (segment.first, segment.first + segment.size)))
            lists = [
                (*segment.body[root], rarity)
                for root, rarity in self.rarities
                if root in segment.body
            ]
            _add_lists(found[here], lists, rows[here] - segment.first)
        return found


def bm25_of_query(context: SearchContext, terms: Sequence[QueryTerm]) -> Bm25:
    """Return the query as it is meant; `terms` are its first words."""
    meant = {term.typed: term.typed if term.known else term.best_text for term in terms}
    stems = Counter(
        stem(word)
        for typed in context.words
        if typed not in FUNCTION_WORDS
        for word in meant.get(typed, typed).split()
    )
    weights = {root: 1 + log(number) for root, number in stems.most_common(MAX_STEMS)}
    for root in {stem(term.typed) for term in terms if term.is_organization} & weights.keys():
        weights[root] *= ORGANIZATION_WEIGHT
    names = {stem(one.short): one.long_stems for one in context.synonyms}
    parts = {part for long in names.values() for name in long for part in name}
    weights = dict.fromkeys(parts, PART_WEIGHT) | weights
    return bm25_of_stems(context, weights, names)


def bm25_of_stems(
    context: SearchContext,
    weights: Mapping[str, float],
    other_names: Mapping[str, Sequence[Sequence[str]]] = MappingProxyType({}),
) -> Bm25:
    """Return a query for word stems, each of which counts by its weight and its rarity.

    A text that has all stems of one of the `other_names` has that stem.
    """
    segments = context.snapshot.postings(context.connection, (), weights)
    if other_names:
        segments = [_with_names(segment, other_names) for segment in segments]
    rarities = _rarities(segments, weights)
    return Bm25(segments, sorted(rarities.items(), key=lambda one: -one[1]))


def _with_names(
    segment: SegmentPostings, other_names: Mapping[str, Sequence[Sequence[str]]]
) -> SegmentPostings:
    """Return a segment in whose texts other names of a stem are that stem."""
    body = dict(segment.body)
    for root, names in other_names.items():
        for name in names:
            if lists := _all_of(segment, name):
                body[root] = _either(body[root], lists) if root in body else lists
    return replace(segment, body=body)


def _all_of(segment: SegmentPostings, roots: Sequence[str]) -> Posting | None:
    """Return the rows that have all stems, with the least of their impacts."""
    if not all(root in segment.body for root in roots):
        return None
    (rows, impacts), *others = (segment.body[root] for root in roots)
    for listed, more in others:
        here, there = intersect(rows, listed)
        rows, impacts = rows[here], np.minimum(impacts[here], more[there])
    return rows, impacts


def _either(some: Posting, others: Posting) -> Posting:
    """Return the rows of both lists, with the greater impact."""
    rows = np.concatenate([some[0], others[0]])
    impacts = np.concatenate([some[1], others[1]])
    order = np.lexsort((impacts, rows))
    rows, impacts = rows[order], impacts[order]
    last = np.append(rows[1:] != rows[:-1], True)
    return rows[last], impacts[last]


def _rarities(
    segments: Sequence[SegmentPostings], weights: Mapping[str, float]
) -> dict[str, float]:
    """Return what one unit of impact of each stem is worth: BM25's idf by its weight."""
    papers: Counter[str] = Counter()
    for segment in segments:
        papers.update(
            {root: len(rows) for root, (rows, _) in segment.body.items() if root in weights}
        )
    total = sum(segment.size for segment in segments)
    scale = BM25_K1 + 1
    return {
        root: weights[root] * scale / MAX_IMPACT * log(1 + (total - number + 0.5) / (number + 0.5))
        for root, number in papers.items()
    }


def _score(
    segment: SegmentPostings,
    rare_first: Sequence[tuple[str, float]],
    visible: Mask | None,
    least: float,
) -> Bm25Scores:
    """Return the score of each visible row, correct for those above `least`.

    Once the words that are left cannot lift a paper above that by themselves, or many papers have
    been looked at, they are added up for the likely ones only: MaxScore (H. Turtle, J. Flood,
    "Query evaluation: strategies and optimizations", 1995), with an end.
    """
    score = np.zeros(segment.size, np.float32)
    lists = [(*segment.body[root], weight) for root, weight in rare_first if root in segment.body]
    # what the words from each one on can add to a score
    rest = [*np.cumsum([MAX_IMPACT * weight for *_, weight in lists][::-1])[::-1].tolist(), 0.0]
    scored, limit = 0, max(MAX_SCORED_PAPERS, MAX_SCORED_SHARE * segment.size)
    for n, (rows, impacts, weight) in enumerate(lists):
        if rest[n] < least or (n and scored + len(rows) > limit):
            likely = _likely(score, visible, least - rest[n])
            added = np.zeros(len(likely), np.float32)
            _add_lists(added, lists[n:], likely)
            score[likely] += added
            break
        score[rows] += impacts * np.float32(weight)
        scored += len(rows)
    if visible is not None:
        score *= visible
    return score


def _add_lists(
    scores: Bm25Scores, lists: Sequence[tuple[Rows, Impacts, float]], rows: Places
) -> None:
    """Add what the lists say of some rows, in ascending order, to their scores."""
    for listed, impacts, weight in lists:
        there, places = intersect(rows, listed)
        scores[there] += impacts[places] * np.float32(weight)


def _likely(score: Bm25Scores, visible: Mask | None, least: float) -> Places:
    """Return the visible rows above a score, the best where they are many.

    Where few rows are visible, return all of these.
    """
    if visible is not None:
        rows = np.flatnonzero(visible)
        if len(rows) <= MAX_LIKELY_PAPERS:
            return rows
        score = score * visible
    rows = np.flatnonzero(score > max(0.0, least))
    if len(rows) > MAX_LIKELY_PAPERS:
        best = np.argpartition(-score[rows], MAX_LIKELY_PAPERS)[:MAX_LIKELY_PAPERS]
        rows = np.sort(rows[best])
    return rows


def _highest(score: Bm25Scores, limit: int, least: float) -> Places:
    """Return the places of the highest scores above `least`."""
    places = np.flatnonzero(score > least)
    if len(places) > limit:
        places = places[np.argpartition(-score[places], limit)[:limit]]
    return places
