"""Errors of database drivers, as sentences that say what to do."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

_BUSY = "The database {name} is in use by another program: try again, or end that program."
_READ_ONLY = "The database {name} is read-only: let Paperboy write the file and its folder."
_TOO_BUSY = "The database {name} is too busy: try again in a moment."
_LOST = "The connection to the database {name} was lost: try again in a moment."
_SENTENCES = {
    sqlite3.SQLITE_FULL: "The disk with the database {name} is full: free some space, try again.",
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_CORRUPT: "The database {name} is damaged: stop Paperboy and restore a backup.",
    sqlite3.SQLITE_NOTADB: "{name} is not a SQLite database: name another file, or move it away.",
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: "The database {name} can't be opened: let Paperboy read and write it.",
    sqlite3.SQLITE_IOERR: "The disk with the database {name} failed: check it, then try again.",
}


# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL = {
    "08003": _LOST,
    "08006": _LOST,
    "25006": _READ_ONLY,
    "28P01": "The database {name} refuses the user or password: check PAPERBOY_DATABASE_URL.",
    "3D000": "There is no database {name}: create it, or check PAPERBOY_DATABASE_URL.",
    "25P03": _TOO_BUSY,  # it was idle in a transaction
    "40001": _TOO_BUSY,
    "40P01": _TOO_BUSY,
    "55P03": _TOO_BUSY,
    "57014": _TOO_BUSY,
    "53100": _SENTENCES[sqlite3.SQLITE_FULL],
    "53300": "The database {name} has no free connection: allow more with max_connections.",
    "57P01": "The database {name} is shutting down: start it again.",
    "57P03": "The database {name} is starting: try again in a moment.",
}


def describe(error: Exception, name: str) -> str:
    """Describe an error of the database `name`, without the statement and without a password."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    match cause:
        case sqlite3.Error(sqlite_errorcode=int(code)) if code & 0xFF in _SENTENCES:
            # the low byte of an extended code is the primary one:
            # https://www.sqlite.org/rescode.html
            return _SENTENCES[code & 0xFF].format(name=name)
        case NoConnection():
            return _TOO_BUSY.format(name=name)
        case _ if (state := _sqlstate(cause)) in _POSTGRESQL:
            return _POSTGRESQL[state].format(name=name)
        case _ if isinstance(error, DBAPIError) and error.connection_invalidated:
            return _LOST.format(name=name)
        case OSError():
            reason = cause.strerror or cause
            return f"The database {name} cannot be reached ({reason}): check that it runs."
        case _:
            return f"The database {name} reports: {str(cause).strip(' .') or type(cause).__name__}."


def _sqlstate(cause: object) -> str:
    """Return PostgreSQL's code of an error, "" for other errors."""
    return str(getattr(cause, "sqlstate", None) or "")
