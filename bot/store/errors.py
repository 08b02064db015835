"""What a database driver reports, in a sentence that says what to do."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

_SENTENCES = {
    sqlite3.SQLITE_FULL: "There is no room left on the disk for the database {name}: free some and try again.",
    sqlite3.SQLITE_BUSY: "The database {name} is held by another program: try again, or end that program.",
    sqlite3.SQLITE_LOCKED: "The database {name} is held by another program: try again, or end that program.",
    sqlite3.SQLITE_CORRUPT: "The database {name} is damaged: stop Paperboy and put back a copy from a backup.",
    sqlite3.SQLITE_NOTADB: "{name} is no SQLite database: name another file, or move this one away.",
    sqlite3.SQLITE_READONLY: "The database {name} cannot be written: allow Paperboy to write the file and its folder.",
    sqlite3.SQLITE_PERM: "The database {name} cannot be written: allow Paperboy to write the file and its folder.",
    sqlite3.SQLITE_CANTOPEN: "The database {name} cannot be opened: make it a file that Paperboy may read and write.",
    sqlite3.SQLITE_IOERR: "The disk failed while the database {name} was in use: check it, then try again.",
}


def describe(error: Exception, name: str) -> str:
    """Say what went wrong with the database `name`: never with which statement, and never a password."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    match cause:
        case sqlite3.Error(sqlite_errorcode=int(code)) if code & 0xFF in _SENTENCES:
            # the low byte of an extended code is the primary one:
            # https://www.sqlite.org/rescode.html
            return _SENTENCES[code & 0xFF].format(name=name)
        case NoConnection():
            return f"The database {name} has too much to do at once: try again in a moment."
        case OSError():
            return f"The database {name} cannot be reached ({cause.strerror or cause}): check that it runs."
        case _:
            return f"The database {name} reports: {str(cause).strip(' .') or type(cause).__name__}."
