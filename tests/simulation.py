"""A hundred days of digests in a second: processes die, the platform fails, from a seed.

Whether the promise was kept is decided by what stands on the platform alone; the store is asked
only for what it says that it has not posted.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from functools import cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from bot.chat.outlet import Outlet, Sent
from bot.chat.views import View
from bot.digests.dispatcher import Dispatcher, DispatcherOptions
from bot.digests.planner import Patience, Planner
from bot.errors import DeliveryError, StoreError
from bot.library.library import Library
from bot.library.listings import Listing
from bot.library.sync import feed_day
from bot.models import DigestOptions, Layout, Person, Place, Subscription
from bot.papers import Paper
from bot.schedule import Every, Schedule
from bot.store import Store
from bot.store.digests import RenderedDigest
from bot.store.schema import deliveries, digests
from tests.rigs.platform import PLATFORM, Client, Fault, Message, Platform
from tests.rigs.virtual import START, Clock, Direct, empty, virtually

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
GOOD_QUARTERS = 12  # of an hour in which something ran in good weather: a digest goes then
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
    misplaced: list[str] = field(default_factory=list)

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
        self.misplaced += other.misplaced

    @property
    def bad(self) -> list[str]:
        """Every promise that was not kept, with its seed."""
        return self.lost + self.doubled + self.disordered + self.misplaced

    def __str__(self) -> str:
        why = (
            ", ".join(f"{number:,} {reason}" for reason, number in self.uncertain.most_common())
            or "never"
        )
        return (
            f"simulation: {self.seeds:,} seeds, {self.days:,} days, {self.digests:,} digests due, "
            f"{self.messages:,} messages, {self.faults:,} faults, {self.kills:,} kills: "
            f"{len(self.lost)} lost, "
            f"{len(self.doubled)} doubled, {len(self.disordered)} out of order, "
            f"{len(self.misplaced)} misplaced; "
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

    def hinders(self, place: Place, hour: float) -> bool:
        """Tell whether a ban of the place or a storm was on at an hour."""
        begin, end = self._bans.get(place, (0, 0))
        return begin <= hour < end or any(begin <= hour < end for begin, end in self._storms)

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
        database = Stalling(world.connection, self._pass, self.stall)
        self.store = Store(database, "simulated")
        self._note_what_is_saved()
        client = Mortal(self, world.platform)
        outlets: dict[str, Outlet] = {PLATFORM: client}
        patience = Patience(timedelta(minutes=world.patience))
        planner = Planner(self.store, cast("Library", world.library), outlets, world.now, patience)
        options = DispatcherOptions(luck=world.luck.random, longest=LONGEST.total_seconds())
        self._dispatcher = Dispatcher(self.store, outlets, world.now, planner.plan, options)

    def _note_what_is_saved(self) -> None:
        """Remember the key of each message, before the outbox has it."""
        save, keys = self.store.digests.save, self._world.keys

        async def noted(made: Sequence[RenderedDigest], now: datetime) -> int:
            for one in made:
                for number, part in enumerate(one.parts):
                    threaded = part.threaded
                    keys[part.key] = (
                        one.planned.subscription.id,
                        one.planned.day,
                        number,
                        threaded,
                    )
            return await save(made, now)

        self.store.digests.save = noted  # type: ignore[method-assign]

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
        if self._world.trouble and point.startswith("before"):
            raise StoreError(self._world.trouble)
        self._hit(point)

    def _hit(self, point: str) -> None:
        if not self._dead and self._world.luck.random() < self._deadly * (
            point.startswith("after") + 0.2
        ):
            self._kill()
        if self._dead:
            raise asyncio.CancelledError

    async def stall(self) -> None:
        """Be stopped before a commit, at times for longer than a lease."""
        if self._world.luck.random() < self._deadly:
            await asyncio.sleep(self._world.luck.uniform(0, 600))
            self._hit("after a stop")

    async def pass_(self, point: str) -> None:
        """Be killed here, or stopped for a while."""
        self._hit(point)
        if self._world.luck.random() < self._deadly:
            await asyncio.sleep(self._world.luck.uniform(0, 45))
            self._hit(point)


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

    def __init__(self, process: Process, platform: Platform) -> None:
        super().__init__(platform)
        self._process = process

    async def send(self, place: Place, view: View, key: str) -> Sent:
        await self._process.pass_("before sending")
        try:
            sent = await super().send(place, view, key)
        except DeliveryError:
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
        self.keys: dict[str, tuple[int, date, int, bool]] = {}
        self.library = Lists(self.now)
        self.patience = self.luck.choice((0, 120))
        self.trouble = ""  # of the database
        self.alive: list[tuple[datetime, datetime]] = []
        self.asked_for: set[Id] = set()  # messages that a person had to answer for
        self.given_up: set[Any] = set()  # digests and messages that the store has given up so far
        self.away: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)

    async def run(self) -> Figures:
        """Let the days pass, and look at what stands on the platform."""
        luck = self.luck
        for n in range(luck.randint(1, 3)):
            await self._subscribe(f"C{luck.randint(1, 3)}", f"T{n % 2}")
        places = [one.place for one in self.subscriptions]
        self.weather = weather = Weather(luck, places, self.days)
        self.platform.fault = weather.fault
        self.platform.silent = {place.address for place in places if luck.random() < 0.15}
        self.platform.retry_after = luck.choice((1.0, 60.0, 1800.0))
        self.platform.late = luck.uniform(0, 9)
        deadly = luck.choice((0.0, 0.01, 0.05))
        people = [
            asyncio.create_task(self._keep_running(deadly)) for _ in range(luck.randint(1, 3))
        ]
        people.append(asyncio.create_task(self._administer()))
        people.append(asyncio.create_task(self._break_the_database()))
        await asyncio.sleep(self.days * 86400)
        self.platform.fault = lambda *_: Fault.NONE
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

    async def _subscribe(self, address: str, tenant: str) -> None:
        luck = self.luck
        every: Every = luck.choice(("daily", "daily", "weekdays", "weekly", "monthly"))
        schedule = Schedule(
            every, clock(luck.randint(0, 23), luck.choice((0, 30))), luck.choice(ZONES), (2,)
        )
        layout: Layout = luck.choice(("threaded", "compact", "full"))
        options = DigestOptions(
            schedule, luck.randint(1, 8), day="yesterday", layout=layout, repeats=True
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
            began = self.now()
            await Process(self, deadly).live(self.luck.expovariate(1 / (48 * 3600)))
            self.alive.append((began, self.now()))
            await asyncio.sleep(self.luck.choice((1.0, 30.0, 300.0, 4 * 3600.0)))

    async def _break_the_database(self) -> None:
        """Let the database be locked or full for some minutes now and then."""
        while True:
            await asyncio.sleep(self.luck.expovariate(1 / (72 * 3600)))
            if self.now() < self.calm or self.calm == START:
                self.trouble = self.luck.choice(("It is locked.", "The disk is full."))
                await asyncio.sleep(self.luck.uniform(1, 240))
                self.trouble = ""

    async def _administer(self) -> None:
        """Settle what is uncertain as somebody who looks does, and resume what has paused."""
        store = self.store
        while True:
            await asyncio.sleep(self.luck.uniform(4, 9) * 3600)
            self.given_up |= await self._given_up()  # before the store forgets it
            for tenant in ("T0", "T1"):
                for doubt in await store.deliveries.uncertain(PLATFORM, tenant):
                    self.figures.uncertain[doubt.trouble] += 1
                    message = (doubt.subscription, doubt.day, doubt.part)
                    self.asked_for.add(message)
                    there = message in [one for one, _ in self._standing()]
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

    def _standing(self) -> list[tuple[Id, Message]]:
        """Read the platform's log: which messages of digests stand there, in order."""
        known = ((self.keys.get(message.key), message) for message in self.platform.log)
        return [(one[:3], message) for one, message in known if one]

    async def _check(self) -> None:
        standing, figures = self._standing(), self.figures
        figures.messages = len(standing)
        keys = Counter(message.key for message in self.platform.log)
        figures.doubled = [self._named(key, "twice") for key, n in keys.items() if n > 1]
        self._check_places(standing)
        self._check_order([one for one, _ in standing])
        there, told = {one for one, _ in standing}, await self._told()
        for one in self.subscriptions:
            for day, due in self._due(one):
                figures.digests += 1
                if (one.id, day) in told:
                    figures.skipped += 1
                    self._check_reason(one, day, due)
                    continue
                parts = {key[2] for key in self.keys.values() if key[:2] == (one.id, day)} or {0}
                missing = [n for n in sorted(parts) if (one.id, day, n) not in there | told]
                if missing:
                    figures.lost.append(f"seed {self.seed}: {one.id} {day} {missing}")

    def _named(self, key: str, what: str) -> str:
        return f"seed {self.seed}: {self.keys.get(key, key)} {what}"

    def _check_places(self, standing: Sequence[tuple[Id, Message]]) -> None:
        """Look that each message is in its channel, or in the thread of its head."""
        places = {one.id: one.place for one in self.subscriptions}
        heads = {one[:2]: message for one, message in standing if one[2] == 0}
        for one, message in standing:
            place, head = places[one[0]], heads.get(one[:2])
            threaded = self.keys[message.key][3]
            thread = f"{place.address}/{head.id}" if head else place.address
            # of a message that a person answered for, the thread is not known
            if threaded and (*one[:2], 0) not in self.asked_for:
                fits = message.place.address == thread
            else:
                fits = message.place.address in {place.address, thread}
            if not fits or message.place.tenant != place.tenant:
                self.figures.misplaced.append(self._named(message.key, message.place.address))

    def _check_order(self, standing: Sequence[Id]) -> None:
        """Look that parts come in order, and digests in the order of their dates."""
        last: dict[tuple[int, date], int] = {}
        newest: dict[int, date] = {}
        for one in standing:
            subscription, day, part = one
            late = day < newest.get(subscription, day) and part == 0 and one not in self.asked_for
            if late or part < last.get((subscription, day), -1):
                self.figures.disordered.append(f"seed {self.seed}: {one}")
            last[subscription, day] = part
            newest[subscription] = max(day, newest.get(subscription, day))

    def _check_reason(self, one: Subscription, day: date, due: datetime) -> None:
        """Look that a digest was skipped because of the weather, or because nothing ran."""
        quarters = int(one.options.grace / (15 * MINUTE))
        moments = [due + n * 15 * MINUTE for n in range(quarters)]
        good = sum(
            any(begin <= at < end for begin, end in self.alive)
            and not self.weather.hinders(one.place, (at - START) / HOUR)
            for at in moments
        )
        answered = any((one.id, day, part) in self.asked_for for part in range(10))
        if good >= GOOD_QUARTERS and not answered:
            self.figures.lost.append(f"seed {self.seed}: {one.id} {day} skipped for no reason")

    def _due(self, one: Subscription) -> list[tuple[date, datetime]]:
        """Return the dates whose digest has to be there, or to be accounted for, and when."""
        found, day = [], one.made.date() - timedelta(days=2)
        end = self.calm - one.options.grace - 12 * HOUR
        while day <= end.date() + timedelta(days=2):
            due = own_due(one.options.schedule, day)
            away = due and any(begin <= due <= until for begin, until in self.away[one.id])
            if due and one.made < due < end and not away:
                found.append((day, due))
            day += timedelta(days=1)
        return found

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


