"""Transactions end as they should, and the connections are fit for what comes next."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from bot.errors import StoreError
from bot.store import Store
from bot.store.connections import Transaction
from bot.store.database_url import read_address
from bot.store.engine import Database
from bot.store.schema import messages, shelf

ROW = {"platform": "slack", "tenant": "T1"}
KEPT = {**ROW, "person": "ada", "paper": "unknown", "saved": datetime(2026, 3, 2, tzinfo=UTC)}
SENT = {
    **ROW,
    "address": "C1",
    "message": "1",
    "papers": ("a",),
    "sent": datetime(2026, 3, 2, tzinfo=UTC),
}


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    await (await Store.open(url)).close()
    database = Database(read_address(url))
    yield database
    await database.close()


async def test_an_error_in_the_middle_undoes_all_of_it(database: Database):
    async def fail(transaction: Transaction) -> None:
        await transaction.execute(insert(messages), SENT)
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(fail)
    assert await database.read(select(messages)) == []
    assert await database.change(insert(messages), SENT) == 1


@pytest.mark.usefixtures("file")  # this is about SQLite
async def test_a_commit_that_fails_undoes_all_of_it_and_the_next_one_works(database: Database):
    async def fail(transaction: Transaction) -> None:
        await transaction.execute(insert(messages), SENT)
        # what is wrong comes out at the commit
        await transaction.execute(text("PRAGMA defer_foreign_keys=ON"))
        await transaction.execute(insert(shelf), KEPT)

    for _ in range(2):
        with pytest.raises(StoreError, match="reports: FOREIGN KEY constraint failed"):
            await database.write(fail)
    assert await database.read(select(messages)) == []
    assert await database.change(insert(messages), SENT) == 1


@pytest.mark.usefixtures("file")  # this is about SQLite
async def test_readers_cannot_write(database: Database):
    with pytest.raises(StoreError, match="is read-only"):
        await database.read(insert(messages).values(SENT).returning(messages.c.message))  # type: ignore[arg-type]


@pytest.mark.usefixtures("file")  # this is about SQLite
async def test_the_writer_keeps_what_it_was_told_through_a_power_cut(database: Database):
    async def ask(transaction: Transaction) -> list[object]:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return [
            (await transaction.execute(text(f"PRAGMA {pragma}"))).scalar() for pragma in pragmas
        ]

    assert await database.write(ask) == ["wal", 2, 1, 5000]  # 2 is FULL


async def test_what_was_begun_is_done_when_nobody_waits_for_it_any_more(database: Database):
    begun = asyncio.Event()

    async def slowly(transaction: Transaction) -> None:
        begun.set()
        await asyncio.sleep(0.01)
        await transaction.execute(insert(messages), SENT)

    task = asyncio.create_task(database.write(slowly))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await database.change(insert(messages), SENT | {"message": "2"}) == 1
    assert len(await database.read(select(messages))) == 2


async def test_closing_waits_for_what_was_begun(url: str, file: Path):
    store = await Store.open(url)
    sent = store.tenant("slack", "T1").messages
    tasks = [asyncio.create_task(sent.record("C1", str(n), ["a"], SENT["sent"])) for n in range(20)]  # type: ignore[arg-type]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*tasks)
    assert not file.with_name(file.name + "-wal").exists()  # the last connection is closed
    async with await Store.open(url) as store:
        assert await store.tenant("slack", "T1").messages.papers("C1", "19") == ("a",)
