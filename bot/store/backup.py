"""Copies of a SQLite database: made while others write, checked, and put in its place.

A copy is one file, with the minute at which it was made in SQLite's `user_version`. All functions
block while they read and write: call them in a thread.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from bot.errors import StoreError
from bot.store.errors import describe
from bot.store.schema import HEAD, VERSION_TABLE

STEP_PAGES = 512  # copied at a time: 2 MB
PAUSE_SECONDS = 0.005  # between two steps, for others who need the disk
MAX_FINDINGS = 1  # of a check: the first one says enough
_BESIDE = ("-wal", "-shm")
_MINUTE = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Backup:
    """What a copy of a database holds; `made` is None where the file does not say when."""

    file: Path
    revision: str
    made: datetime | None
    papers: int
    subscriptions: int
    size: int  # bytes


def copy_database(source: Path, target: Path, at: datetime, *, replace: bool = False) -> Backup:
    """Copy a database as it is now to a new file, check the copy, and return what it holds.

    Others can write to the source all the time. The target appears whole or not at all. Raises
    StoreError.
    """
    if not source.is_file():
        raise StoreError(f"There is no database {source}.")
    if target.exists() and target.samefile(source):
        raise StoreError(f"{target} is the database itself: name another file.")
    if target.exists() and not replace:
        raise StoreError(f"{target} exists already: name another file, or add --force.")
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        _create(partial)
        _copy(source, partial, at)
        found = inspect_backup(partial)
        _sync(partial)
        for suffix in _BESIDE:  # of a file that was there before
            target.with_name(target.name + suffix).unlink(missing_ok=True)
        partial.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise StoreError(f"{target} can’t be written ({error.strerror or error}).") from error
    finally:
        partial.unlink(missing_ok=True)
    return Backup(target, found.revision, at, found.papers, found.subscriptions, found.size)


def inspect_backup(file: Path) -> Backup:
    """Check every page of a copy and return what it holds.

    Raises StoreError where it is damaged, made by a newer Paperboy, or no database of Paperboy.
    """
    if not file.is_file():
        raise StoreError(f"There is no file {file}.")
    with _open_copy(file) as connection:
        revision = _revision(connection, file)
        if found := _damage(connection):
            raise StoreError(_damaged_copy(file, found))
        (minute,) = connection.execute("PRAGMA user_version").fetchone()
        tables = _tables(connection)
        papers, subscriptions = (
            _count(connection, table) if table in tables else 0
            for table in ("papers", "subscriptions")
        )
    made = _EPOCH + minute * _MINUTE if minute > 0 else None
    return Backup(file, revision, made, papers, subscriptions, file.stat().st_size)


def find_damage(file: Path) -> str:
    """Read every page of a database, others writing on; return what is wrong, "" if nothing is.

    Raises StoreError where it can't be opened.
    """
    with _open_live(file) as connection:
        return _damage(connection)


def read_revision(file: Path) -> str:
    """Return the version of a database's schema.

    Raises StoreError where it can't be opened, is newer than this program or not Paperboy's.
    """
    with _open_live(file) as connection:
        return _revision(connection, file)


def put_in_place(staged: Path, database: Path, at: datetime) -> Path | None:
    """Put a file in a database's place; return where the present one is now, None without one.

    Nothing may be writing to either. Raises StoreError.
    """
    aside = _free_name(database, at) if database.exists() else None
    try:
        _empty_log(staged)
        if aside:
            with suppress(sqlite3.Error):  # a damaged one takes its log along
                _empty_log(database)
            _link(database, aside)
        for suffix in _BESIDE:
            beside = database.with_name(database.name + suffix)
            if beside.exists():
                there = aside or _free_name(database, at)
                beside.rename(there.with_name(there.name + suffix))
        staged.replace(database)
        _sync(database.parent)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{database} can’t be replaced ({error}).") from error
    return aside


def _copy(source: Path, target: Path, at: datetime) -> None:
    def pause(_status: int, _left: int, _total: int) -> None:
        time.sleep(PAUSE_SECONDS)

    with _errors(target), closing(sqlite3.connect(target)) as copy, _open_live(source) as old:
        # a transaction that was begun before the first step sees one state to the end, and no
        # writer makes the copy start again
        old.execute("BEGIN")
        old.execute("SELECT count(*) FROM sqlite_master").fetchone()
        old.backup(copy, pages=STEP_PAGES, progress=pause)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, also for who may only read
        copy.execute(f"PRAGMA user_version = {int((at - _EPOCH) / _MINUTE)}")


@contextmanager
def _open_live(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a database that others may be writing to, only to read it. Raises StoreError."""
    with _errors(file), closing(_connect(file, "mode=rw")) as connection:
        connection.execute("PRAGMA query_only = ON")
        yield connection


@contextmanager
def _open_copy(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a file that nothing writes to, and make none beside it. Raises StoreError."""
    log = file.with_name(f"{file.name}-wal")
    try:
        with closing(_connect(file, "mode=ro" if log.exists() else "immutable=1")) as connection:
            yield connection
    except sqlite3.Error as error:
        if _is_damage(error):
            raise StoreError(_damaged_copy(file, str(error))) from error
        raise StoreError(describe(error, str(file))) from error


def _damaged_copy(file: Path, found: str) -> str:
    return f"The database {file} is damaged ({found}): use another backup."


def _is_damage(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT


def _connect(file: Path, mode: str) -> sqlite3.Connection:
    address = f"file:{quote(str(file))}?{mode}"
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


@contextmanager
def _errors(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(describe(error, str(file))) from error


def _revision(connection: sqlite3.Connection, file: Path) -> str:
    """Return the version of the schema. Raises StoreError where this program can't use it."""
    if VERSION_TABLE not in _tables(connection):
        raise StoreError(f"{file} is no database of Paperboy: name a file of `paperboy backup`.")
    row = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608  # a constant
    revision = str(row[0]) if row else ""
    if revision > HEAD:
        raise StoreError(newer_database(str(file), revision))
    return revision


def newer_database(name: str, revision: str) -> str:
    """Say that a database has a schema that this program doesn't know."""
    return (
        f"The database {name} was made by a newer Paperboy (schema {revision}; this one knows "
        f"{HEAD}): update this one or name another."
    )


def _damage(connection: sqlite3.Connection) -> str:
    try:
        (found,) = connection.execute(f"PRAGMA quick_check({MAX_FINDINGS})").fetchone()
    except sqlite3.Error as error:
        if not _is_damage(error):
            raise
        return str(error)
    return "" if found == "ok" else str(found).strip().replace("\n", " ")


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}


def _count(connection: sqlite3.Connection, table: str) -> int:
    (number,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  # a constant
    return int(number)


def _empty_log(database: Path) -> None:
    """Write what is only in a database's log into the database. Raises sqlite3.Error."""
    with closing(_connect(database, "mode=rw")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _free_name(database: Path, at: datetime) -> Path:
    """Return a name beside the database that no file has, with a moment in it."""
    first = f"{database.name}.before-{at:%Y%m%d-%H%M%S}"
    names = (first if not n else f"{first}-{n}" for n in range(1000))
    return next(there for name in names if not (there := database.with_name(name)).exists())


def _link(database: Path, aside: Path) -> None:
    """Give a file a second name: there is a database at the first one at every moment."""
    try:
        os.link(database, aside)
    except OSError:  # a file system without links
        database.rename(aside)


def _create(file: Path) -> None:
    """Create a file that only its owner can read."""
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _sync(path: Path) -> None:
    """Have the disk write a file or folder down."""
    if os.name != "posix" and path.is_dir():
        return
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
