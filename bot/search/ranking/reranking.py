"""Which of the candidates was meant: a score out of how well each one matches the query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log1p
from operator import mul
from typing import NamedTuple, TypeAlias

from rapidfuzz import fuzz

from bot.search.analysis.tokenizer import STOP_WORDS
from bot.search.index.documents import SEPARATOR
from bot.search.index.postings import LAST_PLACE, PERSON
from bot.search.query.spelling import QueryTerm
from bot.search.ranking.candidates import Candidate
from bot.search.ranking.scoring import TEXT_ONLY

# What a score gains: by the shares of the query that are in title, names, aliases and text; by the
# likeness of the whole title, by a title that begins with the query, that contains it; by one name,
# by the first author's. Fitted on development seeds of known-item queries, then rounded.
FEATURE_WEIGHTS = (1.0, 0.7, 0.78, 0.5, 0.35, 0.15, 0.1, 0.4, 0.3)
# With more of the query in its title or as the name of one author, a paper is what was meant.
CLEAR_SHARE = 0.75
# A title that has less of the query than this does not contain all of it in a row.
MIN_TITLE_SHARE = 0.3
# What the newest paper gains, and what upvotes do: enough for near ties only.
NEWEST_GAIN, LOG_VOTES_GAIN = 0.01, 0.004

# The ways to spell a word, each with a space before and, if it is complete, after it.
_Spellings: TypeAlias = Sequence[str]
_TITLE, _PERSON, _ALIAS, _TEXT = range(4)


class Ranked(NamedTuple):
    """A candidate with its score.

    `cover` says how much of the query it answers (0 to 1), `head_cover` how much without its
    abstract, `is_clear` whether its title and one of its authors do so or the title begins with the
    query, `is_named` whether the query is the name of one of them.
    """

    candidate: Candidate
    score: float
    cover: float
    head_cover: float
    is_clear: bool
    is_named: bool


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The query as it was understood, also without stop words, and its terms."""

    text: str
    telling_text: str
    spellings: Sequence[_Spellings]
    shares: Sequence[float]


def rerank(
    candidates: Sequence[Candidate], terms: Sequence[QueryTerm], words: Sequence[str]
) -> list[Ranked]:
    """Order candidates, the one most likely meant first; `words` are all words of the query."""
    wanted = _wanted(terms, words)
    newest = sorted({candidate.day for candidate in candidates})
    recency = {day: (n + 1) / len(newest) for n, day in enumerate(newest)}
    ranked = [_rank(candidate, wanted, recency) for candidate in candidates]
    return sorted(ranked, key=lambda each: (-each.score, each.candidate.id))


def _wanted(terms: Sequence[QueryTerm], words: Sequence[str]) -> _Wanted:
    meant = {term.typed: term.best_text for term in terms}
    text = " ".join(meant.get(word, word) for word in words)
    total = sum(term.weight for term in terms) or 1.0
    return _Wanted(
        text,
        _without_stop_words(text),
        [_spellings(term) for term in terms],
        [term.weight / total for term in terms],
    )


def _spellings(term: QueryTerm) -> _Spellings:
    typed = f" {term.typed} " if term.known else f" {term.typed}"
    return typed, *(f" {' '.join(each.words)} " for each in term.corrections)


def _without_stop_words(text: str) -> str:
    return " ".join([word for word in text.split() if word not in STOP_WORDS])


def _rank(candidate: Candidate, wanted: _Wanted, recency: Mapping[int, float]) -> Ranked:
    shares, in_names = _shares(candidate, wanted)
    title, person, alias, _ = shares
    name_share = len(in_names) / max(1, len(wanted.spellings))
    together, leading = _in_names(in_names, candidate.people) if in_names else (1.0, 0.0)
    one_name = together * name_share if len(in_names) > 1 else 0.0
    titled = _title_features(candidate.title[1:-1], wanted, contains=title > MIN_TITLE_SHARE)
    features = (*shares, *titled, one_name, leading * name_share)
    score = sum(map(mul, FEATURE_WEIGHTS, features))
    score += NEWEST_GAIN * recency[candidate.day]
    score += LOG_VOTES_GAIN * log1p(max(candidate.votes, 0))
    in_title_and_name = title + (person if together == 1.0 else 0.0)
    return Ranked(
        candidate,
        score,
        cover=sum(shares),
        head_cover=title + person + alias,
        is_clear=titled[1] == 1.0 or in_title_and_name > CLEAR_SHARE,
        is_named=one_name == 1.0,
    )


def _shares(candidate: Candidate, wanted: _Wanted) -> tuple[list[float], list[_Spellings]]:
    """Return what share of the query is in title, names, aliases and text.

    Return also the terms that are in names.
    """
    shares = [0.0, 0.0, 0.0, 0.0]
    in_names: list[_Spellings] = []
    for spellings, share, impact, confidence in zip(
        wanted.spellings, wanted.shares, candidate.impacts, candidate.confidences, strict=True
    ):
        place = _place(impact)
        shares[place] += share * confidence
        if place == _PERSON:
            in_names.append(spellings)
    return shares, in_names


def _place(impact: int) -> int:
    if impact <= LAST_PLACE:
        return _TITLE
    if impact == PERSON:
        return _PERSON
    return _TEXT if impact == TEXT_ONLY else _ALIAS


def _title_features(title: str, wanted: _Wanted, *, contains: bool) -> tuple[float, float, float]:
    """Return how similar title and query are, whether it begins with it, whether it contains it."""
    inside = contains and wanted.telling_text in _without_stop_words(title)
    similarity = fuzz.ratio(wanted.text, title) / 100
    return similarity, float(title.startswith(wanted.text)), float(inside)


def _in_names(terms: Sequence[_Spellings], people: str) -> tuple[float, float]:
    """Return which share of the terms is in one name, and which in the first author's."""
    first = people.partition(SEPARATOR)[0]
    leading = sum(_is_in(first, spellings) for spellings in terms) / len(terms)
    if len(terms) == 1 or leading == 1.0:
        return 1.0, leading
    names = {
        _name_at(people, at)
        for spellings in terms[:-1]
        for word in spellings
        for at in _occurrences(people, word)
    }
    together = max(
        (sum(_is_in(name, spellings) for spellings in terms) for name in names), default=1
    )
    return together / len(terms), leading


def _is_in(name: str, spellings: _Spellings) -> bool:
    return any(word in name for word in spellings)


def _occurrences(people: str, word: str) -> Iterator[int]:
    at = people.find(word)
    while at >= 0:
        yield at
        at = people.find(word, at + 1)


def _name_at(people: str, at: int) -> str:
    end = people.find(SEPARATOR, at)
    return people[people.rfind(SEPARATOR, 0, at) + 1 : end if end >= 0 else len(people)]
