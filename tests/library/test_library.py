"""The collection as a whole: what is known, what is asked for, and what is said when that fails."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import SourceError
from bot.library import library
from bot.library.cooldown import REST
from bot.library.library import Library
from bot.library.listings import COMING, FRESH
from bot.papers import Paper
from bot.search import Index
from bot.settings import sqlite_in
from bot.sources.hugging_face import HuggingFace, Patience
from bot.store import Store
from tests.rigs.hugging_face import Fault, Site, hugging_face, reply

TODAY, YESTERDAY = date(2026, 5, 29), date(2026, 5, 28)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 29, 15, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with hugging_face() as site:
        site.fill(TODAY, YESTERDAY, papers=7)
        yield site


@pytest.fixture
async def papers(home: Path, site: Site, clock: Clock) -> AsyncIterator[Library]:
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(await Store.open(sqlite_in(home)))
        index = await stack.enter_async_context(
            await Index.open(home / "index.sqlite3", store.identity)
        )
        patience = Patience(pause=0.001, tries=1, read=1)
        source = await stack.enter_async_context(HuggingFace(site.address, patience=patience))
        yield Library(store, index, source, clock, online=True)


async def test_a_list_is_asked_for_once_and_again_when_it_may_have_changed(papers, site, clock):
    listing = await papers.between(TODAY, TODAY, limit=5)
    assert (len(listing.papers), listing.total, listing.remark) == (5, 7, "")
    await papers.between(TODAY, TODAY, limit=5, offset=5)
    assert len(site.requests) == 1
    site.fill(TODAY, papers=9)
    clock.now += FRESH
    assert (await papers.between(TODAY, TODAY, limit=5)).total == 9


async def test_a_list_that_is_settled_is_never_asked_for_again(papers, site, clock):
    clock.now += timedelta(days=30)
    await papers.between(TODAY, TODAY, limit=5)
    clock.now += timedelta(days=365)
    await papers.between(TODAY, TODAY, limit=5)
    assert len(site.requests) == 1


async def test_what_is_known_is_shown_with_a_remark_when_the_source_fails_which_is_then_left_alone(
    papers, site, clock
):
    await papers.between(TODAY, TODAY, limit=5)
    clock.now += FRESH
    site.fail(reply({}, 503), times=100)
    assert "has a problem (HTTP 503)" in (await papers.between(TODAY, TODAY, limit=5)).remark
    asked = len(site.requests)
    listing = await papers.between(TODAY, TODAY, limit=5)
    assert (listing.total, "has a problem" in listing.remark, len(site.requests)) == (
        7,
        True,
        asked,
    )
    with pytest.raises(SourceError, match="has a problem"):
        await papers.between(YESTERDAY, YESTERDAY, limit=5)
    site.faults.clear()
    clock.now += REST
    assert (await papers.between(YESTERDAY, YESTERDAY, limit=5)).total == 7


async def test_a_list_is_answered_at_once_and_refreshed_behind_the_answer(papers, site, clock):
    await papers.between(TODAY, TODAY, limit=5)
    site.fill(TODAY, papers=9)
    clock.now += timedelta(hours=3)
    listing = await papers.between(TODAY, TODAY, limit=5, seconds=0)
    assert (listing.total, listing.remark) == (7, f"As of 3 hours ago. {COMING}")
    assert (await papers.between(TODAY, TODAY, limit=5)).total == 9
    assert len(site.requests) == 2


async def test_what_is_not_here_yet_is_asked_for_once_and_said_to_be_coming(papers, site):
    site.ready.clear()
    for days in ((TODAY, TODAY), (YESTERDAY, TODAY), (YESTERDAY, YESTERDAY)):
        with pytest.raises(SourceError, match="try again in a moment"):
            await papers.between(*days, limit=5, seconds=0)
    site.ready.set()
    assert (await papers.between(YESTERDAY, TODAY, limit=5)).total == 14
    assert len(site.requests) <= 3


async def test_a_refresh_that_is_still_under_way_is_cancelled_at_the_end(papers, site):
    site.fail(Fault.STALL, times=10)
    with pytest.raises(SourceError, match="try again in a moment"):
        await papers.between(TODAY, TODAY, limit=5, seconds=0)
    await papers.close()


async def test_the_age_of_trending_papers_is_told_while_newer_ones_come(papers, clock):
    await papers.trending(limit=3)
    clock.now += timedelta(days=3)
    listing = await papers.listings.trending(limit=3, offset=0, seconds=0)
    assert listing.remark == f"As of 3 days ago. {COMING}"
    assert (await papers.trending(limit=3)).remark == ""


async def test_nobody_waits_long_for_a_source_that_says_nothing(papers, site, monkeypatch):
    monkeypatch.setattr(library, "PATIENCE_SECONDS", 0.05)
    site.fail(Fault.STALL, times=10)
    with pytest.raises(SourceError, match="takes too long to answer"):
        await papers.paper("2605.29001")
    with pytest.raises(SourceError, match="takes too long to answer"):
        await papers.between(TODAY, TODAY, limit=5)
    with pytest.raises(SourceError, match="takes too long to answer"):
        await papers.search_remote("hebbian")


async def test_an_unknown_paper_is_fetched_kept_and_found(papers, site):
    paper = await papers.paper("2605.29003")
    assert paper.title == "Paper 3 of 2026-05-29"
    assert await papers.paper("2605.29003") == paper
    assert len(site.requests) == 1
    assert (await papers.search("paper 3 2026", limit=5)).papers == (paper,)
    assert await papers.paper("2401.00001") is None


async def test_papers_of_many_days_are_indexed_at_once(papers, home, clock):
    days = (
        (clock.now + timedelta(days=n), [Paper(f"2501.{n:05}", f"Volume {n} of many")])
        for n in range(140)
    )
    saved = await papers.add_all(days)
    assert sum(each.added for each in saved) == 140
    assert (await papers.search("volume 139", limit=1)).papers[0].id == "2501.00139"
    with closing(sqlite3.connect(home / "index.sqlite3")) as index:
        assert index.execute("SELECT number, first, last FROM segment").fetchall() == [(1, 1, 140)]


async def test_trending_is_in_the_order_of_the_source_and_asked_for_once(papers, site, clock):
    listing = await papers.trending(limit=3)
    assert [paper.id for paper in listing.papers] == ["2605.29000", "2605.29001", "2605.29002"]
    assert (await papers.trending(limit=3, offset=3)).total == 14
    assert len(site.requests) == 1
    clock.now += 2 * FRESH
    site.fail(reply({}, 500), times=10)
    again = await papers.trending(limit=3)
    assert (again.papers, "has a problem" in again.remark) == (listing.papers, True)


async def test_a_sync_is_noted_for_the_status(papers, site, clock):
    await papers.sync()
    status = await papers.status()
    assert (status.papers, status.days, status.last, status.synced, status.trouble) == (
        14,
        7,
        TODAY,
        clock.now,
        "",
    )
    site.fail(reply({}, 503), times=100)
    clock.now += timedelta(hours=1)
    await papers.sync()
    status = await papers.status()
    assert status.synced == clock.now - timedelta(hours=1)
    assert status.trouble.startswith("2026-05-29, 2026-05-28 and 2026-05-27: ")


async def test_an_older_database_that_was_put_back_and_went_on_is_noticed(home, site):
    file, patience = home / "paperboy.sqlite3", Patience(pause=0.001, tries=1)

    async def opened(*batches: str) -> tuple[bool, list[str]]:
        """Import batches of papers; return whether the index was sound, and what it finds."""
        async with AsyncExitStack() as stack:
            store = await stack.enter_async_context(await Store.open(sqlite_in(home)))
            index = await stack.enter_async_context(
                await Index.open(home / "index.sqlite3", store.identity)
            )
            source = await stack.enter_async_context(HuggingFace(site.address, patience=patience))
            papers = Library(store, index, source, Clock())
            sound = await papers.check_index()
            for word in batches:
                many = [Paper(f"{word}-{n}", f"A {word} paper {n}") for n in range(20)]
                await papers.add(many, datetime(2026, 5, 1, tzinfo=UTC))
            totals = [
                word
                for word in ("apples", "pears", "plums")
                if (await papers.search(word, limit=5)).total == 20
            ]
            return sound, totals

    assert await opened("apples") == (True, ["apples"])
    before = file.read_bytes()
    assert await opened("pears") == (True, ["apples", "pears"])
    file.write_bytes(before)
    assert await opened("plums") == (False, ["apples", "plums"])
    assert await opened() == (True, ["apples", "plums"])
    file.write_bytes(before)
    assert await opened("pears") == (False, ["apples", "pears"])
