"""All that one seed decides: who subscribes, what fails when, and what people do."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from datetime import time as clock
from typing import Any

from sqlalchemy import select

from bot.calendar.schedule import Every, Schedule
from bot.digests.delivery import LEASE
from bot.models import DigestOptions, Layout, Person, Place, Subscription
from bot.store import Store
from bot.store.schema import deliveries, digests
from tests.rigs.platform import PLATFORM, Fault, Message, Platform
from tests.rigs.virtual import Clock, Direct, empty, virtually
from tests.simulation.calendar import next_due
from tests.simulation.checker import Checker
from tests.simulation.figures import Figures
from tests.simulation.process import Note, Process, Refusal
from tests.simulation.weather import Lists, Weather

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "UTC",
)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONGEST = 12 * HOUR  # between two looks of a process: nothing else happens for days
LONGEST_WHEN_CALM = timedelta(minutes=15)
AFTER_A_LEASE = LEASE.total_seconds() + 1
CALM = 2 * DAY  # after the last fault
BUSY = 0.5  # the share of troubles of the database that begin when a digest is due
Id = tuple[int, date, int]


class World:
    """One database, a chat platform, a mail relay, and the processes that deliver to them."""

    def __init__(self, seed: int, days: int) -> None:
        self.seed, self.days = seed, days
        self.luck = luck = random.Random(seed)
        self.now = Clock()  # the platform's
        self.machine = Clock()  # that of the processes, which is at times behind
        self.connection = empty()
        self.store = Store(Direct(self.connection), "simulated")
        self.calm = self.now() + days * DAY  # since when nothing fails any more
        self.figures = Figures(seeds=1, days=days)
        self.platform = Platform(self.now, luck.choice((timedelta(), timedelta(minutes=2))))
        self.relay = Platform(self.now)
        self.library = Lists(seed, self.machine)
        self.patience = luck.choice((0, 120))
        self.asks_every = luck.choice((timedelta(), 4 * DAY))
        self.trouble = ""  # of the database
        self.unanswered = asyncio.Event()  # set at times when a message has no answer
        self.running: list[Process] = []
        # what happened, for the checker
        self.subscriptions: list[Subscription] = []
        self.keys: dict[str, Note] = {}
        self.alive: list[tuple[datetime, datetime]] = []
        self.troubles: list[tuple[datetime, datetime]] = []  # of the database
        self.behind: list[tuple[datetime, datetime]] = []  # when the machine's clock was
        self.asked: dict[tuple[int, date], tuple[datetime, Process]] = {}  # digests, by people
        self.granted: set[tuple[int, date]] = set()  # of these, what is on its way, people read
        self.answered: set[Id] = set()  # messages that a person had to answer for
        self.given_up: set[Any] = set()  # digests and messages that the store has given up so far
        self.away: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
        self.refusals: list[Refusal] = []
        self.mailed: list[tuple[datetime, Place]] = []  # attempts

    def let_others_look(self) -> None:
        """Let all processes look for what one of them holds when its lease has ended.

        They would look every few seconds, which takes too long for a hundred days.
        """

        def look() -> None:
            for one in self.running:
                one.look()

        asyncio.get_running_loop().call_later(AFTER_A_LEASE, look)

    @property
    def is_calm(self) -> bool:
        """Whether nothing fails any more."""
        return self.now() >= self.calm

    async def run(self) -> Figures:
        """Let the days pass, and look at what stands on the platform."""
        luck = self.luck
        for n in range(luck.randint(1, 3)):
            await self._subscribe(f"C{luck.randint(1, 3)}", f"T{n % 2}")
        if luck.random() < 0.4:
            await self._subscribe("mailto:ada@example.org", "T0")
        places = [one.place for one in self.subscriptions]
        self.weather = weather = Weather(luck, places, self.days)
        self.platform.fault = weather.fault
        self.platform.silent = {place.address for place in places if luck.random() < 0.15}
        self.platform.retry_after = luck.choice((1.0, 60.0, 1800.0))
        self.platform.late = luck.uniform(0, 9)
        deadly = luck.choice((0.0, 0.02, 0.1))
        admin = asyncio.create_task(self._administer())
        happenings: list[Coroutine[Any, Any, None]] = [
            self._keep_running(deadly) for _ in range(luck.randint(1, 3))
        ]
        happenings.append(self._break_the_database())
        if luck.random() < 0.5:
            happenings.append(self._set_clocks())
        tasks = [asyncio.create_task(one) for one in happenings]
        await asyncio.sleep(self.days * 86400)
        await _end(tasks)
        await self._enjoy_the_calm()
        await _end([admin])
        self.figures.faults = weather.faults
        await Checker(self, await self._told()).check()
        return self.figures

    async def _enjoy_the_calm(self) -> None:
        """Let one process work while nothing fails."""
        self.platform.fault = lambda *_: Fault.NONE
        self.trouble, self.machine.ahead = "", timedelta()
        last = asyncio.create_task(Process(self, 0, LONGEST_WHEN_CALM).live(86400 * 1000))
        await asyncio.sleep(CALM.total_seconds())
        await _end([last])

    async def _subscribe(self, address: str, tenant: str) -> None:
        luck = self.luck
        every: Every = luck.choice(("daily", "daily", "weekdays", "weekly", "monthly"))
        schedule = Schedule(
            every, clock(luck.randint(0, 23), luck.choice((0, 30))), luck.choice(ZONES), (2,)
        )
        layout: Layout = luck.choice(("threaded", "compact", "full"))
        options = DigestOptions(
            schedule,
            luck.randint(1, 8),
            day="yesterday",
            layout=layout,
            repeats=True,
            quiet=luck.random() < 0.7,
        )
        day, due = schedule.after(self.now())
        new = Subscription(
            0,
            Place(PLATFORM, tenant, address),
            Person(PLATFORM, tenant, "ada"),
            options,
            self.now(),
            day,
            due,
        )
        made = await self.store.tenant(PLATFORM, tenant).subscriptions.add(new)
        self.subscriptions.append(made)

    async def _keep_running(self, deadly: float) -> None:
        while True:
            process = Process(self, deadly, LONGEST)
            try:
                await process.live(self.luck.expovariate(1 / (48 * 3600)))
            finally:
                self.alive.append((process.began, self.now()))
            await asyncio.sleep(self.luck.choice((1.0, 30.0, 300.0, 4 * 3600.0)))

    async def _break_the_database(self) -> None:
        """Let the database be locked or full for some minutes now and then.

        That happens most where all processes write at once: when a digest is due.
        """
        while True:
            await asyncio.sleep(self.luck.expovariate(1 / (72 * 3600)))
            if self.luck.random() < BUSY:
                one = self.luck.choice(self.subscriptions)
                due = next_due(one.options.schedule, self.now())
                await asyncio.sleep((due - self.now()).total_seconds())
            began = self.now()
            self.trouble = self.luck.choice(("It is locked.", "The disk is full."))
            await asyncio.sleep(self.luck.uniform(1, 240))
            self.trouble = ""
            self.troubles.append((began, self.now()))

    async def _set_clocks(self) -> None:
        """Set the machine's clock back now and then, and right again later."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.luck.expovariate(1 / (48 * 3600))):
                    await self.unanswered.wait()
            self.unanswered.clear()
            await asyncio.sleep(self.luck.uniform(1, 8))  # the next attempt is planned by then
            began = self.now()
            self.figures.set_back += 1
            self.machine.ahead = -timedelta(seconds=self.luck.uniform(60, 3 * 3600))
            await asyncio.sleep(self.luck.uniform(60, 6 * 3600))
            self.machine.ahead = timedelta()
            self.behind.append((began, self.now()))

    async def _administer(self) -> None:
        """Answer for what is uncertain as a person who looks does, and resume what has paused."""
        store = self.store
        while True:
            await asyncio.sleep(self.luck.uniform(4, 9) * 3600)
            self.given_up |= await self._given_up()  # before the store forgets it
            for tenant in ("T0", "T1"):
                for doubt in await store.deliveries.uncertain(PLATFORM, tenant):
                    self.figures.uncertain[doubt.trouble] += 1
                    message = (doubt.subscription, doubt.day, doubt.part)
                    self.answered.add(message)
                    there = message in [one for one, _ in self.standing()]
                    await store.deliveries.resolve(
                        PLATFORM, tenant, doubt.id, there=there, now=self.machine()
                    )
            for one in self.subscriptions:
                known = await store.subscriptions.get(one.id)
                if known and known.paused:
                    self.figures.paused += 1
                    self.away[one.id].append((self.now() - 9 * HOUR, self.now()))
                    again = replace(known, covered=None, paused="", refused=None)
                    again = again.from_now(self.machine(), await store.digests.last(one.id))
                    await store.tenant(PLATFORM, one.place.tenant).subscriptions.change(again)

    def standing(self) -> list[tuple[Id, Message]]:
        """Read what people can: which messages of digests there are, in order."""
        log = (*self.platform.log, *self.relay.log)
        known = ((self.keys.get(message.key), message) for message in log)
        return [(one.id, message) for one, message in known if one]

    async def _given_up(self) -> set[Any]:
        """Return what the store says will never be posted: whole digests, and single parts."""
        database = Direct(self.connection)
        d, p = digests.c, deliveries.c
        whole = await database.read(
            select(d.subscription, d.date).where(d.state == "skipped", d.reason != "")
        )
        parts = await database.read(
            select(p.subscription, p.date, p.part).where(
                p.part >= 0, p.trouble != "", p.state == "dead"
            )
        )
        return {tuple(row) for row in (*whole, *parts)}

    async def _told(self) -> set[Any]:
        """Return what the store says, or said before it forgot it, was not posted."""
        database, p = Direct(self.connection), deliveries.c
        uncertain = await database.read(
            select(p.subscription, p.date, p.part).where(
                p.part >= 0, p.trouble != "", p.state == "uncertain"
            )
        )
        # what follows a message that is uncertain waits for the answer
        waiting = await database.read(
            select(p.subscription, p.date, p.part).where(p.part >= 0, p.state == "pending")
        )
        gone = self.given_up | await self._given_up() | {tuple(row) for row in uncertain}
        held = {one[:2] for one in gone if len(one) == 3}
        return gone | {tuple(w) for w in waiting if (w.subscription, w.date) in held}


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for one in tasks:
        one.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*tasks, return_exceptions=True)


def simulate(seed: int, days: int = 100) -> Figures:
    """Let the days of one seed pass."""
    logging.disable(logging.CRITICAL)
    try:

        async def whole() -> Figures:
            return await World(seed, days).run()

        return virtually(whole())
    finally:
        logging.disable(logging.NOTSET)
