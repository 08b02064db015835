"""One running bot per SQLite database: a lock on a file, which ends with the process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import SettingsError


@contextmanager
def only_one(database: Path | None) -> Iterator[None]:
    """Hold the lock beside a database file. Raises SettingsError if another process holds it."""
    if database is None or os.name != "posix":
        yield
        return
    import fcntl

    file = database.with_name(f"{database.name}.lock")
    file.touch(0o600)
    with file.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SettingsError(
                f"Paperboy already runs with {database}. Stop it first, or use PostgreSQL, which "
                "takes several processes (PAPERBOY_DATABASE_URL)."
            ) from error
        yield
