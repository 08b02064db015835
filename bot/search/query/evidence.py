"""Which slips are certain enough to be corrected unasked, and which are only offered."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from bot.search.analysis.spellings import LANGUAGES
from bot.search.analysis.stemmer import stem
from bot.search.analysis.tokenizer import FUNCTION_WORDS, STOP_WORDS
from bot.search.index.arrays import intersect, unite
from bot.search.index.people import is_name
from bot.search.index.postings import PERSON
from bot.search.index.segment_reader import SegmentPostings
from bot.search.index.snapshot import Snapshot
from bot.search.query.query_term import Correction, QueryTerm
from bot.search.query.slips import Company, Slip, keeps_numbers, singular, title_company
from bot.search.query.word_list import is_word

# Log odds from which on a slip is corrected unasked: in a query of one word and beside others; into
# a word that only names contain, and where that completes a person's name. Of words that no paper
# contains 1 in 100 is still corrected.
MIN_ODDS_ALONE, MIN_ODDS_BESIDE, MIN_ODDS_NAME, MIN_ODDS_IN_NAME = 2.5, 1.5, 3.5, -2.0
# From these on it is offered.
MIN_ODDS_OFFER = -1.0
# A word is one of names where they are such a share of the papers that contain it.
MIN_NAME_SHARE = 0.8
# A word that no paper contains is worth such a part of what its rarity says.
ABSENT_WEIGHT = 0.1
# So many titles with two words are read to see whether they are in a row.
MAX_ROWS_READ = 500
_NEVER = float("-inf")

_Rows: TypeAlias = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What papers say about the words of a query.

    `words` has what is known by what was typed: the word, one that it begins, or those of a name.
    """

    connection: sqlite3.Connection
    snapshot: Snapshot
    words: Mapping[str, Sequence[str]]
    # of each word that was looked up, the rows of each segment that have it outside names
    _rows: dict[str, list[_Rows]] = field(default_factory=dict)
    _surnames: dict[str, bool] = field(default_factory=dict)

    def check(self, term: QueryTerm) -> QueryTerm:
        """Keep the slips if one of them is certain enough; else offer the likelier ones."""
        slips = [each for each in term.corrections if each.is_slip]
        if not slips:
            return term
        if self._telling_others(term.typed):  # read with one statement
            self._rows_outside_names([word for each in slips for word in each.words])
        odds = {each.words: self.log_odds(term.typed, each) for each in slips}
        if max(odds.values()) >= 0:
            kept = (each for each in term.corrections if odds.get(each.words, 0.0) > _NEVER)
            return replace(term, corrections=tuple(kept))
        return _offer(term, odds)

    def with_corrected(self, checked: Sequence[QueryTerm]) -> Evidence:
        """Return the evidence for the other words by those that are corrected for certain."""
        certain = [each for each in checked if each.corrections and each.typed not in self.words]
        meant = {each.typed: each.corrections[0].words for each in certain}
        return replace(self, words={**self.words, **meant})

    def allows_doubt(self, typed: str, meant: str) -> bool:
        """Whether a known word may be a slip for another that all other words occur with."""
        others = self._telling_others(typed)
        if meant in FUNCTION_WORDS or not others:
            return False
        together = self._together_in_titles(meant, others)
        in_title = together > 1 or together == len(others)
        return in_title or self._is_in_name(meant, self._others(typed))

    def belong_together(self, split: Correction) -> bool:
        """Whether words that were run together are in a row in a title, also without stop words.

        Two may be in a row among its keywords or in a person's name, too.
        """
        words = split.words
        rows = [row for segment in self._segments(words) for row in _rows_with_all(segment, words)]
        found = self.connection.execute(
            "SELECT title, keywords FROM json_each(?) CROSS JOIN paper ON paper.row = value",
            (json.dumps(rows[:MAX_ROWS_READ]),),
        )
        if any(_are_in_a_row(words, title, keywords) for title, keywords in found):
            return True
        return len(words) == 2 and self._is_in_name(words[0], words[1:])

    def log_odds(self, typed: str, correction: Correction) -> float:
        """Return by how much the log odds of a slip are above those that are enough."""
        (meant,) = correction.words
        if not keeps_numbers(typed, meant):
            return _NEVER
        company, enough = self._company(meant, typed), MIN_ODDS_BESIDE
        if self._is_name(meant, correction.papers):
            others = self._others(typed)
            if self._is_in_name(meant, others):
                company, enough = title_company(len(others), len(others)), MIN_ODDS_IN_NAME
            elif others:
                return _NEVER  # a person is meant only where the whole query is a name
            else:
                enough = MIN_ODDS_NAME
        elif company == "alone":
            enough = MIN_ODDS_ALONE
        share = max(1, correction.papers) / max(1, self.snapshot.row_count)
        slip = Slip(typed, meant, share, is_word(typed), is_word(meant), company)
        return slip.log_odds - enough

    def _others(self, typed: str) -> list[str]:
        """Return the known words beside one."""
        return [one for each, words in self.words.items() if each != typed for one in words]

    def _telling_others(self, typed: str) -> list[str]:
        """Return those that tell something; without surnames, which no title has, if others do."""
        telling = [word for word in self._others(typed) if _tells(word)]
        return [word for word in telling if not self._is_surname(word)] or telling

    def _is_surname(self, word: str) -> bool:
        if word not in self._surnames:
            self._surnames[word] = self._is_name(word)
        return self._surnames[word]

    def _segments(self, words: Sequence[str]) -> list[SegmentPostings]:
        return self.snapshot.postings(self.connection, words, ())

    def _company(self, meant: str, typed: str) -> Company:
        """Say how a word occurs with the others of the query."""
        others = self._telling_others(typed)
        if not others:
            return "alone"
        if together := self._together_in_titles(meant, others):
            return title_company(together, len(others))
        roots = {stem(word) for word in (meant, *others)}
        segments = self.snapshot.postings(self.connection, (), roots)
        return "in_text" if any(_share_text(each, roots) for each in segments) else "apart"

    def _together_in_titles(self, meant: str, others: Sequence[str]) -> int:
        """Return how many of the others a title has at most that has a word."""
        rows = self._rows_outside_names((meant, *others))
        return max((_most_together(*each) for each in zip(*rows, strict=True)), default=0)

    def _rows_outside_names(self, words: Sequence[str]) -> list[list[_Rows]]:
        """Return the rows of each segment that have a word, or its plural, outside names."""
        if missing := [word for word in words if word not in self._rows]:
            segments = self._segments([*missing, *map(_other_number, missing)])
            for word in missing:
                self._rows[word] = [_outside_names(segment, word) for segment in segments]
        return [self._rows[word] for word in words]

    def _is_name(self, word: str, papers: int | None = None) -> bool:
        """Whether almost only authors' names contain a word, of so many papers or the listed."""
        lists = [each.head[word][1] for each in self._segments([word]) if word in each.head]
        in_names = sum(int(np.count_nonzero(impacts == PERSON)) for impacts in lists)
        total = sum(map(len, lists)) if papers is None else papers
        return in_names > 0 and in_names >= MIN_NAME_SHARE * total

    def _is_in_name(self, meant: str, others: Sequence[str]) -> bool:
        """Whether a person's name contains a word and all others of the query."""
        return bool(others) and is_name(self.connection, [[word] for word in (meant, *others)])


