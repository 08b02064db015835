"""From all rows to the few that are worth a close look, and all that contain each term."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from bot.search.index.arrays import NO_PLACES, Impacts, Mask, Places, contains, unite
from bot.search.index.postings import ALIAS, LAST_PLACE, PERSON
from bot.search.index.segment_reader import SegmentPostings
from bot.search.query.query_term import QueryTerm
from bot.search.ranking.context import SearchContext
from bot.search.ranking.scoring import (
    COMPLETION_OF_KNOWN_SCORE,
    COMPLETION_SCORE,
    FULL_SCORE,
    PLACE_SCORES,
    Scores,
    ScoringPlan,
    plan_scoring,
    score_segment,
)

# So many papers are looked at closely, and so many while a person types.
MAX_CANDIDATES, MAX_TYPING_CANDIDATES = 64, 24
# So many rows at most are chosen of all, and as many of each segment.
MAX_ROUGH_ROWS, MAX_TYPING_ROUGH_ROWS = 1500, 400
# What a title gains for being the words and nothing else, for having them in that order, for
# beginning with them; as shares of the full score.
SIMILAR_TITLE_GAIN, WORD_ORDER_GAIN, FIRST_WORD_GAIN = 0.35, 0.15, 0.1
# Papers with so much less of the query than the best may still be better by their titles.
SCORE_MARGIN = 18_000  # of `FULL_SCORE`
# Shares of the best score, one of which enough rows reach.
_SCORE_SHARES = (0.97, 0.9, 0.8, 0.65, 0.5, 0.35, 0.2)
# With as many papers that contain all terms, no others are looked for.
ENOUGH_PAPERS = 10
# Papers in which rare words are looked for that begin with the last term.
MAX_RARE_LOOKUPS = 100
# Of so many papers with all words in names, those with them in one name gain so much.
MAX_NAME_LOOKUPS, ONE_NAME_GAIN = 500, 0.4

Merits: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows that were selected out of all, with their merits.

    `complete` says which contain all terms; `impacts` and `term_scores` have a line for each term.
    """

    rows: Places
    merits: Merits
    complete: Mask
    impacts: Impacts
    term_scores: Scores

    def __getitem__(self, which: Places) -> Selection:
        return Selection(
            self.rows[which],
            self.merits[which],
            self.complete[which],
            self.impacts[:, which],
            self.term_scores[:, which],
        )


@dataclass(frozen=True, slots=True)
class Candidates:
    """What was retrieved for the terms of a query: `selected` rows, the best first.

    `complete_rows` are all that contain every term, `answers` the rows whose text says most of the
    query, which are candidates too; of the others `limit` are.
    """

    terms: Sequence[QueryTerm]
    plan: ScoringPlan
    selected: Selection
    complete_rows: Places
    answers: Places
    limit: int

    @property
    def total(self) -> int:
        """How many papers contain all terms."""
        return len(self.complete_rows)

    def restrict(self, complete: Places) -> Candidates:
        """Return what was retrieved with those rows only, which count as having all terms.

        They are in ascending order.
        """
        selected = self.selected[np.flatnonzero(contains(complete, self.selected.rows))]
        return replace(self, selected=selected, complete_rows=complete)


