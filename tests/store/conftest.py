"""A store of its own for each test, in a real SQLite file."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.papers import Paper
from bot.store import Store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "paperboy.sqlite3"


@pytest.fixture
def url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


@pytest.fixture
async def store(home: Path, url: str) -> AsyncIterator[Store]:  # noqa: ARG001  # the file is there
    async with await Store.open(url) as store:
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
