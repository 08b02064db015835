"""Errors while the store is open are told in a sentence, undone, and over when they are over."""

# ruff: noqa: ASYNC240 - a test may wait for the disk

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

from bot.errors import StoreError
from bot.papers import Paper
from bot.store import Saved, Store


def many(count: int) -> list[Paper]:
    return [Paper(f"2401.{n:05}", f"Paper {n}", abstract="Long. " * 100) for n in range(count)]


@contextmanager
def pragma(statement: str) -> Iterator[None]:
    """Set something on each SQLite connection that is made meanwhile."""

    def configure(connection, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA {statement}")
        cursor.close()

    event.listen(Pool, "connect", configure)
    try:
        yield
    finally:
        event.remove(Pool, "connect", configure)


@pytest.mark.usefixtures("file")  # this is about SQLite
async def test_a_full_disk_is_told_and_nothing_of_the_batch_is_kept(url: str, noon: datetime):
    await (await Store.open(url)).close()
    with pragma("max_page_count=100"):
        async with await Store.open(url) as store:
            await store.papers.save(many(5), noon)
            with pytest.raises(
                StoreError,
                match=r"The disk with the database .* is full: free some space",
            ):
                await store.papers.save(many(1000), noon)
            assert (await store.papers.count(), await store.papers.revision()) == (5, 5)
            assert await store.papers.save(many(6), noon) == Saved(1, 0)


async def test_a_lock_that_another_program_holds_too_long_is_told(
    url: str, file: Path, noon: datetime
):
    async with await Store.open(f"{url}?timeout=0.05") as store:
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(
            StoreError, match="is in use by another program: try again, or end that program"
        ):
            await store.papers.save(many(5), noon)
        assert await store.papers.count() == 0
        other.execute("ROLLBACK")
        other.close()
        assert await store.papers.save(many(5), noon) == Saved(5, 0)


async def test_a_database_that_is_locked_at_the_start_is_told(url: str, file: Path):
    await (await Store.open(url)).close()
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="is in use by another program"):
        await Store.open(f"{url}?timeout=0.05")
    other.close()
    await (await Store.open(url)).close()


@pytest.mark.parametrize("lose", [Path.unlink, lambda file: file.rename(file.with_name("moved"))])
async def test_a_file_that_is_gone_is_told_instead_of_losing_what_is_saved(
    store: Store, file: Path, noon: datetime, lose: Callable[[Path], object]
):
    lose(file)
    with pytest.raises(StoreError, match="was moved or deleted: put it back, or restart Paperboy"):
        await store.papers.save(many(1), noon)
    with pytest.raises(StoreError, match="was moved or deleted"):
        await store.papers.count()
    assert not file.exists()


async def test_a_file_that_was_moved_and_put_back_can_be_used_again(
    store: Store, file: Path, noon: datetime
):
    file.rename(file.with_name("moved"))
    with pytest.raises(StoreError, match="was moved"):
        await store.papers.count()
    file.with_name("moved").rename(file)
    assert await store.papers.save(many(1), noon) == Saved(1, 0)


async def test_another_file_in_its_place_is_not_taken_for_it(store: Store, file: Path):
    file.rename(file.with_name("moved"))
    file.touch()
    with pytest.raises(StoreError, match="was moved"):
        await store.papers.count()


async def test_a_deleted_log_is_told_and_loses_nothing(url: str, file: Path, noon: datetime):
    store = await Store.open(url)
    await store.papers.save(many(3), noon)
    file.with_name(f"{file.name}-wal").unlink()
    for _ in range(2):
        with pytest.raises(StoreError, match="-wal was deleted while in use: restart Paperboy"):
            await store.papers.save(many(9), noon)
    await store.close()
    async with await Store.open(url) as again:
        assert await again.papers.count() == 3


async def test_nobody_else_can_read_the_database(tmp_path: Path, noon: datetime):
    file = tmp_path / "new" / "paperboy.sqlite3"
    async with await Store.open(f"sqlite+aiosqlite:///{file}") as store:
        await store.papers.save(many(3), noon)
        assert [one.stat().st_mode & 0o777 for one in (file.parent, *file.parent.iterdir())] == [
            0o700,
            0o600,
            0o600,
            0o600,
        ]
    file.chmod(0o644)
    async with await Store.open(f"sqlite+aiosqlite:///{file}"):
        assert file.stat().st_mode & 0o777 == 0o600


async def test_damage_is_told(url: str, file: Path, noon: datetime):
    async with await Store.open(url) as store:
        await store.papers.save(many(500), noon)
    whole = file.read_bytes()
    async with await Store.open(url) as store:
        with file.open("r+b") as disk:
            disk.seek(8192)
            disk.write(b"\xaa" * (len(whole) - 8192))
        with pytest.raises(StoreError, match="is damaged: stop Paperboy and restore a backup"):
            await store.papers.save(many(500), noon)
        with pytest.raises(StoreError, match="is damaged"):
            await store.papers.get([paper.id for paper in many(500)])
        file.write_bytes(whole)


async def test_a_closed_store_says_so(store: Store):
    await store.close()
    with pytest.raises(StoreError, match="is closed"):
        await store.papers.count()
    await store.close()
