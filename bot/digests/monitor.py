"""The monitor: problems with syncing and digests go to the log and to the admins' place."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import blake2b
from typing import TypeAlias

from bot.chat.views import View, line
from bot.digests.announcements import Announcement, Announcements
from bot.digests.planner import Planner
from bot.errors import PaperboyError, UsageError
from bot.models import Place

log = logging.getLogger(__name__)

EVERY = 600.0  # seconds between two looks
# finds more problems: a sentence for each kind
Find: TypeAlias = Callable[[], Awaitable[Mapping[str, str]]]
OVER: Mapping[str, str] = {
    "backup": "Backups are made again.",
    "damage": "The database is sound again.",
    "sync": "Papers come from Hugging Face again.",
    "late": "Digests are posted on time again.",
}


@dataclass(slots=True)
class Monitor:
    """Tells of each problem once a day, and when it is over, in the log and in `place` if given.

    What goes to the place is written down first, so that several processes, and restarts, say it
    once.
    """

    planner: Planner
    announcements: Announcements
    clock: Callable[[], datetime]
    place: Place | None = None
    more: Sequence[Find] = ()
    _logged: dict[str, date] = field(default_factory=dict)

    async def watch(self) -> None:
        """Look now and then, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Tell of the problems that there are, unless they were told today, and of what is over."""
        outlets, now = self.announcements.outlets, self.clock()
        platforms = {name: one.trouble for name, one in outlets.items() if one.trouble}
        problems = {**await self.planner.troubles(), **platforms}
        for find in self.more:
            problems |= await find()
        alerts = self.announcements.store.alerts
        for kind, sentence in problems.items():
            await alerts.begin(kind, now)
            if self._logged.get(kind) != now.date():
                self._logged[kind] = now.date()
                log.warning("%s", sentence)
            await self._tell(f"alert {kind} {now.date()}", sentence)
        for kind, since in (await alerts.since()).items():
            if kind not in problems:
                self._logged.pop(kind, None)
                sentence = OVER.get(kind, f"{kind.capitalize()} takes messages again.")
                if await self._tell(f"alert {kind} since {since.isoformat()} over", sentence):
                    log.info("%s", sentence)
                    await alerts.close(kind)

    async def _tell(self, name: str, sentence: str) -> bool:
        """Post a sentence once under a name; False if it is to be tried again."""
        if not self.place or self.place.platform not in self.announcements.outlets:
            return True
        key = blake2b(name.encode(), digest_size=10).hexdigest()
        announcement = Announcement(name, key, View((line(sentence),)))
        try:
            await self.announcements.post_once(self.place, announcement)
        except UsageError:  # another process is posting it
            return False
        except PaperboyError as error:
            log.warning("The admins could not be told: %s", error)
            return False
        return True
