"""Where the data lies, how much of it there is, and whether the database is sound."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import PaperboyError
from bot.library.backups import Backups, BackupState
from bot.store.backup import find_damage

log = logging.getLogger(__name__)

CHECK_SECONDS = 86_400.0  # between two checks of the database
MOMENT_SECONDS = 1.0  # that a person waits for a check


@dataclass(frozen=True, slots=True)
class StorageState:
    """Sizes in bytes; `damage` says what is wrong with the database, "" if nothing is known."""

    database: str
    database_bytes: int
    index: Path
    index_bytes: int
    damage: str
    backups: BackupState | None


@dataclass(slots=True)
class Storage:
    """The files of one home. `database` is None for PostgreSQL, whose `name` is shown then."""

    name: str
    database: Path | None
    index: Path
    backups: Backups | None = None
    _damage: str | None = None  # None: not checked yet
    _check: asyncio.Task[None] | None = field(default=None, repr=False)

    async def watch(self) -> None:
        """Say where the data lies, and check the database now and once a day, until cancelled."""
        log.info("The database is %s, the search index %s.", self.name, self.index)
        while True:
            await self.check()
            await asyncio.sleep(CHECK_SECONDS)

    async def check(self) -> None:
        """Read every page of the database in a thread, and log what is wrong."""
        if self.database is None:
            return
        try:
            found = await asyncio.to_thread(find_damage, self.database)
        except PaperboyError as error:
            log.warning("The database could not be checked: %s", error)
            return
        self._damage = damaged(self.database, found) if found else ""
        if found:
            log.error("%s", self._damage)

    async def troubles(self) -> Mapping[str, str]:
        """Return what is wrong with the database and its backups, a sentence for each kind."""
        found = {"damage": self._damage} if self._damage else {}
        if self.backups and self.backups.trouble:
            found["backup"] = self.backups.trouble
        return found

    async def state(self) -> StorageState:
        """Tell where everything lies; the first time the database is checked, for a moment."""
        if self._damage is None:
            self._check = self._check or asyncio.create_task(self.check())
            await asyncio.wait([self._check], timeout=MOMENT_SECONDS)
        backups = await self.backups.state() if self.backups else None
        database_bytes = sum(map(_size, _with_log(self.database))) if self.database else 0
        index_bytes = sum(map(_size, _with_log(self.index)))
        damage = self._damage or ""
        return StorageState(self.name, database_bytes, self.index, index_bytes, damage, backups)


def damaged(database: Path, found: str) -> str:
    """Say that a database is damaged, and what to do."""
    return (
        f"The database {database} is damaged ({found}). Stop Paperboy and restore a backup: "
        "paperboy restore FILE."
    )


def _with_log(file: Path) -> tuple[Path, Path]:
    return file, file.with_name(f"{file.name}-wal")


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
