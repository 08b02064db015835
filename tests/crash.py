"""Kills processes that deliver, at every named point and at any time, and checks what is posted.

The processes and their databases are real. The platform is this process: it answers HTTP on
loopback and keeps a log of its own. It proves a message the way Slack does, by being read, or the
way Discord does, by knowing a key again.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import random
import shutil
import signal
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, TypeAlias

import aiohttp
from aiohttp import web

from bot.calendar.clock import utc_now
from bot.calendar.schedule import Schedule
from bot.chat.bot import Bot
from bot.chat.outlet import Adapter, Membership, Sent
from bot.chat.view_json import freeze
from bot.chat.views import View, line, plain
from bot.digests import delivery as attempts
from bot.digests import dispatcher as deliveries
from bot.errors import DeliveryError
from bot.models import DigestOptions, Person, Place, Subscription
from bot.network.backoff import Backoff
from bot.settings import sqlite_in
from bot.store import Store
from bot.store.digests import DueDigest, Part, PlannedDigest, RenderedDigest
from bot.store.engine import Database
from tests.rigs.postgresql import Server

Way: TypeAlias = Literal["reading", "key"]
WAYS: tuple[Way, ...] = ("reading", "key")  # Slack's and Discord's
PLATFORM, TENANT, PLACE = "crash", "T1", "C1"
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
PARTS = 3
LEASE, LONGEST, UNSETTLED = timedelta(seconds=2), timedelta(seconds=0.8), timedelta(seconds=0.2)
KNOWN = 4.0  # seconds for which the platform knows a key again
PATIENCE = 30.0  # seconds in which a digest has to be there
AT_ONCE = 6
DONE, KILLED = 0, -signal.SIGKILL
PROCESSES = multiprocessing.get_context("forkserver")


@dataclass(frozen=True)
class Job:
    """What one process does: it delivers what is in a folder, and dies at its `at`-th point."""

    folder: Path
    database: str
    url: str
    run: int
    way: Way
    silent: bool = False
    at: int = 0
    signal: int = signal.SIGKILL


@dataclass
class Figures:
    """What came of many runs."""

    kills: int = 0
    stops: int = 0
    points: set[str] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    uncertain: int = 0
    unreadable: int = 0

    @property
    def bad(self) -> list[str]:
        """Every promise that was not kept."""
        return self.lost + self.doubled + self.disordered

    def __str__(self) -> str:
        return (
            f"crashes: {self.kills:,} kill runs and {self.stops:,} stops past the lease at "
            f"{len(self.points)} points: "
            f"{len(self.lost)} lost, {len(self.doubled)} doubled, {len(self.disordered)} out of "
            "order; uncertain: "
            f"{self.uncertain:,}, all where nobody could read ({self.unreadable:,} of the runs)"
        )


# The process that delivers.


class Points:
    """Counts what the process passes, and lets the signal hit it at the one that was chosen."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._passed: list[str] = []

    def meets(self, name: str) -> bool:
        """Tell whether this is the point."""
        self._passed.append(name)
        if not self._job.at:
            (self._job.folder / "points").write_text("\n".join(self._passed))
        return len(self._passed) == self._job.at

    def hit(self, name: str) -> None:
        """Let the signal hit here, if this is the point."""
        if self.meets(name):
            os.kill(os.getpid(), self._job.signal)

    def watch(self) -> None:
        """Put points around every commit."""
        write = Database.write
        points = self

        async def watched(
            self: Database, work: Callable[[Any], Awaitable[Any]], *, turn: str = ""
        ) -> Any:
            async def inside(connection: Any) -> Any:
                result = await work(connection)
                points.hit("before a commit")
                return result

            result = await write(self, inside, turn=turn)
            points.hit("after a commit")
            return result

        Database.write = watched  # type: ignore[method-assign]


