"""The monitor: problems with syncing and digests go to the log and to the admins' place."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.chat.outlet import Outlet
from bot.chat.views import View, line
from bot.digests.planner import Planner
from bot.errors import PaperboyError
from bot.models import Place

log = logging.getLogger(__name__)

EVERY = 600.0  # seconds between two looks


@dataclass(slots=True)
class Monitor:
    """Tells of every kind of trouble once a day, in the log and in `place` if there is one."""

    planner: Planner
    outlets: Mapping[str, Outlet]
    clock: Callable[[], datetime]
    place: Place | None = None
    _told: dict[str, date] = field(default_factory=dict)

    async def watch(self) -> None:
        """Look now and then, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Tell of the trouble that there is, but for what was told today."""
        today = self.clock().date()
        self._told = {kind: day for kind, day in self._told.items() if day == today}
        platforms = {name: one.trouble for name, one in self.outlets.items() if one.trouble}
        for kind, sentence in {**await self.planner.troubles(), **platforms}.items():
            if kind not in self._told:
                self._told[kind] = today
                log.warning("%s", sentence)
                await self._tell(sentence, f"trouble {kind} {today}")

    async def _tell(self, sentence: str, key: str) -> None:
        outlet = self.outlets.get(self.place.platform) if self.place else None
        if not self.place or not outlet:
            return
        try:
            await outlet.send(self.place, View((line(sentence),)), key)
        except PaperboyError as error:
            log.warning("the admin could not be told: %s", error)
