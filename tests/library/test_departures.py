"""A server or workspace that removes the bot: it hears nothing more, and nothing of it stays."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Date, Integer, MetaData, Table, insert

from bot.chat.bot import Bot
from bot.chat.views import Outcome, plain
from bot.errors import StoreError
from bot.library.tenants import DOUBT, UNDER_WAY, Tenants
from bot.models import Person, Place, ReactionEvent
from bot.store import departures as store_departures
from bot.store.engine import Database
from bot.store.schema import (
    Instant,
    InstantsByName,
    JsonObject,
    TextTuple,
    departures,
    metadata,
)
from tests.conftest import HEBB, NOW, changed
from tests.dumped import dump
from tests.rigs.outbox import World, in_a_world
from tests.rigs.platform import PLATFORM, Fault
from tests.rigs.waiting import eventually

pytestmark = pytest.mark.both_databases

ANN = Person("slack", "T1", "UANN", "Ann")
EVE = Person("slack", "T2", "UEVE", "Eve")
ROOM, THERE = Place("slack", "T1", "C1", "#papers"), Place("slack", "T2", "C1", "#papers")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


async def say(bot: Bot, words: str, person: Person = ANN, place: Place = ROOM) -> str:
    return plain(await bot.handle(bot.read(words, person, place)))


async def lived(bot: Bot) -> None:
    """Let somebody of each tenant leave traces."""
    for person, place in ((ANN, ROOM), (EVE, THERE)):
        for line in ("save", "note {} this", "tag {} memory", "vote", "nominate"):
            await say(
                bot,
                f"{line} {HEBB.id}" if "{}" not in line else line.format(HEBB.id),
                person,
                place,
            )
        await bot.shown(place, "M1", await bot.handle(bot.read(f"paper {HEBB.id}", person, place)))
        await bot.react(ReactionEvent(place, "M1", "🔖", person, added=True, at=NOW - MINUTE))


async def test_all_of_a_tenant_is_purged_when_its_time_has_come_and_nothing_of_another(
    bot, clock, tmp_path
):
    await lived(bot)
    await bot.services.tenants.removed("slack", "T1")
    clock.now = NOW + 30 * DAY - MINUTE
    await bot.services.tenants.purge()
    assert "UANN" in dump(tmp_path)
    clock.now += MINUTE
    await bot.services.tenants.purge()
    assert "UANN" not in dump(tmp_path)
    clock.now += UNDER_WAY  # what was under way, if anything was, has come by then
    await bot.services.tenants.purge()
    assert "'T1'" not in dump(tmp_path)
    assert await bot.services.store.tenant("slack", "T2").shelf.ids(EVE.id) == (HEBB.id,)
    assert await bot.services.tenants.waiting() == ()


async def test_purging_goes_on_after_a_failure(bot, monkeypatch, tmp_path):
    await lived(bot)
    await bot.services.tenants.removed("slack", "T1")
    tenants = bot.services.tenants
    tenants.purge_after = timedelta(seconds=-1)
    monkeypatch.setattr("bot.library.tenants.EVERY", 0.01)
    purge = tenants.store.departures.purge
    fail = iter([True])

    async def refuse_once(*times: datetime) -> Any:
        if next(fail, False):
            raise StoreError("The disk is full.")
        return await purge(*times)

    monkeypatch.setattr(tenants.store.departures, "purge", refuse_once)
    purging = asyncio.create_task(tenants.keep_purging())
    await eventually(lambda: "UANN" not in dump(tmp_path))
    purging.cancel()
    await asyncio.wait([purging])


async def test_with_no_days_to_wait_it_is_purged_at_once(bot, tmp_path):
    await lived(bot)
    bot.services.tenants.purge_after = timedelta()
    await bot.services.tenants.removed("slack", "T1")
    assert "UANN" not in dump(tmp_path)


async def test_who_is_invited_again_before_that_finds_everything(bot, clock):
    await lived(bot)
    before = await say(bot, "saved")
    await bot.services.tenants.removed("slack", "T1")
    refused = await bot.handle(bot.read("saved", ANN, ROOM))
    assert refused.outcome is Outcome.REFUSED
    assert "Paperboy was removed from here" in plain(refused)
    clock.now += 29 * DAY
    await bot.services.tenants.purge()
    await bot.services.tenants.welcomed("slack", "T1")
    clock.now += 2 * DAY
    await bot.services.tenants.purge()
    assert await say(bot, "saved") == before


async def test_what_comes_late_recreates_nothing(bot, clock, tmp_path):
    await lived(bot)
    bot.services.tenants.purge_after = timedelta()
    await bot.services.tenants.removed("slack", "T1")
    clock.now += 2 * UNDER_WAY
    await bot.services.tenants.purge()
    before = dump(tmp_path)
    assert (
        await bot.react(ReactionEvent(ROOM, "M1", "🔖", ANN, added=True, at=NOW - MINUTE)) is None
    )
    assert await bot.react(ReactionEvent(ROOM, "M1", "👍", ANN, added=True)) is None
    await bot.sweep(ROOM, "M1", [("🔖", ANN)], clock.now)
    assert "Paperboy was removed" in await say(
        bot, f"save {HEBB.id}"
    )  # an old button in a conversation
    await bot.services.tenants.removed("slack", "T1")  # told again
    assert dump(tmp_path) == before


async def test_a_tenant_that_comes_back_during_its_purge_loses_nothing_more(
    bot, clock, monkeypatch
):
    await lived(bot)
    await bot.services.tenants.removed("slack", "T1")
    clock.now += 31 * DAY
    change = Database.change
    changed: list[object] = []

    async def change_after_return(database: Database, *statement: Any) -> int:
        if not changed:
            changed.append(statement)
            await bot.services.store.departures.back("slack", "T1")
        return await change(database, *statement)

    monkeypatch.setattr(Database, "change", change_after_return)
    await bot.services.tenants.purge()
    assert changed
    assert await bot.services.store.tenant("slack", "T1").shelf.ids(ANN.id) == (HEBB.id,)


async def test_what_was_under_way_at_the_purge_goes_too(bot, clock, tmp_path):
    bot.services.tenants.purge_after = timedelta()
    await bot.services.tenants.removed("slack", "T1")
    await bot.services.store.tenant("slack", "T1").lines.keep("find what was still being answered")
    clock.now += UNDER_WAY
    await bot.services.tenants.purge()
    assert "still being answered" not in dump(tmp_path)


async def test_after_the_purge_a_tenant_that_comes_again_is_a_new_one(bot, clock):
    await lived(bot)
    bot.services.tenants.purge_after = timedelta()
    await bot.services.tenants.removed("slack", "T1")
    clock.now += 2 * UNDER_WAY
    await bot.services.tenants.purge()
    await bot.services.tenants.welcomed("slack", "T1")
    assert "empty" in await say(bot, "saved")
    assert "Saved" in await say(bot, f"save {HEBB.id}")


async def test_who_left_or_came_back_while_nobody_listened_is_found_out(bot, clock):
    await lived(bot)
    await bot.handle(
        bot.read(
            f"save {HEBB.id}", Person("slack", "", "U9"), Place("slack", "", "D9", private=True)
        )
    )

    async def present() -> list[str]:
        return ["T2", "T3"]

    await bot.services.tenants.compare("slack", present)
    assert await bot.services.tenants.gone("slack", "T1")
    assert not await bot.services.tenants.gone("slack", "T2")
    assert await bot.services.tenants.waiting() == (
        NOW + DOUBT + 30 * DAY,
    )  # a day later than where it was told

    async def back() -> list[str]:
        return ["T1", "T2"]

    clock.now += DAY
    await bot.services.tenants.compare("slack", back)
    assert not await bot.services.tenants.gone("slack", "T1")


async def test_a_departure_that_is_found_out_again_is_not_counted_anew(bot, clock):
    await lived(bot)

    async def nobody() -> list[str]:
        return []

    await bot.services.tenants.compare("slack", nobody)
    clock.now += 10 * DAY
    await bot.services.tenants.compare("slack", nobody)
    assert set(await bot.services.tenants.waiting()) == {NOW + DOUBT + 30 * DAY}


async def test_the_log_and_the_status_of_an_admin_say_what_happened(bot, clock, caplog):
    caplog.set_level(logging.WARNING)
    await lived(bot)
    await bot.services.tenants.removed("slack", "T1")
    assert (
        "slack T1 removed Paperboy: 0 subscriptions are paused, 0 messages are not posted. "
        "Its data will be deleted on 28 June 2026, unless it invites Paperboy again."
    ) in caplog.text
    assert "Removed" not in await say(bot, "status", EVE, THERE)
    bot = changed(bot, admins=frozenset({"UEVE"}))
    told = await say(bot, "status", EVE, THERE)
    assert (
        "Removed  1 server or workspace has removed Paperboy; data is deleted from 28 "
        "June 2026 on." in told
    )
    clock.now += 30 * DAY
    await bot.services.tenants.purge()
    assert "slack T1 is purged: " in caplog.text


@in_a_world()
async def test_nothing_goes_to_a_tenant_that_left_and_nothing_is_left_waiting(world: World):
    one, two = await world.subscribe(), await world.subscribe("C2", "T2")
    for subscription in (one, two):
        await world.digest(subscription, "head", "one")
    await world.tenants.removed(PLATFORM, "T1")
    await world.work(10 * MINUTE)
    assert world.platform.texts("C1") == []
    assert len(world.platform.texts("C2")) == 2
    assert sorted(await world.digests()) == [("sent", ""), ("skipped", "Paperboy was removed.")]
    assert [state for _, state, *_ in await world.rows()] == ["dead", "dead", "sent", "sent"]
    rests = await world.store.subscriptions.get(one.id)
    assert rests
    assert (rests.paused, rests.next_due) == ("until Paperboy is invited again", None)


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.SLOW, Fault.ANSWER_LOST, Fault.BUSY])
def test_an_attempt_that_is_under_way_is_the_last(fault: Fault):
    @in_a_world()
    async def scenario(world: World):
        world.platform.fault = lambda _, __: fault
        await world.digest(await world.subscribe(), "head", "one")

        async def leave() -> None:
            await asyncio.sleep(1)
            await world.tenants.removed(PLATFORM, "T1")

        await asyncio.gather(world.work(30 * MINUTE), leave())
        assert len(world.platform.asked) == 1
        assert {state for _, state, *_ in await world.rows()} == {"dead"}

    scenario()


@in_a_world()
async def test_subscriptions_resume_when_the_tenant_is_back_and_what_was_missed_is_not_made_up_for(
    world: World,
):
    resting, paused = await world.subscribe(), await world.subscribe("C2")
    subscriptions = world.store.tenant(PLATFORM, "T1").subscriptions
    await subscriptions.change(replace(resting, covered=world.now().date()))
    await world.store.subscriptions.pause(paused.id, "by Ann")
    await world.tenants.removed(PLATFORM, "T1")
    await world.tenants.welcomed(PLATFORM, "T1")
    resumed, still = [await world.store.subscriptions.get(one.id) for one in (resting, paused)]
    assert resumed
    assert still
    assert not resumed.paused
    assert resumed.next_due
    assert resumed.next_due > world.now()
    assert resumed.covered is None  # nothing can have come late for its first digest
    assert still.paused == "by Ann"


@in_a_world()
async def test_of_several_tenants_none_is_taken_for_the_one_that_is_lost(world: World):
    await world.subscribe()
    await world.tenants.lost(PLATFORM, "token")
    assert await world.tenants.gone(PLATFORM, "T1")
    await world.tenants.welcomed(PLATFORM, "T1")
    await world.subscribe("C2", "T2")
    await world.tenants.lost(PLATFORM, "token")
    assert not await world.tenants.gone(PLATFORM, "T1")
    assert not await world.tenants.gone(PLATFORM, "T2")


@in_a_world()
async def test_a_tenant_whose_people_only_visit_is_none_in_which_the_bot_is(world: World):
    await world.tenants.welcomed(PLATFORM, "T1", "token")
    await world.subscribe()
    await world.subscribe("C2", "STRANGERS")
    await world.tenants.lost(PLATFORM, "another")
    assert await world.tenants.gone(PLATFORM, "T1")
    assert not await world.tenants.gone(PLATFORM, "STRANGERS")


@in_a_world()
async def test_of_several_installations_the_one_of_the_refused_credential_is_lost(world: World):
    for tenant in ("T1", "T2"):
        await world.tenants.welcomed(PLATFORM, tenant, f"token of {tenant}")
    await world.tenants.lost(PLATFORM, "another")
    assert not await world.tenants.gone(PLATFORM, "T2")
    await world.tenants.lost(PLATFORM, "token of T2")
    assert await world.tenants.gone(PLATFORM, "T2")
    assert not await world.tenants.gone(PLATFORM, "T1")
    await world.tenants.lost(PLATFORM, "another")  # one is left
    assert await world.tenants.gone(PLATFORM, "T1")


@in_a_world()
async def test_since_when_a_credential_is_refused_is_remembered_until_it_is_accepted(world: World):
    first = world.now()
    for token in ("never accepted", "accepted before"):
        if token == "accepted before":
            await world.tenants.welcomed(PLATFORM, "T1", token)
        assert await world.tenants.refused(PLATFORM, token) == first
    world.now.ahead = DAY
    again = Tenants(world.store, world.now)
    assert await again.refused(PLATFORM, "accepted before") == first
    assert await again.refused(PLATFORM, "another") == world.now()
    await again.welcomed(PLATFORM, "T1", "accepted before")
    assert await again.refused(PLATFORM, "accepted before") == world.now()


@in_a_world()
async def test_the_papers_of_a_digest_that_was_not_posted_are_new_again(world: World):
    one = await world.subscribe()
    await world.digest(one, "head")
    await world.tenants.removed(PLATFORM, "T1")
    assert (await world.store.digest_history.posted([one.place], ["2605.00001"]))[
        one.place
    ] == frozenset()


VALUES: tuple[tuple[type[Any], Any], ...] = (
    (Boolean, False),
    (Date, date(2026, 5, 29)),
    (Instant, datetime(2026, 5, 29, tzinfo=UTC)),
    (TextTuple, ()),
    (InstantsByName, {}),
    (JsonObject, {}),
)


def _value(column: Column[Any], tenant: str, number: int) -> Any:
    """Make up a value of a column's type."""
    if column.name == "tenant":
        return tenant
    if column.foreign_keys:
        (key,) = column.foreign_keys
        return _value(key.column, tenant, number)
    if isinstance(column.type, Integer):
        return number
    return next(
        (value for kind, value in VALUES if isinstance(column.type, kind)), f"{tenant}-{number}"
    )


