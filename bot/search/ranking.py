"""Which of the candidates was meant: a score out of how well each one fits the query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log1p
from operator import mul

from rapidfuzz import fuzz

from bot.search.candidates import Candidate
from bot.search.filling import BETWEEN
from bot.search.spelling import Slot
from bot.search.words import COMMON

# Fitted on development seeds of known-item queries, then rounded: what each feature of `_features` adds to a score.
WEIGHTS = (1.0, 0.7, 0.78, 0.5, 0.35, 0.15, 0.1, 0.4)
# What the beginning of a word counts for: less where what was typed is a word of its own.
BEGINS, BEGINS_ANOTHER = 0.8, 0.5
# With so much of the query in its title or as the name of one author, a paper is what was meant.
CLEAR = 0.75
# What newer and better liked papers gain: enough to settle near ties, too little to turn an order.
NEWEST, LIKED = 0.01, 0.004


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score.

    `cover` says how much of the query it answers (0 to 1), `head` how much without its abstract, `clear` whether its
    title and one of its authors do so.
    """

    candidate: Candidate
    score: float
    cover: float
    head: float
    clear: bool


@dataclass(frozen=True, slots=True)
class _Sought:
    """A slot as it is looked for in text: words with a space on both sides, and perhaps the beginning of one."""

    weight: float
    readings: tuple[tuple[float, str, tuple[str, ...]], ...]  # worth, a word, the words that must be there too
    begun: str
    begins: float


def rank(candidates: Sequence[Candidate], slots: Sequence[Slot], typed: Sequence[str]) -> list[Ranked]:
    """Order candidates, the one most likely meant first; `typed` are the words of the query, all and in order."""
    meant = {slot.typed: slot.meant for slot in slots}
    understood = " ".join(meant.get(word, word) for word in typed)
    telling = " ".join(word for word in understood.split() if word not in COMMON)
    sought = _sought(slots)
    newest = sorted({candidate.day or "" for candidate in candidates})
    age = {day: (n + 1) / len(newest) for n, day in enumerate(newest)}
    ranked = []
    for candidate in candidates:
        features = _features(candidate, sought, understood, telling)
        title, person, term, text, *_, together = features
        clear = title + (person if together in (0.0, 1.0) else 0.0) > CLEAR
        score = sum(map(mul, WEIGHTS, features))
        score += NEWEST * age[candidate.day or ""] + LIKED * log1p(max(candidate.votes, 0))
        ranked.append(Ranked(candidate, score, title + person + term + text, title + person + term, clear))
    return sorted(ranked, key=lambda r: (-r.score, r.candidate.id))


def _sought(slots: Sequence[Slot]) -> list[_Sought]:
    total = sum(slot.weight for slot in slots) or 1.0
    found = []
    for slot in slots:
        padded = [(r.worth, [f" {word} " for word in r.words]) for r in slot.readings]
        readings = tuple((worth, first, tuple(others)) for worth, (first, *others) in padded)
        found.append(
            _Sought(
                slot.weight / total,
                readings,
                f" {slot.typed}" if slot.begun else "",
                BEGINS_ANOTHER if slot.known else BEGINS,
            )
        )
    return found


def _features(candidate: Candidate, sought: Sequence[_Sought], understood: str, telling: str) -> tuple[float, ...]:
    """Measure how a candidate fits: its words by place, its title as a whole, its names."""
    shares, named = _places(candidate, sought)
    title = candidate.title[1:-1]
    plain = " ".join([word for word in title.split() if word not in COMMON])
    return (
        *shares,
        fuzz.ratio(understood, title) / 100,
        1.0 if title.startswith(understood) else 0.0,
        1.0 if telling in plain else 0.0,
        _together(named, candidate.people) if len(named) > 1 else 0.0,
    )


def _places(candidate: Candidate, sought: Sequence[_Sought]) -> tuple[list[float], list[str]]:
    """Share the query out to title, people, terms and text, each word to the first that has it; note who is named."""
    shares = [0.0, 0.0, 0.0, 0.0]
    named: list[str] = []
    title, people, terms, text = candidate.title, candidate.people, candidate.terms, candidate.text
    for slot in sought:
        for worth, word, others in slot.readings:
            # `text` repeats all the other fields
            if word not in text or (others and not all(other in text for other in others)):
                continue
            place = 0 if word in title else 1 if word in people else 2 if word in terms else 3
            shares[place] += slot.weight * worth
            if place == 1:
                named.append(word)
            break
        else:
            if slot.begun and slot.begun in text:
                word = slot.begun
                place = 0 if word in title else 1 if word in people else 2 if word in terms else 3
                shares[place] += slot.weight * slot.begins
    return shares, named


def _together(named: Sequence[str], people: str) -> float:
    """Return how many of the words stand in one and the same name (0 to 1)."""
    return max(sum(word in name for word in named) for name in people.split(BETWEEN)) / len(named)
