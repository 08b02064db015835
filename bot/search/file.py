"""The index's file: its tables, and what to do when it is missing, damaged or another's."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

import aiosqlite

log = logging.getLogger(__name__)

T = TypeVar("T")

# Raise it whenever a table or what stands in it changes: an index of another version is made anew.
VERSION = 2
PATIENCE = 5.0  # seconds to wait for another process that is writing
CACHE = 32_000  # kilobytes

# `paper` holds a row a paper with all that filters, ranks and suggests; text in it is folded and in words.
# `head` searches it by column. `text` is all that a paper says, searched as one by `body`, which knows word stems.
# `word` counts in how many papers a word stands.
_TABLES = """
    CREATE TABLE about (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE paper (
        row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, label TEXT NOT NULL, day TEXT, votes INTEGER NOT NULL,
        code INTEGER NOT NULL, organization TEXT, title TEXT NOT NULL, people TEXT NOT NULL, terms TEXT NOT NULL
    );
    CREATE INDEX paper_day ON paper (day, votes);
    CREATE INDEX paper_votes ON paper (votes, day);
    CREATE INDEX paper_organization ON paper (organization);
    CREATE TABLE said (row INTEGER PRIMARY KEY, text TEXT NOT NULL);
    CREATE TABLE word (word TEXT PRIMARY KEY, papers INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE person (
        row INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, words TEXT NOT NULL, papers INTEGER NOT NULL
    );
    CREATE TABLE organization (
        handle TEXT PRIMARY KEY, name TEXT NOT NULL, words TEXT NOT NULL, papers INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE VIRTUAL TABLE head USING fts5 (
        title, people, terms, content=paper, content_rowid=row, tokenize=ascii, prefix='2 3'
    );
    CREATE VIRTUAL TABLE body USING fts5 (text, content=said, content_rowid=row, tokenize='porter ascii');
    CREATE VIRTUAL TABLE known USING fts5 (words, content=person, content_rowid=row, tokenize=ascii);
"""
# CONSTRAINT and MISMATCH: what is in the file contradicts itself
_DAMAGE = (
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_FORMAT,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
)
_DAMAGED = (
    "no such table",
    "vtable constructor failed",
    "malformed database schema",
    "unsupported file format",
    "invalid fts5 file format",
)


@dataclass(frozen=True, slots=True)
class About:
    """What an index says about itself: its version, which database it derives from, how far it has followed that."""

    version: int
    identity: str
    revision: int

    def fits(self, identity: str) -> bool:
        """Whether it can be used for this database as it is."""
        return (self.version, self.identity) == (VERSION, identity)


class Connection(aiosqlite.Connection):
    """An aiosqlite connection that can run a whole function of statements in its thread, and waits for its end."""

    async def open(self) -> None:
        """Open the file; sqlite3.Error where that does not work."""
        try:
            await self
        except BaseException:
            # a thread that outlives the event loop has nobody to tell that it ends
            self._thread.join()
            raise

    async def close(self) -> None:
        """Close the file."""
        await super().close()
        self._thread.join()

    async def run(self, work: Callable[..., T], *args: object) -> T:
        """Call `work` with the sqlite3 connection and `args` in the connection's thread; sqlite3.Error if it fails."""
        try:
            result: T = await self._execute(work, self._conn, *args)  # type: ignore[no-untyped-call]
        except UnicodeDecodeError as error:
            # the driver could not even read the name of a damaged table
            raise sqlite3.DatabaseError("what is in it is no text") from error
        return result


async def connect(path: Path, prepare: Callable[..., T], *args: object) -> tuple[Connection, T]:
    """Open the file and call `prepare` with the connection and `args`; sqlite3.Error where that does not work."""

    def connector() -> sqlite3.Connection:
        return sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)

    connection = Connection(connector, iter_chunk_size=64)
    await connection.open()
    try:
        return connection, await connection.run(prepare, *args)
    except BaseException:
        await connection.close()
        raise


def prepare(connection: sqlite3.Connection, identity: str) -> int:
    """Make the tables where they are not there or not ours, and return the revision of what is in them."""
    _write_ahead(connection)
    # derived data: after a power failure the last transactions may be gone, but never half of one
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cell_size_check = ON")
    if not _ours(connection, identity):
        with transaction(connection):
            # another process may have been quicker
            if not _ours(connection, identity):
                if _tables(connection):
                    log.info("the search index is of another version or another database, and is made anew")
                _clear(connection, About(VERSION, identity, 0))
    return revision(connection)


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Let readers read while one writes; SQLite does not wait by itself for another process that does the same."""
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not in_use(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return


def only_read(connection: sqlite3.Connection) -> None:
    """Make sure that a connection changes nothing, and keep the pages that each search needs in memory."""
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute(f"PRAGMA cache_size = -{CACHE}")


def about(connection: sqlite3.Connection) -> About | None:
    """Return what the file says about itself, None where it holds no index."""
    if "about" not in _tables(connection):
        return None
    said = dict(connection.execute("SELECT name, value FROM about"))
    try:
        return About(int(said["version"]), str(said["identity"]), int(said["revision"]))
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
        _clear(connection, replace(found, revision=0))
    return 0


def check(connection: sqlite3.Connection) -> None:
    """Read everything; sqlite3.DatabaseError where something does not fit."""
    for (found,) in connection.execute("PRAGMA quick_check").fetchall():
        if found != "ok":
            raise sqlite3.DatabaseError(found)
    for table in ("head", "body", "known"):
        connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")  # noqa: S608


def at_once(connection: sqlite3.Connection, work: Callable[..., T], *args: object) -> T:
    """Call `work` on one state of the index, whatever another connection writes meanwhile."""
    connection.execute("BEGIN")
    try:
        return work(connection, *args)
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write all or nothing, while no other process writes."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _clear(connection: sqlite3.Connection, now: About) -> None:
    """Drop whatever there is and make empty tables, inside the transaction that is open."""
    while tables := _tables(connection):
        # an FTS5 table takes the tables that it keeps its words in with it
        connection.execute(f'DROP TABLE "{tables[0]}"')
    for statement in filter(str.strip, _TABLES.split(";")):
        connection.execute(statement)
    connection.executemany("INSERT INTO about VALUES (?, ?)", asdict(now).items())


def damaged(error: sqlite3.Error) -> bool:
    """Whether an error says that the file is not what it should be, rather than in use or in an unwritable place."""
    kind = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF  # the rest is detail
    if kind == sqlite3.SQLITE_ERROR:  # everything else, a mistake in a statement too
        return str(error).startswith(_DAMAGED)
    return kind in _DAMAGE


def in_use(error: sqlite3.Error) -> bool:
    """Whether an error says that another process holds the file."""
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def read_only(error: sqlite3.Error) -> bool:
    """Whether an error says that the file cannot be written to."""
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) == sqlite3.SQLITE_READONLY


def remove(path: Path) -> None:
    """Remove the file with its journal, so that nothing of it gets into the next."""
    for suffix in ("-wal", "-shm", "-journal", ""):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _tables(connection: sqlite3.Connection) -> list[str]:
    """List the tables, virtual ones first."""
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' "
        "ORDER BY sql NOT LIKE 'CREATE VIRTUAL%'"
    )
    return [name for (name,) in rows]
