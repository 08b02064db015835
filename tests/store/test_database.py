"""A database is made, brought up to date or refused, each with one sentence."""

# ruff: noqa: ASYNC240 - a test may wait for the disk

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from bot.errors import StoreError
from bot.store import Store
from bot.store.schema import HEAD, VERSION_TABLE, metadata
from bot.store.upgrade import configuration, versions


def sqlite(path: object) -> str:
    return f"sqlite+aiosqlite:///{path}"


def ask(file: Path, statement: str) -> list[tuple[object, ...]]:
    """Run a statement as another program would."""
    connection = sqlite3.connect(file)
    try:
        with connection:
            return connection.execute(statement).fetchall()
    finally:
        connection.close()


async def refusal(url: str) -> str:
    """Try to open a database, and return the sentence with which it is refused."""
    with pytest.raises(StoreError) as refused:
        await Store.open(url)
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


async def test_the_file_and_its_folder_are_made(tmp_path: Path):
    file = tmp_path / "new" / "folder" / "paperboy.sqlite3"
    async with await Store.open(sqlite(file)) as store:
        assert await store.papers.count() == 0
    assert file.exists()


async def test_an_empty_file_becomes_a_database(tmp_path: Path):
    file = tmp_path / "empty"
    file.touch()
    async with await Store.open(sqlite(file)) as store:
        assert await store.papers.count() == 0


async def test_a_database_keeps_its_identity_and_no_other_has_it(tmp_path: Path):
    identities = []
    for name in ("a", "a", "b"):
        async with await Store.open(sqlite(tmp_path / name)) as store:
            identities.append(store.identity)
    first, again, other = identities
    assert first == again != other


async def test_a_store_in_memory_works_too():
    async with await Store.open("sqlite+aiosqlite:///file:/for-a-test?vfs=memdb&uri=true") as store:
        assert await store.papers.revision() == 0


async def test_readers_need_not_wait_for_writers(url: str, file: Path):
    async with await Store.open(url):
        assert ask(file, "PRAGMA journal_mode") == [("wal",)]