class Client(Adapter):
    """An adapter that speaks HTTP to the platform."""

    platform = PLATFORM
    pace: float | None = None

    def __init__(self, job: Job, points: Points, session: aiohttp.ClientSession) -> None:
        self.repeatable = timedelta(seconds=KNOWN if job.way == "key" else 0)
        self._job, self._points, self._session = job, points, session

    async def run(self, bot: Bot) -> None:
        """Listen to nobody."""

    async def send(self, place: Place, view: View, key: str) -> Sent:
        answer = await self._ask("send", place=place.address, key=key, text=plain(view))
        return Sent(place, answer["id"])

    async def find(self, place: Place, key: str, since: datetime) -> Sent | None:
        if self._job.silent:
            raise DeliveryError("Nobody can read there.", permanent=True)
        answer = await self._ask("find", place=place.address, key=key, since=since.timestamp() - 1)
        return Sent(place, answer["id"]) if answer["id"] else None

    async def thread(self, sent: Sent, name: str) -> Place:  # noqa: ARG002
        answer = await self._ask("thread", place=sent.place.address, message=sent.message)
        return replace(sent.place, address=answer["address"])

    async def place(self, words: str, person: Person) -> Place:
        return Place(person.platform, person.tenant, f"{words} {person.id}")

    async def membership(self, person: Person, place: Place) -> Membership:  # noqa: ARG002
        return Membership(manages=True)

    async def _ask(self, request: str, **values: Any) -> dict[str, Any]:
        self._points.hit(f"before a request to {request}")
        fatal = {
            "before": self._points.meets(f"before {request} is taken"),
            "after": self._points.meets(f"after {request} is taken"),
        }
        job = self._job
        body = {
            **values,
            "run": job.run,
            "way": job.way,
            "fatal": fatal,
            "pid": os.getpid(),
            "signal": job.signal,
        }
        try:
            async with self._session.post(f"{job.url}/{request}", json=body) as answer:
                result: dict[str, Any] = await answer.json()
        except (aiohttp.ClientError, OSError) as error:
            raise DeliveryError("The platform did not answer.", ambiguous=True) from error
        self._points.hit(f"after the reply to {request}")
        return result


def deliver(job: Job) -> None:
    """Be a process that delivers until all is done."""
    logging.disable(logging.CRITICAL)
    attempts.LEASE, attempts.LONGEST, attempts.UNSETTLED = LEASE, LONGEST, UNSETTLED
    attempts.BACKOFF = Backoff(0.05, 900)
    deliveries.BREATH = 0.01
    asyncio.run(_deliver(job))


async def _deliver(job: Job) -> None:
    points = Points(job)
    async with await Store.open(job.database) as store, aiohttp.ClientSession() as session:
        points.watch()
        client = Client(job, points, session)

        async def plan(_: object) -> datetime | None:
            return await _plan(store)

        options = deliveries.DispatcherOptions(longest=0.2)
        outbox = deliveries.Dispatcher(store, {PLATFORM: client}, utc_now, plan, options)
        task = asyncio.create_task(outbox.run())
        (job.folder / "running").touch()
        while not await _done(store):
            for doubt in await store.delivery_reports.uncertain(PLATFORM, TENANT):
                body = {"run": job.run, "part": doubt.part}
                async with session.post(f"{job.url}/look", json=body) as answer:
                    there = (await answer.json())["there"]
                await store.delivery_reports.resolve(
                    PLATFORM, TENANT, doubt.id, there=there, now=utc_now()
                )
            await asyncio.sleep(0.05)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _plan(store: Store) -> datetime | None:
    now = utc_now()
    for one in await store.subscriptions.due([PLATFORM], now, 10):
        assert one.next_date
        assert one.next_due
        later = timedelta(days=1)
        occasion = PlannedDigest(
            one.id,
            one.next_date,
            one.next_date,
            one.next_due,
            one.next_due + one.options.grace,
            one.next_date + later,
            one.next_due + later,
        )
        await store.digests.plan([occasion], now)
    for planned in await store.digests.due([PLATFORM], now, 10):
        await store.digests.save([_made(planned)], now)
    return None


def _made(planned: DueDigest) -> RenderedDigest:
    parts = (
        Part(
            f"{planned.subscription.id}-{planned.day}-{n}",
            freeze(View((line(str(n)),), title=str(n))),
            n > 0,
        )
        for n in range(PARTS)
    )
    return RenderedDigest(planned, planned.day, planned.day, (), (), tuple(parts))


async def _done(store: Store) -> bool:
    return bool(
        await store.digest_history.recent(PLATFORM, TENANT, BEGINNING, ("sent", "quiet", "skipped"))
    )


# The platform, and whoever kills.


