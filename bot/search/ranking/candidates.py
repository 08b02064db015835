"""The candidates of a search: papers worth a close look, with what that looks at."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np

from bot.search.index.arrays import contains
from bot.search.index.postings import LAST_PLACE
from bot.search.query.synonyms import rename
from bot.search.ranking.context import SearchContext
from bot.search.ranking.retrieval import Candidates, completion_score
from bot.search.ranking.scoring import FULL_SCORE, PLACE_SCORES, TEXT_ONLY

# Papers with so much lower merits than the best are no candidates, beyond as many as a page shows.
MERIT_GAP, PAGE_PAPERS = 0.3, 10
# Titles that begin with all that was typed are candidates where there are no more of them.
MAX_SAME_START = 10

# For each term the impact of its word in the head or `TEXT_ONLY`, and the confidence that it was
# meant, 0 where the paper does not contain it.
_Match: TypeAlias = tuple[tuple[int, ...], tuple[float, ...]]


class Candidate(NamedTuple):
    """A paper that may be meant: as `IndexedPaper` has it, and its match."""

    row: int
    id: str
    day: int
    votes: int
    title: str
    people: str
    label: str
    impacts: tuple[int, ...]
    confidences: tuple[float, ...]


def load_candidates(context: SearchContext, candidates: Candidates) -> list[Candidate]:
    """Return the papers worth a close look."""
    nowhere = (TEXT_ONLY,) * len(candidates.terms), (0.0,) * len(candidates.terms)
    others = [*_titles_begun(context, candidates), *candidates.answers.tolist()]
    matches = dict.fromkeys(others, nowhere) | _matches(candidates)
    text, last = context.text, candidates.terms[-1]
    start = f" {text}" if len(candidates.terms) > 1 else None
    begun = f" {last.typed}" if last.has_more else None
    found = []
    papers = context.snapshot.papers.read(context.connection, matches)
    if context.synonyms:
        papers = [each._replace(title=rename(each.title, context.synonyms)) for each in papers]
    for paper in papers:
        match = matches[paper.row]
        if start and paper.title.startswith(start):
            match = _match_of_start(context, candidates)
        elif begun and begun in paper.title:
            match = _with_last_word(match, completion_score(last))
        found.append(Candidate(*paper, *match))
    return found


def _matches(candidates: Candidates) -> dict[int, _Match]:
    """Return the rows with the best merits, each with its match."""
    merits = candidates.selected.merits[: candidates.limit]
    near = np.count_nonzero(merits >= merits[:1] - MERIT_GAP) if len(merits) else 0
    chosen = contains(np.sort(candidates.answers), candidates.selected.rows)
    chosen[: min(len(merits), max(PAGE_PAPERS, near))] = True
    best = candidates.selected[np.flatnonzero(chosen)]
    shares = np.array(candidates.plan.shares)[:, None]
    confidences = best.term_scores / (FULL_SCORE * shares * PLACE_SCORES[best.impacts])
    lines = zip(best.rows.tolist(), best.impacts.T.tolist(), confidences.T.tolist(), strict=True)
    return {row: (tuple(impacts), tuple(line)) for row, impacts, line in lines}


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


def _match_of_start(context: SearchContext, candidates: Candidates) -> _Match:
    """Return the match of a title that begins with what was typed."""
    typed = (min(context.words.index(term.typed), LAST_PLACE) for term in candidates.terms)
    return tuple(typed), (1.0,) * len(candidates.terms)


def _with_last_word(match: _Match, score: float) -> _Match:
    """Return the match of a title that has a word which begins as the last one typed."""
    impacts, confidences = match
    if PLACE_SCORES[impacts[-1]] * confidences[-1] > score:
        return match
    return (*impacts[:-1], LAST_PLACE), (*confidences[:-1], score)
