"""How far a query is the name of one author: with initials, cut given names, surname first."""

from __future__ import annotations

from collections.abc import Collection, Sequence

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
    counts = _counts(people, terms)
    best = max(counts.values(), default=0.0)
    return best if best > 1 else 0.0, counts.get(0, 0.0)


def best_names(people: str, terms: Sequence[NameTerm]) -> set[str]:
    """Return the names that contain most of the terms."""
    counts = _counts(people, terms)
    best = max(counts.values(), default=0.0)
    return {_name_at(people, start).strip() for start, count in counts.items() if count == best}


def _counts(people: str, terms: Sequence[NameTerm]) -> dict[int, float]:
    """Return how many terms each name contains, by where it starts: one at least as a whole.

    Others may begin its parts.
    """
    whole: dict[int, set[int]] = {}
    for n, (spellings, _) in enumerate(terms):
        for word in spellings:
            at = people.find(word)
            while at >= 0:
                start = people.rfind(SEPARATOR, 0, at + 1) + 1
                whole.setdefault(start, set()).add(n)
                at = people.find(word, at + 1)
    return {start: _count(_name_at(people, start), terms, found) for start, found in whole.items()}


def _count(name: str, terms: Sequence[NameTerm], whole: Collection[int]) -> float:
    begun = sum(n not in whole and start in name for n, (_, start) in enumerate(terms))
    return len(whole) + BEGINNING_SHARE * begun


def _name_at(people: str, start: int) -> str:
    end = people.find(SEPARATOR, start)
    return people[start : end if end >= 0 else len(people)]
