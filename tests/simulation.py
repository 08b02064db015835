"""A hundred days of digests in a second: processes die, the platform fails, from a seed.

Whether the promise was kept is decided by what stands on the platform alone; the store is asked
only for what it says that it has not posted.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from datetime import time as clock
from typing import Any

from sqlalchemy import select

from bot.chat.outlet import Sent
from bot.chat.view_json import freeze
from bot.chat.views import View, line
from bot.digests.dispatcher import Dispatcher, DispatcherOptions
from bot.models import DigestOptions, Person, Place, Subscription
from bot.schedule import Every, Schedule
from bot.store import Store
from bot.store.digests import DueDigest, Part, PlannedDigest, RenderedDigest
from bot.store.schema import deliveries, digests
from tests.rigs.platform import PLATFORM, Client, Fault, Platform
from tests.rigs.virtual import Clock, Direct, empty, virtually

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "UTC",
)
AFTER_TAKING = (Fault.ANSWER_LOST, Fault.RESET, Fault.TAKEN_LATE, Fault.SLOW)
NOT_TAKING = (Fault.BUSY, Fault.DOWN, Fault.LOST, Fault.BROKEN)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LONGEST = 12 * HOUR  # between two looks of a process: nothing else happens for days
Id = tuple[int, date, int]


@dataclass
class Figures:
    """What came of one seed, or of many."""

    seeds: int = 0
    days: int = 0
    digests: int = 0
    messages: int = 0
    faults: int = 0
    kills: int = 0
    skipped: int = 0
    paused: int = 0
    uncertain: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)

    def add(self, other: Figures) -> None:
        """Count what came of other seeds too."""
        for name in (
            "seeds",
            "days",
            "digests",
            "messages",
            "faults",
            "kills",
            "skipped",
            "paused",
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.uncertain += other.uncertain
        self.lost += other.lost
        self.doubled += other.doubled
        self.disordered += other.disordered

    @property
    def bad(self) -> list[str]:
        """Every promise that was not kept, with its seed."""
        return self.lost + self.doubled + self.disordered

    def __str__(self) -> str:
        why = (
            ", ".join(f"{number:,} {reason}" for reason, number in self.uncertain.most_common())
            or "never"
        )
        return (
            f"simulation: {self.seeds:,} seeds, {self.days:,} days, {self.digests:,} digests due, "
            f"{self.messages:,} messages, {self.faults:,} faults, {self.kills:,} kills: "
            f"{len(self.lost)} lost, "
            f"{len(self.doubled)} doubled, {len(self.disordered)} out of order; "
            f"{self.skipped:,} skipped with a reason, {self.paused:,} pauses; uncertain: {why}"
        )


class Weather:
    """Faults of requests: at times a place refuses everything, or the platform has a problem."""

    def __init__(self, luck: random.Random, places: Sequence[Place], days: int) -> None:
        self._luck = luck
        self.faults = 0
        whole = days * 24
        self._storms = [
            (at := luck.uniform(0, whole), at + luck.expovariate(1 / 4)) for _ in range(days // 7)
        ]
        self._bans = {
            place: (at := luck.uniform(0, whole), at + luck.expovariate(1 / 48))
            for place in places
            if luck.random() < 0.5
        }
        self._usual = luck.choice((0.0, 0.02, 0.1, 0.3))

    def fault(self, request: str, place: Place) -> Fault:
        """Decide on one request."""
        hour = asyncio.get_running_loop().time() / 3600
        channel = Place(place.platform, place.tenant, place.address.partition("/")[0])
        begin, end = self._bans.get(channel, (0, 0))
        if begin <= hour < end:
            return self._told(Fault.REFUSED)
        stormy = any(begin <= hour < end for begin, end in self._storms)
        if self._luck.random() >= (0.6 if stormy else self._usual):
            return Fault.NONE
        return self._told(
            self._luck.choice((*NOT_TAKING, *AFTER_TAKING) if request == "send" else NOT_TAKING)
        )

    def _told(self, fault: Fault) -> Fault:
        self.faults += 1
        return fault


class Process:
    """One process that delivers, until it is killed wherever it happens to be."""

    def __init__(self, world: World, deadly: float) -> None:
        self._world, self._deadly = world, deadly
        self._dead = False
        self._task: asyncio.Task[None] | None = None
        database = Direct(world.connection, self._pass)
        self.store = Store(database, "simulated")
        client = Mortal(self, world.platform)
        options = DispatcherOptions(luck=world.luck.random, longest=LONGEST.total_seconds())
        self._dispatcher = Dispatcher(
            self.store, {PLATFORM: client}, world.now, self._plan, options
        )

    async def live(self, longest: float) -> None:
        """Work until something kills it, or for so many seconds."""
        self._task = asyncio.create_task(self._dispatcher.run())
        await asyncio.wait([self._task], timeout=longest)
        if self._world.luck.random() < 0.5:
            self._task.cancel()  # it is told to stop, and finishes what is under way
        elif not self._dead:
            self._kill()
        with suppress(asyncio.CancelledError):
            await self._task

    def _kill(self) -> None:
        self._dead = True
        self._world.figures.kills += 1
        if self._task:
            asyncio.get_running_loop().call_soon(self._task.cancel)

    def _pass(self, point: str) -> None:
        if not self._dead and self._world.luck.random() < self._deadly * (
            point.startswith("after") + 0.2
        ):
            self._kill()
        if self._dead:
            raise asyncio.CancelledError

    async def pass_(self, point: str) -> None:
        """Be killed here, or stopped for a while."""
        self._pass(point)
        if self._world.luck.random() < self._deadly:
            await asyncio.sleep(self._world.luck.uniform(0, 45))
            self._pass(point)

    async def _plan(self, _: object) -> datetime | None:
        store, now = self.store, self._world.now()
        if due := await store.subscriptions.due([PLATFORM], now, 100):
            await store.digests.plan([_occasion(one, now) for one in due], now)
        planned = await store.digests.due([PLATFORM], now, 100)
        await store.digests.save(
            [self._world.made(one) for one in planned if now <= one.until], now
        )
        for one in planned:
            if now > one.until:
                await store.digests.close(
                    one.subscription.id, one.day, "skipped", "It was too late.", now
                )
        return await store.digests.next_look([PLATFORM])


class Mortal(Client):
    """A client whose process can die before each request and after each answer."""

    def __init__(self, process: Process, platform: Platform) -> None:
        super().__init__(platform)
        self._process = process

    async def send(self, place: Place, view: View, key: str) -> Sent:
        await self._process.pass_("before sending")
        sent = await super().send(place, view, key)
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


class World:
    """All that one seed decides."""

    def __init__(self, seed: int, days: int) -> None:
        self.seed, self.days = seed, days
        self.luck = random.Random(seed)
        self.now = Clock()
        self.connection = empty()
        self.store = Store(Direct(self.connection), "simulated")
        self.calm = self.now()  # since when nothing fails any more
        self.figures = Figures(seeds=1, days=days)
        self.platform = Platform(self.now, self.luck.choice((timedelta(), timedelta(minutes=2))))
        self.subscriptions: list[Subscription] = []
        self.parts: dict[int, tuple[int, bool]] = {}
        self.away: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)

    async def run(self) -> Figures:
        """Let the days pass, and look at what stands on the platform."""
        luck = self.luck
        for n in range(luck.randint(1, 3)):
            await self._subscribe(f"C{luck.randint(1, 3)}", f"T{n % 2}")
        places = [one.place for one in self.subscriptions]
        weather = Weather(luck, places, self.days)
        self.platform.fault = weather.fault
        self.platform.silent = {place.address for place in places if luck.random() < 0.15}
        self.platform.retry_after = luck.choice((1.0, 60.0, 1800.0))
        self.platform.late = luck.uniform(0, 9)
        deadly = luck.choice((0.0, 0.01, 0.05))
        people = [
            asyncio.create_task(self._keep_running(deadly)) for _ in range(luck.randint(1, 3))
        ]
        people.append(asyncio.create_task(self._administer()))
        await asyncio.sleep(self.days * 86400)
        weather.fault = lambda *_: Fault.NONE  # type: ignore[method-assign]
        self.platform.fault = weather.fault
        self.calm = self.now()
        await asyncio.sleep(
            2 * 86400
        )  # what waits for an admin, or for its next try, comes to its end
        for one in people:
            one.cancel()
        await asyncio.gather(*people, return_exceptions=True)
        self.figures.faults = weather.faults
        await self._check()
        return self.figures

    def made(self, planned: DueDigest) -> RenderedDigest:
        """Write the digest of one date."""
        number, threaded = self.parts[planned.subscription.id]
        parts = tuple(
            Part(
                f"{planned.subscription.id}-{planned.day}-{part}",
                freeze(View((line(f"{planned.subscription.id} {planned.day} {part}"),))),
                threaded and part > 0,
            )
            for part in range(number)
        )
        return RenderedDigest(planned, planned.day, planned.day, (), (), parts)

    async def _subscribe(self, address: str, tenant: str) -> None:
        luck = self.luck
        every: Every = luck.choice(("daily", "daily", "weekdays", "weekly"))
        schedule = Schedule(
            every, clock(luck.randint(0, 23), luck.choice((0, 30))), luck.choice(ZONES), (2,)
        )
        day, due = schedule.after(self.now())
        new = Subscription(
            0,
            Place(PLATFORM, tenant, address),
            Person(PLATFORM, tenant, "ada"),
            DigestOptions(schedule),
            self.now(),
            day,
            due,
        )
        made = await self.store.tenant(PLATFORM, tenant).subscriptions.add(new)
        self.subscriptions.append(made)
        self.parts[made.id] = luck.randint(1, 4), luck.random() < 0.5

    async def _keep_running(self, deadly: float) -> None:
        while True:
            await Process(self, deadly).live(self.luck.expovariate(1 / (48 * 3600)))
            await asyncio.sleep(self.luck.choice((1.0, 30.0, 300.0, 4 * 3600.0)))

    async def _administer(self) -> None:
        """Settle what is uncertain as somebody who looks does, and resume what has paused."""
        store = self.store
        while True:
            await asyncio.sleep(self.luck.uniform(4, 9) * 3600)
            for tenant in ("T0", "T1"):
                for doubt in await store.deliveries.uncertain(PLATFORM, tenant):
                    self.figures.uncertain[doubt.trouble] += 1
                    there = (doubt.subscription, doubt.day, doubt.part) in self._standing()
                    await store.deliveries.resolve(
                        PLATFORM, tenant, doubt.id, there=there, now=self.now()
                    )
            for one in self.subscriptions:
                known = await store.subscriptions.get(one.id)
                if known and known.paused:
                    self.figures.paused += 1
                    self.away[one.id].append((self.now() - 9 * HOUR, self.now()))
                    again = replace(known, covered=None, paused="", refused=None)
                    again = again.from_now(self.now(), await store.digests.last(one.id))
                    await store.tenant(PLATFORM, one.place.tenant).subscriptions.change(again)

    def _standing(self) -> list[Id]:
        """Read the platform's log: what stands there, in order."""
        found = []
        for message in self.platform.log:
            words = message.text.split()
            if len(words) == 3 and words[0].isdecimal():
                found.append((int(words[0]), date.fromisoformat(words[1]), int(words[2])))
        return found

    async def _check(self) -> None:
        standing = self._standing()
        figures = self.figures
        figures.messages = len(standing)
        figures.doubled = [
            f"seed {self.seed}: {one} twice" for one, n in Counter(standing).items() if n > 1
        ]
        last: dict[tuple[int, date], int] = {}
        for subscription, day, part in standing:
            if part < last.get((subscription, day), -1):
                figures.disordered.append(f"seed {self.seed}: {subscription} {day} {part}")
            last[subscription, day] = part
        there = set(standing)
        told = await self._told()
        for one in self.subscriptions:
            for day in self._dates(one):
                figures.digests += 1
                skipped = (one.id, day) in told
                figures.skipped += skipped
                if skipped:
                    continue
                missing = [
                    n for n in range(self.parts[one.id][0]) if (one.id, day, n) not in there | told
                ]
                if missing:
                    figures.lost.append(f"seed {self.seed}: {one.id} {day} {missing}")

    def _dates(self, one: Subscription) -> list[date]:
        """Return the local dates whose digest has to be there, or to be accounted for."""
        schedule, dates = one.options.schedule, []
        day, due = schedule.after(one.made)
        while due < self.calm - one.options.grace - 12 * HOUR:
            if not any(begin <= due <= end for begin, end in self.away[one.id]):
                dates.append(day)
            day, due = schedule.after(due)
        return dates

    async def _told(self) -> set[Any]:
        """Return what the store says was not posted: whole digests, and single parts."""
        database = Direct(self.connection)
        d, p = digests.c, deliveries.c
        whole = await database.read(
            select(d.subscription, d.date).where(d.state == "skipped", d.reason != "")
        )
        parts = await database.read(
            select(p.subscription, p.date, p.part).where(
                p.part >= 0, p.trouble != "", p.state.in_(("dead", "uncertain"))
            )
        )
        # what follows a message that is uncertain waits for the answer
        waiting = await database.read(
            select(p.subscription, p.date, p.part).where(p.part >= 0, p.state == "pending")
        )
        held = {(row.subscription, row.date) for row in parts}
        return {
            tuple(row)
            for row in (*whole, *parts, *(w for w in waiting if (w.subscription, w.date) in held))
        }


def simulate(seed: int, days: int = 100) -> Figures:
    """Let the days of one seed pass."""
    logging.disable(logging.CRITICAL)
    try:

        async def whole() -> Figures:
            return await World(seed, days).run()

        return virtually(whole())
    finally:
        logging.disable(logging.NOTSET)


def _occasion(one: Subscription, now: datetime) -> PlannedDigest:
    schedule = one.options.schedule
    assert one.next_date
    assert one.next_due
    day, due = schedule.until(now, one.next_date) or (one.next_date, one.next_due)
    until = due + one.options.grace
    next_day, next_due = schedule.after(now)
    return PlannedDigest(
        one.id,
        one.next_date,
        day,
        due,
        until,
        next_day,
        next_due,
        "Nobody ran." if now > until else "",
    )
