"""A query in the words of the best paper, to say how it was understood."""

from __future__ import annotations

from collections.abc import Sequence

from bot.search.analysis.stemmer import stem
from bot.search.index.documents import text_of
from bot.search.query.query_term import Correction, QueryTerm
from bot.search.ranking.context import SearchContext


def corrected_text(context: SearchContext, terms: Sequence[QueryTerm], best: int) -> str | None:
    """Return the query in the words of the best paper, None where it has them as typed."""
    text = text_of(context.connection, best)
    meant = [_used_spelling(term, text) for term in terms]
    if meant == [term.typed for term in terms]:
        return None
    return " ".join(dict.fromkeys(" ".join(meant).split()))


def _used_spelling(term: QueryTerm, text: str) -> str:
    """Return a term as the text has it; as typed where it has none of its corrections."""
    if f" {term.typed} " in text or _is_begun(term, text):
        return term.typed
    # a word that is known can be meant as another, but is not run together with its neighbour
    corrections = (each for each in term.corrections if each.is_slip or not term.known)
    used = [each for each in corrections if _contains(text, each.words)]
    # the title comes first: "spalting" is splatting there, though the abstract has scaling too
    meant = min(used, key=lambda each: text.find(f" {each.words[0]} "), default=None)
    if meant is None or _is_same_word(term.typed, meant):
        return term.typed
    return " ".join(meant.words)


def _is_begun(term: QueryTerm, text: str) -> bool:
    return bool(term.completions) and f" {term.typed}" in text


def _contains(text: str, words: Sequence[str]) -> bool:
    return all(f" {word} " in text for word in words)


def _is_same_word(typed: str, meant: Correction) -> bool:
    """Whether a word has another ending only, or is written as one with its neighbour."""
    word, *others = meant.words
    if others or stem(word) == stem(typed):
        return not others
    return not meant.is_slip and (typed in word or word in typed)
