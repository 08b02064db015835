"""Which people are meant by words of their names."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from bot.search.query.fts import any_of, quoted
from bot.search.query.spelling import Slot

# More people than this with the same words in their names are not told apart by them.
MOST = 200


def people(connection: sqlite3.Connection, slots: Sequence[Slot]) -> list[tuple[str, str]]:
    """Return names, and their words, that hold all the words as they may be meant; those with most papers first."""
    if not slots:
        return []
    return connection.execute(
        "SELECT name, person.words FROM known CROSS JOIN person ON person.row = known.rowid WHERE "
        "known MATCH ? "
        "ORDER BY papers DESC, name LIMIT ?",
        (" AND ".join(map(_asked, slots)), MOST),
    ).fetchall()


def called(connection: sqlite3.Connection, typed: Sequence[str]) -> list[tuple[str, str]]:
    """Return names, and their words, that hold all these words; "g" stands for any that begins with it."""
    sought = " AND ".join(quoted(word) + (" *" if len(word) == 1 else "") for word in typed)
    return connection.execute(
        "SELECT name, person.words FROM known CROSS JOIN person ON person.row = known.rowid WHERE "
        "known MATCH ? "
        "ORDER BY papers DESC, name LIMIT ?",
        (sought, MOST),
    ).fetchall()


def anybody(connection: sqlite3.Connection, slots: Sequence[Slot]) -> bool:
    """Whether somebody's name holds all the words as they may be meant."""
    if not slots:
        return False
    sought = " AND ".join(any_of([slot.typed, *alternatives(slot)]) for slot in slots)
    return (
        connection.execute("SELECT 1 FROM known WHERE known MATCH ? LIMIT 1", (sought,)).fetchone()
        is not None
    )


def alternatives(slot: Slot) -> list[str]:
    """Return the words that one word may stand for; a part of a name that was run together is none."""
    return [reading.words[0] for reading in slot.readings if len(reading.words) == 1]


def _asked(slot: Slot) -> str:
    # "G. Hinton" is Geoffrey
    initial = [f"{quoted(slot.typed)} *"] if len(slot.typed) == 1 else []
    return "(" + " OR ".join([any_of([slot.typed, *alternatives(slot)]), *initial]) + ")"
