"""All that one seed decides: who subscribes, what fails when, and what people do."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import Coroutine
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from bot.digests.delivery import LEASE
from bot.models import Place, Subscription
from bot.store import Store
from tests.rigs.platform import Fault, Message, Platform
from tests.rigs.virtual import Clock, Direct, empty, virtually
from tests.simulation.arrivals import Arrivals
from tests.simulation.calendar import next_due
from tests.simulation.checker import Checker
from tests.simulation.figures import Figures
from tests.simulation.outlets import Refusal
from tests.simulation.people import People
from tests.simulation.process import Note, Process
from tests.simulation.watches import WatchChecker, WatchNote
from tests.simulation.weather import Lists, Weather

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
        self.arrivals = Arrivals(seed, days)
        self.patience = luck.choice((0, 120))
        self.asks_every = luck.choice((timedelta(), 4 * DAY))
        self.trouble = ""  # of the database
        self.unanswered = asyncio.Event()  # set at times when a message has no answer
        self.running: list[Process] = []
        # what happened, for the checker
        self.subscriptions: list[Subscription] = []
        self.watches: list[Subscription] = []
        self.keys: dict[str, Note] = {}
        self.watch_notes: dict[str, WatchNote] = {}
        self.alive: list[tuple[datetime, datetime]] = []
        self.troubles: list[tuple[datetime, datetime]] = []  # of the database
        self.behind: list[tuple[datetime, datetime]] = []  # when the machine's clock was
        self.asked: dict[tuple[int, date], tuple[datetime, Process]] = {}  # digests, by people
        self.granted: set[tuple[int, date]] = set()  # of these, what is on its way, people read
        self.answered: set[Id] = set()  # messages that a person had to answer for
        self.given_up: set[Any] = set()  # digests and messages that the store has given up so far
        self.gone: set[str] = set()  # the keys of these messages
        self.away: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
        self.refusals: list[Refusal] = []
        self.threadless: set[str] = set()  # the keys of heads that were refused a thread
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
        people = People(self)
        for n in range(luck.randint(1, 3)):
            await people.subscribe(f"C{luck.randint(1, 3)}", f"T{n % 2}")
        if luck.random() < 0.4:
            await people.subscribe("mailto:ada@example.org", "T0")
        for _ in range(luck.choice((0, 0, 0, 1, 2))):
            await people.watch()
        places = [one.place for one in (*self.subscriptions, *self.watches)]
        self.weather = weather = Weather(luck, places, self.days)
        self.platform.fault = weather.fault
        self.platform.silent = {place.address for place in places if luck.random() < 0.15}
        self.platform.retry_after = luck.choice((1.0, 60.0, 1800.0))
        self.platform.late = luck.uniform(0, 9)
        deadly = luck.choice((0.0, 0.02, 0.1))
        admin = asyncio.create_task(people.administer())
        happenings: list[Coroutine[Any, Any, None]] = [
            self._keep_running(deadly) for _ in range(luck.randint(1, 3))
        ]
        happenings.append(self._break_the_database())
        if luck.random() < 0.5:
            happenings.append(self._set_clocks())
        if self.watches:
            happenings.append(people.watch_later())
        tasks = [asyncio.create_task(one) for one in happenings]
        await asyncio.sleep(self.days * 86400)
        await _end(tasks)
        await self._enjoy_the_calm()
        await _end([admin])
        self.figures.faults = weather.faults
        await Checker(self, await people.told()).check()
        WatchChecker(self, self.gone | await people.given_up_messages()).check()
        return self.figures

    async def _enjoy_the_calm(self) -> None:
        """Let one process work while nothing fails."""
        self.platform.fault = lambda *_: Fault.NONE
        self.trouble, self.machine.ahead = "", timedelta()
        last = asyncio.create_task(Process(self, 0, LONGEST_WHEN_CALM).live(86400 * 1000))
        await asyncio.sleep(CALM.total_seconds())
        await _end([last])

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

    def standing(self) -> list[tuple[Id, Message]]:
        """Read what people can: which messages of digests there are, in order."""
        log = (*self.platform.log, *self.relay.log)
        known = ((self.keys.get(message.key), message) for message in log)
        return [(one.id, message) for one, message in known if one]


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
