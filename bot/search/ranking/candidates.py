"""The candidates of a search: papers worth a close look, with what that looks at."""

from __future__ import annotations

import json
from typing import NamedTuple, TypeAlias

import numpy as np

from bot.search.index.postings import LAST_PLACE
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
    """A paper that may be meant: its words of title and names with a space around, its match."""

    row: int
    id: str
    day: int  # 20260514, 0 where it is not known
    votes: int
    title: str
    people: str
    impacts: tuple[int, ...]
    confidences: tuple[float, ...]
    label: str  # the title as it is written


def load_candidates(context: SearchContext, candidates: Candidates) -> list[Candidate]:
    """Return the papers worth a close look."""
    nowhere = (TEXT_ONLY,) * len(candidates.terms), (0.0,) * len(candidates.terms)
    others = [*_titles_begun(context, candidates), *candidates.answers.tolist()]
    matches = dict.fromkeys(others, nowhere) | _matches(candidates)
    found = context.connection.execute(
        "SELECT paper.row, paper.id, CAST(coalesce(day, 0) AS INTEGER), CAST(votes AS INTEGER), "
        "' ' || title || ' ', ' ' || people || ' ', label "
        "FROM json_each(?) CROSS JOIN paper ON paper.row = value",
        (json.dumps(list(matches)),),
    ).fetchall()
    return [
        Candidate(
            row,
            id_,
            day,
            votes,
            title,
            people,
            *_complete(context, candidates, title, matches[row]),
            label,
        )
        for row, id_, day, votes, title, people, label in found
    ]


def _matches(candidates: Candidates) -> dict[int, _Match]:
    """Return the rows with the best merits, each with its match."""
    merits = candidates.selected.merits[: candidates.limit]
    near = np.count_nonzero(merits >= merits[:1] - MERIT_GAP) if len(merits) else 0
    places = np.arange(min(len(merits), max(PAGE_PAPERS, near)))
    if len(candidates.answers):
        answers = np.flatnonzero(np.isin(candidates.selected.rows, candidates.answers))
        places = np.union1d(places, answers)
    best = candidates.selected[places]
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


def _complete(context: SearchContext, candidates: Candidates, title: str, match: _Match) -> _Match:
    """Return the match of a title that may begin with what was typed, or have its last word."""
    impacts, confidences = match
    if len(candidates.terms) > 1 and title.startswith(f" {context.text}"):
        typed = (min(context.words.index(term.typed), LAST_PLACE) for term in candidates.terms)
        return tuple(typed), (1.0,) * len(candidates.terms)
    last = candidates.terms[-1]
    score = completion_score(last)
    is_better = PLACE_SCORES[impacts[-1]] * confidences[-1] <= score
    if last.has_more and is_better and f" {last.typed}" in title:
        return (*impacts[:-1], LAST_PLACE), (*confidences[:-1], score)
    return match
