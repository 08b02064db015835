"""Questions in whole sentences: the papers whose text says most of what is asked, by BM25."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from bot.search.analysis.stemmer import stem
from bot.search.analysis.tokenizer import FUNCTION_WORDS
from bot.search.index.arrays import Impacts, Mask, Places, Rows, intersect
from bot.search.index.postings import BM25_K1
from bot.search.index.segment_reader import SegmentPostings
from bot.search.query.spelling import QueryTerm
from bot.search.ranking.context import SearchContext

# More stems of a question tell little, and each costs time.
MAX_STEMS = 64
# People read no further.
MAX_ANSWERS = 200
# Once so many papers, and such a share of a segment, have been looked at for rare words, only so
# many likely ones are scored for the others.
MAX_SCORED_PAPERS, MAX_SCORED_SHARE, MAX_LIKELY_PAPERS = 200_000, 0.2, 8192

_Bm25Scores: TypeAlias = npt.NDArray[np.float32]


def answer(context: SearchContext, terms: Sequence[QueryTerm]) -> list[int]:
    """Return the rows of the papers that answer the query best, the best first.

    `terms` say how its first words are meant.
    """
    meant = {term.typed: term.typed if term.known else term.best_text for term in terms}
    stems = Counter(
        stem(word)
        for typed in context.words
        if typed not in FUNCTION_WORDS
        for word in meant.get(typed, typed).split()
    )
    weights = {root: 1 + log(number) for root, number in stems.most_common(MAX_STEMS)}
    return best_rows(context, weights, MAX_ANSWERS)


def best_rows(context: SearchContext, weights: Mapping[str, float], limit: int) -> list[int]:
    """Return the rows that say most of these word stems, the best first.

    Each stem counts by its weight and by how few papers contain it.
    """
    segments = context.snapshot.postings(context.connection, (), weights)
    rare_first = sorted(_rarities(segments, weights).items(), key=lambda one: -one[1])
    rows, scores = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
    least = 0.0
    for segment in reversed(segments):  # the newest papers first
        if len(rows) > 1 and context.deadline.over:
            break
        score = _score(segment, rare_first, context.visible(segment), least)
        best = _highest(score, limit, least)
        rows.append(best + segment.first)
        scores.append(score[best])
        so_far = np.concatenate(scores)
        if len(so_far) > limit:
            least = float(np.partition(so_far, -limit)[-limit])
    all_rows, all_scores = np.concatenate(rows), np.concatenate(scores)
    order = np.lexsort((-all_rows, -all_scores))[:limit]
    found: list[int] = all_rows[order].tolist()
    return found


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
        root: weights[root] * scale / 255 * log(1 + (total - number + 0.5) / (number + 0.5))
        for root, number in papers.items()
    }


def _score(
    segment: SegmentPostings,
    rare_first: Sequence[tuple[str, float]],
    visible: Mask | None,
    least: float,
) -> _Bm25Scores:
    """Return the score of each visible row, correct for those above `least`.

    Once the words that are left cannot lift a paper above that by themselves, or many papers have
    been looked at, they are added up for the likely ones only: MaxScore (H. Turtle, J. Flood,
    "Query evaluation: strategies and optimizations", 1995), with an end.
    """
    score = np.zeros(segment.size, np.float32)
    lists = [(*segment.body[root], weight) for root, weight in rare_first if root in segment.body]
    # what the words from each one on can add to a score
    rest = [*np.cumsum([255 * weight for *_, weight in lists][::-1])[::-1].tolist(), 0.0]
    scored, limit = 0, max(MAX_SCORED_PAPERS, MAX_SCORED_SHARE * segment.size)
    for n, (rows, impacts, weight) in enumerate(lists):
        if rest[n] < least or (n and scored + len(rows) > limit):
            _add_likely(score, lists[n:], _likely(score, visible, least - rest[n]))
            break
        score[rows] += impacts * np.float32(weight)
        scored += len(rows)
    if visible is not None:
        score *= visible
    return score


def _add_likely(
    score: _Bm25Scores, lists: Sequence[tuple[Rows, Impacts, float]], likely: Places
) -> None:
    """Add what the lists say of the likely rows."""
    for rows, impacts, weight in lists:
        there, places = intersect(likely, rows)
        score[likely[there]] += impacts[places] * np.float32(weight)


def _likely(score: _Bm25Scores, visible: Mask | None, least: float) -> Places:
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


def _highest(score: _Bm25Scores, limit: int, least: float) -> Places:
    """Return the places of the highest scores above `least`."""
    places = np.flatnonzero(score > least)
    if len(places) > limit:
        places = places[np.argpartition(-score[places], limit)[:limit]]
    return places