def _offer(term: QueryTerm, odds: Mapping[tuple[str, ...], float]) -> QueryTerm:
    """Take all slips out of the corrections, and offer those with enough odds."""
    least = MIN_ODDS_OFFER - MIN_ODDS_ALONE
    slips = [each for each in term.corrections if odds.get(each.words, _NEVER) >= least]
    return replace(
        term,
        corrections=tuple(each for each in term.corrections if each.words not in odds),
        offers=tuple(sorted(slips, key=lambda each: -odds[each.words])),
    )


def _rows_with_all(segment: SegmentPostings, words: Sequence[str]) -> list[int]:
    if not all(word in segment.head for word in words):
        return []
    first, *others = (segment.head[word][0] for word in words)
    for other in others:
        here, _ = intersect(first, other)
        first = first[here]
    rows: list[int] = (segment.first + first.astype(np.int64)).tolist()
    return rows


def _are_in_a_row(words: Sequence[str], title: str, keywords: str) -> bool:
    if f" {' '.join(words)} " in f" {title} · {keywords} ":
        return True
    joined = "".join(words)
    telling = [word for word in title.split() if word not in STOP_WORDS]
    return joined in title.replace(" ", "") or joined in "".join(telling)


def _most_together(rows: _Rows, *others: _Rows) -> int:
    """Return how many of the others have one of the rows in common."""
    together = np.zeros(len(rows), np.int64)
    for other in others:
        here, _ = intersect(rows, other)
        together[here] += 1
    return int(together.max(initial=0))


