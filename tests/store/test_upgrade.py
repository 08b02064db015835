"""Homes that earlier versions made open whole, and stay beside the updated database."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.models import Person, Place
from bot.store import Store
from bot.store.backup import inspect_backup
from bot.store.schema import HEAD, VERSION_TABLE

HOMES = sorted((Path(__file__).parent / "homes").glob("*.sql"))
NOW = datetime(2026, 5, 29, 15, tzinfo=UTC)
MADE = datetime(2030, 1, 1, tzinfo=UTC)  # after everything in them


@pytest.fixture(params=HOMES, ids=[file.stem for file in HOMES])
def earlier(request: pytest.FixtureRequest, file: Path) -> str:
    """Make the database of an earlier version; return the version of its schema."""
    connection = sqlite3.connect(file)
    connection.executescript(request.param.read_text(encoding="utf-8"))
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    return str(request.param.stem.partition("-")[2])


def ask(file: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(file)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def test_each_released_version_has_a_home():
    assert {file.stem.partition("-")[0] for file in HOMES} == {"0.1.0", "0.2.0"}


async def test_a_home_of_an_earlier_version_keeps_its_shelves(earlier: str, url: str):
    assert earlier < HEAD
    async with await Store.open(url) as store:
        here = store.tenant("terminal", "")
        assert await here.shelf.ids("me") == ("2605.00002", "2605.00001")
        assert await store.papers.count() == 3
        assert await here.personal.count("me") == 8
        messages = store.tenant("slack", "T1").messages
        assert await messages.papers("C1", "1.2") == ("2605.00001",)
        lines = store.tenant("slack", "T1").lines
        assert await lines.get("k") == "save 2605.00001"


@pytest.mark.usefixtures("earlier")
async def test_a_home_of_an_earlier_version_keeps_its_subscriptions(url: str):
    async with await Store.open(url) as store:
        known = await store.tenant("slack", "T1").subscriptions.all(10)
        assert [(one.id, one.paused) for one in known] == [(1, ""), (2, ""), (3, "by Ann")]
        assert {one.person for one in known} == {Person("slack", "T1", "U1")}
        options = known[0].options
        assert (options.papers, options.topics, options.layout) == (7, "diffusion", "compact")
        assert (options.schedule.every, options.schedule.zone) == ("weekly", "Europe/Berlin")
        place = Place("slack", "T1", "C1")
        assert (await store.digest_history.posted([place], ["2605.00001"]))[place] == {"2605.00001"}


@pytest.mark.usefixtures("earlier")
async def test_a_home_of_an_earlier_version_keeps_the_states_of_its_outbox(url: str, file: Path):
    async with await Store.open(url) as store:
        (ready,) = await store.delivery_queue.ready(["slack"], NOW, 10)
        assert ready.id == 1
        (uncertain,) = await store.delivery_reports.uncertain("slack", "T1")
        assert uncertain.id == 3
    states = ask(file, "SELECT state FROM deliveries ORDER BY id")
    assert [state for (state,) in states] == ["pending", "sending", "uncertain", "sent", "dead"]
    states = ask(file, "SELECT state FROM digests ORDER BY date DESC")
    assert [state for (state,) in states] == ["planned", "posting", "sent", "quiet", "skipped"]


async def test_before_an_update_the_database_is_copied(earlier: str, url: str, file: Path):
    await (await Store.open(url)).close()
    copy = file.with_name(f"{file.name}.before-update-{earlier}")
    assert inspect_backup(copy).revision == earlier
    assert inspect_backup(copy).subscriptions == 3
    assert ask(file, f"SELECT version_num FROM {VERSION_TABLE}") == [(HEAD,)]
    await (await Store.open(url)).close()
    assert len(list(file.parent.glob("*.before-update-*"))) == 1


async def test_without_room_for_a_copy_nothing_is_updated(earlier: str, url: str, file: Path):
    file.with_name(f"{file.name}.before-update-{earlier}").mkdir()
    with pytest.raises(StoreError, match="Nothing was updated"):
        await Store.open(url)
    assert ask(file, f"SELECT version_num FROM {VERSION_TABLE}") == [(earlier,)]
