"""What is measured of an engine, each stage in a process of its own so that its memory is its own."""

from __future__ import annotations

import asyncio
import random
import resource
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from bench.corpora import Corpus
from bench.engines import Engine
from bench.lag import watched
from bench.metrics import Spread, ndcg, rank
from bench.queries import Wanted
from bot.__main__ import SWITCH_SECONDS

T = TypeVar("T")

DAY = 50  # papers of a busy day
TYPING, LETTER = 8, 0.2  # people, and seconds between two letters


@dataclass(frozen=True, slots=True)
class Built:
    """What it takes to keep papers, and to add a day's; `update` is None where all has to be built anew."""

    seconds: float
    update: float | None  # milliseconds
    megabytes: float


@dataclass(frozen=True, slots=True)
class Answer:
    """How one query was answered: the place of the first paper meant, from 1, or 0, and how good the first ten are."""

    wanted: Wanted
    rank: int
    ndcg: float
    ms: float


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers, how soon after its start a process gave its first, and its memory."""

    answers: tuple[Answer, ...]
    ready: float  # milliseconds
    megabytes: float


def alone(work: Callable[..., Coroutine[Any, Any, T]], *args: object) -> T:
    """Run a stage in a new process."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_run, work, *args).result()


def _run(work: Callable[..., Coroutine[Any, Any, T]], *args: object) -> T:
    return asyncio.run(work(*args))


async def build(kind: type[Engine], corpus: Corpus, number: int, folder: Path) -> Built:
    """Build an index of all papers but a day's, then add these; there are `number` in all."""
    engine = kind(folder)
    papers = iter(corpus)
    day = list(islice(papers, DAY))
    started = time.perf_counter()
    await (
        engine.build(papers, number - len(day))
        if kind.grows
        else engine.build(chain(day, papers), number)
    )
    seconds, update = time.perf_counter() - started, None
    await engine.close()
    if kind.grows:
        await engine.open()
        started = time.perf_counter()
        await engine.build(day, len(day))
        update = (time.perf_counter() - started) * 1000
        await engine.close()
    return Built(seconds, update, _size(folder))


async def ask(
    kind: type[Engine], folder: Path, wanted: Sequence[Wanted], patience: float
) -> Answered:
    """Ask the queries in a random order, the same for all, for `patience` seconds at most."""
    queries = list(wanted)
    random.Random(1).shuffle(queries)
    started = time.perf_counter()
    engine = kind(folder)
    await engine.open()
    await engine.find("the first question", 10)
    ready = (time.perf_counter() - started) * 1000
    answers: list[Answer] = []
    end = time.perf_counter() + patience
    for query in queries:
        before = time.perf_counter()
        found = await engine.find(query.text, 10)
        ms = (time.perf_counter() - before) * 1000
        answers.append(Answer(query, rank(found[:10], query.gold), ndcg(found, query.gold), ms))
        if time.perf_counter() > end:
            break
    await engine.close()
    return Answered(tuple(answers), ready, peak_memory())


async def type_together(
    kind: type[Engine], folder: Path, texts: Sequence[str], seconds: float
) -> Spread:
    """Let eight people type, five letters a second each, and tell how late the event loop was, in milliseconds."""
    sys.setswitchinterval(SWITCH_SECONDS)  # as `paperboy` does
    engine = kind(folder)
    await engine.open()
    end = time.perf_counter() + seconds
    with ThreadPoolExecutor(1) as thread:

        async def find(text: str) -> None:
            if time.perf_counter() > end:
                return
            if kind.blocks:
                await asyncio.get_running_loop().run_in_executor(thread, engine.look, text, 10)
            else:
                await engine.find(text, 10)

        async def person(number: int) -> None:
            await asyncio.sleep(number * LETTER / TYPING)
            asked: set[asyncio.Task[None]] = set()
            while time.perf_counter() < end:
                text = texts[(number + len(asked)) % len(texts)]
                for letters in range(1, len(text) + 1):
                    asked.add(asyncio.create_task(find(text[:letters])))
                    await asyncio.sleep(LETTER)
                    if time.perf_counter() > end:
                        break
            await asyncio.gather(*asked)

        async with watched() as lags:
            await asyncio.gather(*map(person, range(TYPING)))
    await engine.close()
    return Spread.of(lags)


def _size(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def peak_memory() -> float:
    """Return the most memory that this process had resident, in megabytes."""
    status = Path("/proc/self/status")
    if (
        status.exists()
    ):  # its figure begins with the program, the other with the process that started it
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(peak.split()[1]) / 1e3
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e6 if sys.platform == "darwin" else 1e3)
