"""Initials stand for the given names that go with the surname beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.search.analysis.tokenizer import FUNCTION_WORDS
from bot.search.index.people import is_name, people_called
from bot.search.query.query_term import QueryTerm
from bot.search.ranking.context import SearchContext

# Given names that one initial may stand for; each is searched.
MAX_GIVEN_NAMES = 40


def expand_initials(context: SearchContext, terms: Sequence[QueryTerm]) -> tuple[QueryTerm, ...]:
    """Complete single letters beside a word to the given names of people of that surname."""
    return tuple(_expand(context, term) if _is_letter(term.typed) else term for term in terms)


def _is_letter(word: str) -> bool:
    return len(word) == 1 and word.isascii() and word.isalpha()


def _expand(context: SearchContext, term: QueryTerm) -> QueryTerm:
    names = Counter(_given_names(context, term.typed))
    if not names:
        return term
    likeliest = tuple(name for name, _ in names.most_common(MAX_GIVEN_NAMES))
    return replace(term, completions=likeliest, known=False)


def _given_names(context: SearchContext, initial: str) -> Iterator[str]:
    """Yield the names that begin so of people who have a neighbour of the initial in theirs."""
    at = context.words.index(initial)
    for surname in (*context.words[max(0, at - 1) : at], *context.words[at + 1 : at + 2]):
        if len(surname) == 1 or surname in FUNCTION_WORDS:
            continue
        if not is_name(context.connection, [[surname]]):  # an initial begins thousands of names
            continue
        for _, name in people_called(context.connection, [surname, initial]):
            parts = name.split()
            if surname in parts:
                yield from (
                    part
                    for part in parts
                    if len(part) > 1 and part.startswith(initial) and part != surname
                )
