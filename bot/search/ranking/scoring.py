"""First scores: which terms of a query each row contains, where, and what that is worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from bot.search.analysis.stemmer import stem
from bot.search.analysis.tokenizer import FUNCTION_WORDS
from bot.search.index.arrays import Impacts, Mask, Places, Rows, intersect
from bot.search.index.postings import ALIAS, KEYWORD, LAST_PLACE, PERSON
from bot.search.index.segment_reader import SegmentPostings
from bot.search.query.query_term import QueryTerm
from bot.search.ranking.row_subset import RowSubset

# What a word counts in title, name, keywords or aliases, and only in the text; 1 is the most.
TITLE_SCORE, NAME_SCORE, ALIAS_SCORE, TEXT_SCORE = 1.0, 0.7, 0.78, 0.5
# What the beginning of a word counts: less where what was typed is a word of its own.
COMPLETION_SCORE, COMPLETION_OF_KNOWN_SCORE = 0.8, 0.5
# While a person types, words in more papers than this are not looked for in abstracts.
MAX_TYPING_PAPERS = 1_000
# The score of a row that has all of the query. It fits into two bytes: all rows are scored, and
# that takes as long as their bytes do.
FULL_SCORE = 60_000
# No term is a smaller share of the query than this.
MIN_TERM_SHARE = 0.003
# In a segment of more rows than this, only rows with the rarest terms are scored if these tell
# enough.
LARGE_SEGMENT_ROWS = 1 << 16
# Rows with the rarest terms: as many terms as so few rows have, and more where these are less than
# such a share of the query, as long as no more rows or no larger share of them have these.
FEW_ROWS, MAX_RARE_ROWS, MAX_RARE_ROWS_SHARE, MIN_RARE_SHARE = 1 << 13, 1 << 16, 0.1, 0.5
# All rows are scored where the other terms together are more than such a share of the best row's
# score.
MAX_REST_SHARE = 0.7
# In a query of more terms, the rarest ones tell enough anyway if they are such a share of it and
# some row has as much.
LONG_QUERY_TERMS, MIN_RARE_SHARE_OF_LONG_QUERY = 8, 0.35
# The impact of a word that is in the text only, or nowhere.
TEXT_ONLY = 255

Scores: TypeAlias = npt.NDArray[np.uint16]

# What a word counts by its impact.
PLACE_SCORES = np.full(256, TEXT_SCORE, np.float32)
PLACE_SCORES[: LAST_PLACE + 1] = TITLE_SCORE
PLACE_SCORES[PERSON] = NAME_SCORE
PLACE_SCORES[[KEYWORD, ALIAS]] = ALIAS_SCORE
# The same for sorting, which is fast for bytes.
_PLACE_ORDER = (100 * PLACE_SCORES).astype(np.uint8)


class _Variant(NamedTuple):
    """A way for a paper to contain a term: all these words in its head, or stems in its text."""

    words: tuple[str, ...]
    in_head: bool
    confidence: float


class _Match(NamedTuple):
    """The rows of a segment that contain a variant, with the impacts of its first word."""

    variant: _Variant
    rows: Rows
    impacts: Impacts


@dataclass(frozen=True, slots=True)
class ScoredRows:
    """Rows of a segment with their scores, all rows where `rows` is None.

    `impacts` and `term_scores` have a line for each term of the query and a column for each row.
    """

    rows: Rows | None
    impacts: Impacts
    term_scores: Scores
    scores: Scores

    def row_numbers(self, places: Places) -> Places:
        """Return the rows in these columns."""
        return places if self.rows is None else self.rows[places].astype(np.int64)

    def places(self, rows: Places) -> Places:
        """Return the columns of those of these rows that have one."""
        if self.rows is None:
            return rows
        _, places = intersect(rows, self.rows)
        return places


@dataclass(frozen=True, slots=True)
class ScoringPlan:
    """How the terms of a query count.

    `shares` says how much of the query each term is, `required` whether a paper needs it to contain
    all terms. `is_open` says that the last one may be the beginning of rare words.
    """

    shares: Sequence[float]
    required: Sequence[bool]
    is_open: bool
    variants: Sequence[Sequence[_Variant]]

    @property
    def head_words(self) -> list[str]:
        """The words whose lists of the head are needed."""
        return self._words(in_head=True)

    @property
    def body_stems(self) -> list[str]:
        """The word stems whose lists of the body are needed."""
        return self._words(in_head=False)

    def contains_all(self, term_scores: Scores) -> Mask:
        """Return which columns have a score for each required term."""
        required = term_scores if all(self.required) else term_scores[np.array(self.required)]
        found: Mask = required.min(axis=0, initial=FULL_SCORE) > 0
        return found

    def _words(self, *, in_head: bool) -> list[str]:
        return [
            word
            for variants in self.variants
            for variant in variants
            if variant.in_head == in_head
            for word in variant.words
        ]


def plan_scoring(terms: Sequence[QueryTerm], *, thorough: bool) -> ScoringPlan:
    """Return how terms count; a `thorough` search looks for frequent words in abstracts too."""
    total = sum(term.weight for term in terms) or 1
    return ScoringPlan(
        shares=[max(MIN_TERM_SHARE, term.weight / total) for term in terms],
        required=[_is_required(term, terms) for term in terms],
        # rows without the last term are needed to find rare words that begin with it
        is_open=len(terms) > 1 and terms[-1].has_more,
        variants=[_variants(term, thorough=thorough) for term in terms],
    )


def score_segment(
    plan: ScoringPlan, segment: SegmentPostings, visible: Mask | None, floor: int
) -> ScoredRows:
    """Score the visible rows of a segment; of a large one, those with its rarest terms if possible.

    Rows with a score of no more than `floor` need not be among them.
    """
    matches = [_matches(segment, variants) for variants in plan.variants]
    if segment.size > LARGE_SEGMENT_ROWS:
        scored = _score_rarest(plan, matches, segment.size, visible, floor)
        if scored is not None:
            return scored
    return _score(plan, matches, segment.size, None, visible)


def _score_rarest(
    plan: ScoringPlan,
    matches: Sequence[Sequence[_Match]],
    size: int,
    visible: Mask | None,
    floor: int,
) -> ScoredRows | None:
    """Score the rows with the rarest terms, None where other rows may be as good."""
    subset, rest = _rarest(plan, matches, size)
    if subset is None:
        return None
    inside = None if visible is None else visible[subset.rows]
    scored = _score(plan, matches, len(subset.rows), subset, inside)
    best = int(scored.scores.max(initial=0))
    # all other rows have no more than the rest of the query
    if rest * FULL_SCORE <= max(floor, MAX_REST_SHARE * best):
        return scored
    is_long = len(matches) > LONG_QUERY_TERMS
    return scored if is_long and best >= MIN_RARE_SHARE_OF_LONG_QUERY * FULL_SCORE else None


def _rarest(
    plan: ScoringPlan, matches: Sequence[Sequence[_Match]], size: int
) -> tuple[RowSubset | None, float]:
    """Return the rows with the rarest terms, and what share of the query all other terms are.

    None instead of rows where too many have these, or what the others have has to be known.
    """
    sizes = [_row_count(each) for each in matches]
    rest = float(np.dot(plan.shares, np.array(sizes) > 0))
    max_rest = rest * (1 - _min_rare_share(len(sizes)))
    max_rows = max(MAX_RARE_ROWS, MAX_RARE_ROWS_SHARE * size)
    rows: list[Rows] = []
    number, has_required, tells_enough = 0, False, False
    for n in sorted(range(len(sizes) - plan.is_open), key=sizes.__getitem__):
        number += sizes[n]
        if number > (FEW_ROWS if tells_enough else max_rows):
            break
        if sizes[n]:
            rows += [match.rows for match in matches[n]]
            rest -= plan.shares[n]
        has_required |= plan.required[n]
        tells_enough = has_required and bool(rows) and rest <= max_rest
    return (RowSubset.of(rows, size) if tells_enough else None), rest


def _row_count(matches: Sequence[_Match]) -> int:
    return sum(len(match.rows) for match in matches)


def _min_rare_share(terms: int) -> float:
    return MIN_RARE_SHARE_OF_LONG_QUERY if terms > LONG_QUERY_TERMS else MIN_RARE_SHARE


def _score(
    plan: ScoringPlan,
    matches: Sequence[Sequence[_Match]],
    columns: int,
    subset: RowSubset | None,
    visible: Mask | None,
) -> ScoredRows:
    """Score so many rows: all of a segment, or a subset of them."""
    impacts = np.full((len(matches), columns), TEXT_ONLY, np.uint8)
    term_scores = np.zeros((len(matches), columns), np.uint16)
    for each, share, impact, score in zip(matches, plan.shares, impacts, term_scores, strict=True):
        if subset is None:
            for match in _join_alike(each):
                _add(match.variant, share, match.rows, match.impacts, (impact, score))
        else:
            for match in each:
                listed, at = subset.find(match.rows)
                _add(match.variant, share, at, match.impacts[listed], (impact, score))
    scores = term_scores.sum(axis=0, dtype=np.uint16)
    if visible is not None:
        scores *= visible
    return ScoredRows(subset.rows if subset else None, impacts, term_scores, scores)


def _join_alike(matches: Sequence[_Match]) -> Iterator[_Match]:
    """Join neighbours that count the same; of a row with several, the best one comes last."""
    for _, group in groupby(matches, key=lambda match: match.variant[1:]):
        first, *others = group
        if others:
            alike = (first, *others)
            rows = np.concatenate([match.rows for match in alike])
            impacts = np.concatenate([match.impacts for match in alike])
            order = _PLACE_ORDER[impacts].argsort(kind="stable")
            first = _Match(first.variant, rows[order], impacts[order])
        yield first


def _add(
    variant: _Variant,
    share: float,
    columns: npt.NDArray[np.integer[Any]],
    impacts: Impacts,
    line: tuple[Impacts, Scores],
) -> None:
    """Write down in a term's line which columns contain a variant, where that scores the most."""
    impact_line, score_line = line
    if variant.in_head:
        by_impact = _scores_by_impact(variant.confidence) * np.float32(share)
        scores = by_impact.astype(np.uint16).take(impacts)
        better = scores >= score_line[columns]
        if not better.all():
            columns, impacts, scores = columns[better], impacts[better], scores[better]
        impact_line[columns] = impacts
        score_line[columns] = scores
    else:
        score_line[columns] = int(FULL_SCORE * TEXT_SCORE * variant.confidence * share)


