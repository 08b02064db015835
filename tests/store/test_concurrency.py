"""Many tasks and processes at once: nothing is lost, seen half done, or left locked."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from datetime import datetime

import pytest

from bot.errors import StoreError
from bot.papers import Paper
from bot.store import Store
from tests.rigs.waiting import eventually


def batch(number: int, size: int = 2) -> list[Paper]:
    return [Paper(f"{number}-{n}", f"Paper {n} of {number}") for n in range(size)]


async def test_fifty_writers_of_which_a_third_fail_and_fifty_readers(store: Store, noon: datetime):
    shelf = store.tenant("slack", "T1").shelf

    async def write(number: int) -> None:
        if number % 3 == 0:
            with pytest.raises(StoreError):
                await shelf.save("ada", f"unknown {number}", noon)
        else:
            await store.papers.save(batch(number), noon)

    async def read() -> int:
        return await store.papers.count()

    work = [write(number) for number in range(50)] + [read() for _ in range(50)]
    random.Random(1).shuffle(work)
    seen = [count for count in await asyncio.gather(*work) if count is not None]
    assert await store.papers.count() == await store.papers.revision() == 2 * 33
    assert [count for count in seen if count % 2] == []  # a batch is seen whole or not at all


async def test_cancelled_calls_leave_nothing_locked_and_nothing_half_done(
    store: Store, noon: datetime
):
    chance = random.Random(1)
    for _ in range(15):
        first = chance.randrange(10**9)
        writers = [
            asyncio.create_task(store.papers.save(batch(first + n, 20), noon)) for n in range(8)
        ]
        readers = [asyncio.create_task(store.papers.changed(0, 100)) for _ in range(8)]
        for _ in range(8):
            await asyncio.sleep(chance.random() * 0.003)
            chance.choice([*writers, *readers]).cancel()
        ended = await asyncio.gather(*writers, *readers, return_exceptions=True)
        assert [error for error in ended if isinstance(error, Exception)] == []
    async with asyncio.timeout(10):
        assert (
            await store.papers.save(batch(-1, 20), noon)
        ).added == 20  # in turn, after all that was cancelled
        counts = await asyncio.gather(*(store.papers.count() for _ in range(20)))
        assert [count for count in counts if count % 20] == []

    async def is_whole() -> bool:
        changed = len(await store.papers.changed(0, 10**6))
        return await store.papers.count() == await store.papers.revision() == changed

    await eventually(is_whole)  # what was cancelled while it was committed may still arrive


WRITER = """
import asyncio, sys
from datetime import UTC, datetime
from bot.papers import Paper
from bot.store import Store

async def main():
    async with await Store.open(sys.argv[1]) as store:
        for batch in range(int(sys.argv[3])):
            name, text = f"{sys.argv[2]}-{batch}", "Long. " * 200
            papers = [Paper(f"{name}-{n}", "A title", abstract=text) for n in range(20)]
            await store.papers.save(papers, datetime.now(UTC))
            print(batch, flush=True)

asyncio.run(main())
"""


def start(url: str, name: str, batches: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, url, name, str(batches)], stdout=subprocess.PIPE, text=True
    )


async def test_processes_that_write_at_once_lose_nothing(url: str):
    processes = [start(url, name, 30) for name in "ab"]
    assert [len(process.communicate(timeout=30)[0].split()) for process in processes] == [30, 30]
    async with await Store.open(url) as store:
        assert await store.papers.count() == await store.papers.revision() == 2 * 30 * 20
        changed = await store.papers.changed(0, 10_000)
        assert [revision for revision, _ in changed] == list(range(1, 1201))


@pytest.mark.parametrize("after", [3, 20])
async def test_a_process_killed_while_it_saves_leaves_whole_batches(url: str, after: int):
    process = start(url, "a", 10_000)
    assert process.stdout
    said = [int(process.stdout.readline()) for _ in range(after)][-1]
    os.kill(process.pid, signal.SIGKILL)
    said = max([said, *map(int, process.communicate(timeout=30)[0].split())])
    async with await Store.open(url) as store:
        count = await store.papers.count()
        assert count % 20 == 0
        assert count >= 20 * (said + 1)  # what was told to be saved is there
        assert await store.papers.revision() == count
