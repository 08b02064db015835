"""Whether one paper matches a search, without an index: only endings of words are forgiven."""

from __future__ import annotations

from itertools import pairwise

from bot.papers import Paper
from bot.search.analysis.stemmer import stem
from bot.search.analysis.tokenizer import STOP_WORDS, tokenize
from bot.search.index.documents import SEPARATOR, Document, document
from bot.search.query.query import Phrase, Query


def matches(query: Query, paper: Paper) -> bool:
    """Whether a paper passes all filters of a query and contains all its words but stop words.

    An author is meant by any part of the name, in any order, and an organisation by the beginning
    of a word in its own. The order that the query asks for has no effect.
    """
    if not _passes(query, paper):
        return False
    written = document(paper)
    return (
        _contains_all(query.text, written)
        and all(any(_contains(phrase, written) for phrase in group) for group in query.wanted)
        and not any(_contains(phrase, written) for phrase in query.unwanted)
    )


def _passes(query: Query, paper: Paper) -> bool:
    if query.votes is not None and (paper.upvotes or 0) < query.votes:
        return False
    if query.has_code is not None and query.has_code != (paper.code is not None):
        return False
    return _is_in_period(query, paper)


def _is_in_period(query: Query, paper: Paper) -> bool:
    day = paper.published or paper.daily
    if day is None:
        return query.after is None and query.before is None
    return (query.after is None or day >= query.after) and (
        query.before is None or day < query.before
    )


def _contains_all(text: str, written: Document) -> bool:
    """Whether each word is there, also where the paper writes two as one."""
    typed = tokenize(text)
    if not typed:
        return not text
    present = set(_stems(written.text).split())
    joined = {n for n, (a, b) in enumerate(pairwise(typed)) if stem(a + b) in present}
    telling = [n for n, word in enumerate(typed) if word not in STOP_WORDS] or range(len(typed))
    return all(stem(typed[n]) in present or n in joined or n - 1 in joined for n in telling)


def _contains(phrase: Phrase, written: Document) -> bool:
    wanted = tokenize(phrase.text)
    match phrase.place:
        case "author":
            return any(_is_called(wanted, name.split()) for _, name in written.authors)
        case "organization":
            return _is_of(wanted, written)
        case _:
            texts = {
                "title": written.title,
                "keyword": written.keywords,
                "abstract": written.abstract,
                "anywhere": written.text,
            }
            return _is_in(wanted, texts[phrase.place])


def _is_called(wanted: list[str], name: list[str]) -> bool:
    # "G. Hinton" is Geoffrey
    return bool(wanted) and all(
        any(part == word or (len(word) == 1 and part.startswith(word)) for part in name)
        for word in wanted
    )


def _is_of(wanted: list[str], written: Document) -> bool:
    house = written.organization[2].split() if written.organization else []
    return bool(wanted) and all(any(word.startswith(part) for word in house) for part in wanted)


def _is_in(wanted: list[str], text: str) -> bool:
    """Whether the words are there in a row."""
    return bool(wanted) and f" {_stems(' '.join(wanted))} " in f" {_stems(text)} "


def _stems(text: str) -> str:
    return " ".join([word if word == SEPARATOR else stem(word) for word in text.split()])
