"""A new process begins with a copy of the index that a neighbour on this machine has.

Processes on one PostgreSQL have a folder each, side by side. Reading 95,000 papers from the
database takes minutes, copying their index a second; what has come since is followed as always.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from bot.search.index import schema
from bot.search.index.connection import LOCK_SECONDS

log = logging.getLogger(__name__)

MAX_NEIGHBOURS = 100


def copy_neighbour(path: Path, identity: str) -> bool:
    """Copy the index of this store that is furthest, unless there is a file; tell whether it was.

    The folders beside that of `path` are looked into.
    """
    if path.exists() or os.name != "posix":
        return False
    found = max(_indexes(path, identity), default=None)
    if found is None:
        return False
    part = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _copy(found[1], part)
        os.link(part, path)  # fails where another process was quicker
    except (OSError, sqlite3.Error) as error:
        log.info("The search index %s could not be copied: %s", found[1], error)
        return False
    finally:
        part.unlink(missing_ok=True)
    log.info("The search index was copied from %s.", found[1])
    return True


def _indexes(path: Path, identity: str) -> Iterator[tuple[int, Path]]:
    """Yield the indexes of this store in neighbouring folders, each after how far it is."""
    for number, one in enumerate(path.parent.parent.glob(f"*/{path.name}")):
        if number == MAX_NEIGHBOURS:
            return
        with suppress(OSError, sqlite3.Error):
            if one.stat().st_uid == os.getuid():  # what others leave there is not trusted
                with closing(_open(one)) as connection:
                    about = schema.about(connection)
                if about and about.fits(identity) and about.revision:
                    yield about.revision, one


def _copy(source: Path, to: Path) -> None:
    with closing(_open(source)) as connection, closing(sqlite3.connect(to)) as copy:
        connection.backup(copy)  # one consistent state, while the neighbour goes on


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", timeout=LOCK_SECONDS, uri=True)
