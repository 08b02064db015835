"""How values are stored, and that the statements are not SQLite's alone."""

from datetime import date, datetime

import pytest
from sqlalchemy import Delete, Insert, Select, Update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import StatementError

from bot.store import Store, days, digests, messages, papers, shelf, subscriptions, syncs
from bot.store.schema import days as days_table
from bot.store.schema import metadata
from bot.store.upserts import insert_or_keep, insert_or_replace


async def test_a_moment_without_a_time_zone_is_refused(store: Store):
    with pytest.raises(StatementError, match="has no time zone"):
        await store.days.record(date(2026, 3, 1), 1, datetime(2026, 3, 1))  # noqa: DTZ001
    assert (await store.days.covered()).days == 0


@pytest.mark.parametrize("module", [days, digests, messages, papers, shelf, subscriptions, syncs])
def test_every_statement_can_be_said_to_postgresql(module):
    found = [
        value
        for value in flat(vars(module).values())
        if isinstance(value, Delete | Insert | Select | Update)
    ]
    assert found
    for statement in found:
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


def flat(values):
    for value in values:
        if isinstance(value, dict):
            yield from flat(value.values())
        else:
            yield value