def _outside_names(segment: SegmentPostings, word: str) -> _Rows:
    lists = [segment.head[each] for each in (word, _other_number(word)) if each in segment.head]
    rows = [rows[impacts != PERSON].astype(np.uint32) for rows, impacts in lists]
    return reduce(unite, rows, np.empty(0, np.uint32))


def _other_number(word: str) -> str:
    one = singular(word)
    return one if one != word else word + "s"


def _share_text(segment: SegmentPostings, roots: Collection[str]) -> bool:
    """Whether a row of a segment contains all of these word stems."""
    if not all(root in segment.body for root in roots):
        return False
    first, *others = [segment.body[root][0] for root in roots]
    for other in others:
        here, _ = intersect(first, other)
        first = first[here]
    return len(first) > 0


def gather_evidence(
    connection: sqlite3.Connection,
    snapshot: Snapshot,
    terms: Sequence[QueryTerm],
    names: Mapping[str, str],
) -> Evidence:
    """Return the evidence for the words of a query; `names` are those that terms stand for."""
    words = {
        term.typed: (term.typed if term.known else term.completions[0],)
        for term in terms
        if term.known or term.completions
    }
    typed = {short: tuple(name.split()) for short, name in names.items()}
    return Evidence(connection, snapshot, {**words, **typed})


def check_slips(
    evidence: Evidence, terms: Sequence[QueryTerm], exact: Collection[str]
) -> tuple[QueryTerm, ...]:
    """Keep the slips that there is evidence for; the likeliest of the others become offers.

    Words in `exact` were quoted: they stay as they are, and so does C++.
    """
    sure = {*exact, *LANGUAGES}
    checked = [_exact(each) if each.typed in sure else evidence.check(each) for each in terms]
    if any(each.offers for each in checked):
        wider = evidence.with_corrected(checked)
        pairs = zip(terms, checked, strict=True)
        checked = [wider.check(term) if each.offers else each for term, each in pairs]
    return tuple(_weigh_absent(_check_splits(term, evidence)) for term in checked)


def _exact(term: QueryTerm) -> QueryTerm:
    return replace(
        term,
        corrections=tuple(each for each in term.corrections if each.words == (term.typed,)),
        completions=(),
        has_more=False,
        is_exact=True,
    )


def _tells(word: str) -> bool:
    return len(word) > 1 and word not in FUNCTION_WORDS


def _check_splits(term: QueryTerm, evidence: Evidence) -> QueryTerm:
    """Split a word only into words of one title; offer others, but for numbers and real words."""
    single = tuple(each for each in term.corrections if len(each.words) == 1)
    splits = [] if term.known else [each for each in term.corrections if each not in single]
    if not splits:
        return term
    splits = [each for each in splits if _may_split(term.typed, each)]
    kept = tuple(filter(evidence.belong_together, splits))
    offers = tuple(each for each in splits if each not in kept)
    return replace(term, corrections=single + kept, offers=term.offers + offers)


def _may_split(typed: str, split: Correction) -> bool:
    return keeps_numbers(typed, " ".join(split.words)) and not is_word(typed)


def _weigh_absent(term: QueryTerm) -> QueryTerm:
    return replace(term, weight=ABSENT_WEIGHT * term.weight) if term.is_absent else term
