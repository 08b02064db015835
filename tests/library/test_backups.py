"""A copy an hour, the right ones stay, and what fails is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.chat.views import plain
from bot.library.backups import Backups, expired
from bot.models import Person
from bot.store.backup import inspect_backup
from tests.conftest import ADA, HERE, Clock, building, changed

HOUR = timedelta(hours=1)
MIDNIGHT = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def backups(home: Path, clock: Clock) -> Backups:
    return Backups(home / "paperboy.sqlite3", home / "copies", clock, hours=3, days=2)


def names(backups: Backups) -> list[str]:
    return sorted(file.name for file in backups.folder.iterdir())


async def test_an_hour_has_one_copy_whoever_asks(backups: Backups, clock: Clock):
    assert await backups.make()
    assert not await backups.make()
    other = Backups(backups.database, backups.folder, clock)
    assert not await other.make()
    clock.now += HOUR
    assert await other.make()
    assert names(backups) == ["paperboy-20260529-15.sqlite3", "paperboy-20260529-16.sqlite3"]
    assert inspect_backup(backups.folder / "paperboy-20260529-16.sqlite3").made == clock.now


async def test_the_newest_copies_stay_and_the_last_of_some_days(backups: Backups, clock: Clock):
    backups.folder.mkdir()
    (backups.folder / "letter.txt").touch()
    (backups.folder / "paperboy-20269999-99.sqlite3").touch()
    (backups.folder / ".paperboy-20260529-14.sqlite3.77.partial").touch()
    for _ in range(30):
        assert await backups.make()
        clock.now += HOUR
    assert names(backups) == [
        "letter.txt",
        "paperboy-20260529-23.sqlite3",
        "paperboy-20260530-18.sqlite3",
        "paperboy-20260530-19.sqlite3",
        "paperboy-20260530-20.sqlite3",
        "paperboy-20269999-99.sqlite3",
    ]


def test_each_of_the_newest_days_keeps_its_last_copy():
    copies = [MIDNIGHT + n * HOUR for n in range(24 * 20)]
    kept = sorted({*copies} - expired(copies, 24, 14))
    assert len(kept) == 24 + 13
    assert kept[0] == MIDNIGHT + timedelta(days=6, hours=23)
    assert expired(copies, 1, 0) == {*copies[:-1]}
    assert expired([], 24, 14) == set()


async def test_a_copy_that_fails_is_said_once_and_tried_again(
    backups: Backups, clock: Clock, caplog: pytest.LogCaptureFixture
):
    backups.folder.write_text("a file is in the way")
    for _ in range(3):
        assert not await backups.make()
        clock.now += timedelta(minutes=11)
    assert [record.message.partition(":")[0] for record in caplog.records] == [
        "The hourly backup failed"
    ]
    assert "PAPERBOY_BACKUPS can’t be created" in backups.trouble
    backups.folder.unlink()
    assert await backups.make()
    assert backups.trouble == ""


async def test_status_tells_admins_where_everything_lies(home: Path, clock: Clock):
    async with building(home, clock, backups=home / "copies") as app:
        bot = changed(app.bot, admins=frozenset({ADA.id}))

        async def status(person: Person) -> str:
            return plain(await bot.handle(bot.read("status", person, HERE)))

        assert f"There is no backup in {home / 'copies'} yet" in await status(ADA)
        assert app.services.storage
        assert app.services.storage.backups
        await app.services.storage.backups.make()
        text = await status(ADA)
        assert str(home / "paperboy.sqlite3") in text
        assert str(home / "index.sqlite3") in text
        assert f"1 copy in {home / 'copies'}, the last of 29 May 2026, 15:00 UTC" in text
        clock.now += 4 * HOUR
        assert "There is no backup" in await status(ADA)
        assert str(home) not in await status(Person("slack", "T1", "U9"))
