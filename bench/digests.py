"""Measures the outbox: many digests due in one minute, and a workspace that takes none for an hour.

    python bench/digests.py [--subscriptions 5000] [--workspaces 500] [--pace 45]

Store, planner and outbox are real, over SQLite in a file. The platform is in this process: it
answers after a fifth of a second, takes so many messages in any second and refuses more, and tells
one workspace to wait for an hour.
"""

# ruff: noqa: T201  # a program, which prints

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import sys
import time
from collections import Counter, deque
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.lag import watched
from bot.bootstrap import Sources, build_app
from bot.calendar.schedule import Schedule
from bot.chat.bot import Bot
from bot.chat.outlet import Adapter, Membership, Sent
from bot.chat.views import View
from bot.digests.dispatcher import Dispatcher, DispatcherOptions
from bot.digests.pace import HURRY
from bot.errors import DeliveryError
from bot.models import DigestOptions, Person, Place, Subscription
from bot.papers import Paper
from bot.search import Index
from bot.settings import Settings, sqlite_in
from bot.sources.hugging_face import HuggingFace
from bot.sources.hugging_face import Patience as Tries
from bot.store import Store

PLATFORM = "bench"
DUE = datetime(2026, 3, 3, 9, tzinfo=UTC)
NOBODY = "http://127.0.0.1:9"  # the discard service's port: the lists are those that are known
LATENCY = 0.2
BUSY = "T0"
HOUR = timedelta(hours=1)
MARGIN = 1.1  # the time that the platform allows, and a tenth more


@dataclass
class Platform(Adapter):
    """A platform that takes `allowed` messages a second, from all workspaces but the busy one."""

    allowed: float
    platform: str = PLATFORM
    repeatable: timedelta = timedelta()
    pace: float | None = None
    busy: bool = True
    taken: Counter[str] = field(default_factory=Counter)
    last: float = 0.0
    too_many: int = 0
    told: int = 0
    _second: deque[float] = field(default_factory=deque)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    async def has_taken(self, number: int, longest: float) -> None:
        """Wait until it has taken so many, or for so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(longest):
                while self.taken.total() < number:
                    self._more.clear()
                    await self._more.wait()

    async def run(self, bot: Bot) -> None:
        """Listen to nobody."""

    async def send(self, place: Place, view: View, key: str) -> Sent:
        """Take a message, or say when to come again."""
        del view
        if place.tenant == BUSY and self.busy:
            await asyncio.sleep(LATENCY)
            self.told += 1
            raise DeliveryError("Too many.", retry_after=HOUR.total_seconds())
        now = time.monotonic()
        while self._second and self._second[0] <= now - 1:
            self._second.popleft()
        if len(self._second) >= self.allowed * HURRY + 1:
            self.too_many += 1
            raise DeliveryError("Too many.", retry_after=1.0)
        self._second.append(now)
        await asyncio.sleep(LATENCY)
        self.taken[place.tenant] += 1
        self.last = time.monotonic()
        self._more.set()
        return Sent(place, key)

    async def find(self, place: Place, key: str, since: datetime) -> Sent | None:
        """Find nothing: nothing is ambiguous here."""
        del place, key, since

    async def thread(self, sent: Sent, name: str) -> Place:
        """Return the place itself."""
        del name
        return sent.place

    async def place(self, words: str, person: Person) -> Place:
        """Return a place of the person's tenant."""
        return Place(PLATFORM, person.tenant, words)

    async def membership(self, person: Person, place: Place) -> Membership:
        """Let everybody manage everything."""
        del person, place
        return Membership(manages=True)


