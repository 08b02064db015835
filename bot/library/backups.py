"""Hourly copies of the database in a folder, the newest ones and the last of each day."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.errors import PaperboyError
from bot.store.backup import copy_database

log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0  # between two looks whether an hour has begun
RETRY = timedelta(minutes=10)  # after a copy that failed
STALE = timedelta(hours=3)  # after the hour of the newest copy something is wrong
_NAME = re.compile(r"paperboy-(\d{8}-\d{2})\.sqlite3")
_PARTIAL = ".paperboy-*.partial"  # what a crash leaves
_HOUR = "%Y%m%d-%H"


@dataclass(frozen=True, slots=True)
class BackupState:
    """How many copies a folder has, the hour of the newest, and what is wrong, "" if nothing."""

    folder: Path
    copies: int
    newest: datetime | None
    trouble: str


@dataclass(slots=True)
class Backups:
    """Copies `database` into `folder` once an hour, and deletes copies that are too old.

    It keeps the newest `hours` copies, and the last one of each of the newest `days` days. Files of
    other names in the folder stay.
    """

    database: Path
    folder: Path
    clock: Callable[[], datetime]
    hours: int = 24
    days: int = 14
    _failure: str = ""
    _failed: datetime | None = None

    @property
    def trouble(self) -> str:
        """Why this process could not make the last copy, "" if it could."""
        return f"The last backup failed: {self._failure}" if self._failure else ""

    async def keep(self) -> None:
        """Make a copy in each hour, until cancelled."""
        while True:
            await self.make()
            await asyncio.sleep(LOOK_SECONDS)

    async def make(self) -> bool:
        """Make this hour's copy; False if it is there, failed, or failed a moment ago.

        A file is named after its hour, so that neither a restart nor another process makes two.
        """
        now = self.clock()
        if self._failed and self._failed <= now < self._failed + RETRY:
            return False
        try:
            made = await asyncio.to_thread(self._make, now)
        except PaperboyError as error:
            if self._failure != str(error):
                log.warning("The hourly backup failed: %s", error)
            self._failure, self._failed = str(error), now
            return False
        if self._failure:
            log.info("Backups are made again.")
        self._failure, self._failed = "", None
        return made

    async def state(self) -> BackupState:
        """Look at the folder, which other processes may fill."""
        copies = sorted(await asyncio.to_thread(self._copies))
        newest = copies[-1] if copies else None
        trouble = self.trouble
        if not trouble and (newest is None or self.clock() - newest >= STALE):
            since = f"since {newest:%d %B %Y, %H:00} UTC" if newest else "yet"
            trouble = f"There is no backup in {self.folder} {since}: is `paperboy run` running?"
        return BackupState(self.folder, len(copies), newest, trouble)

    def _make(self, now: datetime) -> bool:
        target = self.folder / f"paperboy-{now.astimezone(UTC):{_HOUR}}.sqlite3"
        if target.exists():
            return False
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise PaperboyError(
                f"The folder {self.folder} of PAPERBOY_BACKUPS can’t be created "
                f"({error.strerror}). Name another one."
            ) from error
        for partial in self.folder.glob(_PARTIAL):
            partial.unlink(missing_ok=True)
        copy_database(self.database, target, now, replace=True)
        for hour in expired(self._copies(), self.hours, self.days):
            (self.folder / f"paperboy-{hour:{_HOUR}}.sqlite3").unlink(missing_ok=True)
        return True

    def _copies(self) -> list[datetime]:
        """Return the hours of the copies that are there."""
        try:
            names = [_NAME.fullmatch(file.name) for file in self.folder.iterdir()]
        except OSError:
            return []
        return [hour for one in names if one and (hour := _hour(one[1]))]


def expired(copies: Collection[datetime], hours: int, days: int) -> set[datetime]:
    """Return the copies to delete: neither of the newest `hours`, nor a day's last of `days`."""
    newest_first = sorted(copies, reverse=True)
    last_of_day: dict[date, datetime] = {}
    for one in newest_first:
        last_of_day.setdefault(one.date(), one)
    return {*copies} - {*newest_first[:hours]} - {*list(last_of_day.values())[:days]}


def _hour(name: str) -> datetime | None:
    try:
        return datetime.strptime(name, _HOUR).replace(tzinfo=UTC)
    except ValueError:
        return None
