"""The search index: what it finds, and that it heals itself."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from bot.papers import Paper
from bot.search import Index, Query, parse

TODAY = date(2025, 6, 1)
PAPERS = (
    Paper("2501.00001", "Hebbian Learning for Deep Networks", ("Ada Lovelace", "Alan Turing"), upvotes=10),
    Paper("2501.00002", "Attention Without Transformers", ("Grace Hopper",), upvotes=50),
    Paper(
        "2501.00003", "Diffusion Models for Music", ("Ada Lovelace",), "A Continuous Thing Machine (CTM).", upvotes=5
    ),
)


def changes(papers: Sequence[Paper]):
    """Answer as the store does: paper n was changed at revision n + 1."""

    async def changed(after: int, limit: int) -> Sequence[tuple[int, Paper]]:
        return list(enumerate(papers, 1))[after : after + limit]

    return changed


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[Index]:
    index = await Index.open(tmp_path / "index.db", "a database")
    await index.follow(changes(PAPERS), len(PAPERS))
    yield index
    await index.close()


async def ids(index: Index, text: str) -> tuple[str, ...]:
    return (await index.search(parse(text, TODAY), limit=5)).ids


async def test_a_misspelt_word_finds_its_paper_and_says_what_was_understood(index: Index):
    hits = await index.search(Query("hebian lerning"), limit=5)
    assert hits.ids == ("2501.00001",)
    assert hits.corrected == "hebbian learning"


async def test_a_beginning_is_enough(index: Index):
    assert await ids(index, "atten") == ("2501.00002",)


async def test_a_name_defined_in_the_abstract_finds_its_paper(index: Index):
    assert await ids(index, "ctm") == ("2501.00003",)
