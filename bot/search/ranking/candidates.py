"""The candidates of a search: papers worth a close look, with what that looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.search.index.arrays import Impacts, Places, contains, intersect
from bot.search.index.paper_cache import IndexedPaper
from bot.search.index.postings import LAST_PLACE
from bot.search.query.synonyms import rename
from bot.search.ranking.context import SearchContext
from bot.search.ranking.retrieval import Candidates, Selection, completion_score
from bot.search.ranking.scoring import FULL_SCORE, PLACE_SCORES, TEXT_ONLY
from bot.search.ranking.title_features import Column

# Papers with so much lower merits than the best are no candidates, beyond as many as a page shows.
MERIT_GAP, PAGE_PAPERS = 0.3, 10
# Titles that begin with all that was typed are candidates where there are no more of them.
MAX_SAME_START = 10


@dataclass(frozen=True, slots=True)
class Shortlist:
    """Papers that may be meant, in the order of their rows.

    For each paper and term, `impacts` has the impact of its word in the head or `TEXT_ONLY`, and
    `confidences` that it was meant, 0 where the paper does not contain it.
    """

    papers: Sequence[IndexedPaper]
    impacts: Impacts
    confidences: Column

    @property
    def rows(self) -> Places:
        """The rows of the papers."""
        return np.array([paper.row for paper in self.papers], np.int64)


def load_candidates(context: SearchContext, candidates: Candidates) -> Shortlist:
    """Return the papers worth a close look."""
    best = _best(candidates)
    others = (*_titles_begun(context, candidates), *candidates.answers.tolist())
    wanted = sorted({*best.rows.tolist(), *others})
    papers = context.snapshot.papers.read(context.connection, wanted)
    if context.synonyms:
        titles = rename([paper.title for paper in papers], context.synonyms)
        papers = [p._replace(title=title) for p, title in zip(papers, titles, strict=True)]
    shape = len(papers), len(candidates.terms)
    found = Shortlist(papers, np.full(shape, TEXT_ONLY, np.uint8), np.zeros(shape, np.float32))
    here, at = intersect(best.rows, found.rows)
    found.impacts[at] = best.impacts.T[here]
    shares = np.array(candidates.plan.shares)[:, None]
    confidences = best.term_scores / (FULL_SCORE * shares * PLACE_SCORES[best.impacts])
    found.confidences[at] = confidences.T[here]
    _note_begun_titles(context, candidates, found)
    return found


def _best(candidates: Candidates) -> Selection:
    """Return the rows with the best merits, and the answers that have any, in ascending order."""
    merits = candidates.selected.merits[: candidates.limit]
    near = np.count_nonzero(merits >= merits[:1] - MERIT_GAP) if len(merits) else 0
    chosen = contains(candidates.answers, candidates.selected.rows)
    chosen[: min(len(merits), max(PAGE_PAPERS, near))] = True
    places = np.flatnonzero(chosen)
    return candidates.selected[places[np.argsort(candidates.selected.rows[places])]]


def _titles_begun(context: SearchContext, candidates: Candidates) -> list[int]:
    """Return the rows of titles that begin with several words that were typed, if they are few."""
    if len(candidates.terms) == 1:
        return []
    found = context.connection.execute(
        "SELECT row FROM paper WHERE title BETWEEN ? AND ? LIMIT ?",
        (context.text, context.text + "\U0010ffff", MAX_SAME_START + 1),
    ).fetchall()
    if len(found) > MAX_SAME_START:
        return []
    passing = context.passing
    return [row for (row,) in found if passing is None or passing[row]]


def _note_begun_titles(context: SearchContext, candidates: Candidates, found: Shortlist) -> None:
    """Note where titles begin with all that was typed, or have a word that begins as the last."""
    terms, last = candidates.terms, candidates.terms[-1]
    start = f" {context.text}" if len(terms) > 1 else None
    begun = f" {last.typed}" if last.has_more else None
    for n, paper in enumerate(found.papers):
        if start and paper.title.startswith(start):
            found.impacts[n] = [min(context.words.index(each.typed), LAST_PLACE) for each in terms]
            found.confidences[n] = 1
        elif begun and begun in paper.title:
            score = completion_score(last)
            if PLACE_SCORES[found.impacts[n, -1]] * found.confidences[n, -1] <= score:
                found.impacts[n, -1], found.confidences[n, -1] = LAST_PLACE, score
