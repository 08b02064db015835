"""Names of organisations in a query: a paper may be by another one, as people remember wrongly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TypeAlias

from bot.search.analysis.tokenizer import FUNCTION_WORDS, tokenize
from bot.search.query.query_term import QueryTerm

# What a word of such a name counts beside any other.
ORGANIZATION_WEIGHT = 0.1
# Names of fewer words are words of titles, too: "Qwen".
MIN_WORDS = 2

# The words of names by their first one.
OrganizationNames: TypeAlias = Mapping[str, Sequence[tuple[str, ...]]]


@lru_cache(maxsize=1)
def organization_names(names: tuple[str, ...]) -> OrganizationNames:
    """Return the names of several words, the longest first."""
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for words in sorted(set(map(tuple, map(tokenize, names))), key=lambda each: (-len(each), each)):
        if len(words) >= MIN_WORDS:
            found[words[0]].append(words)
    return found


def weigh_organizations(
    known: OrganizationNames, words: Sequence[str], terms: Sequence[QueryTerm]
) -> tuple[QueryTerm, ...]:
    """Let words of an organisation's name count less, if others tell what is wanted."""
    named = {word for name in _named(known, tuple(words)) for word in name}
    if named.issuperset(word for word in words if word not in FUNCTION_WORDS):
        return tuple(terms)
    return tuple(_weigh(term) if term.typed in named else term for term in terms)


def _named(known: OrganizationNames, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the names that are in a query, without function words."""
    for at, word in enumerate(words):
        for name in known.get(word, ()):
            if words[at : at + len(name)] == name:
                yield tuple(part for part in name if part not in FUNCTION_WORDS)


def _weigh(term: QueryTerm) -> QueryTerm:
    return replace(term, weight=ORGANIZATION_WEIGHT * term.weight, is_organization=True)
