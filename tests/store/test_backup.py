"""Copies of a database in use, files that are no backups, and restoring over a database."""

# ruff: noqa: ASYNC240 - a test may wait for the disk

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.papers import Paper
from bot.store import Store
from bot.store.backup import copy_database, find_damage, inspect_backup, put_in_place
from bot.store.schema import VERSION_TABLE

NOON = datetime(2026, 5, 29, 12, 0, tzinfo=UTC)


async def fill(store: Store, first: int, number: int = 20) -> None:
    """Save papers whose text needs many pages."""
    papers = [
        Paper(f"2605.{n:05}", f"Paper {n}", abstract=random.Random(n).randbytes(9000).hex())
        for n in range(first, first + number)
    ]
    await store.papers.save(papers, NOON)


async def count(file: Path) -> int:
    async with await Store.open(f"sqlite+aiosqlite:///{file}") as store:
        return await store.papers.count()


async def test_a_copy_is_made_while_others_write_and_holds_one_moment(
    store: Store, file: Path, tmp_path: Path
):
    await fill(store, 0, 200)
    copied = threading.Event()
    writes = 0

    def copy() -> None:
        copy_database(file, tmp_path / "copy", NOON)
        copied.set()

    thread = threading.Thread(target=copy)
    thread.start()
    while not copied.is_set():
        await fill(store, 200 + writes, 1)
        writes += 1
    thread.join()
    assert writes > 3  # nobody waited for the copy
    found = inspect_backup(tmp_path / "copy")
    assert 200 <= found.papers < 200 + writes
    assert found.made == NOON
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600
    assert await store.papers.count() == 200 + writes
    assert await count(tmp_path / "copy") == found.papers


async def test_a_copy_is_one_file_that_can_be_read_where_nothing_can_be_written(
    store: Store, file: Path, tmp_path: Path
):
    await fill(store, 0)
    folder = tmp_path / "archive"
    folder.mkdir()
    copy_database(file, folder / "copy", NOON)
    assert [one.name for one in folder.iterdir()] == ["copy"]
    assert inspect_backup(folder / "copy").papers == 20
    assert [one.name for one in folder.iterdir()] == ["copy"]


async def test_a_file_is_replaced_only_if_told(store: Store, file: Path, tmp_path: Path):
    (tmp_path / "letter").write_text("Dear Ada")
    with pytest.raises(StoreError, match="exists already: name another file, or add --force"):
        copy_database(file, tmp_path / "letter", NOON)
    assert (tmp_path / "letter").read_text() == "Dear Ada"
    await fill(store, 0)
    assert copy_database(file, tmp_path / "letter", NOON, replace=True).papers == 20


