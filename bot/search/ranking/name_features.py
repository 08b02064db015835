"""How far a query is the name of one author: with initials, cut given names, surname first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.search.index.documents import SEPARATOR
from bot.search.query.query_term import QueryTerm

# What the beginning of a name counts beside another part of it that is whole.
BEGINNING_SHARE = 0.8

# The ways to spell a term as a whole word, with a space around, and how its beginning is spelt.
NameTerm = tuple[tuple[str, ...], str]


def name_term(term: QueryTerm) -> NameTerm:
    """Return how a term may be spelt in a name."""
    words = (term.typed, *(" ".join(each.words) for each in term.corrections))
    return tuple(f" {word} " for word in words), f" {term.typed}"


def name_features(people: str, terms: Sequence[NameTerm]) -> tuple[float, float]:
    """Return how many of the terms are in one name, if it is several, and in the first name."""
    first = people.partition(SEPARATOR)[0]
    best = max(_counts(people, terms).values(), default=0.0)
    return best if best > 1 else 0.0, _count(first, terms)


def best_names(people: str, terms: Sequence[NameTerm]) -> set[str]:
    """Return the names that contain most of the terms."""
    counts = _counts(people, terms)
    best = max(counts.values(), default=0.0)
    return {name.strip() for name, count in counts.items() if count == best}


def _counts(people: str, terms: Sequence[NameTerm]) -> dict[str, float]:
    """Return the names with one of the terms as a whole, and how many terms each contains."""
    names = {
        _name_at(people, at)
        for spellings, _ in terms
        for word in spellings
        for at in _occurrences(people, word)
    }
    return {name: _count(name, terms) for name in names}


def _count(name: str, terms: Sequence[NameTerm]) -> float:
    """Return how many terms are in a name: one at least as a whole, others may begin its parts."""
    whole = [any(word in name for word in spellings) for spellings, _ in terms]
    if not any(whole):
        return 0.0
    begun = sum(not found and start in name for found, (_, start) in zip(whole, terms, strict=True))
    return sum(whole) + BEGINNING_SHARE * begun


def _occurrences(people: str, word: str) -> Iterator[int]:
    at = people.find(word)
    while at >= 0:
        yield at
        at = people.find(word, at + 1)


def _name_at(people: str, at: int) -> str:
    end = people.find(SEPARATOR, at)
    return people[people.rfind(SEPARATOR, 0, at + 1) + 1 : end if end >= 0 else len(people)]