class Platform:
    """Takes messages over HTTP, and kills who asks at the moment that was chosen."""

    def __init__(self) -> None:
        self.log: dict[int, list[tuple[str, str, str, float]]] = defaultdict(
            list
        )  # by run: place, key, text, when
        self.looks = 0
        self.url = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer on loopback meanwhile."""
        application = web.Application()
        for request in (self.send, self.find, self.thread, self.look):
            application.router.add_post(f"/{request.__name__}", request)
        runner = web.AppRunner(application)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield
        finally:
            await runner.cleanup()

    def texts(self, run: int) -> list[str]:
        """Return what people could read of a run, in order, but for what is said in private."""
        return [text for place, _, text, _ in self.log[run] if not place.startswith("me ")]

    async def send(self, request: web.Request) -> web.Response:
        asked = await _fatal(request, "before")
        log, now = self.log[asked["run"]], time.time()
        known = [
            n
            for n, (place, key, _, at) in enumerate(log)
            if asked["way"] == "key"
            and (place, key) == (asked["place"], asked["key"])
            and now - at < KNOWN
        ]
        if not known:
            log.append((asked["place"], asked["key"], asked["text"].partition("\n")[0], now))
            known = [len(log) - 1]
        await _fatal(request, "after")
        return web.json_response({"id": str(known[0])})

    async def find(self, request: web.Request) -> web.Response:
        asked = await _fatal(request, "before")
        wanted = asked["place"], asked["key"]
        found = [
            str(n)
            for n, (place, key, _, at) in enumerate(self.log[asked["run"]])
            if (place, key) == wanted and at >= asked["since"]
        ]
        await _fatal(request, "after")
        return web.json_response({"id": found[0] if found else ""})

    async def thread(self, request: web.Request) -> web.Response:
        asked = await _fatal(request, "before")
        await _fatal(request, "after")
        return web.json_response({"address": f"{asked['place']}/{asked['message']}"})

    async def look(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.looks += 1
        return web.json_response({"there": str(asked["part"]) in self.texts(asked["run"])})


async def _fatal(request: web.Request, moment: str) -> dict[str, Any]:
    asked: dict[str, Any] = await request.json()
    if asked["fatal"][moment]:
        with suppress(ProcessLookupError):
            os.kill(asked["pid"], asked["signal"])
    return asked


class Harness:
    """Runs processes over copies of one database, and looks at what the platform has in the end."""

    def __init__(self, platform: Platform, folder: Path, seed: int, server: Server | None) -> None:
        self._platform, self._folder, self._server = platform, folder, server
        self._template = server.create_database() if server else ""
        self._luck = random.Random(seed)
        self._runs = 0
        self.figures = Figures()

    async def prepare(self) -> None:
        """Make the database that all runs begin with: one subscription, due now."""
        folder = self._folder / "template"
        folder.mkdir()
        now = datetime.now(UTC)
        async with await Store.open(self._address(folder, self._template)) as store:
            options = DigestOptions(Schedule("daily", clock(9), "UTC"))
            person = Person(PLATFORM, TENANT, "ada")
            new = Subscription(
                0, Place(PLATFORM, TENANT, PLACE), person, options, now, date(2026, 3, 2), now
            )
            await store.tenant(PLATFORM, TENANT).subscriptions.add(new)

    def job(self, way: Way, *, silent: bool = False) -> Job:
        """Return a run of its own."""
        self._runs += 1
        folder = self._folder / str(self._runs)
        shutil.copytree(self._folder / "template", folder)
        name = self._server.copy_database(self._template) if self._server else ""
        database = self._address(folder, name)
        return Job(folder, database, self._platform.url, self._runs, way, silent)

    def _address(self, folder: Path, database: str) -> str:
        return self._server.url(database) if self._server else sqlite_in(folder)

    async def points(self, way: Way) -> list[str]:
        """Return the points that a process passes which nobody kills."""
        job = self.job(way)
        assert await _ended(_start(job)) == DONE
        points = (job.folder / "points").read_text().split("\n")
        self._check(job, "killed by nobody")
        return points

    async def kill(
        self, way: Way, points: Iterable[int], what: str, *, silent: bool = False
    ) -> None:
        """Kill one process after another, each at one of its points, and let the last work."""
        job = self.job(way, silent=silent)
        self.figures.kills += 1
        self.figures.unreadable += silent
        for at in points:
            await _ended(_start(replace(job, at=at)))
        await self._finish(job, f"{way}, killed {what}")

    async def kill_at_any_time(self, way: Way) -> None:
        """Kill a process that knows nothing of it."""
        job = self.job(way)
        self.figures.kills += 1
        process = _start(replace(job, at=-1))
        await _begun(job)
        await asyncio.sleep(self._luck.uniform(0, 0.4))
        if process.is_alive():
            process.kill()
        await _ended(process)
        await self._finish(job, f"{way}, killed at any time")

    async def stop(self, way: Way, at: int, what: str) -> None:
        """Stop a process until another one has done its work, and let it go on then."""
        job = self.job(way)
        self.figures.stops += 1
        stopped = _start(replace(job, at=at, signal=signal.SIGSTOP))
        await _begun(job)
        await asyncio.sleep(LEASE.total_seconds())
        await self._ended_well(job, what)
        if stopped.pid and stopped.is_alive():
            os.kill(stopped.pid, signal.SIGCONT)
        await _ended(stopped)
        self._check(job, f"{way}, stopped {what}")

    async def _finish(self, job: Job, what: str) -> None:
        await self._ended_well(job, what)
        self._check(job, what)

    async def _ended_well(self, job: Job, what: str) -> None:
        if await _ended(_start(replace(job, at=-1))) != DONE:
            self.figures.lost.append(f"{what}: never done")

    def _check(self, job: Job, what: str) -> None:
        self.figures.uncertain = self._platform.looks
        texts = self._platform.texts(job.run)
        expected = [str(n) for n in range(PARTS)]
        once = list(dict.fromkeys(texts))
        if missing := set(expected) - set(texts):
            self.figures.lost.append(f"{what}: {sorted(missing)}")
        if twice := [text for text, n in Counter(texts).items() if n > 1]:
            self.figures.doubled.append(f"{what}: {twice}")
        if once != sorted(once):
            self.figures.disordered.append(f"{what}: {texts}")
        shutil.rmtree(job.folder)


def _start(job: Job) -> BaseProcess:
    process = PROCESSES.Process(target=deliver, args=(job,))
    process.start()
    return process


async def _begun(job: Job) -> None:
    for _ in range(int(PATIENCE / 0.01)):
        if (job.folder / "running").exists():
            return
        await asyncio.sleep(0.01)


async def _ended(process: BaseProcess) -> int | None:
    """Wait until a process has ended; one that never does is killed, and has no exit code."""
    for _ in range(int(PATIENCE / 0.02)):
        if process.exitcode is not None:
            return process.exitcode
        await asyncio.sleep(0.02)
    process.kill()
    return None


def stoppable(point: str) -> bool:
    """Tell whether a process that is stopped there leaves something to be done by another.

    Within a transaction it keeps all others from writing. Between its look at the clock and its
    request, which is as long as an SDK takes to write a message, it cannot notice; no client can
    close that gap.
    """
    return point not in {"before a commit", "before a request to send"}


async def campaign(
    runs: int, seed: int = 1, share: int = 1, server: Server | None = None
) -> Figures:
    """Kill and stop at every `share`-th point, in both ways, and fill up with random kills.

    Each run has a database of its own, in SQLite's file or on a server.
    """
    platform = Platform()
    PROCESSES.set_forkserver_preload(["tests.crash"])
    with TemporaryDirectory(prefix="paperboy-crash-", ignore_cleanup_errors=True) as folder:
        async with platform.running():
            harness = Harness(platform, Path(folder), seed, server)
            await harness.prepare()
            luck = random.Random(seed)
            work: list[Callable[[], Awaitable[None]]] = []
            named = 0
            known: dict[Way, list[str]] = {way: await harness.points(way) for way in WAYS}
            for way, points in known.items():
                chosen = list(enumerate(points, 1))[luck.randrange(share) :: share]
                harness.figures.points.update(point for _, point in chosen)
                named += len(chosen)
                for at, point in chosen:
                    work.append(_kill(harness, way, (at,), point))
                    if stoppable(point):
                        work.append(_stop(harness, way, at, point))
            for n in range(runs - named):
                way = luck.choice(WAYS)
                if n % 3 == 0:
                    work.append(_any_time(harness, way))
                    continue
                twice = [luck.randint(1, len(known[way])) for _ in range(luck.randint(1, 3))]
                work.append(_kill(harness, way, twice, f"at {twice}", silent=n % 9 == 1))
            await _all(work)
    return harness.figures


def _kill(
    harness: Harness, way: Way, points: Iterable[int], what: str, *, silent: bool = False
) -> Callable[[], Awaitable[None]]:
    return lambda: harness.kill(way, points, what, silent=silent)


def _stop(harness: Harness, way: Way, at: int, what: str) -> Callable[[], Awaitable[None]]:
    return lambda: harness.stop(way, at, what)


def _any_time(harness: Harness, way: Way) -> Callable[[], Awaitable[None]]:
    return lambda: harness.kill_at_any_time(way)


async def _all(work: list[Callable[[], Awaitable[None]]]) -> None:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(run: Callable[[], Awaitable[None]]) -> None:
        async with room:
            await run()

    await asyncio.gather(*map(one, work))
