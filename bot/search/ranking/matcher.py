"""Whether one paper is what a search asks for, without an index: to the letter, only endings are forgiven."""

from __future__ import annotations

from itertools import pairwise

from bot.papers import Paper
from bot.search.index.documents import BETWEEN, Entry, entry
from bot.search.query.query_parser import Query, Term
from bot.search.query.stems import stem
from bot.search.query.tokenizer import COMMON, words


def matches(query: Query, paper: Paper) -> bool:
    """Whether a paper has all that a query asks for, all its telling words among it; the order asked for is no matter.

    An author is meant by any part of the name, in any order, and an organisation by the beginning
    of a word in its own.
    """
    if not _passes(query, paper):
        return False
    said = entry(paper)
    return (
        _says_all(query.text, said)
        and all(any(_has(term, said) for term in group) for group in query.wanted)
        and not any(_has(term, said) for term in query.unwanted)
    )


def _passes(query: Query, paper: Paper) -> bool:
    day = paper.published or paper.daily
    return (
        (query.after is None or (day is not None and day >= query.after))
        and (query.before is None or (day is not None and day < query.before))
        and (query.votes is None or (paper.upvotes or 0) >= query.votes)
        and (query.has_code is None or (paper.code is not None) == query.has_code)
    )


def _says_all(text: str, said: Entry) -> bool:
    """Whether each word is there, also where the paper writes two as one."""
    typed = words(text)
    if not typed:
        return not text
    present = set(_stemmed(said.text).split())
    joined = {n for n, (a, b) in enumerate(pairwise(typed)) if stem(a + b) in present}
    telling = [n for n, word in enumerate(typed) if word not in COMMON] or range(len(typed))
    return all(stem(typed[n]) in present or n in joined or n - 1 in joined for n in telling)


def _has(term: Term, said: Entry) -> bool:
    wanted = words(term.text)
    match term.place:
        case "author":
            return any(_named(wanted, name.split()) for _, name in said.authors)
        case "organization":
            house = said.organization[2].split() if said.organization else []
            return bool(wanted) and all(
                any(word.startswith(part) for word in house) for part in wanted
            )
        case "title":
            return _stands(wanted, said.title)
        case "keyword":
            return _stands(wanted, said.keywords)
        case "abstract":
            return _stands(wanted, said.abstract)
        case "anywhere":
            return _stands(wanted, said.text)


def _named(wanted: list[str], name: list[str]) -> bool:
    # "G. Hinton" is Geoffrey
    return bool(wanted) and all(
        any(part == word or (len(word) == 1 and part.startswith(word)) for part in name)
        for word in wanted
    )


def _stands(wanted: list[str], text: str) -> bool:
    """Whether the words stand there in a row."""
    return bool(wanted) and f" {_stemmed(' '.join(wanted))} " in f" {_stemmed(text)} "


def _stemmed(text: str) -> str:
    return " ".join([word if word == BETWEEN else stem(word) for word in text.split()])