def _belongs(table: Table) -> bool:
    """Tell whether a table is a tenant's, by itself or by what it hangs from."""
    return "tenant" in table.c or any(_belongs(key.column.table) for key in table.foreign_keys)


def owned(schema: MetaData) -> list[Table]:
    return [table for table in schema.sorted_tables if _belongs(table) and table is not departures]


async def test_no_table_of_the_schema_keeps_anything_of_a_tenant_that_is_purged(
    bot, clock, monkeypatch
):
    monkeypatch.setattr(store_departures, "AT_ONCE", 1)
    database = bot.services.store._database  # noqa: SLF001  # whatever tables there are, rows are put into all of them

    async def fill(connection):
        for number, tenant in enumerate(("T1", "T2"), 1):
            for table in metadata.sorted_tables:
                if _belongs(table) or table.name == "papers":
                    row = {c.name: _value(c, tenant, number) for c in table.c}
                    if table.name == "papers":
                        row |= {"revision": 1000 + number}
                    if table is not departures:
                        await connection.execute(insert(table), row)

    await database.write(fill)
    before = await _tenants_of_rows(database)
    assert set(before) == {table.name for table in owned(metadata)}
    assert {len(found) for found in before.values()} == {2}
    await bot.services.tenants.removed("T1-1", "T1")
    clock.now += 31 * DAY
    await bot.services.tenants.purge()
    assert {
        name: len(found) for name, found in (await _tenants_of_rows(database)).items()
    } == dict.fromkeys(before, 1)


async def _tenants_of_rows(database: Any) -> dict[str, list[Any]]:
    return {table.name: list(await database.read(table.select())) for table in owned(metadata)}
