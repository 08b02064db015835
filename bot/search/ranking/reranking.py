"""Which of the candidates was meant: a score out of how well each one fits the query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log1p
from operator import mul
from typing import NamedTuple

from rapidfuzz import fuzz

from bot.search.index.documents import BETWEEN
from bot.search.index.postings import LAST_PLACE, PERSON
from bot.search.query.spelling import Slot
from bot.search.query.tokenizer import COMMON
from bot.search.ranking.candidates import Candidate
from bot.search.ranking.scoring import TEXT

# Fitted on development seeds of known-item queries, then rounded. What a score gains: by the shares
# of title, names, terms and text in the query; by the title as a whole, its beginning, its middle;
# by one name, by the first author's.
WEIGHTS = (1.0, 0.7, 0.78, 0.5, 0.35, 0.15, 0.1, 0.4, 0.3)
# With so much of the query in its title or as the name of one author, a paper is what was meant.
CLEAR = 0.75
# A title that has less of the query than this does not have all of it in a row.
INSIDE = 0.3
# What newer and better liked papers gain: enough to settle near ties, too little to turn an order.
NEWEST, LIKED = 0.01, 0.004


class Ranked(NamedTuple):
    """A candidate with its score.

    `cover` says how much of the query it answers (0 to 1), `head` how much without its abstract,
    `clear` whether its title and one of its authors do so or the title begins with it, `named`
    whether it is the name of one of them.
    """

    candidate: Candidate
    score: float
    cover: float
    head: float
    clear: bool
    named: bool


def rank(
    candidates: Sequence[Candidate], slots: Sequence[Slot], typed: Sequence[str]
) -> list[Ranked]:
    """Order candidates, the one most likely meant first; `typed` are the words of the query, all and in order."""
    meant = {slot.typed: slot.meant for slot in slots}
    understood = " ".join(meant.get(word, word) for word in typed)
    telling = " ".join(word for word in understood.split() if word not in COMMON)
    total = sum(slot.weight for slot in slots) or 1.0
    weights = [slot.weight / total for slot in slots]
    spelt = [
        (
            f" {slot.typed} " if slot.known else f" {slot.typed}",
            *(f" {' '.join(reading.words)} " for reading in slot.readings),
        )
        for slot in slots
    ]
    newest = sorted({candidate.day for candidate in candidates})
    age = {day: (n + 1) / len(newest) for n, day in enumerate(newest)}
    ranked = []
    for candidate in candidates:
        shares, named = _shares(candidate, spelt, weights)
        title, person, term, _ = shares
        share = len(named) / max(1, len(spelt))
        together, leading = _in_names(named, candidate.people) if named else (1.0, 0.0)
        one_name = together * share if len(named) > 1 else 0.0
        titled = _as_titled(candidate.title[1:-1], understood, telling, inside=title > INSIDE)
        features = (*shares, *titled, one_name, leading * share)
        score = sum(map(mul, WEIGHTS, features))
        score += NEWEST * age[candidate.day] + LIKED * log1p(max(candidate.votes, 0))
        clear = titled[1] == 1.0 or title + (person if together == 1.0 else 0.0) > CLEAR
        ranked.append(
            Ranked(candidate, score, sum(shares), title + person + term, clear, one_name == 1.0)
        )
    return sorted(ranked, key=lambda r: (-r.score, r.candidate.id))


def _shares(
    candidate: Candidate, spelt: Sequence[Sequence[str]], weights: Sequence[float]
) -> tuple[list[float], list[Sequence[str]]]:
    """Share the query out to title, names, terms and text; return also the words that name somebody."""
    shares = [0.0, 0.0, 0.0, 0.0]
    named: list[Sequence[str]] = []
    for ways, weight, mark, worth in zip(
        spelt, weights, candidate.marks, candidate.worths, strict=True
    ):
        place = 0 if mark <= LAST_PLACE else 1 if mark == PERSON else 3 if mark == TEXT else 2
        shares[place] += weight * worth
        if place == 1:
            named.append(ways)
    return shares, named


def _as_titled(
    title: str, understood: str, telling: str, *, inside: bool
) -> tuple[float, float, float]:
    """Measure how far the query is the title, whether the title begins with it, and whether it stands `inside`."""
    within = inside and telling in " ".join([word for word in title.split() if word not in COMMON])
    return fuzz.ratio(understood, title) / 100, float(title.startswith(understood)), float(within)


def _in_names(named: Sequence[Sequence[str]], people: str) -> tuple[float, float]:
    """Return how many of the words, each spelt in some ways, stand in one name, and in the first author's (0 to 1)."""
    first = people.partition(BETWEEN)[0]
    leading = sum(_spelt_in(first, ways) for ways in named) / len(named)
    if len(named) == 1 or leading == 1.0:
        return 1.0, leading
    names = {
        _around(people, at) for ways in named[:-1] for word in ways for at in _places(people, word)
    }
    together = max((sum(_spelt_in(name, ways) for ways in named) for name in names), default=1)
    return together / len(named), leading


def _spelt_in(name: str, ways: Sequence[str]) -> bool:
    return any(word in name for word in ways)


def _places(people: str, word: str) -> Iterator[int]:
    at = people.find(word)
    while at >= 0:
        yield at
        at = people.find(word, at + 1)


def _around(people: str, at: int) -> str:
    """Return the name that stands there."""
    end = people.find(BETWEEN, at)
    return people[people.rfind(BETWEEN, 0, at) + 1 : end if end >= 0 else len(people)]
