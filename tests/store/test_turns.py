"""Writes of several processes on PostgreSQL wait for each other where they have to."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import bindparam, insert, text, update

from bot.errors import StoreError
from bot.store import Store, postgresql
from bot.store.connections import Transaction
from bot.store.database_url import read_address
from bot.store.engine import Database
from bot.store.schema import alerts
from bot.store.turns import ALL, ROWS
from tests.store.conftest import NOON

SET = update(alerts).where(alerts.c.kind == bindparam("its")).values(since=NOON)


@pytest.fixture
async def pair(dialect: str, url: str) -> AsyncIterator[tuple[Database, Database]]:
    if dialect == "sqlite":
        pytest.skip("one process at a time runs with SQLite")
    await (await Store.open(url)).close()
    one, other = Database(read_address(url)), Database(read_address(url))
    yield one, other
    await one.close()
    await other.close()


@pytest.mark.parametrize(
    ("first", "second", "waits"),
    [("A", "A", True), ("A", "B", False), (ALL, "A", True), ("A", ALL, True), (ROWS, "A", False)],
)
async def test_a_write_waits_for_those_of_its_tenant_or_of_all(
    pair: tuple[Database, Database], first: str, second: str, *, waits: bool
):
    one, other = pair
    began, go_on, order = asyncio.Event(), asyncio.Event(), list[str]()

    async def slow(_: Transaction) -> None:
        began.set()
        await go_on.wait()
        order.append("first")

    async def quick(_: Transaction) -> None:
        order.append("second")

    slow_one = asyncio.create_task(one.write(slow, turn=first))
    await began.wait()
    quick_one = asyncio.create_task(other.write(quick, turn=second))
    _, late = await asyncio.wait([quick_one], timeout=0.1 if waits else 10)
    go_on.set()
    await asyncio.gather(slow_one, quick_one)
    assert (bool(late), order[0]) == (waits, "first" if waits else "second")


async def test_of_two_writes_in_each_others_way_one_is_done_again(pair: tuple[Database, Database]):
    one, other = pair
    both, tries = asyncio.Barrier(2), list[int]()

    async def save(database: Database, names: list[str]) -> None:
        async def work(transaction: Transaction) -> None:
            tries.append(1)
            await transaction.execute(SET, {"its": names[0]})
            if len(tries) <= 2:
                await both.wait()
            await transaction.execute(SET, {"its": names[1]})

        await database.write(work, turn=ROWS)

    for name in "ab":
        await one.change(insert(alerts), {"kind": name, "since": NOON})
    await asyncio.gather(save(one, ["a", "b"]), save(other, ["b", "a"]))
    assert len(tries) == 3


async def test_of_a_process_that_stands_still_within_a_transaction_the_server_lets_go(
    pair: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
):
    one, other = pair
    short = text(str(postgresql._TAKE[ALL]).replace("15s", "100ms"))  # noqa: SLF001
    monkeypatch.setitem(postgresql._TAKE, ALL, short)  # noqa: SLF001
    began, go_on = asyncio.Event(), asyncio.Event()

    async def still(_: Transaction) -> None:
        began.set()
        await go_on.wait()

    stopped = asyncio.create_task(one.write(still))
    await began.wait()
    async with asyncio.timeout(10):
        assert await other.change(insert(alerts), {"kind": "a", "since": NOON}) == 1
    go_on.set()
    with pytest.raises(StoreError, match="try again in a moment"):
        await stopped
