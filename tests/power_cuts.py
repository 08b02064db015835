"""Cuts the power of a process that saves papers and delivers digests, at any moment.

python -m tests.power_cuts [--cuts 200] [--seed 1] [--careless]

One process works on a real SQLite file while its writes are recorded (tests/rigs/disk.py). Each cut
leaves what was synced by then and a part of the rest. On that a new process goes on: what a person
was told is saved has to be there, and each message has to be posted once, in order. With --careless
the database is not synced at each commit, and the cuts have to show it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.calendar.clock import utc_now
from bot.calendar.schedule import Schedule
from bot.chat.outlet import Outlet, Sent
from bot.chat.view_json import freeze
from bot.chat.views import View, line, plain
from bot.digests import delivery, dispatcher
from bot.digests.dispatcher import Dispatcher, DispatcherOptions, nothing_to_plan
from bot.errors import DeliveryError
from bot.models import DigestOptions, Person, Place, Subscription
from bot.network.backoff import Backoff
from bot.papers import Paper
from bot.settings import sqlite_in
from bot.store import Store, connections
from bot.store.digests import DueDigest, Part, PlannedDigest, RenderedDigest
from tests.rigs.disk import Disk, Event, record
from tests.rigs.waiting import eventually

PLATFORM, TENANT = "chat", "T1"
FIRST = date(2026, 3, 2)
SAVES, DIGESTS, PARTS = 150, 8, 3
LOST_ANSWERS = 0.3  # the share of answers that are lost
AFTER_THE_LEASE = timedelta(minutes=5)
PATIENCE_SECONDS = 60.0
ROOT = Path(__file__).parents[1]


@dataclass
class Figures:
    """What came of many cuts."""

    cuts: int = 0
    saves: int = 0
    posts: int = 0
    bad: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"power cuts: {self.cuts:,}, after {self.saves:,} saves and {self.posts:,} posts in "
            f"all: {len(self.bad)} lost, doubled, out of order or damaged"
        )


class Notebook(Outlet):
    """A platform whose messages are lines that the process says, and that can be read again."""

    platform = PLATFORM

    def __init__(self, log: Sequence[tuple[str, str]] = (), luck: random.Random | None = None):
        self.log = list(log)
        self._luck = luck

    async def send(self, place: Place, view: View, key: str) -> Sent:
        text = plain(view).partition("\n")[0]
        self.log.append((key, text))
        if self._luck:
            _say(f"posted {key} {text}")
            await asyncio.sleep(self._luck.uniform(0, 0.02))
            if self._luck.random() < LOST_ANSWERS:
                raise DeliveryError("The answer was lost.", ambiguous=True)
        return Sent(place, key)

    async def find(self, place: Place, key: str, since: datetime) -> Sent | None:  # noqa: ARG002
        return Sent(place, key) if key in dict(self.log) else None


def _say(words: str) -> None:
    os.write(1, f"{words}\n".encode())


async def prepare(folder: Path) -> None:
    """Make the database that a recorded process begins with: papers, and digests to deliver."""
    now = utc_now()
    async with await Store.open(sqlite_in(folder)) as store:
        papers = [Paper(f"2603.{n:05}", f"Paper {n}", daily=FIRST) for n in range(SAVES)]
        await store.papers.save(papers, now)
        for n in range(DIGESTS):
            options = DigestOptions(Schedule("daily", clock(9), "UTC"))
            place, person = Place(PLATFORM, TENANT, f"C{n}"), Person(PLATFORM, TENANT, "ada")
            new = Subscription(0, place, person, options, now)
            await store.tenant(PLATFORM, TENANT).subscriptions.add(new)


async def work(folder: Path, seed: int, *, careless: bool) -> None:
    """Save papers and deliver digests, and say what is done."""
    luck = random.Random(seed)
    _hurry()
    if careless:
        connections._WRITER = ("synchronous=NORMAL", "foreign_keys=ON")  # noqa: SLF001
    async with await Store.open(sqlite_in(folder)) as store:
        task = asyncio.create_task(_dispatcher(store, Notebook(luck=luck), timedelta()).run())
        shelf = store.tenant(PLATFORM, TENANT).shelf
        for n in range(SAVES):
            await shelf.save("ada", f"2603.{n:05}", utc_now())
            _say(f"saved {n}")
            if n % (SAVES // DIGESTS) == 0:
                await _hand_over(store, n // (SAVES // DIGESTS) + 1)
            await asyncio.sleep(luck.uniform(0, 0.01))
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _hand_over(store: Store, number: int) -> None:
    subscription = await store.subscriptions.get(number)
    if subscription is None:
        return
    now, later = utc_now(), timedelta(days=1)
    until = now + timedelta(hours=12)
    one = PlannedDigest(number, FIRST, FIRST, now, until, FIRST + later, now + later)
    await store.digests.plan([one], now)
    parts = tuple(
        Part(f"{number}-{n}", freeze(View((line(str(n)),), title=str(n)))) for n in range(PARTS)
    )
    due = DueDigest(subscription, FIRST, now, until)
    await store.digests.save([RenderedDigest(due, FIRST, FIRST, (), (), parts)], now)
    _say(f"planned {number}")


def _hurry() -> None:
    dispatcher.BREATH = 0.01
    delivery.UNSETTLED = timedelta(seconds=0.05)
    delivery.BACKOFF = Backoff(0.05, 1)


def _dispatcher(store: Store, outlet: Outlet, ahead: timedelta) -> Dispatcher:
    options = DispatcherOptions(longest=0.05)
    outlets = {PLATFORM: outlet}
    return Dispatcher(store, outlets, lambda: utc_now() + ahead, nothing_to_plan, options)


def record_work(folder: Path, seed: int, *, careless: bool = False) -> tuple[Disk, list[Event]]:
    """Let a process work, and return the disk as it was before and what happened to it."""
    home = folder / "home"
    home.mkdir(parents=True)
    asyncio.run(prepare(home))
    start = {file.name: file.read_bytes() for file in home.iterdir()}
    command = [sys.executable, "-m", "tests.power_cuts", "--work", str(home), "--seed", str(seed)]
    if careless:
        command.append("--careless")
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    return Disk(home, start), record(command, home, folder / "trace", env)


async def cut(folder: Path, cuts: int, seed: int, *, careless: bool = False) -> Figures:
    """Cut the power at random moments of one recorded process, and look at what is left."""
    disk, events = await asyncio.to_thread(record_work, folder, seed, careless=careless)
    luck, figures = random.Random(seed), Figures()
    # what is small and what is large are cut as often: a moment is one event
    moments = sorted(luck.randrange(1, len(events)) for _ in range(cuts))
    position = 0
    for number, moment in enumerate(moments):
        for event in events[position:moment]:
            disk.apply(event)
        position = moment
        there = folder / f"after{number}"
        there.mkdir()
        for name, content in disk.left(luck).items():
            (there / name).write_bytes(content)
        said = disk.said.decode().split("\n")[:-1]
        figures.cuts += 1
        figures.saves += sum(one.startswith("saved") for one in said)
        figures.posts += sum(one.startswith("posted") for one in said)
        figures.bad += [f"seed {seed}, event {moment}: {one}" for one in await _check(there, said)]
    return figures


async def _check(home: Path, said: Sequence[str]) -> list[str]:
    """Go on with what is left, and return what is wrong with it."""
    words = [one.split() for one in said]
    log = [(one[1], one[2]) for one in words if one[0] == "posted"]
    planned = [int(one[1]) for one in words if one[0] == "planned"]
    outlet, bad = Notebook(log), []
    try:
        async with await Store.open(sqlite_in(home)) as store:
            shelf = store.tenant(PLATFORM, TENANT).shelf
            saved = [f"2603.{int(one[1]):05}" for one in words if one[0] == "saved"]
            there = await shelf.kept("ada", saved)
            bad += [f"paper {one} was saved and is gone" for one in saved if one not in there]
            await _finish(store, outlet)
    except Exception as error:  # noqa: BLE001
        return [f"{type(error).__name__}: {error}"]
    with closing(sqlite3.connect(home / "paperboy.sqlite3")) as connection, connection:
        ((sound,),) = connection.execute("PRAGMA integrity_check").fetchall()
    bad += [] if sound == "ok" else [sound]
    for number in {*planned, *(int(key.partition("-")[0]) for key, _ in outlet.log)}:
        texts = [text for key, text in outlet.log if key.startswith(f"{number}-")]
        if texts != [str(n) for n in range(PARTS)]:
            bad.append(f"digest {number} is {texts}")
    return bad


async def _finish(store: Store, outlet: Outlet) -> None:
    """Deliver until nothing is left to deliver, some minutes later."""
    _hurry()
    task = asyncio.create_task(_dispatcher(store, outlet, AFTER_THE_LEASE).run())
    far = datetime(2100, 1, 1, tzinfo=UTC)

    async def done() -> bool:
        return not (await store.delivery_reports.health([PLATFORM], far)).overdue

    try:
        await eventually(done, PATIENCE_SECONDS)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def campaign(cuts: int, seed: int, at_once: int = 50, *, careless: bool = False) -> Figures:
    """Record as many processes as are needed for so many cuts."""
    figures = Figures()
    with TemporaryDirectory(prefix="paperboy-power-") as folder:
        ends = [*range(at_once, cuts, at_once), cuts]
        for number, some in enumerate(map(lambda end, begin: end - begin, ends, [0, *ends])):
            one = asyncio.run(
                cut(Path(folder) / str(number), some, seed + number, careless=careless)
            )
            figures.cuts += one.cuts
            figures.saves += one.saves
            figures.posts += one.posts
            figures.bad += one.bad
    return figures


def main() -> int:
    """Print what came of it, and each promise that was not kept."""
    parser = argparse.ArgumentParser(description="Cut the power of a process that delivers.")
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--careless", action="store_true", help="sync nothing at commits")
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.work:
        asyncio.run(work(args.work, args.seed, careless=args.careless))
        return 0
    figures = campaign(args.cuts, args.seed, careless=args.careless)
    for one in figures.bad:
        sys.stderr.write(f"{one}\n")
    sys.stdout.write(f"{figures}\n")
    return 1 if bool(figures.bad) is not args.careless else 0


if __name__ == "__main__":
    sys.exit(main())
