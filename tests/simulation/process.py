"""Processes that deliver until they are killed wherever they happen to be, and their outlets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, cast

from sqlalchemy import Connection

from bot.chat.outlet import Outlet, Sent
from bot.chat.view_json import thaw
from bot.chat.views import View, plain
from bot.digests.dispatcher import Dispatcher, DispatcherOptions
from bot.digests.planner import ListPatience, Planner
from bot.errors import DeliveryError, StoreError
from bot.library.library import Library
from bot.library.retention import Retention
from bot.models import MAIL, Place
from bot.store import Store
from bot.store.digests import RenderedDigest
from tests.rigs.platform import PLATFORM, Client, Fault
from tests.rigs.virtual import Direct
from tests.simulation.calendar import here

if TYPE_CHECKING:
    from tests.simulation.world import World

NO_ANSWER_SECONDS = 20.0
OFTEN = 8  # times as often a process is stopped before it notes a refusal
CLOCK_TROUBLE = 0.5  # the share of messages without an answer after which a clock is set back
TIDY = 0.2  # the share of processes that delete what is old: each does so when it starts
KEEP = timedelta(days=60)  # the shortest time after which old digests may go


@dataclass(frozen=True)
class Note:
    """Which message of a digest has a key, its words, where it goes, and the keys of them all."""

    id: tuple[int, date, int]
    text: str
    threaded: bool
    whole: tuple[str, ...]


@dataclass(frozen=True)
class Refusal:
    """A place that took nothing for good, and the process that was told so."""

    at: datetime
    place: Place
    key: str
    process: Process


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
        outlets: dict[str, Outlet] = {PLATFORM: Mortal(self, world), MAIL: Mail(self, world)}
        patience = ListPatience(timedelta(minutes=world.patience))
        library = cast("Library", world.library)
        self._planner = Planner(self.store, library, outlets, world.machine, patience)
        options = DispatcherOptions(luck=world.luck.random, longest=longest.total_seconds())
        self._retention = Retention(self.store, world.machine, KEEP)
        self._dispatcher = Dispatcher(
            self.store, outlets, world.machine, self._planner.plan, options
        )

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


class Stalling(Direct):
    """A database whose process can be stopped before a commit."""

    def __init__(
        self,
        connection: Connection,
        passing: Callable[[str], None],
        stall: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(connection, passing)
        self._stall = stall

    async def _pass(self, point: str) -> None:
        await super()._pass(point)
        if point == "before a commit":
            await self._stall()


class Mortal(Client):
    """A client whose process can die before each request and after each answer."""

    def __init__(self, process: Process, world: World) -> None:
        super().__init__(world.platform)
        self._process, self._world = process, world

    async def send(self, place: Place, view: View, key: str) -> Sent:
        await self._process.pass_("before sending")
        try:
            sent = await super().send(place, view, key)
        except DeliveryError as error:
            if error.permanent:
                self._world.refusals.append(Refusal(self._world.now(), place, key, self._process))
            if error.ambiguous and self._world.luck.random() < CLOCK_TROUBLE:
                self._world.unanswered.set()
            await self._process.pass_("after a refusal")
            raise
        await self._process.pass_("after sending")
        return sent

    async def find(self, place: Place, key: str, since: datetime) -> Sent | None:
        await self._process.pass_("before looking")
        found = await super().find(place, key, since)
        await self._process.pass_("after looking")
        return found

    async def thread(self, sent: Sent, name: str) -> Place:
        await self._process.pass_("before a thread")
        thread = await super().thread(sent, name)
        await self._process.pass_("after a thread")
        return thread


class Mail(Outlet):
    """E-mail as its adapter does it: nothing can be looked up, and no key is known again."""

    platform = MAIL
    whole = True

    def __init__(self, process: Process, world: World) -> None:
        self._process, self._world = process, world

    async def send(self, place: Place, view: View, key: str) -> Sent:
        world = self._world
        await self._process.pass_("before sending")
        world.mailed.append((world.now(), place))
        fault = world.platform.fault("send", place)
        await asyncio.sleep(0.1)
        try:
            sent = await self._answer(fault, place, view, key)
        except DeliveryError as error:
            if error.permanent:
                world.refusals.append(Refusal(world.now(), place, key, self._process))
            await self._process.pass_("after a refusal")
            raise
        await self._process.pass_("after sending")
        return sent

    async def _answer(self, fault: Fault, place: Place, view: View, key: str) -> Sent:
        relay = self._world.relay
        match fault:
            case Fault.BUSY | Fault.DOWN:
                raise DeliveryError("The mail server answers 451: try later.", retry_after=600)
            case Fault.REFUSED:
                refused = "The mail server refuses the address (550)."
                raise DeliveryError(refused, permanent=True, pauses=True)
            case Fault.LOST | Fault.BROKEN:
                raise DeliveryError("The mail server can’t be reached (no connection).")
            case Fault.TAKEN_LATE:
                loop = asyncio.get_running_loop()
                late = NO_ANSWER_SECONDS + self._world.platform.late
                loop.call_later(late, relay.take, place, view, key)
                await asyncio.sleep(NO_ANSWER_SECONDS)
                raise DeliveryError("The mail server gave no answer.", ambiguous=True)
            case _:
                pass
        message = relay.take(place, view, key)
        if fault in {Fault.ANSWER_LOST, Fault.RESET}:
            raise DeliveryError("The mail server gave no answer.", ambiguous=True)
        await asyncio.sleep(15 if fault is Fault.SLOW else 0)
        return Sent(place, message.id)