def retrieve(
    context: SearchContext, terms: Sequence[QueryTerm], answers: Places = NO_PLACES
) -> Candidates:
    """Score all rows that may be found by these terms, and select the best, and the answers.

    The rows of answers are in ascending order.
    """
    plan = plan_scoring(terms, thorough=context.thorough)
    segments = context.snapshot.postings(context.connection, plan.head_words, plan.body_stems)
    typed = np.array([context.words.index(term.typed) for term in terms])
    wanted = MAX_CANDIDATES if context.thorough else MAX_TYPING_CANDIDATES
    rough = MAX_ROUGH_ROWS if context.thorough else MAX_TYPING_ROUGH_ROWS
    limit = max(wanted, rough // max(1, len(segments)))
    selector = _Selector(plan, typed, answers, wanted, limit)
    parts: list[Selection] = []
    complete: list[Places] = []
    for segment in reversed(segments):  # the newest papers first
        if parts and context.deadline.over:
            break
        part, complete_part = selector.select(segment, context.visible(segment))
        parts.append(part)
        complete.append(complete_part)
    candidates = Candidates(
        terms,
        plan,
        _join(parts, len(terms)),
        np.concatenate([NO_PLACES, *complete]),
        answers,
        wanted,
    )
    candidates = _prefer_one_name(context, _add_rare_completions(context, candidates))
    # of rows with equal merits, the newest first
    found = candidates.selected
    return replace(candidates, selected=found[np.lexsort((-found.rows, -found.merits))])


def _join(parts: Sequence[Selection], terms: int) -> Selection:
    """Join what was selected of several segments."""
    if len(parts) == 1:
        return parts[0]
    return Selection(
        np.concatenate([NO_PLACES, *(part.rows for part in parts)]),
        np.concatenate([np.empty(0, np.float32), *(part.merits for part in parts)]),
        np.concatenate([np.empty(0, bool), *(part.complete for part in parts)]),
        np.concatenate([np.empty((terms, 0), np.uint8), *(part.impacts for part in parts)], axis=1),
        np.concatenate(
            [np.empty((terms, 0), np.uint16), *(part.term_scores for part in parts)], axis=1
        ),
    )


@dataclass(slots=True)
class _Selector:
    """Selects the best rows of one segment after the other.

    `typed` has the place of each term in the query, `answers` rows that are selected anyway.
    `wanted` rows are enough, `limit` are the most. Scores below `floor` have no chance any more.
    """

    plan: ScoringPlan
    typed: Places
    answers: Places
    wanted: int
    limit: int
    floor: int = 1

    def select(self, segment: SegmentPostings, visible: Mask | None) -> tuple[Selection, Places]:
        """Return the best rows of a segment, and all rows that contain every term."""
        scored = score_segment(self.plan, segment, visible, self.floor)
        complete = self.plan.contains_all(scored.term_scores) & (scored.scores > 0)
        lengths = segment.title_lengths
        lengths = lengths if scored.rows is None else lengths[scored.rows]
        best = self._best(scored.scores, complete, lengths)
        if len(self.answers):
            best = unite(best, scored.places(self._answers_in(segment)))
        impacts = scored.impacts[:, best]
        merits = (scored.scores[best] / np.float32(FULL_SCORE)).astype(np.float32)
        merits += _title_gains(impacts, lengths[best], self.typed)
        selection = Selection(
            segment.first + scored.row_numbers(best),
            merits,
            complete[best],
            impacts,
            scored.term_scores[:, best],
        )
        return selection, segment.first + scored.row_numbers(np.flatnonzero(complete))

    def _answers_in(self, segment: SegmentPostings) -> Places:
        first = segment.first
        here = slice(*np.searchsorted(self.answers, (first, first + segment.size)))
        return self.answers[here] - first

    def _best(self, scores: Scores, complete: Mask, lengths: Impacts) -> Places:
        """Return the places of the scores that may be among the best of all."""
        least = self._raise_floor(scores)
        places = np.flatnonzero((scores >= np.uint16(least)) | complete)
        if len(places) > self.limit:
            # of rows with as much of the query those with shorter titles
            full = complete[places] * np.float32(FULL_SCORE)
            order = lengths[places] - 512.0 * (scores[places] + full)
            places = places[np.argpartition(order, self.limit)[: self.limit]]
        return places

    def _raise_floor(self, scores: Scores) -> int:
        """Return a score that enough rows reach, and raise the floor to a margin below it."""
        best = int(scores.max(initial=0))
        for share in _SCORE_SHARES:
            least = int(share * best)
            if least <= self.floor:
                break
            if np.count_nonzero(scores >= np.uint16(least)) >= self.wanted:
                self.floor = max(self.floor, least - SCORE_MARGIN)
                return least
        return self.floor


def _title_gains(impacts: Impacts, lengths: Impacts, typed: Places) -> Merits:
    """Return how much rows gain by their titles, roughly."""
    in_title = impacts <= LAST_PLACE
    words = np.float32(len(impacts)) + np.maximum(lengths, 1)
    gains: Merits = np.float32(2 * SIMILAR_TITLE_GAIN) * _count_lines(in_title) / words
    gains += np.float32(FIRST_WORD_GAIN) * (impacts[0] == 0)
    if len(impacts) > 1:
        places = impacts.astype(np.int16)
        steps = np.diff(typed).astype(np.int16)[:, None]
        in_order = (places[1:] - places[:-1] == steps) & in_title[1:] & in_title[:-1]
        gains += np.float32(WORD_ORDER_GAIN / len(steps)) * _count_lines(in_order)
    return gains


def _count_lines(table: Mask) -> Impacts:
    """Return how many of the lines, at most 255, are true in each column."""
    counts: Impacts = np.add.reduce(table.view(np.uint8), axis=0, dtype=np.uint8)
    return counts


def _add_rare_completions(context: SearchContext, candidates: Candidates) -> Candidates:
    """Find rare words that begin with the last term in rows that contain all other terms.

    Only the most frequent completions have been looked for.
    """
    *others, last = candidates.plan.required
    open_end = candidates.terms[-1].has_more and last and any(others)
    if not open_end or candidates.total >= ENOUGH_PAPERS:
        return candidates
    found = candidates.selected
    share, plan = candidates.plan.shares[-1], candidates.plan
    others_only = replace(plan, required=plan.required[:-1])
    lacking = others_only.contains_all(found.term_scores[:-1]) & (found.term_scores[-1] == 0)
    places = np.flatnonzero(lacking)
    places = places[np.argsort(-found.merits[places], kind="stable")[:MAX_RARE_LOOKUPS]]
    place_of = dict(zip(found.rows[places].tolist(), places.tolist(), strict=True))
    merits, complete = found.merits.copy(), found.complete.copy()
    impacts, term_scores = found.impacts.copy(), found.term_scores.copy()
    score = completion_score(candidates.terms[-1])
    for row, impact in _rows_with_prefix(context, candidates.terms[-1].typed, list(place_of)):
        place, gain = place_of[row], PLACE_SCORES[impact] * score * share
        impacts[-1, place], term_scores[-1, place] = impact, int(FULL_SCORE * gain)
        merits[place] += gain
        complete[place] = True
    return replace(
        candidates,
        selected=Selection(found.rows, merits, complete, impacts, term_scores),
        complete_rows=np.append(candidates.complete_rows, found.rows[places[complete[places]]]),
    )


def completion_score(term: QueryTerm) -> float:
    """Return what the beginning of a word counts: less where it is a word of its own."""
    return COMPLETION_OF_KNOWN_SCORE if term.known else COMPLETION_SCORE


def _rows_with_prefix(
    context: SearchContext, prefix: str, rows: Sequence[int]
) -> list[tuple[int, int]]:
    """Return the rows with a word that begins so, each with the impact of where it is."""
    begun = f"% {prefix}%"
    return context.connection.execute(
        "SELECT paper.row, CASE WHEN ' ' || title LIKE ? THEN ? WHEN ' ' || people LIKE ? "
        "THEN ? ELSE ? END FROM json_each(?) CROSS JOIN paper ON paper.row = value "
        "WHERE ' ' || title || ' ' || people || ' ' || keywords || ' ' || aliases LIKE ?",
        (begun, LAST_PLACE, begun, PERSON, ALIAS, json.dumps(list(rows)), begun),
    ).fetchall()


def _prefer_one_name(context: SearchContext, candidates: Candidates) -> Candidates:
    """Lift rows that have all words in one name, where many have them in several."""
    found = candidates.selected
    if len(candidates.terms) == 1 or not all(term.known for term in candidates.terms):
        return candidates
    places = np.flatnonzero((found.impacts == PERSON).all(axis=0))
    if len(places) <= candidates.limit:
        return candidates
    order = np.lexsort((-found.rows[places], -found.merits[places]))
    places = places[order[:MAX_NAME_LOOKUPS]]
    place_of = dict(zip(found.rows[places].tolist(), places.tolist(), strict=True))
    merits = found.merits.copy()
    for row in _rows_with_name(context, candidates.terms, list(place_of)):
        merits[place_of[row]] += ONE_NAME_GAIN
    return replace(candidates, selected=replace(found, merits=merits))


def _rows_with_name(
    context: SearchContext, terms: Sequence[QueryTerm], rows: Sequence[int]
) -> list[int]:
    """Return the rows whose authors' names have the words in a row, or in reverse order."""
    words = [term.typed for term in terms]
    found = context.connection.execute(
        "SELECT paper.row FROM json_each(?) CROSS JOIN paper ON paper.row = value "
        "WHERE instr(' ' || people, ?) OR instr(' ' || people || ' ', ?)",
        (json.dumps(list(rows)), f" {' '.join(words)}", f" {' '.join(words[::-1])} "),
    )
    return [row for (row,) in found]