def _is_required(term: QueryTerm, terms: Sequence[QueryTerm]) -> bool:
    """Whether a paper needs a term to contain all; function words if there is nothing else."""
    # the first letter of a word that is still being typed tells nothing yet
    is_first_letter = len(terms) > 1 and term is terms[-1] and len(term.typed) == 1
    if term.is_absent and not all(each.is_absent for each in terms):
        return False
    return not is_first_letter and (
        term.typed not in FUNCTION_WORDS or all(each.typed in FUNCTION_WORDS for each in terms)
    )


def _variants(term: QueryTerm, *, thorough: bool) -> list[_Variant]:
    """Return the ways to contain a term; where a paper has several, the best one counts."""
    confidence = COMPLETION_OF_KNOWN_SCORE if term.known else COMPLETION_SCORE
    completions = [_Variant((word,), True, confidence) for word in term.completions[::-1]]  # noqa: FBT003
    corrections = [
        _Variant(each.words, True, each.confidence)  # noqa: FBT003
        for each in term.corrections[::-1]
    ]
    if not thorough and term.papers > MAX_TYPING_PAPERS:
        return completions + corrections
    in_text = {
        tuple(map(stem, variant.words)): variant
        for variant in (completions + corrections if thorough else corrections)
        if FUNCTION_WORDS.isdisjoint(variant.words)
    }
    return [
        *(variant._replace(words=stems, in_head=False) for stems, variant in in_text.items()),
        *completions,
        *corrections,
    ]


@lru_cache(maxsize=64)
def _scores_by_impact(confidence: float) -> npt.NDArray[np.float32]:
    """Return what a variant scores by the impact of its word, if it is all of the query."""
    return np.float32(FULL_SCORE * confidence) * PLACE_SCORES


def _matches(segment: SegmentPostings, variants: Sequence[_Variant]) -> list[_Match]:
    """Return the variants that any row of a segment contains, with their rows."""
    matches = []
    for variant in variants:
        lists = segment.head if variant.in_head else segment.body
        first, *others = variant.words
        if first in lists and all(other in lists for other in others):
            rows, impacts = lists[first]
            for other in others:
                both, _ = intersect(rows, lists[other][0])
                rows, impacts = rows[both], impacts[both]
            matches.append(_Match(variant, rows, impacts))
    return matches
