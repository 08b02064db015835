"""Several processes on one PostgreSQL deliver to Slack and Discord, are killed, and lose it.

All are real: `paperboy run` with both adapters, the planner and every chore, a PostgreSQL server,
and our servers for both platforms, on loopback. Again and again digests of many channels come due
at once, while processes are killed at random and the database crashes. In the end each channel has
each digest once.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVarTuple

from bot.bootstrap import open_app
from bot.calendar.schedule import Schedule
from bot.cli.run import build_adapters
from bot.digests import delivery
from bot.errors import StoreError
from bot.library import duties
from bot.library.sync import feed_day
from bot.models import DigestOptions, Person, Place, Subscription
from bot.network.backoff import Backoff
from bot.papers import Paper
from bot.runtime import supervisor
from bot.runtime.supervisor import run
from bot.settings import Settings
from bot.settings.platforms import DiscordSettings, SlackSettings
from bot.store import Store, digests
from tests.rigs.discord import TOKEN, DiscordRig
from tests.rigs.postgresql import Server
from tests.rigs.postgresql import running as running_postgresql
from tests.rigs.slack_server import APP_TOKEN, BOT_TOKEN, TEAM, SlackServer

Ts = TypeVarTuple("Ts")

NOBODY = "http://127.0.0.1:9"
# shorter than in earnest by this, so that a killed process's messages are soon taken over
LEASE, LONGEST, UNSETTLED = timedelta(seconds=12), timedelta(seconds=5), timedelta(seconds=0.5)
DISTURBED_SECONDS = 100.0  # of a round; who is killed every other second gets nothing done
PATIENCE = 300.0  # seconds after that, in which all digests have to be there
LOOK_SECONDS = 0.2
PROCESSES = multiprocessing.get_context("forkserver")
# what processes may say is wrong while the database is away
ABOUT_THE_DATABASE = re.compile(r"database", re.IGNORECASE)
ENTRY = re.compile(r"^(?=\d{4}-\d\d-\d\d )", re.MULTILINE)
WRONG = re.compile(" (ERROR|CRITICAL) ")


@dataclass(frozen=True)
class Job:
    """What a process is to do, and the file that it logs to."""

    home: Path
    url: str
    slack: SlackSettings
    discord: DiscordSettings

    @property
    def log(self) -> Path:
        """The log of all processes that had this home."""
        return self.home / "soak.log"


@dataclass
class Figures:
    """What came of it."""

    processes: int
    posted: int = 0
    kills: int = 0
    crashes: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    rounds: list[float] = field(default_factory=list)  # seconds until all were there
    recoveries: list[float] = field(default_factory=list)  # seconds from a crash to a write
    saves: list[float] = field(default_factory=list)  # seconds that a save took in that time

    @property
    def bad(self) -> list[str]:
        """Every promise that was not kept."""
        slow = [f"writes came back after {one:.0f} s" for one in self.recoveries if one > 30]
        return self.lost + self.doubled + self.errors + slow

    def __str__(self) -> str:
        saves = sorted(self.saves) or [0.0]
        return (
            f"{self.processes} processes: {self.posted:,} digests in {len(self.rounds)} rounds of "
            f"at most {max(self.rounds, default=0):.0f} s, {self.kills} kills, {self.crashes} "
            f"crashes of the database: {len(self.lost)} lost, {len(self.doubled)} doubled, "
            f"{len(self.errors)} errors about something else; writes back within "
            f"{max(self.recoveries, default=0):.1f} s; a save took "
            f"{saves[len(saves) // 2] * 1e3:.0f} ms, {saves[int(len(saves) * 0.95)] * 1e3:.0f} at "
            "the 95th percentile"
        )


# A process.


def work(job: Job) -> None:
    """Run Paperboy until killed."""
    form = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(filename=job.log, level=logging.INFO, format=form)
    delivery.LEASE, delivery.LONGEST, delivery.UNSETTLED = LEASE, LONGEST, UNSETTLED
    delivery.BACKOFF, digests.TO_RENDER = Backoff(0.5, 5), timedelta(seconds=10)
    duties.LEASE, duties.RENEW_SECONDS = timedelta(seconds=9), 3.0
    supervisor.BACKOFF = Backoff(0.5, 5)
    asyncio.run(_work(job))


async def _work(job: Job) -> None:
    settings = Settings(
        job.home,
        job.url,
        NOBODY,
        ask_hugging_face=False,
        sync_minutes=0,
        wait_minutes=0,
        slack=job.slack,
        discord=job.discord,
    )
    adapters = build_adapters(settings)
    async with open_app(settings, adapters, waits=False) as app:
        await run(app.bot, adapters, app.chores)


# The platforms, the database, and the killer.


class Fleet:
    """Processes on one database, which come back when they are killed."""

    def __init__(self, jobs: list[Job], server: Server, luck: random.Random) -> None:
        self._jobs, self._server, self._luck = jobs, server, luck
        self._running: list[BaseProcess] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run all processes."""
        self._running = [_start(job) for job in self._jobs]
        try:
            yield
        finally:
            for one in self._running:
                one.kill()
                one.join()

    def kill_one(self) -> None:
        """Kill a process, and start another one in its place."""
        number = self._luck.randrange(len(self._jobs))
        self._running[number].kill()
        self._running[number].join()
        self._running[number] = _start(self._jobs[number])

    async def crash(self) -> None:
        """Let the database crash and start again."""
        await asyncio.to_thread(self._server.stop, "immediate")
        await asyncio.to_thread(self._server.start)

    def restart_ended(self) -> None:
        """Start again what ended, as a service manager does: the database was away."""
        for number, one in enumerate(self._running):
            if not one.is_alive():
                self._running[number] = _start(self._jobs[number])

    def errors(self) -> Iterator[str]:
        """Yield what processes call an error that is not about the database."""
        for job in self._jobs:
            with suppress(FileNotFoundError):
                for entry in ENTRY.split(job.log.read_text()):
                    wrong = WRONG.search(entry.partition("\n")[0])
                    if wrong and not ABOUT_THE_DATABASE.search(entry):
                        yield entry


