"""The file of vectors beside the search index: derived, sound or made again.

A vector is a row with a checksum of its own, written in the transaction of its batch: whatever
stops the process, what was written is whole. It is a database like the index, and not a file
mapped into memory, since cutting such a file short ends the process that reads it.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias
from zlib import crc32

import numpy as np
import numpy.typing as npt

from bot.semantic.quantization import Bytes

log = logging.getLogger(__name__)

VERSION = 1
LOCK_SECONDS = 5.0
# Errors that say nothing about what is in the file; the low byte of SQLite's code is its kind.
_PASSING = (
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY),
    *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR),
)
# Vectors of texts that no paper has any longer are deleted where there are so many of all.
MAX_UNUSED_SHARE = 1.2
_TABLES = """
    CREATE TABLE about (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE vector (key INTEGER PRIMARY KEY, vector BLOB NOT NULL, checksum INTEGER NOT NULL);
"""

# What tells one version of a paper's text from all others.
Keys: TypeAlias = npt.NDArray[np.int64]


class VectorFile:
    """The vectors of papers by their keys, made by the model with this fingerprint.

    Each thread opens a connection of its own. What is damaged raises sqlite3.DatabaseError.
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        self.path = path
        self._fingerprint = fingerprint

    def connect(self) -> sqlite3.Connection:
        """Open the file, and make a new one where it is missing, damaged or of another model."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = self._open()
        try:
            _prepare(connection, self._fingerprint)
        except sqlite3.DatabaseError as error:
            connection.close()
            # an error without a code is one of ours, about what is in the file
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
            if code & 0xFF in _PASSING:
                raise
            log.warning("The vectors in %s are unusable (%s); making them again", self.path, error)
            self.remove()
            connection = self._open()
            _prepare(connection, self._fingerprint)
        return connection

    def remove(self) -> None:
        """Remove the file, with its journal."""
        for suffix in ("-wal", "-shm", ""):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def _open(self) -> sqlite3.Connection:
        self.path.touch(0o600)  # imported papers can be private
        return sqlite3.connect(
            self.path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False
        )


def _prepare(connection: sqlite3.Connection, fingerprint: str) -> None:
    expected: dict[str, object] = {"version": VERSION, "model": fingerprint}
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cell_size_check = ON")
    found = connection.execute("SELECT name FROM sqlite_master WHERE name = 'about'").fetchone()
    if not found:
        connection.executescript(f"BEGIN IMMEDIATE; {_TABLES}")
        connection.executemany("INSERT INTO about VALUES (?, ?)", expected.items())
        connection.execute("COMMIT")
    if dict(connection.execute("SELECT name, value FROM about")) != expected:
        raise sqlite3.DatabaseError("they are of another version or model")


def read_vectors(connection: sqlite3.Connection, keys: Keys) -> tuple[npt.NDArray[np.bool_], Bytes]:
    """Return which of the keys have a sound vector, and those vectors in the same order."""
    found = connection.execute(
        "SELECT place.key, vector, checksum FROM json_each(?) AS place "
        "CROSS JOIN vector ON vector.key = place.value",
        (json.dumps(keys.tolist()),),
    ).fetchall()
    # damage can make a text of what were bytes
    sound = [
        (place, vector)
        for place, vector, checksum in found
        if isinstance(vector, bytes) and crc32(vector) == checksum
    ]
    there = np.zeros(len(keys), bool)
    there[[place for place, _ in sound]] = True
    rows = np.frombuffer(b"".join(vector for _, vector in sound), np.int8)
    return there, rows.reshape(len(sound), -1) if sound else np.empty((0, 0), np.int8)


def write_vectors(connection: sqlite3.Connection, vectors: Iterable[tuple[int, Bytes]]) -> None:
    """Write the vectors of some keys, all or none."""
    lines = [(key, vector.tobytes()) for key, vector in vectors]
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        connection.executemany(
            "INSERT OR REPLACE INTO vector VALUES (?, ?, ?)",
            [(key, data, crc32(data)) for key, data in lines],
        )


def keep_only(connection: sqlite3.Connection, keys: Keys) -> None:
    """Delete the vectors of all other keys, once they are many."""
    (number,) = connection.execute("SELECT count(*) FROM vector").fetchone()
    if number <= MAX_UNUSED_SHARE * len(keys):
        return
    stored = np.array(connection.execute("SELECT key FROM vector").fetchall(), np.int64).ravel()
    unused = np.setdiff1d(stored, keys).tolist()
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        connection.executemany("DELETE FROM vector WHERE key = ?", [(key,) for key in unused])
