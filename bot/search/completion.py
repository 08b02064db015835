"""Completions while a person types: titles, authors, organisations."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Literal, TypeAlias, assert_never

from rapidfuzz import fuzz, process

from bot.identifiers import paper_id
from bot.models import Suggestion
from bot.search.analysis.tokenizer import tokenize
from bot.search.index.people import find_people, people_begun, prolific_people
from bot.search.index.snapshot import Snapshot
from bot.search.query.query import Query
from bot.search.query.spelling import interpret
from bot.search.ranking.executor import PageRange, execute

Kind: TypeAlias = Literal["paper", "author", "organization"]

# Percent of likeness that a slip or two in each word of a name leave.
MIN_AUTHOR_LIKENESS = 60
# The same for what begins a word of an organisation's name, if it has more than three letters.
MIN_ORGANIZATION_LIKENESS = 75


def suggest(
    connection: sqlite3.Connection, snapshot: Snapshot, kind: Kind, text: str, limit: int
) -> tuple[Suggestion, ...]:
    """Complete what was typed; without any words, return the newest or most prolific."""
    match kind:
        case "paper":
            return _papers(connection, snapshot, text, limit)
        case "author":
            return _authors(connection, snapshot, text, limit)
        case "organization":
            return _organizations(connection, text, limit)
        case _:
            assert_never(kind)


def _papers(
    connection: sqlite3.Connection, snapshot: Snapshot, text: str, limit: int
) -> tuple[Suggestion, ...]:
    named = paper_id(text)
    if named:
        ids: tuple[str, ...] = (named,)
    else:
        page = PageRange(limit)
        ids = execute(connection, snapshot, Query(text), page, None, thorough=False).ids
    labels = snapshot.papers.labels(connection, ids)
    return tuple(Suggestion(label, each) for each, label in labels)


def _authors(
    connection: sqlite3.Connection, snapshot: Snapshot, text: str, limit: int
) -> tuple[Suggestion, ...]:
    typed = tokenize(text)
    if typed:
        found = people_begun(connection, typed, limit)
        found = found or _similar_names(connection, snapshot, typed, limit)
    else:
        found = prolific_people(connection, limit)
    return tuple(Suggestion(name, name) for name, _ in found[:limit])


def _similar_names(
    connection: sqlite3.Connection, snapshot: Snapshot, typed: list[str], limit: int
) -> list[tuple[str, str]]:
    """Return names spelt similarly, among those that share a word, also misspelt."""
    terms = interpret(snapshot.lexicons, snapshot.row_count, typed)
    people = (person for term in terms for person in find_people(connection, [term.spellings]))
    found = list(dict.fromkeys(people))
    near = process.extract(
        " ".join(typed),
        [words for _, words in found],
        scorer=fuzz.token_sort_ratio,
        score_cutoff=MIN_AUTHOR_LIKENESS,
        limit=limit,
    )
    return [found[n] for _, _, n in near]


def _organizations(connection: sqlite3.Connection, text: str, limit: int) -> tuple[Suggestion, ...]:
    rows = connection.execute(
        "SELECT name, words FROM organization ORDER BY papers DESC, name"
    ).fetchall()
    typed = tokenize(text)
    names = [name for name, words in rows if _is_begun(typed, words.split())]
    return tuple(Suggestion(name, name) for name in names[:limit])


def _is_begun(typed: Sequence[str], words: Sequence[str]) -> bool:
    """Whether each word that was typed begins one of a name, also misspelt."""
    return all(any(_begins(start, word) for word in words) for start in typed)


def _begins(start: str, word: str) -> bool:
    if word.startswith(start):
        return True
    likeness = fuzz.ratio(start, word[: len(start) + 1])
    return len(start) > 3 and likeness > MIN_ORGANIZATION_LIKENESS