@dataclass
class World:
    """Both platforms with channels of their own, and the store that all processes share."""

    slack: SlackServer
    discord: DiscordRig
    store: Store
    places: list[Place]
    earlier: Counter[Place] = field(default_factory=Counter)

    def posted(self) -> Counter[Place]:
        """Count the messages in each channel."""
        found = Counter(Place("slack", TEAM, one.channel) for one in self.slack.messages)
        for place in self.places:
            if place.platform == "discord":
                found[place] = len(self.discord.backend.messages[int(place.address)])
        return found

    async def subscribe(self) -> None:
        """Give each channel a subscription whose digest is due in a moment."""
        now = datetime.now(UTC)
        due = now.replace(second=0, microsecond=0)
        options = DigestOptions(
            Schedule("daily", due.time(), "UTC"), day="yesterday", layout="compact"
        )
        for place in self.places:
            person = Person(place.platform, place.tenant, "U1")
            new = Subscription(0, place, person, options, now, due.date(), due)
            await _persist(self.store.tenant(place.platform, place.tenant).subscriptions.add, new)


async def _persist(call: Callable[[*Ts], Awaitable[object]], *arguments: *Ts) -> object:
    """Call until the database is there."""
    while True:
        try:
            return await call(*arguments)
        except StoreError:
            await asyncio.sleep(0.05)


def _start(job: Job) -> BaseProcess:
    process = PROCESSES.Process(target=work, args=(job,))
    process.start()
    return process


