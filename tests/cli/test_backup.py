"""`paperboy backup` and `paperboy restore`, and what the bot does with what was restored."""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from bot.bootstrap import App
from bot.calendar.clock import utc_now
from bot.calendar.schedule import Schedule
from bot.chat.views import plain
from bot.cli import backup, restore
from bot.errors import SettingsError, StoreError
from bot.models import DigestOptions, Person, Place, Subscription
from bot.papers import Paper
from bot.runtime.run_lock import only_one
from bot.settings import Settings, sqlite_in
from bot.store import Store
from bot.store.digests import DueDigest, Part, PlannedDigest, RenderedDigest
from tests.conftest import HERE, Clock, building

ROOT = Path(__file__).parents[2]
ADA = Person("chat", "team", "ada")
PLACE = Place("chat", "team", "c1")
HOUR = timedelta(hours=1)
POSTGRES = "postgresql+asyncpg://ada:hunter2@db.example.org/papers"


def settings_of(home: Path, url: str = "") -> Settings:
    return Settings(home, url or sqlite_in(home))


async def back_up(home: Path, file: Path) -> None:
    args = argparse.Namespace(file=file, force=False)
    assert await backup.main(settings_of(home), args) == 0


async def put_back(home: Path, file: Path, *, move: bool = False) -> None:
    args = argparse.Namespace(file=file, move=move)
    assert await restore.main(settings_of(home), args) == 0


async def fill(store: Store) -> Subscription:
    """Save two papers, and subscribe a place to a digest that was due half an hour ago."""
    now = utc_now()
    await store.papers.save([Paper("2605.00001", "One"), Paper("2605.00002", "Two")], now)
    schedule = Schedule("daily", time((now - HOUR / 2).hour, (now - HOUR / 2).minute), "UTC")
    due = (now - HOUR / 2).replace(second=0, microsecond=0)
    new = Subscription(0, PLACE, ADA, DigestOptions(schedule), now - 30 * HOUR)
    new = replace(new, next_date=due.date(), next_due=due)
    return await store.tenant("chat", "team").subscriptions.add(new)


async def deliver(store: Store, one: Subscription, day: date) -> None:
    """Hand a digest with one message to the outbox."""
    now = utc_now()
    next_date, next_due = one.next_date, one.next_due
    assert next_date
    assert next_due
    occasion = PlannedDigest(one.id, next_date, day, now, now + HOUR, next_date, next_due)
    await store.digests.plan([occasion], now)
    part = Part("a-key", {"blocks": []})
    planned = DueDigest(one, day, now, now + HOUR)
    rendered = RenderedDigest(planned, day, day, ("2605.00001",), ("2605.00001",), (part,))
    assert await store.digests.save([rendered], now) == 1


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


@asynccontextmanager
async def opened(home: Path) -> AsyncIterator[Store]:
    async with await Store.open(sqlite_in(home)) as store:
        yield store


async def test_a_restored_backup_gives_the_same_answers(
    tmp_path: Path, stocked: Path, clock: Clock, capsys: pytest.CaptureFixture[str]
):
    home = tmp_path / "home"
    home.mkdir()
    (home / "paperboy.sqlite3").write_bytes((stocked / "paperboy.sqlite3").read_bytes())
    asked = ["find hebbian", "today", "saved", "paper 2605.00002"]

    async def answers(app: App) -> list[str]:
        return [plain(await app.bot.handle(app.bot.read(one, ADA, HERE))) for one in asked]

    async with building(home, clock) as app:
        await app.bot.handle(app.bot.read("save 2605.00001", ADA, HERE))
        before = await answers(app)
        await back_up(home, tmp_path / "copy")  # the bot has it open
        await app.bot.handle(app.bot.read("unsave 2605.00001", ADA, HERE))
        assert await answers(app) != before
    await put_back(home, tmp_path / "copy")
    async with building(home, clock) as app:
        assert await answers(app) == before
    out = capsys.readouterr().out
    assert f"Backed up 14 papers and 0 subscriptions to {tmp_path / 'copy'}" in out
    assert f"Restored 14 papers and 0 subscriptions to {home / 'paperboy.sqlite3'}" in out
    assert "The database that was there is" in out


async def test_what_may_have_been_posted_since_the_backup_is_not_posted_again(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    async with opened(home) as store:
        one = await fill(store)
        await deliver(store, one, date(2026, 5, 1))
        await back_up(home, tmp_path / "copy")
        ((ready, *_),) = [await store.delivery_queue.ready(["chat"], utc_now(), 10)]
        claimed = await store.deliveries.claim(ready.id, utc_now(), HOUR)
        assert claimed
        assert not claimed.suspect
    await put_back(home, tmp_path / "copy")
    assert "1 digest is skipped" in capsys.readouterr().out
    async with opened(home) as store:
        (again,) = await store.delivery_queue.ready(["chat"], utc_now(), 10)
        found = await store.deliveries.claim(again.id, utc_now(), HOUR)
        assert found
        assert found.suspect  # it is looked for under its key before it is sent
        known = await store.tenant("chat", "team").subscriptions.get(one.id)
        assert known
        assert known.next_due
        assert known.next_due > utc_now()
        assert known.covered is None
        (skipped,) = await store.digest_history.recent(
            "chat", "team", utc_now() - HOUR, ["skipped"]
        )
        assert skipped.reason.startswith("A backup was restored")


async def test_after_a_move_digests_that_are_due_are_posted(home: Path, tmp_path: Path):
    async with opened(home) as store:
        one = await fill(store)
    await back_up(home, tmp_path / "copy")
    new_home = tmp_path / "new"
    await put_back(new_home, tmp_path / "copy", move=True)
    async with opened(new_home) as store:
        assert await store.subscriptions.due(["chat"], utc_now(), 10) == (one,)
        assert await store.papers.count() == 2
    assert names(new_home) == ["paperboy.sqlite3", "paperboy.sqlite3.lock"]


async def test_nothing_is_restored_while_the_bot_runs(home: Path, tmp_path: Path):
    await back_up(home, tmp_path / "copy")
    with only_one(home / "paperboy.sqlite3"), pytest.raises(SettingsError, match="already runs"):
        await put_back(home, tmp_path / "copy")


async def test_a_file_that_is_no_backup_changes_nothing(home: Path, tmp_path: Path):
    (tmp_path / "letter").write_text("Dear Ada")
    before = names(home)
    with pytest.raises(StoreError, match="is not a SQLite database"):
        await put_back(home, tmp_path / "letter")
    assert names(home) == before


@pytest.mark.parametrize("command", [backup, restore])
async def test_for_postgresql_it_says_how(command, tmp_path: Path):
    args = argparse.Namespace(file=tmp_path / "copy", force=False, move=False)
    with pytest.raises(StoreError, match=r"pg_dump --host=db\.example\.org") as said:
        await command.main(settings_of(tmp_path, POSTGRES), args)
    assert "pg_restore --host=db.example.org --clean" in str(said.value)
    assert "hunter2" not in str(said.value)


@pytest.mark.slow
def test_the_shell_has_both_commands(home: Path, tmp_path: Path):
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PAPERBOY_HOME": str(home)}

    def paperboy(*args: str) -> subprocess.CompletedProcess[str]:
        start = [sys.executable, "-m", "bot", *args]
        return subprocess.run(
            start, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )

    assert paperboy("backup", "copy").returncode == 0
    restored = paperboy("restore", "copy")
    assert restored.returncode == 0
    assert "The database that was there is" in restored.stdout
    assert asyncio.run(_papers(home)) == 0


async def _papers(home: Path) -> int:
    async with opened(home) as store:
        return await store.papers.count()
