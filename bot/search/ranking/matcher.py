"""Whether one paper matches a search, without an index: only endings of words are forgiven."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bot.papers import Paper
from bot.search.analysis.stemmer import stem
from bot.search.analysis.tokenizer import STOP_WORDS, tokenize
from bot.search.index.documents import SEPARATOR, Document, document
from bot.search.query.query import Phrase, Place, Query


@dataclass(frozen=True, slots=True)
class Subject:
    """A paper made ready to be matched with many queries: its fields, and their stems."""

    paper: Paper
    written: Document
    stems: frozenset[str]
    texts: Mapping[Place, str]


def subject(paper: Paper) -> Subject:
    """Make a paper ready to be matched."""
    written = document(paper)
    texts: dict[Place, str] = {
        "title": written.title,
        "keyword": written.keywords,
        "abstract": written.abstract,
        "anywhere": written.text,
    }
    stemmed: dict[Place, str] = {place: f" {_stems(text)} " for place, text in texts.items()}
    return Subject(paper, written, frozenset(stemmed["anywhere"].split()), stemmed)


def matches(query: Query, paper: Paper) -> bool:
    """Whether a paper passes all filters of a query and contains all its words but stop words.

    An author is meant by any part of the name, in any order, and an organisation by the beginning
    of a word in its own. The order that the query asks for has no effect.
    """
    return _passes(query, paper) and _has_words(query, subject(paper))


def is_match(query: Query, one: Subject) -> bool:
    """Whether a paper that was made ready matches a query, as `matches` says."""
    return _passes(query, one.paper) and _has_words(query, one)


def _has_words(query: Query, one: Subject) -> bool:
    return (
        _contains_all(query.text, one.stems)
        and all(any(_contains(phrase, one) for phrase in group) for group in query.wanted)
        and not any(_contains(phrase, one) for phrase in query.unwanted)
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


def _contains_all(text: str, present: frozenset[str]) -> bool:
    """Whether each word is there, also where the paper writes two as one."""
    sought = _sought(text)
    if not sought:
        return not text
    return all(word in present or not joined.isdisjoint(present) for word, joined in sought)


@lru_cache(maxsize=1 << 14)
def _sought(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the stem of each telling word, with those of what it and a neighbour give as one."""
    typed = tokenize(text)
    pairs = [stem(a + b) for a, b in pairwise(typed)]
    telling = [n for n, word in enumerate(typed) if word not in STOP_WORDS] or range(len(typed))
    return tuple((stem(typed[n]), frozenset(pairs[max(n - 1, 0) : n + 1])) for n in telling)


def _contains(phrase: Phrase, one: Subject) -> bool:
    wanted = _tokens(phrase.text)
    match phrase.place:
        case "author":
            return any(_is_called(wanted, name.split()) for _, name in one.written.authors)
        case "organization":
            return _is_of(wanted, one.written)
        case place:
            return bool(wanted) and f" {_stems(' '.join(wanted))} " in one.texts[place]


def _is_called(wanted: Sequence[str], name: list[str]) -> bool:
    # "G. Hinton" is Geoffrey
    return bool(wanted) and all(
        any(part == word or (len(word) == 1 and part.startswith(word)) for part in name)
        for word in wanted
    )


def _is_of(wanted: Sequence[str], written: Document) -> bool:
    house = written.organization[2].split() if written.organization else []
    return bool(wanted) and all(any(word.startswith(part) for word in house) for part in wanted)


def _stems(text: str) -> str:
    return " ".join([word if word == SEPARATOR else stem(word) for word in text.split()])


@lru_cache(maxsize=1 << 14)
def _tokens(text: str) -> tuple[str, ...]:
    return tuple(tokenize(text))