def test_the_migrations_end_in_the_schema_of_today(tmp_path: Path):
    asyncio.run(made(tmp_path / "new"))
    engine = create_engine(f"sqlite:///{tmp_path / 'new'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert context.get_current_revision() == HEAD == versions(configuration())[0]
        assert compare_metadata(context, metadata) == []
    engine.dispose()


async def test_a_database_of_an_earlier_version_is_brought_up_to_date_and_keeps_what_it_holds(
    file: Path, url: str
):
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        command.upgrade(configuration(connection), "0001")
    engine.dispose()
    ask(file, "INSERT INTO days VALUES ('2026-03-01', 12, '2026-03-02 12:00:00.000000')")
    async with await Store.open(url) as store:
        assert (await store.days.covered()).days == 1
    assert ask(file, f"SELECT version_num FROM {VERSION_TABLE}") == [(HEAD,)]


def test_opening_a_database_that_is_up_to_date_needs_no_alembic(tmp_path: Path):
    asyncio.run(made(tmp_path / "new"))
    program = (
        "import asyncio, sys; from bot.store import Store\n"
        "async def main(): await (await Store.open(sys.argv[1])).close()\n"
        "asyncio.run(main()); print(*sys.modules)"
    )
    modules = run(program, sqlite(tmp_path / "new")).split()
    assert "bot.store" in modules
    heavy = {"alembic", "sqlalchemy.orm", "sqlalchemy.dialects.postgresql"}
    assert heavy.isdisjoint(modules)


def test_processes_that_open_a_new_database_at_once_find_the_same_one(tmp_path: Path):
    program = (
        "import asyncio, sys; from bot.store import Store\n"
        "async def main():\n"
        "    for n in range(5):\n"
        "        async with await Store.open(sys.argv[1] + str(n)) as store: "
        "print(store.identity)\n"
        "asyncio.run(main())"
    )
    start = [sys.executable, "-W", "error", "-c", program, sqlite(tmp_path / "new")]
    processes = [subprocess.Popen(start, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    answers = {process.communicate(timeout=30)[0] for process in processes}
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(answers) == 1
    assert len(set(answers.pop().split())) == 5


async def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path):
    file = tmp_path / "clash"
    ask(file, f"CREATE TABLE {VERSION_TABLE} (version_num TEXT)")
    ask(file, "CREATE TABLE messages (other TEXT)")  # the last table that the first migration makes
    assert "messages already exists" in await refusal(sqlite(file))
    assert sorted(ask(file, "SELECT name FROM sqlite_master")) == [("messages",), (VERSION_TABLE,)]


@pytest.mark.parametrize("url", ["", "   "])
async def test_an_empty_address_is_refused(url: str):
    assert (await refusal(url)).startswith(
        "No database is named: give its address, like sqlite+aiosqlite:"
    )


@pytest.mark.parametrize(
    "url",
    [
        "paperboy",
        "sqlite+aiosqlite:/paperboy",
        "sqlite:///paperboy",
        "mysql://ada:hunter2@host/paperboy",
        "postgresql+psycopg://ada:hunter2@host/paperboy",
        "postgresql+asyncpg://ada:hunter2@host:port/paperboy",
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:",
        "sqlite+aiosqlite:///\0",
        "sqlite+aiosqlite://ada:hunter2@host/paperboy",
        "sqlite+aiosqlite:///{folder}/paperboy?timeout=hunter2",
        "sqlite+aiosqlite:///{folder}/paperboy?timeout=1&timeout=2",
    ],
)
async def test_an_address_that_makes_no_sense_is_refused_with_one_that_does(
    tmp_path: Path, url: str
):
    sentence = await refusal(url.format(folder=tmp_path))
    assert "write it like sqlite+aiosqlite:////folder/paperboy.sqlite3" in sentence
    assert "hunter2" not in sentence


async def test_an_option_that_sqlite_would_ignore_is_refused(tmp_path: Path):
    assert "takes no mode" in await refusal(sqlite(tmp_path / "new?mode=ro"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(find_spec("asyncpg") is not None, reason="the driver is there")
async def test_a_missing_driver_is_named():
    sentence = await refusal("postgresql+asyncpg://ada:hunter2@127.0.0.1:1/paperboy")
    assert (
        sentence
        == "The database paperboy on 127.0.0.1 needs the Python package asyncpg: install it."
    )


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path):
    file = tmp_path / "letter.txt"
    file.write_text("Dear Ada, " * 1000)
    assert (
        await refusal(sqlite(file))
        == f"{file} is not a SQLite database: name another file, or move it away."
    )
    assert file.read_text() == "Dear Ada, " * 1000


async def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path):
    file = tmp_path / "other"
    ask(file, "CREATE TABLE alembic_version (version_num TEXT)")
    before = file.read_bytes()
    assert "belongs to another program" in await refusal(sqlite(file))
    assert file.read_bytes() == before


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(url: str, file: Path):
    await made(file)
    ask(file, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    before = file.read_bytes()
    assert "was made by a newer Paperboy (schema 9999; this one knows" in await refusal(url)
    assert file.read_bytes() == before


async def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path):
    assert f"{tmp_path} can't be opened" in await refusal(sqlite(tmp_path))


def test_a_program_that_ends_because_its_database_cannot_be_opened_ends_in_silence(tmp_path: Path):
    program = (
        "import asyncio, sys; from bot.errors import StoreError; from bot.store import Store\n"
        "for _ in range(50):\n"
        "    try: asyncio.run(Store.open(sys.argv[1]))\n"
        "    except StoreError: pass"
    )
    start = [sys.executable, "-c", program, sqlite(tmp_path)]
    ended = subprocess.run(start, check=True, capture_output=True, text=True, timeout=30)
    assert ended.stderr == ""


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").touch()
    assert f"The folder {tmp_path / 'file'} for the database can't be created" in await refusal(
        sqlite(tmp_path / "file" / "x")
    )


@pytest.mark.parametrize("option", ["mode=ro", "immutable=1"])
async def test_a_database_that_can_only_be_read_is_refused(file: Path, option: str):
    await made(file)
    assert f"{file} is read-only" in await refusal(sqlite(f"file:{file}?{option}&uri=true"))


@pytest.mark.parametrize("keep", [50, 6000])
async def test_a_database_that_was_cut_off_is_refused(file: Path, url: str, keep: int):
    await made(file)
    file.write_bytes(file.read_bytes()[:keep])
    assert f"{file} is damaged" in await refusal(url)


async def test_a_database_in_an_odd_folder_can_be_opened(tmp_path: Path):
    file = tmp_path / "50 % of a føldér" / "paperboy"
    async with await Store.open(sqlite(str(file).replace("%", "%25"))) as store:
        assert await store.papers.count() == 0
    assert file.exists()


async def test_a_copy_of_a_database_opens_as_the_same(tmp_path: Path):
    await made(tmp_path / "a")
    shutil.copy(tmp_path / "a", tmp_path / "b")
    assert await made(tmp_path / "a") == await made(tmp_path / "b")


async def made(file: Path) -> str:
    """Make a database, or open it, and return its identity."""
    async with await Store.open(sqlite(file)) as store:
        return store.identity


def run(program: str, *arguments: str) -> str:
    start = [sys.executable, "-W", "error", "-c", program, *arguments]
    return subprocess.run(start, check=True, capture_output=True, text=True, timeout=30).stdout
