"""Two processes on one PostgreSQL: the second sees what the first has done, and none fails."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.calendar.schedule import Schedule
from bot.errors import StoreError
from bot.models import DigestOptions, Person, Place, Subscription
from bot.papers import Paper
from bot.search import Index, parse
from bot.store import Store
from bot.store.digests import TO_RENDER, DueDigest, Part, PlannedDigest, RenderedDigest
from tests.rigs.postgresql import Server, running, unavailable

PLACE = Place("slack", "T1", "C1")
ADA = Person("slack", "T1", "ada")
DAY = date(2026, 3, 2)
ROUNDS = 10


@pytest.fixture
async def stores(dialect: str, url: str) -> AsyncIterator[tuple[Store, Store]]:
    if dialect == "sqlite":
        pytest.skip("one process at a time runs with SQLite")
    async with await Store.open(url) as one, await Store.open(url) as other:
        yield one, other


async def subscribe(store: Store, noon: datetime) -> Subscription:
    options = DigestOptions(Schedule("daily", noon.time(), "UTC"))
    new = Subscription(0, PLACE, ADA, options, noon, DAY, noon)
    return await store.tenant("slack", "T1").subscriptions.add(new)


async def test_of_two_planners_one_makes_each_digest(stores: tuple[Store, Store], noon: datetime):
    known = await subscribe(stores[0], noon)
    for number in range(ROUNDS):
        day = DAY + timedelta(days=number)
        due = PlannedDigest(
            known.id, day, day, noon, noon + timedelta(hours=12), day + timedelta(days=1), noon
        )
        planned = await asyncio.gather(*(store.digests.plan([due], noon) for store in stores))
        assert sorted(planned) == [0, 1]
        made = RenderedDigest(
            DueDigest(known, day, noon, noon + timedelta(hours=12)),
            day,
            day,
            ("1",),
            (f"2605.{number:05}",),
            (Part(f"key-{number}", {}),),
        )
        saved = await asyncio.gather(*(store.digests.save([made], noon) for store in stores))
        assert sorted(saved) == [0, 1]
    ready = await stores[1].delivery_queue.ready(["slack"], noon, 100)
    assert len(ready) == 1  # one place takes one message at a time


async def test_of_many_claims_one_is_granted(stores: tuple[Store, Store], noon: datetime):
    known = await subscribe(stores[0], noon)
    due = PlannedDigest(known.id, DAY, DAY, noon, noon + timedelta(hours=12), DAY, noon)
    await stores[0].digests.plan([due], noon)
    planned = DueDigest(known, DAY, noon, noon + timedelta(hours=12))
    part = Part("key", {})
    await stores[0].digests.save([RenderedDigest(planned, DAY, DAY, (), (), (part,))], noon)
    (ready,) = await stores[0].delivery_queue.ready(["slack"], noon, 100)
    claims = [
        store.deliveries.claim(ready.id, noon, timedelta(minutes=1)) for store in stores * ROUNDS
    ]
    assert sum(claim is not None for claim in await asyncio.gather(*claims)) == 1


async def test_each_of_two_processes_is_given_digests_that_the_other_has_not(
    stores: tuple[Store, Store], noon: datetime
):
    for _ in range(4):
        known = await subscribe(stores[0], noon)
        due = PlannedDigest(known.id, DAY, DAY, noon, noon + timedelta(hours=12), DAY, noon)
        await stores[0].digests.plan([due], noon)
    taken = await asyncio.gather(*(store.digests.due(["slack"], noon, 2) for store in stores * 2))
    assert sorted(one.subscription.id for some in taken for one in some) == [1, 2, 3, 4]
    # one that died with them leaves them to the others
    assert len(await stores[1].digests.due(["slack"], noon + TO_RENDER, 9)) == 4


async def test_processes_whose_clocks_differ_have_the_databases_time(
    stores: tuple[Store, Store],
):
    first, second = stores[0].clock, stores[1].clock
    assert first
    assert second
    assert abs(first() - second()) < timedelta(seconds=1)
    assert abs(first() - datetime.now(UTC)) < timedelta(seconds=5)


async def test_papers_and_shelves_of_two_processes_lose_nothing(
    stores: tuple[Store, Store], noon: datetime
):
    async def keep(store: Store, number: int) -> None:
        paper = Paper(f"2605.{number:05}", f"Paper {number}")
        await store.papers.save([paper, Paper("2605.99999", f"Version {number}")], noon)
        await store.tenant("slack", "T1").shelf.save("ada", paper.id, noon)

    await asyncio.gather(*(keep(stores[n % 2], n) for n in range(4 * ROUNDS)))
    assert await stores[0].papers.count() == 4 * ROUNDS + 1
    assert len(await stores[1].tenant("slack", "T1").shelf.ids("ada")) == 4 * ROUNDS
    changed = await stores[1].papers.changed(0, 1000)
    assert len({paper.id for _, paper in changed}) == 4 * ROUNDS + 1


SLOW = """
    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN PERFORM pg_sleep(0.2); RETURN NEW; END';
    CREATE TRIGGER slow AFTER INSERT ON papers
        FOR EACH ROW WHEN (NEW.title = 'Slow') EXECUTE FUNCTION wait();
"""


async def test_an_index_misses_no_paper_of_a_writer_that_is_overtaken(
    stores: tuple[Store, Store],
    noon: datetime,
    tmp_path: Path,
    postgresql: Server,
    postgresql_store: str,
):
    postgresql.run(SLOW, postgresql_store)

    async def follow(index: Index) -> None:
        papers = stores[0].papers
        await index.follow(papers.changed, await papers.revision(), mark=papers.mark)

    async def watch(index: Index) -> None:
        while True:
            await follow(index)

    async with await Index.open(tmp_path / "index.sqlite3", stores[0].identity) as index:
        watching = asyncio.create_task(watch(index))
        for number in range(5):
            await asyncio.gather(
                stores[0].papers.save([Paper(f"slow{number}", "Slow")], noon),
                stores[1].papers.save([Paper(f"quick{number}", "Quick")], noon),
            )
        watching.cancel()
        await follow(index)
        found = await index.search(parse("slow", noon.date()), limit=10)
        assert sorted(found.ids) == [f"slow{number}" for number in range(5)]
    postgresql.run("DROP TRIGGER slow ON papers; DROP FUNCTION wait", postgresql_store)


async def test_after_a_crash_of_the_server_the_next_call_works(noon: datetime):
    if trouble := unavailable():
        pytest.skip(trouble)
    with running() as postgresql:  # others use the one that all tests share
        url = postgresql.url("postgres")
        async with await Store.open(url) as one, await Store.open(url) as other:
            await one.papers.save([Paper("2605.00001", "One")], noon)
            postgresql.stop()
            with pytest.raises(StoreError, match="check that it runs"):
                await one.papers.save([Paper("2605.00002", "Two")], noon)
            postgresql.start()
            await one.papers.save([Paper("2605.00002", "Two")], noon)
            assert await other.papers.count() == 2
