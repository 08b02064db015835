"""Measures 10,000 tenants beside one: start, `today`, `saved`, memory, and 5,000 digests at once.

    python bench/tenants.py [--tenants 10000] [--digests 5000] [--postgresql [--processes 2]]

Each has 50 people, of whom 5 keep 5 papers. What is measured runs in a process of its own, on
SQLite or on the PostgreSQL of the tests, and talks to a platform in that process.
"""

# ruff: noqa: E402, T201  # a program, which prints

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import random
import subprocess
import sys
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path[0] = str(Path(__file__).parents[1])

from bench.crowd import PLATFORM, Crowd, fill
from bench.digests import Platform
from bench.lag import watched
from bot.bootstrap import Sources, build_app
from bot.chat.outlet import Sent
from bot.chat.views import View
from bot.models import Person, Place
from bot.runtime.supervisor import run_chores
from bot.search import Index
from bot.settings import Settings, sqlite_in
from bot.sources.hugging_face import HuggingFace
from bot.store import Store

NOBODY = "http://127.0.0.1:9"  # the discard service: the lists are those that are known
TIMES = 500
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


class Clock:
    """The time, which began at noon."""

    def __init__(self, seconds: float) -> None:
        self._began = time.monotonic() - seconds

    def __call__(self) -> datetime:
        """Tell the time."""
        return NOON + timedelta(seconds=time.monotonic() - self._began)


async def ask(url: str, home: Path, tenants: int) -> dict[str, float]:
    """Start, ask and measure."""
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        bot = await _open(stack, url, home, Clock(-3600), Platform(47, pace=47))
        figures = {"today": [], "saved": []}
        dice = random.Random(1)
        await bot.handle(bot.read("today", *_someone(dice, tenants)))
        started = time.monotonic() - began
        for _ in range(TIMES):
            for words, took in figures.items():
                before = time.perf_counter()
                await bot.handle(bot.read(words, *_someone(dice, tenants)))
                took.append(1000 * (time.perf_counter() - before))
    return {"start": started, "memory": _memory(), **_percentiles(figures)}


@dataclass
class Recorder(Platform):
    """A platform that notes when it took each message, by a clock that all processes have."""

    times: list[float] = field(default_factory=list)

    async def send(self, place: Place, view: View, key: str) -> Sent:
        """Take a message."""
        at = time.monotonic()
        sent = await super().send(place, view, key)
        self.times.append(at)
        return sent


async def deliver(url: str, home: Path, pace: float) -> dict[str, Any]:
    """Have digests delivered, together with other processes, until none is left."""
    async with AsyncExitStack() as stack:
        platform, clock = Recorder(pace, pace=pace, busy=False), Clock(1)
        began = time.monotonic()
        bot = await _open(stack, url, home, clock, platform)
        async with watched() as lag:
            # other processes finish some of them
            while not platform.times or await bot.services.store.digests.overdue(clock()):  # noqa: ASYNC110
                await asyncio.sleep(0.5)
    figures = {"processor": time.process_time(), "stall": max(lag), "memory": _memory()}
    return {"began": began, "times": platform.times, **figures}


async def _open(
    stack: AsyncExitStack, url: str, home: Path, clock: Clock, platform: Platform
) -> Any:
    store = await stack.enter_async_context(await Store.open(url))
    index = await stack.enter_async_context(
        await Index.open(home / "index.sqlite3", store.identity)
    )
    source = await stack.enter_async_context(HuggingFace(NOBODY))
    settings = Settings(home, url, NOBODY, sync_minutes=0, ask_hugging_face=False)
    app = build_app(settings, Sources(store, index, source), [platform], clock, waits=False)
    await stack.enter_async_context(run_chores(app.chores))
    return app.bot


def _someone(dice: random.Random, tenants: int) -> tuple[Person, Place]:
    tenant = dice.randrange(tenants)
    person = Person(PLATFORM, f"T{tenant}", f"U{dice.randrange(5)}")
    return person, Place(PLATFORM, f"T{tenant}", f"C{tenant}")


def _percentiles(figures: dict[str, list[float]]) -> dict[str, float]:
    return {
        f"{name} p{share}": sorted(took)[len(took) * share // 100]
        for name, took in figures.items()
        for share in (50, 95)
    }


def _memory() -> float:
    """Return the megabytes that this process has in memory."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@contextmanager
def _server(*, postgresql: bool) -> Iterator[Any]:
    if not postgresql:
        yield None
        return
    from tests.rigs.postgresql import running

    with running() as server:
        yield server


async def _fill(url: str, home: Path, crowd: Crowd) -> None:
    async with await Store.open(url) as store:
        await fill(store, crowd)
        async with await Index.open(home / "index.sqlite3", store.identity) as index:
            papers = store.papers
            await index.follow(papers.changed, await papers.revision(), mark=papers.mark)


def _measure(number: int, *arguments: object) -> list[dict[str, Any]]:
    """Measure in so many processes of their own at once."""
    command = [sys.executable, __file__, "--measure", *map(str, arguments)]
    pipe = subprocess.PIPE
    children = [subprocess.Popen(command, stdout=pipe) for _ in range(number)]  # noqa: S603  # ours
    return [json.loads(child.communicate()[0]) for child in children]


def compare(args: argparse.Namespace) -> None:
    """Measure one tenant, then all of them, and print what came of it."""
    with (
        _server(postgresql=args.postgresql) as server,
        TemporaryDirectory(prefix="paperboy-bench-") as folder,
    ):
        for number in (1, args.tenants):
            home = Path(folder) / f"{number}"
            home.mkdir()
            url = server.url(server.create_database()) if server else sqlite_in(home)
            crowd = Crowd(NOON, number, digests=min(args.digests, number))
            asyncio.run(_fill(url, home, crowd))
            print(f"{number:,} tenants, {crowd.entries:,} entries on their shelves")
            _print(_measure(1, "ask", url, home, number, args.pace)[0])
        _print_deliveries(args, _measure(args.processes, "deliver", url, home, number, args.pace))


def _print_deliveries(args: argparse.Namespace, processes: list[dict[str, Any]]) -> None:
    times = sorted(at for one in processes for at in one["times"])
    took = times[-1] - min(one["began"] for one in processes)
    most = max(bisect_left(times, at + 1) - n for n, at in enumerate(times))
    print(
        f"  {len(times):,} digests in {took:.1f} s by {args.processes}, at most {most} in a second; "
        f"50 a second allow {args.digests / 50:.0f} s"
    )
    for one in processes:
        _print({"sent": len(one.pop("times")), **{k: v for k, v in one.items() if k != "began"}})


def _print(figures: dict[str, float]) -> None:
    print("  " + ", ".join(f"{name} {figure:.1f}" for name, figure in figures.items()), flush=True)


def main() -> None:
    """Measure once, or what another process asks for."""
    logging.disable(logging.WARNING)
    if sys.argv[1:2] == ["--measure"]:
        what, url, home, number, pace = sys.argv[2:]
        work = (
            ask(url, Path(home), int(number))
            if what == "ask"
            else deliver(url, Path(home), float(pace))
        )
        print(json.dumps(asyncio.run(work)))
        return
    parser = argparse.ArgumentParser(description="Measure many tenants.")
    parser.add_argument("--tenants", type=int, default=10_000)
    parser.add_argument("--digests", type=int, default=5000)
    parser.add_argument("--pace", type=float, default=47)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--processes", type=int, default=1)
    compare(parser.parse_args())


if __name__ == "__main__":
    main()
