"""Which of the candidates was meant: a score out of how their words fit the query's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log1p

from rapidfuzz import fuzz

from bot.search.filling import BETWEEN
from bot.search.spelling import Slot

# How much a word counts where it stands.
TITLE, PERSON, TERM, TEXT = 1.0, 0.95, 0.8, 0.55


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper that may have been meant. `title`, `people`, `terms` and `text` are as the index keeps them."""

    row: int
    id: str
    day: str | None
    votes: int
    title: str
    people: str
    terms: str
    text: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score; `cover` says how much of the query it answers (0 to 1)."""

    candidate: Candidate
    score: float
    cover: float


def rank(candidates: Sequence[Candidate], slots: Sequence[Slot], typed: str, understood: str) -> list[Ranked]:
    """Order candidates, the one most likely meant first."""
    ranked = [_scored(candidate, slots, typed, understood) for candidate in candidates]
    newest = sorted({r.candidate.day or "" for r in ranked})
    age = {day: n / len(newest) for n, day in enumerate(newest)}
    return sorted(
        ranked,
        key=lambda r: (
            r.score + 0.01 * age[r.candidate.day or ""] + 0.004 * log1p(max(r.candidate.votes, 0)),
            r.candidate.row,
        ),
        reverse=True,
    )


def _scored(candidate: Candidate, slots: Sequence[Slot], typed: str, understood: str) -> Ranked:
    title = f" {candidate.title} "
    people = f" {candidate.people} "
    terms = f" {candidate.terms} "
    text = f" {candidate.text} "
    total = found = covered = 0.0
    named: list[str] = []
    for slot in slots:
        best = whole = 0.0
        for reading in slot.readings:
            if reading.worth <= best:
                break
            place = min(_place(word, title, people, terms, text) for word in reading.words)
            best = max(best, reading.worth * place)
            whole = max(whole, reading.worth if place else 0)
            if place == PERSON:
                named += reading.words
        total += slot.weight
        found += slot.weight * best
        covered += slot.weight * whole
    cover = covered / total if total else 0.0
    score = found / total if total else 0.0
    score += 0.25 * fuzz.token_set_ratio(understood, candidate.title) / 100
    score += 0.15 * fuzz.ratio(understood, candidate.title) / 100
    if candidate.title.startswith((typed, understood)):
        score += 0.3
    if len(named) > 1:
        score += 0.3 * _together(named, candidate.people)
    return Ranked(candidate, score, cover)


def _place(word: str, title: str, people: str, terms: str, text: str) -> float:
    sought = f" {word} "
    if sought in title:
        return TITLE
    if sought in people:
        return PERSON
    if sought in terms:
        return TERM
    return TEXT if sought in text else 0.0


def _together(named: list[str], people: str) -> float:
    """How many of the words stand in one and the same name (0 to 1)."""
    wanted = set(named)
    return max(len(wanted.intersection(name.split())) for name in people.split(BETWEEN)) / len(wanted)
