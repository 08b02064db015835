"""Completions while somebody types: titles, authors, organisations."""

from __future__ import annotations

import sqlite3
from typing import Literal, TypeAlias, assert_never

from rapidfuzz import fuzz, process

from bot.identifiers import paper_id
from bot.models import Suggestion
from bot.search.index.snapshot import Snapshot
from bot.search.query.fts import quoted
from bot.search.query.query_parser import Query
from bot.search.query.spelling import Speller
from bot.search.query.tokenizer import words
from bot.search.ranking.authors import people
from bot.search.ranking.executor import find

Kind: TypeAlias = Literal["paper", "author", "organization"]


# How alike a name has to be, of 100: a slip or two in each of its words.
ALIKE = 60


def suggest(
    connection: sqlite3.Connection, snapshot: Snapshot, kind: Kind, text: str, limit: int
) -> tuple[Suggestion, ...]:
    """Complete what was typed; without any words, what is newest or has most papers."""
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
    ids = (
        (named,)
        if named
        else find(connection, snapshot, Query(text), limit, 0, None, thorough=False).ids
    )
    marks = ",".join("?" * len(ids))
    labels = dict(connection.execute(f"SELECT id, label FROM paper WHERE id IN ({marks})", ids))  # noqa: S608
    return tuple(Suggestion(labels[i], i) for i in ids if i in labels)


def _authors(
    connection: sqlite3.Connection, snapshot: Snapshot, text: str, limit: int
) -> tuple[Suggestion, ...]:
    typed = words(text)
    if not typed:
        found = connection.execute(
            "SELECT name, words FROM person ORDER BY papers DESC, name LIMIT ?", (limit,)
        ).fetchall()
    else:
        found = _begun(connection, typed, limit) or _alike(connection, snapshot, typed, limit)
    return tuple(Suggestion(name, name) for name, _ in found[:limit])


def _alike(
    connection: sqlite3.Connection, snapshot: Snapshot, typed: list[str], limit: int
) -> list[tuple[str, str]]:
    """Return names that are spelt much the same, among those that share a word, also misspelt."""
    slots = Speller(snapshot.lexicons, snapshot.papers, typed).slots()
    found = list(dict.fromkeys(person for slot in slots for person in people(connection, [slot])))
    near = process.extract(
        " ".join(typed),
        [said for _, said in found],
        scorer=fuzz.token_sort_ratio,
        score_cutoff=ALIKE,
        limit=limit,
    )
    return [found[n] for _, _, n in near]


def _begun(connection: sqlite3.Connection, typed: list[str], limit: int) -> list[tuple[str, str]]:
    """Return names in which each word begins one of theirs."""
    return connection.execute(
        "SELECT name, person.words FROM known CROSS JOIN person ON person.row = known.rowid WHERE "
        "known MATCH ? "
        "ORDER BY papers DESC, name LIMIT ?",
        (" AND ".join(f"{quoted(word)} *" for word in typed), limit),
    ).fetchall()


def _organizations(connection: sqlite3.Connection, text: str, limit: int) -> tuple[Suggestion, ...]:
    rows = connection.execute(
        "SELECT name, words FROM organization ORDER BY papers DESC, name"
    ).fetchall()
    typed = words(text)

    def near(known: list[str]) -> bool:
        return all(
            any(
                k.startswith(t) or (len(t) > 3 and fuzz.ratio(t, k[: len(t) + 1]) > 75)
                for k in known
            )
            for t in typed
        )

    return tuple(Suggestion(name, name) for name, said in rows if near(said.split()))[:limit]
