"""Everything moves from SQLite to PostgreSQL, whatever comes between; what is not ours stays."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, insert, select, update

from bot.calendar.schedule import Schedule
from bot.errors import StoreError
from bot.models import DigestOptions, Person, Place, Subscription
from bot.papers import Paper
from bot.settings import sqlite_in
from bot.store import Store, move
from bot.store.database_url import read_address
from bot.store.engine import Database
from bot.store.move import TABLES, Move, open_both
from bot.store.schema import metadata
from bot.store.schema import store as store_row
from tests.conftest import NOW
from tests.rigs.postgresql import Server

DAY = date(2026, 3, 2)
ROWS = 7
VALUES = {
    bool: lambda n: n % 2 == 0,
    int: lambda n: n,
    date: lambda n: DAY + timedelta(days=n),
    datetime: lambda n: datetime(2026, 3, 2, 9, 30, 59, 123456, tzinfo=UTC) + timedelta(hours=n),
}
BY_TYPE = {
    "TextTuple": lambda n: ("é", f"{n}")[: n % 3],
    "JsonObject": lambda n: {"b": [n, None, "🔖"], "a": {"x": 1.5}},
    "InstantsByName": lambda n: {"title": NOW + timedelta(seconds=n)},
    "Instant": VALUES[datetime],
}


def value(table: Table, name: str, n: int) -> Any:
    """Return a value for a column in a table's n-th row; keys of other tables exist."""
    if name == "paper" or (name, table.name) == ("id", "papers"):
        return f"2605.{n:05}"
    column = table.c[name]
    if column.nullable and n == 1:
        return None
    kind = type(column.type).__name__
    if kind in BY_TYPE:
        return BY_TYPE[kind](n)
    return VALUES.get(column.type.python_type, lambda n: f"{name} ‘{n}’ ☂")(n)


async def fill(database: Database) -> None:
    """Put some rows into every table."""
    for table in TABLES:
        for n in range(1, ROWS + 1):
            row = {name: value(table, name, n) for name in map(str, table.columns.keys())}
            await database.change(insert(table), row)
    await database.change(update(store_row).values(revision=ROWS, watched=3, watch_changes=2))


@pytest.fixture
async def source(home: Path) -> str:
    database = Database(read_address(sqlite_in(home)))
    await fill(database)
    await database.close()
    return sqlite_in(home)


@pytest.fixture
def target(postgresql: Server) -> str:
    return postgresql.url(postgresql.create_database())


def content(url: str) -> bytes:
    return Path(url.removeprefix("sqlite+aiosqlite:///")).read_bytes()


async def run(source: str, target: str, progress: Any = lambda *_: None) -> tuple[move.Moved, ...]:
    async with open_both(read_address(source), read_address(target)) as (here, there):
        return await Move(here, there, progress).run(NOW)


async def rows_of(url: str) -> dict[str, list[Any]]:
    database = Database(read_address(url))
    found = {
        table.name: sorted(map(repr, await database.read(select(table))))
        for table in metadata.sorted_tables
        if table.name != "leases"
    }
    await database.close()
    return found


async def test_every_row_of_every_table_is_the_same_there(
    source: str, target: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(move, "BATCH", 3)
    before = content(source)
    moved = await run(source, target)
    assert {one.table: one.rows for one in moved} == {table.name: ROWS for table in TABLES}
    assert await rows_of(target) == await rows_of(source)
    assert content(source) == before
    async with await Store.open(target) as store:  # new rows get numbers that none has had
        options = DigestOptions(Schedule("daily", time(9), "UTC"))
        new = Subscription(0, Place("slack", "T1", "C1"), Person("slack", "T1", "U1"), options, NOW)
        assert (await store.tenant("slack", "T1").subscriptions.add(new)).id == ROWS + 1
        assert (await store.papers.save([Paper("2605.90001", "Another")], NOW)).added == 1


async def test_what_was_interrupted_goes_on_and_is_not_used_before_it_is_done(
    source: str, target: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(move, "BATCH", 2)

    def interrupt(table: str, done: int, _: int) -> None:
        if table == "shelf" and done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await run(source, target, interrupt)
    with pytest.raises(StoreError, match="run `paperboy move` again"):
        await Store.open(target)
    # the source went on in between: what it has now counts
    async with await Store.open(source) as store:
        await store.papers.save([Paper("2605.00001", "A newer title")], NOW + timedelta(days=99))
    await run(source, target)
    assert await rows_of(target) == await rows_of(source)
    with pytest.raises(StoreError, match="was moved to"):
        await run(source, target)


async def test_what_changes_while_it_is_moved_is_noticed(source: str, target: str):
    file = source.removeprefix("sqlite+aiosqlite:///")

    def change(table: str, done: int, total: int) -> None:
        if table == "papers" and done == total:
            with closing(sqlite3.connect(file)) as there, there:
                there.execute("UPDATE papers SET title = 'Another'")

    with pytest.raises(StoreError, match="The table papers is not the same in both databases"):
        await run(source, target, change)
    with pytest.raises(StoreError, match="run `paperboy move` again"):
        await Store.open(target)


async def test_a_database_with_other_data_is_left_as_it_is(source: str, target: str):
    async with await Store.open(target) as store:
        await store.papers.save([Paper("2605.00009", "Theirs")], NOW)
    before = await rows_of(target)
    with pytest.raises(StoreError, match=r"has other data \(batches, papers\): name an empty one"):
        await run(source, target)
    assert await rows_of(target) == before
