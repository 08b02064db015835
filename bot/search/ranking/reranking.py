"""Which of the candidates was meant: one score, a sum of features by their fitted weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from bot.search.analysis.tokenizer import FUNCTION_WORDS
from bot.search.index.arrays import Impacts
from bot.search.index.paper_cache import IndexedPaper
from bot.search.index.postings import PERSON
from bot.search.query.query_term import QueryTerm
from bot.search.ranking.bm25 import Bm25
from bot.search.ranking.candidates import Shortlist
from bot.search.ranking.context import SearchContext
from bot.search.ranking.features import Features, TextScores, Unmet, Wanted, asked_share, measure
from bot.search.ranking.title_features import Column
from bot.search.ranking.weights import FEATURES

# With more of the query in its title or as the name of one author, a paper is what was meant.
CLEAR_SHARE = 0.75
# A paper that has so much of what it has of the query in names has nothing else of it.
ALL_OF_COVER = 0.99
# Terms in names are one name's where so many of them are; initials count less than one.
ONE_NAME_SHARE = 0.8
# A question has as many telling words.
MIN_QUESTION_WORDS = 4
# A paper without any word of the query is shown if it is nearer than papers are by chance, by so
# many standard deviations.
MIN_NEARNESS = 3.0

_DECISIVE = [
    FEATURES.index(name) for name in ("title", "person", "alias", "text", "starts", "one_name")
]
_TELLING = [FEATURES.index(name) for name in ("title", "person", "bm25_share")]


class Ranked(NamedTuple):
    """A candidate with its features and its score.

    `cover` says how much of the query it answers (0 to 1), `is_clear` whether its title and one of
    its authors do so or the title begins with the query, `is_named` whether the query is the name
    of one of them, `is_begun_name` whether it only begins a part of that, `is_near` whether it is
    near what the query means.
    """

    candidate: IndexedPaper
    features: Features
    score: float
    cover: float
    is_clear: bool
    is_named: bool
    is_begun_name: bool
    is_near: bool


def rerank(
    context: SearchContext,
    candidates: Shortlist,
    terms: Sequence[QueryTerm],
    bm25: Bm25 | None,
) -> list[Ranked]:
    """Order candidates, the one most likely meant first."""
    if not candidates.papers:
        return []
    rows = candidates.rows
    texts = TextScores(bm25.scores(rows), bm25.max_score) if bm25 else None
    features = measure(candidates, Wanted.of(context.words, terms), texts)
    number = telling_words(context.words)
    weights = context.weights.of_query(number, thorough=context.thorough)
    merits = features @ weights
    title, person, alias, text, starts, one_name = features.T[_DECISIVE]
    cover = title + person + alias + text
    is_named = (one_name >= ONE_NAME_SHARE) & (person >= ALL_OF_COVER * cover)
    nearness = np.zeros(len(rows), np.float32)
    if context.meaning:
        weight = context.meaning.weight_of(number, unmet(features, context.words))
        nearness, told = context.meaning.nearness_with_best(rows, merits, weight)
        # the papers of a person are those with the name, whatever it means
        if not is_named[merits.argmax()]:
            merits += weight * told
    in_name = _in_one_name(person, one_name * number, candidates.impacts)
    is_clear = (starts == 1) | (title + in_name > CLEAR_SHARE)
    is_near = nearness >= MIN_NEARNESS
    columns = (merits, cover, is_clear, is_named, is_named & (one_name < 1), is_near)
    lines = zip(candidates.papers, features, *(each.tolist() for each in columns), strict=True)
    ranked = list(map(Ranked._make, lines))
    # of equal ones, the newest first
    return [ranked[n] for n in np.lexsort((-rows, -merits)).tolist()]


def _in_one_name(person: Column, together: Column, impacts: Impacts) -> Column:
    """Return what share of the query is in one name, where `together` terms are in the same."""
    named = (impacts == PERSON).sum(axis=1)
    found: Column = np.where((named == 1) | (together >= ONE_NAME_SHARE * named), person, 0)
    return found


def unmet(features: Features, words: Sequence[str]) -> Unmet:
    """Return how much of a query these candidates leave open."""
    title, person, told = features.T[_TELLING]
    asked = float(asked_share(words))
    return Unmet.of(float((title + person).max()), float(told.max()), asked)


def telling_words(words: Sequence[str]) -> int:
    """Return how many different words say what a query is about."""
    return len({word for word in words if word not in FUNCTION_WORDS})


def is_question(words: Sequence[str]) -> bool:
    """Return whether a query may be a question: it has many telling words, or no more than others.

    Telling words are not all that says what is wanted, then.
    """
    telling = telling_words(words)
    return telling >= MIN_QUESTION_WORDS or 2 <= telling <= len(words) // 2
