"""A store of its own for each test, in a real SQLite file and on a real PostgreSQL server."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest

from bot.papers import Paper
from bot.store import Store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


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
