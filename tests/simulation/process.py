"""Processes that deliver until they are killed wherever they happen to be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, cast

from bot.chat.outlet import Outlet
from bot.chat.view_json import thaw
from bot.chat.views import plain
from bot.digests.dispatcher import Dispatcher, DispatcherOptions
from bot.digests.planner import ListPatience, Planner
from bot.digests.watches import Watches
from bot.errors import StoreError
from bot.library.library import Library
from bot.library.retention import Retention
from bot.models import MAIL
from bot.store import Store
from bot.store.digests import RenderedDigest
from bot.store.syncs import SyncRun
from bot.store.watches import Plan, Progress
from tests.rigs.platform import PLATFORM
from tests.simulation.calendar import here
from tests.simulation.outlets import Mail, Mortal, Stalling
from tests.simulation.watches import WatchNote

if TYPE_CHECKING:
    from tests.simulation.world import World

OFTEN = 8  # times as often a process is stopped before it notes a refusal
SYNC_SECONDS = 12 * 3600.0  # between two syncs of a process
TIDY = 0.2  # the share of processes that delete what is old: each does so when it starts
KEEP = timedelta(days=60)  # the shortest time after which old digests may go


@dataclass(frozen=True)
class Note:
    """Which message of a digest has a key, its words, where it goes, and the keys of them all."""

    id: tuple[int, date, int]
    text: str
    threaded: bool
    whole: tuple[str, ...]


class Process:
    """One process that delivers, until it is killed wherever it happens to be."""

    def __init__(self, world: World, deadly: float, longest: timedelta) -> None:
        self._world, self._deadly = world, deadly
        self._dead = False
        self._refused = False  # just now
        self._task: asyncio.Task[None] | None = None
        self.began = world.now()
        self.ended: datetime | None = None
        self.stops: list[datetime] = []
        database = Stalling(world.connection, self._pass, self.stall)
        self.store = Store(database, "simulated")
        self._note_what_is_saved()
        self._note_what_is_told()
        outlets: dict[str, Outlet] = {PLATFORM: Mortal(self, world), MAIL: Mail(self, world)}
        patience = ListPatience(timedelta(minutes=world.patience))
        library = cast("Library", world.library)
        self._planner = Planner(self.store, library, outlets, world.machine, patience)
        self._watches = Watches(self.store, world.machine)
        options = DispatcherOptions(luck=world.luck.random, longest=longest.total_seconds())
        self._retention = Retention(self.store, world.machine, KEEP)
        self._dispatcher = Dispatcher(self.store, outlets, world.machine, self._plan, options)

    async def _plan(self, made: Callable[[], None]) -> datetime | None:
        then = await self._planner.plan(made)
        if self._world.watches and await self._watches.look():
            made()
        return then

    def _note_what_is_saved(self) -> None:
        """Remember the key of each message, before the outbox has it."""
        save, keys = self.store.digests.save, self._world.keys

        async def noted(made: Sequence[RenderedDigest], now: datetime) -> int:
            for one in made:
                whole = [part.key for part in one.parts]
                for number, part in enumerate(one.parts):
                    id_ = (one.planned.subscription.id, one.planned.day, number)
                    text = plain(thaw(part.view))
                    keys[part.key] = Note(id_, text, part.threaded, tuple(whole))
            return await save(made, now)

        self.store.digests.save = noted  # type: ignore[method-assign]

    def _note_what_is_told(self) -> None:
        """Remember the key of each message of a watch, before the outbox has it."""
        announce, notes = self.store.watches.announce, self._world.watch_notes

        async def noted(progress: Progress, plan: Plan, now: datetime) -> bool:
            for one in plan.messages:
                watch, text = one.digest.subscription.id, plain(thaw(one.part.view))
                notes[one.part.key] = WatchNote(now, watch, one.digest.day, text, one.papers)
            return await announce(progress, plan, now)

        self.store.watches.announce = noted  # type: ignore[method-assign]

    async def live(self, longest: float) -> None:
        """Work until something kills it, or for so many seconds."""
        self._task = asyncio.create_task(self._work())
        self._world.running.append(self)
        try:
            await asyncio.wait([self._task], timeout=longest)
            if self._world.luck.random() < 0.5:
                self._task.cancel()  # it is told to stop, and finishes what is under way
        finally:
            if not self._dead and not self._task.cancelling():
                self._kill()
            with suppress(asyncio.CancelledError):
                await self._task
            self._world.running.remove(self)
            self.ended = self._world.now()

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._dispatcher.run())
            if self._world.luck.random() < TIDY:
                tasks.create_task(self._retention.keep_pruning())
            if self._world.asks_every:
                tasks.create_task(self._ask())
            if self._world.watches:
                tasks.create_task(self._sync())

    async def _sync(self) -> None:
        """Save the papers that came, as a sync does; all processes hear of that soon."""
        world = self._world
        while True:
            await asyncio.sleep(world.luck.expovariate(1 / SYNC_SECONDS))
            if not (papers := world.arrivals.heard(world.now())):
                continue
            with suppress(StoreError):
                await self.store.papers.save(papers, world.machine())
                if not world.machine.ahead:  # otherwise what was saved before counts as newer
                    world.arrivals.note(papers, world.now())
                await self.store.syncs.record(SyncRun(world.machine(), len(papers), 0))
                for one in world.running:
                    one.wake()

    async def _ask(self) -> None:
        """Ask for a digest now and then, as the command `digest now` does."""
        world = self._world
        while True:
            await asyncio.sleep(world.luck.expovariate(1 / world.asks_every.total_seconds()))
            with suppress(StoreError):
                one = world.luck.choice(world.subscriptions)
                known = await self.store.subscriptions.get(one.id)
                if known and not known.paused and not world.is_calm:
                    day = here(one.options.schedule, world.machine())
                    world.asked.setdefault((one.id, day), (world.now(), self))
                    if await self._planner.post_now(known):
                        world.granted.add((one.id, day))
                        self._dispatcher.look()
                    else:
                        await self._dispatcher.retry(known.id)

    def look(self) -> None:
        """Look for what another process left."""
        self._dispatcher.look()

    def wake(self) -> None:
        """Look for what a sync has found."""
        self._dispatcher.wake()

    def _kill(self) -> None:
        self._dead = True
        self._world.figures.kills += 1
        self._world.let_others_look()
        if self._task:
            asyncio.get_running_loop().call_soon(self._task.cancel)

    def _pass(self, point: str) -> None:
        if self._world.trouble and point.startswith("before"):
            raise StoreError(self._world.trouble)
        self._hit(point)

    def _hit(self, point: str) -> None:
        # most happens around commits and requests, and processes read far more than that
        likely = 0.05 if "reading" in point else 1.2 if point.startswith("after") else 0.2
        if not self._dead and self._world.luck.random() < self._deadly * likely:
            self._kill()
        if self._dead:
            raise asyncio.CancelledError

    async def stall(self) -> None:
        """Be stopped before a commit, at times for longer than a lease."""
        # what is noted late, after another process took over, could undo what that one did
        often = OFTEN if self._refused else 1
        self._refused = False
        if self._world.luck.random() < self._deadly * often:
            await self._be_stopped(600)
            self._hit("after a stop")

    async def pass_(self, point: str) -> None:
        """Be killed here, or stopped for a while, at times for longer than a lease."""
        self._hit(point)
        self._refused = point == "after a refusal"
        if self._world.luck.random() < self._deadly:
            # no client can close the gap between its look at the clock and its request
            await self._be_stopped(45 if point == "before sending" else 600)
            self._hit(point)

    async def _be_stopped(self, longest: float) -> None:
        self.stops.append(self._world.now())
        self._world.let_others_look()
        await asyncio.sleep(self._world.luck.uniform(0, longest))
