"""Completions while somebody types: titles, authors, organisations."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never

from rapidfuzz import fuzz

from bot.search.finding import find
from bot.search.language import Query
from bot.search.matching import quoted
from bot.search.names import people
from bot.search.spelling import Speller
from bot.search.words import words

Kind: TypeAlias = Literal["paper", "author", "organization"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One completion: what is shown, and what it stands for (an id or a name)."""

    label: str
    value: str


def suggest(connection: sqlite3.Connection, kind: Kind, text: str, limit: int) -> tuple[Suggestion, ...]:
    """Complete what was typed; without any words, what is newest or has most papers."""
    match kind:
        case "paper":
            return _papers(connection, text, limit)
        case "author":
            return _authors(connection, text, limit)
        case "organization":
            return _organizations(connection, text, limit)
        case _:
            assert_never(kind)


def _papers(connection: sqlite3.Connection, text: str, limit: int) -> tuple[Suggestion, ...]:
    ids = find(connection, Query(text), limit, 0, None).ids
    marks = ",".join("?" * len(ids))
    labels = dict(connection.execute(f"SELECT id, label FROM paper WHERE id IN ({marks})", ids))  # noqa: S608
    return tuple(Suggestion(labels[i], i) for i in ids if i in labels)


def _authors(connection: sqlite3.Connection, text: str, limit: int) -> tuple[Suggestion, ...]:
    typed = words(text)
    if not typed:
        found = connection.execute(
            "SELECT name, words FROM person ORDER BY papers DESC, name LIMIT ?", (limit,)
        ).fetchall()
    else:
        found = _begun(connection, typed, limit)
        if not found:
            speller = Speller(connection, typed)
            found = people(connection, speller.slots()) or people(connection, speller.doubting(speller.slots()))
            found.sort(key=lambda person: -fuzz.ratio(" ".join(typed), person[1]))
    return tuple(Suggestion(name, name) for name, _ in found[:limit])


def _begun(connection: sqlite3.Connection, typed: list[str], limit: int) -> list[tuple[str, str]]:
    """Return names in which each word begins one of theirs."""
    return connection.execute(
        "SELECT name, person.words FROM known CROSS JOIN person ON person.row = known.rowid WHERE known MATCH ? "
        "ORDER BY papers DESC, name LIMIT ?",
        (" AND ".join(f"{quoted(word)} *" for word in typed), limit),
    ).fetchall()


def _organizations(connection: sqlite3.Connection, text: str, limit: int) -> tuple[Suggestion, ...]:
    rows = connection.execute("SELECT name, words FROM organization ORDER BY papers DESC, name").fetchall()
    typed = words(text)

    def near(known: list[str]) -> bool:
        return all(
            any(k.startswith(t) or (len(t) > 3 and fuzz.ratio(t, k[: len(t) + 1]) > 75) for k in known) for t in typed
        )

    return tuple(Suggestion(name, name) for name, said in rows if near(said.split()))[:limit]
