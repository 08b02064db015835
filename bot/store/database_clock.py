"""The time as the database has it, so that processes on several machines agree when a lease ends.

Between two looks at it the time goes on by this machine's steady clock.
"""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from bot.errors import StoreError
from bot.store.engine import Database

log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0  # between two looks
_NOW = select(func.clock_timestamp())


class DatabaseClock:
    """A clock that tells PostgreSQL's time, once `look` was called."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._now = datetime.min.replace(tzinfo=UTC)
        self._read = 0.0

    def __call__(self) -> datetime:
        """Return the time."""
        return self._now + timedelta(seconds=_steady() - self._read)

    async def look(self) -> None:
        """Ask the database for its time. Raises StoreError."""
        before = _steady()
        ((now,),) = await self._database.read(_NOW)
        after = _steady()
        self._now, self._read = now, (before + after) / 2

    async def keep(self) -> None:
        """Look now and then, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except StoreError as error:
                log.debug("The database's time is not known: %s", error)


def _steady() -> float:
    """Return seconds that also pass while the machine sleeps, where the system counts them."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()
