"""A damaged page is found in the background, and said in the log, in `status` and to the admins."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from bot.bootstrap import App
from bot.chat.views import plain
from bot.runtime.supervisor import run_chores
from tests.conftest import ADA, HERE, Clock, building, changed
from tests.rigs.damage import damage_pages
from tests.rigs.waiting import eventually


@pytest.fixture
def damaged(tmp_path: Path, stocked: Path) -> Path:
    """Give a home whose database has damaged pages that are rarely read."""
    shutil.copytree(stocked, tmp_path, dirs_exist_ok=True)
    damage_pages(tmp_path / "paperboy.sqlite3", "reactions", "nominations", "notes")
    return tmp_path


async def status(app: App) -> str:
    bot = changed(app.bot, admins=frozenset({ADA.id}))
    return plain(await bot.handle(bot.read("status", ADA, HERE)))


async def test_the_start_finds_a_damaged_page_while_it_goes_on(
    damaged: Path, clock: Clock, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("INFO")
    async with building(damaged, clock, sync_minutes=0) as app, run_chores(app.chores):
        await eventually(lambda: "is damaged" in caplog.text)
        assert "restore a backup: paperboy restore FILE" in caplog.text
        assert f"The database is {damaged / 'paperboy.sqlite3'}" in caplog.text
        assert app.services.storage
        assert "is damaged" in (await app.services.storage.troubles())["damage"]


async def test_status_reads_every_page_once_and_says_what_is_wrong(damaged: Path, clock: Clock):
    async with building(damaged, clock) as app:
        assert "paperboy.sqlite3 is damaged" in await status(app)


async def test_a_sound_database_gives_no_trouble(tmp_path: Path, stocked: Path, clock: Clock):
    shutil.copytree(stocked, tmp_path, dirs_exist_ok=True)
    async with building(tmp_path, clock) as app:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0)
                ticks += 1

        ticking = asyncio.create_task(tick())
        assert app.services.storage
        await app.services.storage.check()
        ticking.cancel()
        assert ticks  # the loop went on
        assert "damaged" not in await status(app)
        assert await app.services.storage.troubles() == {}
