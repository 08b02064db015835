"""Deletes what is old now and then: see `bot.store.retention` for what that is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import PaperboyError
from bot.store import Store

log = logging.getLogger(__name__)

LOOK_SECONDS = 6 * 3600.0  # between two looks for what is old


@dataclass(frozen=True, slots=True)
class Retention:
    """Deletes finished digests, what messages show, and buttons after `keep`."""

    store: Store
    clock: Callable[[], datetime]
    keep: timedelta

    async def keep_pruning(self) -> None:
        """Delete what is old now and then, until cancelled."""
        while True:
            try:
                await self.prune()
            except PaperboyError as error:
                log.warning("Old data could not be deleted: %s", error)
            await asyncio.sleep(LOOK_SECONDS)

    async def prune(self) -> None:
        """Delete what is old, and log how much. Raises StoreError."""
        pruned = await self.store.retention.prune(self.clock() - self.keep)
        if pruned:
            rows = ", ".join(f"{number:,} {kind}" for kind, number in pruned.items())
            log.info("Deleted what is older than %d days: %s.", self.keep.days, rows)
