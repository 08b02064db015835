"""The authors whose names contain some words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

# More people than this with the same words in their names are not told apart by them.
MAX_PEOPLE = 200


def find_people(
    connection: sqlite3.Connection, spellings: Sequence[Sequence[str]], limit: int = MAX_PEOPLE
) -> list[tuple[str, str]]:
    """Return names, and their words, that contain each word in one of its spellings.

    Those with most papers come first. A single letter also stands for names that begin with it.
    """
    if not spellings:
        return []
    return _match(connection, " AND ".join(map(_expression, spellings)), limit)


def people_called(connection: sqlite3.Connection, words: Sequence[str]) -> list[tuple[str, str]]:
    """Return names, and their words, that contain all these words; "g" stands for any g-name."""
    sought = " AND ".join(quote(word) + (" *" if len(word) == 1 else "") for word in words)
    return _match(connection, sought, MAX_PEOPLE)


def people_begun(
    connection: sqlite3.Connection, words: Sequence[str], limit: int
) -> list[tuple[str, str]]:
    """Return names, and their words, in which each word begins one of theirs."""
    return _match(connection, " AND ".join(f"{quote(word)} *" for word in words), limit)


def prolific_people(connection: sqlite3.Connection, limit: int) -> list[tuple[str, str]]:
    """Return the names, and their words, of the authors with most papers."""
    return connection.execute(
        "SELECT name, words FROM person ORDER BY papers DESC, name LIMIT ?", (limit,)
    ).fetchall()


def is_name(connection: sqlite3.Connection, spellings: Sequence[Sequence[str]]) -> bool:
    """Whether a person's name contains each word in one of its spellings."""
    if not spellings:
        return False
    sought = " AND ".join(map(_any_of, spellings))
    found = connection.execute(
        "SELECT 1 FROM person_words WHERE person_words MATCH ? LIMIT 1", (sought,)
    )
    return found.fetchone() is not None


def quote(word: str) -> str:
    """Return a word as FTS5 takes it literally: nothing that a person types is syntax."""
    return '"' + word.replace('"', '""') + '"'


def _any_of(words: Iterable[str]) -> str:
    return "(" + " OR ".join(map(quote, words)) + ")"


def _match(connection: sqlite3.Connection, sought: str, limit: int) -> list[tuple[str, str]]:
    return connection.execute(
        "SELECT name, person.words FROM person_words "
        "CROSS JOIN person ON person.row = person_words.rowid "
        "WHERE person_words MATCH ? ORDER BY papers DESC, name LIMIT ?",
        (sought, limit),
    ).fetchall()


def _expression(spellings: Sequence[str]) -> str:
    # "G. Hinton" is Geoffrey
    initial = [f"{quote(spellings[0])} *"] if len(spellings[0]) == 1 else []
    return "(" + " OR ".join([_any_of(spellings), *initial]) + ")"