def simulate(seed: int, days: int = 100) -> Figures:
    """Let the days of one seed pass."""
    logging.disable(logging.CRITICAL)
    try:

        async def whole() -> Figures:
            return await World(seed, days).run()

        return virtually(whole())
    finally:
        logging.disable(logging.NOTSET)


def own_due(schedule: Schedule, day: date) -> datetime | None:
    """Reckon when a digest of a local date is due, without the product's help."""
    last_of_month = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    belongs = {
        "daily": True,
        "weekdays": day.weekday() < 5,
        "weekly": day.weekday() == schedule.on[0],
        "monthly": day.day == min(schedule.on[0], last_of_month.day),
    }
    zone = ZoneInfo(schedule.zone)
    noon = datetime.combine(day, clock(12), zone)
    if not belongs[schedule.every] or noon.astimezone(UTC).astimezone(zone).date() != day:
        return None
    return noon.replace(hour=schedule.at.hour, minute=schedule.at.minute).astimezone(UTC)


class Lists:
    """The lists of the feed: three papers a day, always at hand."""

    def __init__(self, now: Clock) -> None:
        self._now = now

    def today(self) -> date:
        """Return the day that the feed is at."""
        return feed_day(self._now())

    async def between(self, first: date, last: date, **_: object) -> Listing:
        """Return the papers of some days."""
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        papers = tuple(paper for day in days for paper in _papers(day))
        return Listing(papers, len(papers))

    async def papers(self, _: Sequence[str]) -> tuple[Paper, ...]:
        """Return no papers: nobody likes any."""
        return ()


@cache
def _papers(day: date) -> tuple[Paper, ...]:
    return tuple(Paper(f"{day}-{n}", f"Paper {n} of {day}", daily=day, upvotes=n) for n in range(3))
