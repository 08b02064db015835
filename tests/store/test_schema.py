"""How values are stored, and that the statements are not SQLite's alone."""

from datetime import date, datetime
from importlib import import_module
from pkgutil import iter_modules

import pytest
from sqlalchemy import Delete, Insert, Select, Update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import StatementError

import bot.store
from bot.store import Store
from bot.store.engine import Database
from bot.store.papers import _titled
from bot.store.schema import days as days_table
from bot.store.schema import metadata
from bot.store.upserts import insert_or_keep, insert_or_replace


async def test_a_moment_without_a_time_zone_is_refused(store: Store):
    with pytest.raises(StatementError, match="has no time zone"):
        await store.days.record(date(2026, 3, 1), 1, datetime(2026, 3, 1))  # noqa: DTZ001
    assert (await store.days.covered()).days == 0


def test_every_statement_can_be_said_to_postgresql():
    modules = [import_module(f"bot.store.{one.name}") for one in iter_modules(bot.store.__path__)]
    for_postgresql = Database.__new__(Database)
    for_postgresql.dialect = "postgresql"
    store = Store(for_postgresql, "identity")
    parts = [*vars(store).values(), *vars(store.tenant("slack", "T1")).values()]
    built = [vars(part) for part in parts if hasattr(part, "__dict__")]
    found = {id(one): one for one in statements([*map(vars, modules), *built, [_titled(2)]])}
    assert len(found) > 140
    for statement in found.values():
        assert str(statement.compile(dialect=postgresql.dialect()))


@pytest.mark.parametrize("table", metadata.sorted_tables)
def test_every_upsert_is_spelt_alike_for_both(table):
    for build in (insert_or_keep, insert_or_replace):
        if build is insert_or_replace and all(column.primary_key for column in table.c):
            continue
        assert "ON CONFLICT" in str(
            build("postgresql", table).compile(dialect=postgresql.dialect())
        )
    assert "ON CONFLICT (day) DO UPDATE SET papers = excluded.papers" in str(
        insert_or_replace("sqlite", days_table)
    )


def statements(values):
    """Yield the statements among values, whatever they are held in."""
    for value in values:
        match value:
            case Delete() | Insert() | Select() | Update():
                yield value
            case dict():
                yield from statements(value.values())
            case list() | tuple():
                yield from statements(value)
            case _:
                pass