class Clock:
    """The time, moved so that everything is due when the measurement begins."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.ahead = timedelta(minutes=-1)

    def __call__(self) -> datetime:
        """Tell the time."""
        return DUE + self.ahead + timedelta(seconds=time.monotonic() - self._began)


def _longest(lag: list[float]) -> float:
    return max(lag, default=0.0)


async def measure(subscriptions: int, workspaces: int, pace: float) -> bool:
    """Print what came of it; False where something took too long."""
    now = Clock()
    with TemporaryDirectory(prefix="paperboy-bench-") as folder:
        async with AsyncExitStack() as stack:
            home = Path(folder)
            store = await stack.enter_async_context(await Store.open(sqlite_in(home)))
            index = await Index.open(home / "index.sqlite3", store.identity)
            stack.push_async_callback(index.close)
            source = await stack.enter_async_context(
                HuggingFace(NOBODY, patience=Tries(pause=0.001, tries=1))
            )
            platform = Platform(pace, pace=pace)
            settings = Settings(home, sqlite_in(home), wait_minutes=0, complete_percent=0)
            app = build_app(settings, Sources(store, index, source), [platform], now)
            bot, library = app.bot, app.services.library
            await library.add(_papers(), now())
            await _subscribe(store, subscriptions, workspaces, now())
            now.ahead += timedelta(minutes=1, seconds=1)
            return await _plan(bot, subscriptions) & await _deliver(
                bot, platform, now, subscriptions, workspaces
            )


def _papers() -> list[Paper]:
    day = DUE.date()
    return [
        Paper(
            f"26{n // 40:02}.{n:05}",
            f"Paper {n} of Many",
            ("Ada Lovelace",),
            abstract="It is about something. " * 40,
            daily=day - timedelta(days=n // 40),
            upvotes=n % 37,
        )
        for n in range(240)
    ]


async def _subscribe(store: Store, subscriptions: int, workspaces: int, now: datetime) -> None:
    options = DigestOptions(Schedule("daily", clock(9), "UTC"), layout="compact", day="yesterday")
    for n in range(subscriptions):
        tenant = f"T{n % workspaces}"
        place, person = Place(PLATFORM, tenant, f"C{n}"), Person(PLATFORM, tenant, "ada")
        new = Subscription(0, place, person, options, now, DUE.date(), DUE)
        await store.tenant(PLATFORM, tenant).subscriptions.add(new)


async def _plan(bot: Bot, subscriptions: int) -> bool:
    async with watched() as lag:
        began = time.monotonic()
        await bot.services.planner.plan()
        took = time.monotonic() - began
    print(
        f"planned: {subscriptions:,} digests in {took:.2f} s; longest stall {_longest(lag):.0f} ms"
    )
    return took < 2


def _dispatcher(bot: Bot, platform: Platform, now: Clock) -> Dispatcher:
    options = DispatcherOptions(luck=random.Random(1).random)
    return Dispatcher(bot.services.store, {PLATFORM: platform}, now, options=options)


async def _deliver(
    bot: Bot, platform: Platform, now: Clock, subscriptions: int, workspaces: int
) -> bool:
    others = subscriptions - len(range(0, subscriptions, workspaces))
    allowed = others / platform.allowed
    async with watched() as lag:
        began = time.monotonic()
        task = asyncio.create_task(_dispatcher(bot, platform, now).run())
        await platform.has_taken(others, 3 * allowed + 10)
        took = platform.last - began
        told = platform.told
        platform.busy = False
        now.ahead += HOUR
        again = time.monotonic()
        await platform.has_taken(subscriptions, 60)
        came = time.monotonic() - again
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    print(
        f"delivered: {others:,} in {took:.1f} s, where {platform.allowed:.0f} a second allow "
        f"{allowed:.1f} s "
        f"({took / allowed - 1:+.1%}); {platform.too_many} told to slow down; longest stall "
        f"{_longest(lag):.0f} ms"
    )
    print(
        f"the busy workspace: asked {told} times in that time; its {platform.taken[BUSY]} digests "
        "came "
        f"{came:.1f} s after its hour was over"
    )
    return took < allowed * MARGIN and platform.taken.total() == subscriptions


def main() -> int:
    """Measure once."""
    parser = argparse.ArgumentParser(description="Measure the outbox.")
    parser.add_argument("--subscriptions", type=int, default=5000)
    parser.add_argument("--workspaces", type=int, default=500)
    parser.add_argument("--pace", type=float, default=45)
    args = parser.parse_args()
    logging.disable(logging.WARNING)
    return 0 if asyncio.run(measure(args.subscriptions, args.workspaces, args.pace)) else 1


if __name__ == "__main__":
    sys.exit(main())