async def campaign(
    processes: int, kills: int, crashes: int, due: int = 300, seed: int = 1
) -> Figures:
    """Run rounds of digests until there were so many kills and crashes."""
    PROCESSES.set_forkserver_preload(["tests.fleet"])
    figures, luck = Figures(processes), random.Random(seed)
    with TemporaryDirectory(prefix="paperboy-fleet-", ignore_cleanup_errors=True) as folder:
        async with AsyncExitStack() as stack:
            server = stack.enter_context(running_postgresql())
            world = await _build(stack, server, due)
            url = server.url("fleet")
            slack = SlackSettings(BOT_TOKEN, APP_TOKEN, f"{world.slack.url}/api")
            discord = DiscordSettings(
                TOKEN, f"http://{world.discord.at}/api/v10", f"ws://{world.discord.at}/gateway/"
            )
            jobs = [Job(Path(folder) / str(n), url, slack, discord) for n in range(processes)]
            for job in jobs:
                job.home.mkdir()
            fleet = Fleet(jobs, server, luck)
            await stack.enter_async_context(fleet.running())
            # a digest that is late would be taken for the next one
            while not figures.lost and (figures.kills < kills or figures.crashes < crashes):
                await _play(fleet, world, figures, luck, (kills, crashes))
            figures.errors += fleet.errors()
    return figures


async def _build(stack: AsyncExitStack, server: Server, due: int) -> World:
    server.run("CREATE DATABASE fleet")
    store = await stack.enter_async_context(await Store.open(server.url("fleet")))
    slack = SlackServer()
    await slack.start()
    stack.push_async_callback(slack.stop)
    discord = await stack.enter_async_context(DiscordRig().serving())
    guild = discord.backend.create_guild("Team")
    channels = [f"C{n}" for n in range(due // 2)]
    slack.members |= set(channels)
    places = [Place("slack", TEAM, name) for name in channels]
    for n in range(due - due // 2):
        channel = discord.backend.create_channel(guild.id, f"papers-{n}")
        places.append(Place("discord", str(guild.id), str(channel.id)))
    await _fill(store)
    return World(slack, discord, store, places)


async def _fill(store: Store) -> None:
    """Save a few papers for each of the last days, whose lists are known for good."""
    now = datetime.now(UTC)
    for back in range(10):
        day = feed_day(now) - timedelta(days=back)
        papers = [Paper(f"26{back:02}.{n:05}", f"Paper {n}", daily=day) for n in range(5)]
        await store.papers.save(papers, now)
        await store.days.record(day, len(papers), now + timedelta(days=30))


async def _play(
    fleet: Fleet, world: World, figures: Figures, luck: random.Random, wanted: tuple[int, int]
) -> None:
    """Let all digests come due at once, and disturb until they are there."""
    before = world.posted()
    await world.subscribe()
    begun = time.monotonic()
    next_kill, next_crash = begun + luck.uniform(0, 2), begun + luck.uniform(2, 10)
    while True:
        now = time.monotonic()
        there = world.posted()
        missing = [place for place in world.places if there[place] == before[place]]
        if not missing or now - begun > DISTURBED_SECONDS + PATIENCE:
            break
        disturbed = now - begun < DISTURBED_SECONDS
        if disturbed and now >= next_kill and figures.kills < wanted[0]:
            fleet.kill_one()
            figures.kills += 1
            next_kill = now + luck.uniform(0.5, 3)
        if disturbed and now >= next_crash and figures.crashes < wanted[1]:
            await fleet.crash()
            figures.crashes += 1
            figures.recoveries.append(await _until_written(world.store))
            next_crash = time.monotonic() + luck.uniform(8, 20)
        fleet.restart_ended()
        await _save(world.store, figures)
        await asyncio.sleep(LOOK_SECONDS)
    figures.rounds.append(time.monotonic() - begun)
    figures.lost += [f"{place} has none" for place in missing]
    await asyncio.sleep((LEASE + LONGEST).total_seconds())  # in which a second one would come
    there = world.posted()
    for place in world.places:
        more = there[place] - before[place]
        figures.posted += more > 0
        if more > 1:
            figures.doubled.append(f"{place} has {more}")


async def _until_written(store: Store) -> float:
    begun = time.monotonic()
    await _persist(store.alerts.begin, "soak", datetime.now(UTC))
    return time.monotonic() - begun


async def _save(store: Store, figures: Figures) -> None:
    """Save a paper as a person would, and note how long that took."""
    begun = time.monotonic()
    shelf = store.tenant("slack", TEAM).shelf
    with suppress(StoreError):
        await shelf.save(f"U{len(figures.saves)}", "2600.00001", datetime.now(UTC))
        figures.saves.append(time.monotonic() - begun)
