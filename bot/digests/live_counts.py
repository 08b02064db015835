"""Messages that everyone sees show who saved their papers: changed where they stand, not too often.

A change is noted by tenant and paper. The messages of the last days that show the paper are then
compared with what they said last, and changed if that differs. That is stored, so that what a crash
or an outage left out is done at the next start.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TypeAlias

from bot.chat.outlet import Outlet
from bot.chat.tallies import Tally, with_tallies
from bot.chat.view_json import thaw
from bot.digests.delivery import request
from bot.errors import DeliveryError
from bot.models import Place, Sent
from bot.store import Store

log = logging.getLogger(__name__)

LIVES = timedelta(days=7)  # that a message is changed
MAX_MESSAGES = 200  # of a tenant, the newest, that are changed
RETRY_SECONDS = 30.0  # after a failed request
POLL_SECONDS = 1.0  # between two looks at what waits
CLEAN_SECONDS = 3600.0  # between two removals of what is stored of old messages
AT_ONCE = 4  # tenants that are worked on

Team: TypeAlias = tuple[str, str]  # a platform and a tenant there


@dataclass(slots=True)
class EditPace:
    """When a message may be changed: every few seconds, and so often a minute in a tenant.

    Times are seconds of any clock that never goes back.
    """

    message_seconds: float = 5.0
    team_edits: int = 40  # a minute
    _messages: dict[Sent, float] = field(default_factory=dict)
    _teams: dict[Team, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def wait(self, sent: Sent, now: float) -> float:
        """Return in how many seconds a message may be changed, 0 if it may be now."""
        edits = self._teams[_team(sent)]
        while edits and edits[0] <= now - 60:
            edits.popleft()
        turn = edits[0] + 60 if len(edits) >= self.team_edits else now
        last = self._messages.get(sent, now - self.message_seconds)
        return max(0.0, turn - now, last + self.message_seconds - now)

    def note(self, sent: Sent, now: float) -> None:
        """Note that a message is changed."""
        fresh = {one: at for one, at in self._messages.items() if now - at < self.message_seconds}
        self._messages = {**fresh, sent: now}
        self._teams[_team(sent)].append(now)


class LiveCounts:
    """Keeps the tallies of messages up to date."""

    def __init__(
        self,
        store: Store,
        outlets: Mapping[str, Outlet],
        clock: Callable[[], datetime],
        pace: EditPace | None = None,
    ) -> None:
        self._store = store
        self._outlets = outlets
        self._now = clock
        self._pace = pace or EditPace()
        self._changed: dict[Team, set[str]] = {}
        self._wake = asyncio.Event()
        self._turns = asyncio.Semaphore(AT_ONCE)

    def note(self, platform: str, tenant: str, papers: Collection[str] = ()) -> None:
        """Note that the tallies of these papers may have changed, or those of all papers."""
        if not tenant or platform not in self._outlets:
            return
        known = self._changed.get((platform, tenant))
        everything = not papers or known == set()
        self._changed[platform, tenant] = set() if everything else {*(known or ()), *papers}
        self._wake.set()

    async def run(self) -> None:
        """Change messages until cancelled. Raises StoreError."""
        for team in await self._store.messages.live_teams(self._now() - LIVES):
            self.note(*team)
        working: set[Team] = set()
        async with asyncio.TaskGroup() as workers:
            while True:
                self._wake.clear()
                for team in self._changed.keys() - working:
                    working.add(team)
                    workers.create_task(self._work(team, working))
                with suppress(TimeoutError):
                    async with asyncio.timeout(CLEAN_SECONDS):
                        await self._wake.wait()
                        continue
                await self._store.messages.end_before(self._now() - LIVES)

    async def _work(self, team: Team, working: set[Team]) -> None:
        """Change the messages of a tenant until none waits."""
        waiting: dict[Sent, float] = {}  # not before when
        loop = asyncio.get_running_loop()
        while True:
            async with self._turns:
                for sent in await self._showing(team):
                    waiting.setdefault(sent, 0.0)
                for sent, begin in list(waiting.items()):
                    now = loop.time()
                    if begin > now or self._pace.wait(sent, now):
                        continue
                    del waiting[sent]
                    if retry := await self._update(sent):
                        waiting[sent] = now + retry
            if not waiting and team not in self._changed:
                working.discard(team)
                return
            await asyncio.sleep(POLL_SECONDS)

    async def _showing(self, team: Team) -> list[Sent]:
        """Return the messages that show a paper whose tally changed, newest first."""
        papers = self._changed.pop(team, None)
        if papers is None:
            return []
        messages = self._store.tenant(*team).messages
        live = await messages.live(self._now() - LIVES, MAX_MESSAGES)
        return [
            Sent(Place(*team, one.address), one.message)
            for one in live
            if not papers or papers & set(one.papers)
        ]

    async def _update(self, sent: Sent) -> float:
        """Change a message if it says something else; in how many seconds to try again, or 0."""
        tenant = self._store.tenant(sent.place.platform, sent.place.tenant)
        known = await tenant.messages.live_one(sent.place.address, sent.message)
        if known is None:
            return 0.0
        papers = [one for one in known.papers if one]
        tallies = await self._tallies(sent.place, papers)
        said = _digest(tallies)
        if said == known.said:
            return 0.0
        self._pace.note(sent, asyncio.get_running_loop().time())
        try:
            outlet = self._outlets[sent.place.platform]
            done = await request(outlet.edit(sent, with_tallies(thaw(known.view), tallies)))
        except DeliveryError as error:
            log.info("the counts in message %s were not shown: %s", sent.message, error)
            if not error.permanent:
                return error.retry_after or RETRY_SECONDS
            done = False
        if not done:
            await tenant.messages.end(sent.place.address, sent.message)
            return 0.0
        await tenant.messages.say(sent.place.address, sent.message, said)
        # another process may have shown something newer, which this has replaced
        is_old = said != _digest(await self._tallies(sent.place, papers))
        return POLL_SECONDS if is_old else 0.0

    async def _tallies(self, place: Place, papers: list[str]) -> dict[str, Tally]:
        """Count for each paper who saved it for all to see and voted, and does not hide."""
        tenant = self._store.tenant(place.platform, place.tenant)
        keepers, voters = await tenant.shelf.keepers(papers), await tenant.votes.voters(papers)
        savers = {paper: [one.person for one in kept] for paper, kept in keepers.items()}
        people = {one for some in (*savers.values(), *voters.values()) for one in some}
        hidden, names = await tenant.people.hidden(), await tenant.people.names(sorted(people))

        def tally(paper: str) -> Tally:
            shown = [one for one in savers.get(paper, ()) if one not in hidden]
            votes = sum(one not in hidden for one in voters.get(paper, ()))
            return Tally(len(shown), votes, tuple(names[one] for one in shown if names.get(one)))

        return {paper: tally(paper) for paper in papers}


def _digest(tallies: Mapping[str, Tally]) -> str:
    """Return what stands for what a message says, without the names in it; "" for nothing."""
    said = "\n".join(f"{paper} {tally}" for paper, tally in tallies.items() if str(tally))
    return blake2b(said.encode(), digest_size=8).hexdigest() if said else ""


def _team(sent: Sent) -> Team:
    return sent.place.platform, sent.place.tenant
