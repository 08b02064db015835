"""The index's tables, and what a file says about itself."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from functools import reduce
from secrets import token_hex
from typing import TypeAlias
from zlib import crc32

from bot.errors import StoreError
from bot.search.index.connection import SEARCH_LOCK_SECONDS, transaction, write_ahead

log = logging.getLogger(__name__)

# The searched text of a paper: title, people, keywords, aliases, abstract.
Fields: TypeAlias = tuple[str, str, str, str, str]

MAX_ROW = (1 << 63) - 1  # SQLite has no greater row

# Raise it whenever a table or its content changes: an index of another version is rebuilt.
VERSION = 14
# `paper` holds a row for each paper with all that filters, ranks and suggests; its text is folded
# and split into words. A row's number is never used again: a paper whose text changes gets a new
# one. `checksum` covers the text. `columns` is what filters look at without the texts between,
# `titles` finds titles by their beginning. A `segment` is a run of rows whose words are in
# `posting`, a list for each word; rows after the last segment are few and are read as they are.
# `deleted` are rows of a segment that are gone. `word` numbers the words and counts in how many
# papers of the segments each occurs; `lexicon` holds the same as one row, but for the words of the
# newest segments, which are in `late_words`. `abbreviation` counts the papers that define a pair.
_TABLES = """
    CREATE TABLE about (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE paper (
        row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, label TEXT NOT NULL,
        day INTEGER, votes INTEGER NOT NULL, code INTEGER NOT NULL, organization TEXT,
        title TEXT NOT NULL, people TEXT NOT NULL, keywords TEXT NOT NULL, aliases TEXT NOT NULL,
        checksum INTEGER NOT NULL
    );
    CREATE INDEX columns ON paper (day, votes, code, organization);
    CREATE INDEX titles ON paper (title);
    CREATE TABLE abstract (row INTEGER PRIMARY KEY, abstract TEXT NOT NULL);
    CREATE TABLE segment (
        number INTEGER PRIMARY KEY AUTOINCREMENT, first INTEGER NOT NULL, last INTEGER NOT NULL,
        lengths BLOB NOT NULL
    );
    CREATE TABLE posting (
        key INTEGER PRIMARY KEY, rows BLOB NOT NULL, impacts BLOB NOT NULL,
        checksum INTEGER NOT NULL
    );
    CREATE TABLE deleted (row INTEGER PRIMARY KEY);
    CREATE TABLE word (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE, papers INTEGER NOT NULL);
    CREATE TABLE lexicon (
        words BLOB NOT NULL, papers BLOB NOT NULL, sizes BLOB NOT NULL, letters BLOB NOT NULL,
        prefix BLOB NOT NULL, sorted BLOB NOT NULL, starts BLOB NOT NULL, checksum INTEGER NOT NULL
    );
    CREATE TABLE late_words (
        segment INTEGER PRIMARY KEY, words BLOB NOT NULL, papers BLOB NOT NULL,
        checksum INTEGER NOT NULL
    );
    CREATE TABLE abbreviation (
        short TEXT NOT NULL, stems TEXT NOT NULL, words TEXT NOT NULL, papers INTEGER NOT NULL,
        PRIMARY KEY (short, stems)
    ) WITHOUT ROWID;
    CREATE INDEX expansions ON abbreviation (stems);
    CREATE TABLE person (
        row INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, words TEXT NOT NULL,
        papers INTEGER NOT NULL
    );
    CREATE TABLE organization (
        handle TEXT PRIMARY KEY, name TEXT NOT NULL, words TEXT NOT NULL, papers INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE VIRTUAL TABLE person_words
        USING fts5 (words, content=person, content_rowid=row, tokenize=ascii);
"""
# Tables that only an index has: `said` in those of version 6 and before.
_TEXT_TABLES = frozenset(("abstract", "said"))


@dataclass(frozen=True, slots=True)
class About:
    """What an index says about itself.

    `identity` is the database that it derives from, `revision` how far it has followed that.
    `build` differs for each time that it was built, since its rows and segments are then numbered
    from the start.
    """

    version: int
    identity: str
    revision: int
    build: str = field(default_factory=lambda: token_hex(8))

    def fits(self, identity: str) -> bool:
        """Whether it can be used for this database as it is."""
        return (self.version, self.identity) == (VERSION, identity)


def prepare(connection: sqlite3.Connection, identity: str) -> int:
    """Make the tables unless they are there and fit; return the revision of their content."""
    write_ahead(connection)
    # derived data: after a power failure the last transactions may be gone, but never half of one
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cell_size_check = ON")
    if not _fits(connection, identity):
        with transaction(connection):
            # another process may have been quicker
            if not _fits(connection, identity):
                _replace(connection, identity)
    return revision(connection)


def _replace(connection: sqlite3.Connection, identity: str) -> None:
    if tables := _tables(connection):
        _refuse_foreign(connection, tables)
        log.info("The search index is of another version or database; rebuilding it")
    _clear(connection, About(VERSION, identity, 0))


def _refuse_foreign(connection: sqlite3.Connection, tables: list[str]) -> None:
    """Leave a database alone that was never an index: the path may be that of the store."""
    if "about" not in tables or _TEXT_TABLES.isdisjoint(tables):
        *_, path = connection.execute("PRAGMA database_list").fetchone()
        raise StoreError(
            f"{path} is a database, but not a search index: keep the index in a file of its own."
        )


def about(connection: sqlite3.Connection) -> About | None:
    """Return what the file says about itself, None where it holds no index."""
    if "about" not in _tables(connection):
        return None
    values = dict(connection.execute("SELECT name, value FROM about"))
    try:
        return About(
            int(values["version"]),
            str(values["identity"]),
            int(values["revision"]),
            str(values["build"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def revision(connection: sqlite3.Connection) -> int:
    """Return the store's revision that the index has followed to."""
    found = about(connection)
    if found is None:
        raise sqlite3.DatabaseError("it does not say what it is")
    return found.revision


def read_mark(connection: sqlite3.Connection) -> tuple[int, str] | None:
    """Return a revision that the index has followed to, and the store's mark of it."""
    found = dict(connection.execute("SELECT name, value FROM about WHERE name LIKE 'mark%'"))
    return (int(found["mark_revision"]), str(found["mark"])) if len(found) > 1 else None


def write_mark(connection: sqlite3.Connection, at: int, mark: str) -> None:
    """Note the store's mark of a revision, unless the index has gone on."""
    with transaction(connection, SEARCH_LOCK_SECONDS):
        if revision(connection) == at:
            rows = (("mark", mark), ("mark_revision", at))
            connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", rows)


def _fits(connection: sqlite3.Connection, identity: str) -> bool:
    found = about(connection)
    return found is not None and found.fits(identity)


def start_over(connection: sqlite3.Connection, at: int) -> int:
    """Empty the index unless another process has changed it since revision `at`.

    Return its revision.
    """
    with transaction(connection):
        found = about(connection)
        if found is None or found.revision != at:
            return revision(connection)
        _clear(connection, About(found.version, found.identity, 0))
    return 0


def check(connection: sqlite3.Connection) -> None:
    """Read everything; sqlite3.DatabaseError where something does not fit."""
    for (found,) in connection.execute("PRAGMA integrity_check").fetchall():
        if found != "ok":
            raise sqlite3.DatabaseError(found)
    connection.execute(
        "INSERT INTO person_words (person_words, rank) VALUES ('integrity-check', 1)"
    )
    for rows, impacts, expected in connection.execute(
        "SELECT rows, impacts, checksum FROM posting"
    ):
        verify(expected, rows, impacts)
    for _ in read_fields(connection):
        pass
    (papers, abstracts) = connection.execute(
        "SELECT (SELECT count(*) FROM paper), (SELECT count(*) FROM abstract)"
    ).fetchone()
    if papers != abstracts:
        raise sqlite3.DatabaseError("papers are without their text")


def encode_fields(fields: Iterable[str]) -> bytes:
    """Return the bytes of a paper's text that its checksum covers."""
    return "\n".join(fields).encode()


def read_fields(
    connection: sqlite3.Connection, first: int = 0, last: int = MAX_ROW, limit: int = -1
) -> Iterator[tuple[int, Fields]]:
    """Yield each row from `first` to `last` with its text, in ascending order.

    sqlite3.DatabaseError where the text differs from what was written.
    """
    found = connection.execute(
        "SELECT row, title, people, keywords, aliases, abstract, checksum "
        "FROM paper JOIN abstract USING (row) WHERE row BETWEEN ? AND ? ORDER BY row LIMIT ?",
        (first, last, limit),
    )
    for row, title, people, keywords, aliases, abstract, expected in found:
        fields = title, people, keywords, aliases, abstract
        verify(expected, encode_fields(fields))
        yield row, fields


def checksum(*data: bytes) -> int:
    """Return the CRC-32 of all data in their order."""
    return reduce(lambda before, part: crc32(part, before), data, 0)


def verify(expected: int, *data: bytes) -> None:
    """Compare data with their checksum; sqlite3.DatabaseError where they differ."""
    if checksum(*data) != expected:
        raise sqlite3.DatabaseError("what is in it is not what was written")


def _clear(connection: sqlite3.Connection, now: About) -> None:
    """Drop all tables and make empty ones, inside the transaction that is open."""
    while tables := _tables(connection):
        # an FTS5 table takes the tables of its own with it
        connection.execute(f'DROP TABLE "{tables[0]}"')
    for statement in filter(str.strip, _TABLES.split(";")):
        connection.execute(statement)
    connection.executemany("INSERT INTO about VALUES (?, ?)", asdict(now).items())


def _tables(connection: sqlite3.Connection) -> list[str]:
    """List the tables, virtual ones first."""
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' "
        "ORDER BY sql NOT LIKE 'CREATE VIRTUAL%'"
    )
    return [name for (name,) in rows]
