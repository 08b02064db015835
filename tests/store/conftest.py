"""A store of its own for each test, in a real SQLite file and on a real PostgreSQL server."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.papers import Paper
from bot.store import Store
from bot.store.schema import VERSION_TABLE, metadata
from tests.rigs.postgresql import Server

TABLES = [one.name for one in metadata.sorted_tables if one.name not in {"store", VERSION_TABLE}]
EMPTY = f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY; UPDATE store SET revision = 0"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "paperboy.sqlite3"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test of the store on both databases, unless it looks into SQLite's file."""
    if "dialect" in metafunc.fixturenames:
        dialects = ("sqlite",) if "file" in metafunc.fixturenames else ("sqlite", "postgresql")
        metafunc.parametrize("dialect", dialects)


@pytest.fixture
def url(dialect: str, request: pytest.FixtureRequest) -> str:
    if dialect == "sqlite":
        return f"sqlite+aiosqlite:///{request.getfixturevalue('file')}"
    server: Server = request.getfixturevalue("postgresql")
    database: str = request.getfixturevalue("postgresql_store")
    server.run(EMPTY, database)
    return server.url(database)


@pytest.fixture
def filled_url(dialect: str, url: str, request: pytest.FixtureRequest) -> str:
    """The address of a database whose tables are there."""
    if dialect == "sqlite":
        request.getfixturevalue("home")
    return url


@pytest.fixture
async def store(filled_url: str) -> AsyncIterator[Store]:
    async with await Store.open(filled_url) as store:
        yield store


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def keep(store: Store) -> Callable[..., object]:
    """Save papers of these ids at noon."""

    async def keep(*ids: str) -> None:
        await store.papers.save([Paper(id_, f"Paper {id_}") for id_ in ids], NOON)

    return keep
