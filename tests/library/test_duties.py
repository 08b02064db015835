"""What must happen once happens once over all processes, and goes on when one of them is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.errors import StoreError
from bot.library import duties as module
from bot.library.duties import LEASE, Duties
from bot.store import Store
from bot.store.leases import Leases
from tests.conftest import Clock
from tests.rigs.waiting import eventually

FOREVER = 3600.0


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RENEW_SECONDS", 0.01)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)


@pytest.fixture
async def store(filled_url: str) -> AsyncIterator[Store]:
    async with await Store.open(filled_url) as store:
        yield store


class Chore:
    """Counts who works, and works until cancelled."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.now: set[str] = set()

    async def work(self, name: str) -> None:
        self.begun.append(name)
        self.now.add(name)
        assert self.now == {name}
        try:
            await asyncio.sleep(FOREVER)
        finally:
            self.now.discard(name)


async def started(stack: AsyncExitStack, duties: Duties, chore: Chore) -> asyncio.Task[object]:
    work = duties.alone("syncing", lambda: chore.work(duties.holder))
    task = asyncio.ensure_future(work())

    async def end() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(end)
    return task


async def test_one_of_two_works_and_the_other_takes_over_at_once_when_it_stops(
    store: Store, clock: Clock
):
    chore = Chore()
    async with AsyncExitStack() as stack:
        first = await started(stack, Duties(store.leases, clock, "a"), chore)
        await eventually(lambda: chore.now == {"a"})
        await started(stack, Duties(store.leases, clock, "b"), chore)
        for _ in range(5):  # it keeps the lease for longer than that lasts
            clock.now += LEASE / 2
            held = (await store.leases.held(clock()))[0]
            await eventually(lambda: renewed(store, clock))
            assert (held.name, held.holder) == ("syncing", "a")
        first.cancel()
        await eventually(lambda: chore.now == {"b"})
    assert chore.begun == ["a", "b"]
    assert await store.leases.held(clock()) == ()


class Far(Leases):
    """Leases in a database that is slow to take what it was sent, and takes it all the same."""

    def __init__(self, near: Leases) -> None:
        self.near, self.sent, self.arrives = near, 0, asyncio.Event()
        self.on_its_way: asyncio.Task[bool] | None = None

    async def take(self, name: str, holder: str, now: datetime, lasts: timedelta) -> bool:
        self.sent += 1
        if self.sent > 1:
            return await asyncio.shield(self._arrive(name, holder, now, lasts))
        return await self.near.take(name, holder, now, lasts)

    def _arrive(self, *values: Any) -> asyncio.Task[bool]:
        async def late() -> bool:
            await self.arrives.wait()
            return await self.near.take(*values)

        self.on_its_way = asyncio.create_task(late())
        return self.on_its_way

    async def release(self, name: str, holder: str, now: datetime) -> None:
        await self.near.release(name, holder, now)


async def test_a_renewal_on_its_way_takes_nothing_back_that_was_released(
    store: Store, clock: Clock
):
    far = Far(store.leases)
    working = asyncio.ensure_future(
        Duties(far, clock, "a").alone("syncing", asyncio.Event().wait)()
    )
    await eventually(lambda: far.on_its_way is not None)
    working.cancel()
    await asyncio.wait([working], timeout=0.1)
    far.arrives.set()
    await asyncio.wait([working])
    assert far.on_its_way
    await far.on_its_way
    assert await store.leases.held(clock()) == ()


async def renewed(store: Store, clock: Clock) -> bool:
    held = await store.leases.held(clock())
    return bool(held) and held[0].until == clock() + LEASE


async def test_what_a_lost_process_did_another_does_when_the_lease_has_run_out(
    store: Store, clock: Clock
):
    chore = Chore()
    assert await store.leases.take("syncing", "lost", clock(), LEASE)
    async with AsyncExitStack() as stack:
        await started(stack, Duties(store.leases, clock, "b"), chore)
        clock.now += LEASE - timedelta(seconds=1)
        assert not await store.leases.take("syncing", "b", clock(), LEASE)
        assert chore.begun == []
        clock.now += timedelta(seconds=1)
        await eventually(lambda: chore.now == {"b"})


async def test_a_process_that_stood_still_too_long_stops_what_another_does_now(
    store: Store, clock: Clock
):
    chore = Chore()
    async with AsyncExitStack() as stack:
        await started(stack, Duties(store.leases, clock, "a"), chore)
        await eventually(lambda: chore.now == {"a"})
        later = clock() + LEASE
        assert await store.leases.take("syncing", "b", later, LEASE)
        await eventually(lambda: not chore.now)
        assert [one.holder for one in await store.leases.held(later)] == ["b"]


async def test_what_another_process_has_done_since_is_not_done_again(store: Store, clock: Clock):
    done: list[str] = []
    one, other, third_one = (Duties(store.leases, clock, name) for name in "abc")
    goes_on = asyncio.Event()

    async def sweep(name: str) -> None:
        done.append(name)
        await goes_on.wait()

    first = asyncio.create_task(one.once("sweep", lambda: sweep("a")))
    await eventually(lambda: done)
    clock.now += timedelta(seconds=1)
    # what these two miss, the sweep that is under way may have passed already
    second = asyncio.create_task(other.once("sweep", lambda: sweep("b")))
    third = asyncio.create_task(third_one.once("sweep", lambda: sweep("c")))
    await asyncio.sleep(0)
    goes_on.set()
    clock.now += timedelta(seconds=1)
    await asyncio.gather(first, second, third)
    assert len(done) == 2


async def test_work_that_fails_fails_here_and_leaves_the_lease(store: Store, clock: Clock):
    async def fail() -> None:
        raise StoreError("No.")

    with pytest.raises(StoreError):
        await Duties(store.leases, clock, "a").alone("syncing", fail)()
    assert await store.leases.take("syncing", "b", clock(), LEASE)
    assert await store.leases.done("syncing") is None
