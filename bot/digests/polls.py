"""Polls that have ended: their choices become votes, and the place is told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import cards
from bot.chat.outlet import Outlet
from bot.chat.views import Button, Buttons, Strong, View, line
from bot.digests.announcements import Announcement, Announcements
from bot.digests.delivery import request
from bot.digests.live_counts import LiveCounts
from bot.errors import DeliveryError, UsageError
from bot.library.library import Library
from bot.models import Person
from bot.store import Store
from bot.store.polls import OpenPoll
from bot.text import count

log = logging.getLogger(__name__)

LOOK_SECONDS = 20.0  # between two looks for what has ended
PATIENCE = timedelta(days=2)  # that a platform has to count the choices


@dataclass(frozen=True, slots=True)
class PollReader:
    """Counts the choices of polls that have ended, even while no process ran."""

    store: Store
    library: Library
    outlets: Mapping[str, Outlet]
    announcements: Announcements
    live_counts: LiveCounts
    clock: Callable[[], datetime]

    async def run(self) -> None:
        """Count until cancelled. Raises StoreError."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Count what has ended by now."""
        for one in await self.store.polls.ended(self.clock()):
            try:
                done = await self._count(one)
            except (DeliveryError, UsageError) as error:
                log.info("the poll %s was not counted: %s", one.message, error)
                done = isinstance(error, DeliveryError) and error.permanent
            if done or self.clock() - one.ends > PATIENCE:
                await self.store.tenant(one.place.platform, one.place.tenant).polls.end(one)

    async def _count(self, one: OpenPoll) -> bool:
        """Make votes of a poll's choices; False if the platform has not counted them yet."""
        outlet = self.outlets.get(one.place.platform)
        if outlet is None:
            return False
        if not one.message:  # it was never posted
            return True
        choices = await request(outlet.read_poll(one.sent))
        if choices is None:
            return False
        for paper, people in zip(one.papers, choices, strict=False):
            for person in people:
                await self._vote(person, paper)
        place = one.place
        self.live_counts.note(place.platform, place.tenant, one.papers)
        told = Announcement(f"poll {one.key}", f"{one.key}-r", await self._result(one, choices))
        await self.announcements.post_once(place, told)
        return True

    async def _vote(self, person: Person, paper: str) -> None:
        tenant = self.store.tenant(person.platform, person.tenant)
        if await tenant.votes.add(person.id, paper, self.clock()) and person.name:
            await tenant.people.know(person.id, person.name)

    async def _result(self, one: OpenPoll, choices: tuple[tuple[Person, ...], ...]) -> View:
        voters = {person.id for people in choices for person in people}
        if not voters:
            return View((line("The poll is over. Nobody has chosen a paper."),))
        nominated = await self.store.tenant(one.place.platform, one.place.tenant).picks.nominated()
        said = line(f"The poll is over: {count(len(voters), 'person has', 'people have')} chosen.")
        leads = []
        if nominated:
            first = nominated[0]
            [paper] = await self.library.papers([first.paper])
            votes = count(first.votes, "vote")
            leads = [line(Strong(cards.title(paper)), f" leads with {votes} in all.")]
        buttons = Buttons((Button("Pick now", "pick"), Button("What is nominated", "nominated")))
        return View((said, *leads, buttons))
