"""Processes share a platform's pace: one with more to send has more turns, none has two."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from itertools import chain, pairwise
from time import monotonic, sleep

import pytest

from bot.calendar.clock import utc_now
from bot.digests.pace import SharedPace
from bot.store import Store
from bot.store.paces import AHEAD, LATE
from tests.conftest import NOW

SPAN = timedelta(seconds=0.25)


@pytest.fixture
async def stores(filled_url: str) -> AsyncIterator[list[Store]]:
    """Give the stores of two processes."""
    async with AsyncExitStack() as stack:
        opened = [await Store.open(filled_url) for _ in range(2)]
        yield [await stack.enter_async_context(one) for one in opened]


async def test_no_two_processes_take_the_same_turns(stores: list[Store]):
    async def take(store: Store) -> list[datetime]:
        return [await store.paces.take("pace of discord", SPAN, NOW) for _ in range(10)]

    taken = sorted(chain(*await asyncio.gather(*map(take, stores))))
    assert {later - earlier for earlier, later in pairwise(taken)} == {SPAN}
    assert len(taken) == 20
    assert taken[0] == NOW


async def test_turns_that_nobody_took_do_not_pile_up(stores: list[Store]):
    await stores[0].paces.take("pace of discord", SPAN, NOW)
    later = NOW + timedelta(hours=1)
    assert await stores[1].paces.take("pace of discord", SPAN, later) == later - LATE


async def test_a_clock_that_was_set_back_stops_nobody(stores: list[Store]):
    await stores[0].paces.take("pace of discord", SPAN, NOW + timedelta(days=1))
    assert await stores[1].paces.take("pace of discord", SPAN, NOW) == NOW + AHEAD


async def test_a_pace_is_no_duty_of_a_process(stores: list[Store]):
    await stores[0].paces.take("pace of discord", SPAN, NOW)
    assert await stores[0].leases.held(NOW) == ()


@pytest.mark.parametrize("turns", [(60, 60), (120, 0)])
async def test_the_pace_holds_for_all_together(stores: list[Store], turns: tuple[int, int]):
    began = monotonic()
    paces = [SharedPace("discord", 100, store.paces, utc_now) for store in stores]
    every = [pace.turn() for pace, number in zip(paces, turns, strict=True) for _ in range(number)]
    await asyncio.gather(*every)
    # the last block of 25 is begun, not over
    assert monotonic() - began >= (120 - 25) / 100 - 0.1


async def test_a_turn_that_was_not_needed_is_the_next_one_s(stores: list[Store]):
    pace = SharedPace("discord", 4, stores[0].paces, utc_now)
    await pace.turn()
    began = monotonic()
    for _ in range(5):
        pace.give_back()
        await pace.turn()
    assert monotonic() - began < 0.25


async def test_many_who_wait_take_no_turns_ahead_of_another_process(stores: list[Store]):
    busy, other = (SharedPace("discord", 100, store.paces, utc_now) for store in stores)
    waiting = [asyncio.create_task(busy.turn()) for _ in range(400)]
    await waiting[50]
    began = monotonic()
    await other.turn()
    assert monotonic() - began < 2  # their turns are four seconds
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_turns_of_a_process_that_stood_still_do_not_pile_up(stores: list[Store]):
    pace = SharedPace("discord", 100, stores[0].paces, utc_now)
    await pace.turn()
    sleep(1)  # noqa: ASYNC251  # it stands still
    began = monotonic()
    await asyncio.gather(*(pace.turn() for _ in range(50)))
    assert monotonic() - began > 0.3  # those that it had are gone
