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
from bot.search.index.connection import transaction, write_ahead

log = logging.getLogger(__name__)

Said: TypeAlias = tuple[str, str, str, str, str]  # title, people, keywords, terms, abstract

LAST = (1 << 63) - 1  # SQLite has no greater row

# Raise it whenever a table or what stands in it changes: an index of another version is made anew.
VERSION = 6
# `paper` holds a row a paper with all that filters, ranks and suggests; text in it is folded and in
# words. A row's number is never used again: a paper that says something else gets a new one.
# `proof` is a checksum of what it says. `facts` holds what filters look at without the texts
# between, `titles` what a title begins with. `stretch` is a run of rows whose words stand in
# `posting`, a list for each word; rows after the last stretch are few, and are read as they are.
# `gone` are rows of a stretch that are no more. `word` numbers the words, and counts in how many
# papers of the stretches they stand.
_TABLES = """
    CREATE TABLE about (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE paper (
        row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, label TEXT NOT NULL, day INTEGER,
        votes INTEGER NOT NULL, code INTEGER NOT NULL, organization TEXT, title TEXT NOT NULL, people TEXT NOT NULL,
        keywords TEXT NOT NULL, terms TEXT NOT NULL, proof INTEGER NOT NULL
    );
    CREATE INDEX facts ON paper (day, votes, code, organization);
    CREATE INDEX titles ON paper (title);
    CREATE TABLE said (row INTEGER PRIMARY KEY, abstract TEXT NOT NULL);
    CREATE TABLE stretch (
        number INTEGER PRIMARY KEY AUTOINCREMENT, first INTEGER NOT NULL, last INTEGER NOT NULL, lengths BLOB NOT NULL
    );
    CREATE TABLE posting (key INTEGER PRIMARY KEY, rows BLOB NOT NULL, marks BLOB NOT NULL, proof INTEGER NOT NULL);
    CREATE TABLE gone (row INTEGER PRIMARY KEY);
    CREATE TABLE word (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE, papers INTEGER NOT NULL);
    CREATE TABLE person (
        row INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, words TEXT NOT NULL, papers INTEGER NOT NULL
    );
    CREATE TABLE organization (
        handle TEXT PRIMARY KEY, name TEXT NOT NULL, words TEXT NOT NULL, papers INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE VIRTUAL TABLE known USING fts5 (words, content=person, content_rowid=row, tokenize=ascii);
"""


@dataclass(frozen=True, slots=True)
class About:
    """What an index says about itself: its version, which database it derives from, how far it has followed that.

    `made` is another for each time that it was made, since its rows and stretches are then numbered
    anew.
    """

    version: int
    identity: str
    revision: int
    made: str = field(default_factory=lambda: token_hex(8))

    def fits(self, identity: str) -> bool:
        """Whether it can be used for this database as it is."""
        return (self.version, self.identity) == (VERSION, identity)


def prepare(connection: sqlite3.Connection, identity: str) -> int:
    """Make the tables where they are not there or not ours, and return the revision of what is in them."""
    write_ahead(connection)
    # derived data: after a power failure the last transactions may be gone, but never half of one
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cell_size_check = ON")
    if not _ours(connection, identity):
        with transaction(connection):
            # another process may have been quicker
            if not _ours(connection, identity):
                if tables := _tables(connection):
                    _refuse_foreign(connection, tables)
                    log.info(
                        "the search index is of another version or another database, and is made "
                        "anew"
                    )
                _clear(connection, About(VERSION, identity, 0))
    return revision(connection)


def _refuse_foreign(connection: sqlite3.Connection, tables: list[str]) -> None:
    """Leave a database alone that was never an index: the path may be that of the store."""
    if "about" not in tables or "said" not in tables:
        *_, path = connection.execute("PRAGMA database_list").fetchone()
        raise StoreError(
            f"{path} is a database, but no search index: keep the index in a file of its own."
        )


def about(connection: sqlite3.Connection) -> About | None:
    """Return what the file says about itself, None where it holds no index."""
    if "about" not in _tables(connection):
        return None
    said = dict(connection.execute("SELECT name, value FROM about"))
    try:
        return About(
            int(said["version"]), str(said["identity"]), int(said["revision"]), str(said["made"])
        )
    except (KeyError, TypeError, ValueError):
        return None


def revision(connection: sqlite3.Connection) -> int:
    """Return the store's revision that the index has followed to."""
    found = about(connection)
    if found is None:
        raise sqlite3.DatabaseError("it does not say what it is")
    return found.revision


def _ours(connection: sqlite3.Connection, identity: str) -> bool:
    found = about(connection)
    return found is not None and found.fits(identity)


def start_over(connection: sqlite3.Connection, at: int) -> int:
    """Empty the index, unless another process has done so since it was `at`; return its revision."""
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
    connection.execute("INSERT INTO known (known, rank) VALUES ('integrity-check', 1)")
    for rows, marks, proof in connection.execute("SELECT rows, marks, proof FROM posting"):
        prove(proof, rows, marks)
    for _ in spoken(connection):
        pass
    (papers, texts) = connection.execute(
        "SELECT (SELECT count(*) FROM paper), (SELECT count(*) FROM said)"
    ).fetchone()
    if papers != texts:
        raise sqlite3.DatabaseError("papers are without what they say")


def joined(said: Iterable[str]) -> bytes:
    """Return what a paper says as its checksum is taken of."""
    return "\n".join(said).encode()


def spoken(
    connection: sqlite3.Connection, first: int = 0, last: int = LAST, most: int = -1
) -> Iterator[tuple[int, Said]]:
    """Yield what the papers of these rows say, in their order; sqlite3.DatabaseError where it was not written so."""
    found = connection.execute(
        "SELECT row, title, people, keywords, terms, abstract, proof FROM paper JOIN said USING "
        "(row) "
        "WHERE row BETWEEN ? AND ? ORDER BY row LIMIT ?",
        (first, last, most),
    )
    for row, title, people, keywords, terms, abstract, proof in found:
        said = title, people, keywords, terms, abstract
        prove(proof, joined(said))
        yield row, said


def checksum(*data: bytes) -> int:
    """Return the checksum of data, one after the other."""
    return reduce(lambda before, part: crc32(part, before), data, 0)


def prove(proof: int, *data: bytes) -> None:
    """Compare data with their checksum; sqlite3.DatabaseError where they differ."""
    if checksum(*data) != proof:
        raise sqlite3.DatabaseError("what is in it is not what was written")


def _clear(connection: sqlite3.Connection, now: About) -> None:
    """Drop whatever there is and make empty tables, inside the transaction that is open."""
    while tables := _tables(connection):
        # an FTS5 table takes the tables that it keeps its words in with it
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