def test_what_is_no_backup_is_named(tmp_path: Path, empty_store: Path):
    letter, other, old = tmp_path / "letter", tmp_path / "other", tmp_path / "newer"
    letter.write_text("Dear Ada, " * 1000)
    run(other, "CREATE TABLE alembic_version (version_num TEXT)")
    old.write_bytes(empty_store.read_bytes())
    run(old, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    assert "is not a SQLite database" in refusal(letter)
    assert "is no database of Paperboy" in refusal(other)
    assert "made by a newer Paperboy (schema 9999" in refusal(old)
    assert f"There is no file {tmp_path / 'nothing'}." in refusal(tmp_path / "nothing")
    assert "There is no database" in refusal_of_copy(tmp_path / "nothing", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    assert list(tmp_path.glob(".*")) == []


async def test_a_damaged_page_is_found_in_a_copy_and_in_a_database_that_is_used(
    store: Store, file: Path, tmp_path: Path
):
    await fill(store, 0, 50)
    copy_database(file, tmp_path / "copy", NOON)
    assert find_damage(file) == ""
    damage(tmp_path / "copy")
    assert "use another backup" in refusal(tmp_path / "copy")
    run(file, "PRAGMA wal_checkpoint(TRUNCATE)")
    damage(file)
    assert find_damage(file)
    with pytest.raises(StoreError, match="damaged"):
        copy_database(file, tmp_path / "second", NOON)
    assert not (tmp_path / "second").exists()


async def test_the_present_database_stays_beside_the_one_that_takes_its_place(tmp_path: Path):
    database, staged = tmp_path / "paperboy.sqlite3", tmp_path / "staged"
    for file, papers in ((database, 3), (staged, 5)):
        async with await Store.open(f"sqlite+aiosqlite:///{file}") as store:
            await fill(store, 0, papers)
    aside = await asyncio.to_thread(put_in_place, staged, database, NOON)
    again = put_in_place(aside_copy(database, tmp_path), database, NOON)
    assert aside is not None
    assert again is not None
    assert aside.name == "paperboy.sqlite3.before-20260529-120000"
    assert await count(database) == 5
    assert await count(aside) == 3
    assert await count(again) == 5


async def test_a_log_that_belongs_to_the_present_database_goes_with_it(tmp_path: Path):
    database, staged = tmp_path / "paperboy.sqlite3", tmp_path / "staged"
    async with await Store.open(f"sqlite+aiosqlite:///{staged}") as store:
        await fill(store, 0, 5)
    async with await Store.open(f"sqlite+aiosqlite:///{database}") as store:
        await fill(store, 0, 3)
        # another process that reads on keeps the log from being emptied
        with closing(sqlite3.connect(database, isolation_level=None)) as reader, reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM papers").fetchone()
            await fill(store, 3, 1)
            aside = await asyncio.to_thread(put_in_place, staged, database, NOON)
            assert aside is not None
            assert await count(database) == 5
        reader.close()
        with pytest.raises(StoreError, match="was moved or deleted"):
            await store.papers.count()
    assert await count(aside) == 4


async def test_the_database_itself_is_no_target(store: Store, file: Path, tmp_path: Path):
    (tmp_path / "link").symlink_to(file)
    for target in (file, tmp_path / "link"):
        with pytest.raises(StoreError, match="is the database itself"):
            copy_database(file, target, NOON, replace=True)
    assert await store.papers.count() == 0


async def test_what_lay_beside_an_earlier_copy_does_not_get_into_the_next(
    store: Store, file: Path, tmp_path: Path
):
    await fill(store, 0, 5)
    (tmp_path / "copy-wal").write_bytes(file.with_name(f"{file.name}-wal").read_bytes())
    copy_database(file, tmp_path / "copy", NOON, replace=True)
    assert not (tmp_path / "copy-wal").exists()
    assert inspect_backup(tmp_path / "copy").papers == 5


async def test_a_damaged_database_is_put_aside_as_it_is(tmp_path: Path, empty_store: Path):
    database, staged = tmp_path / "paperboy.sqlite3", tmp_path / "staged"
    shutil.copy(empty_store, staged)
    database.write_text("Dear Ada, " * 1000)
    aside = put_in_place(staged, database, NOON)
    assert aside is not None
    assert aside.read_text() == "Dear Ada, " * 1000
    assert await count(database) == 0


@pytest.mark.parametrize("step", ["os.link", "pathlib.Path.replace"])
async def test_at_every_moment_there_is_a_whole_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
):
    database, staged = tmp_path / "paperboy.sqlite3", tmp_path / "staged"
    for file, papers in ((database, 3), (staged, 5)):
        async with await Store.open(f"sqlite+aiosqlite:///{file}") as store:
            await fill(store, 0, papers)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(step, fail)
        with pytest.raises(KeyboardInterrupt):
            put_in_place(staged, database, NOON)
    assert await count(database) == 3
    put_in_place(staged, database, NOON)
    assert await count(database) == 5


async def test_a_database_can_be_looked_at_without_a_change(store: Store, url: str):
    async with await Store.inspect(url) as looking:
        assert looking.identity == store.identity
        assert await looking.papers.count() == 0


async def test_looking_at_a_database_creates_none(tmp_path: Path):
    with pytest.raises(StoreError, match="There is no database"):
        await Store.inspect(f"sqlite+aiosqlite:///{tmp_path / 'new'}")
    assert list(tmp_path.iterdir()) == []


async def test_messages_that_may_have_been_sent_since_are_looked_for(store: Store):
    since = NOON - timedelta(hours=1)
    assert await store.recovery.suspect_messages(since) == 0
    assert await store.recovery.skip_planned("A backup was restored.", NOON) == 0


def aside_copy(database: Path, folder: Path) -> Path:
    copy_database(database, folder / "another", NOON)
    return folder / "another"


def run(file: Path, statement: str) -> None:
    connection = sqlite3.connect(file)
    with connection:
        connection.execute(statement)
    connection.close()


def damage(file: Path) -> None:
    """Overwrite pages in the middle of a file."""
    content = bytearray(file.read_bytes())
    for page in range(10, len(content) // 4096, 7):
        content[page * 4096 : page * 4096 + 64] = b"\x99" * 64
    with file.open("r+b") as there:
        there.write(content)


def refusal(file: Path) -> str:
    with pytest.raises(StoreError) as refused:
        inspect_backup(file)
    return str(refused.value)


def refusal_of_copy(source: Path, target: Path) -> str:
    with pytest.raises(StoreError) as refused:
        copy_database(source, target, NOON)
    return str(refused.value)
