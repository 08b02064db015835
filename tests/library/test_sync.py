"""The days of the feed come into the store, whatever happens on the way."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.library.sync import FIRST_DAY, Report, SyncProgress, feed_day, is_final, sync
from bot.papers import Paper
from bot.settings import sqlite_in
from bot.sources.hugging_face import HuggingFace, Patience
from bot.store import Saved, Store
from tests.rigs.hugging_face import PAGE, Request, Site, hugging_face, reply

NOW = datetime(2026, 5, 29, 15, 0, tzinfo=UTC)
TODAY = date(2026, 5, 29)
OLD = [date(2026, 5, 1) + timedelta(days=n) for n in range(10)]
QUICK = Patience(total=5, read=0.2, pause=0.001, tries=2)


@dataclass
class Kept:
    """A store that holds everything in memory, and notes the order of what happens."""

    papers: dict[str, datetime] = field(default_factory=dict)
    days: dict[date, datetime] = field(default_factory=dict)
    story: list[str] = field(default_factory=list)

    async def add(self, papers: Sequence[Paper], as_of: datetime) -> Saved:
        new = {paper.id: as_of for paper in papers if paper.id not in self.papers}
        self.papers |= new
        self.story.append(f"saved {len(papers)}")
        return Saved(len(new), 0)

    async def fetched(self, first: date, last: date) -> dict[date, datetime]:
        return {day: at for day, at in self.days.items() if first <= day <= last}

    async def record(self, day: date, papers: int, at: datetime) -> None:
        self.days[day] = at
        self.story.append(f"recorded {day:%d} with {papers}")


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with hugging_face() as site:
        yield site


@pytest.fixture
async def source(site: Site) -> AsyncIterator[HuggingFace]:
    async with HuggingFace(site.address, patience=QUICK) as source:
        yield source


@pytest.fixture
def kept() -> Kept:
    return Kept()


async def bring(
    source: HuggingFace, kept: Kept, first: date, last: date, now: datetime = NOW
) -> Report:
    return await sync(source, kept, kept.add, first, last, now=lambda: now)


def asked(site: Site) -> list[str]:
    return [request.query["date"] for request in site.requests]


def fail_on(site: Site, *days: date) -> None:
    def answer(request: Request) -> bytes:
        return reply({}, 500) if request.query["date"] in map(str, days) else site.api(request)

    site.answer = answer


# Days


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 5, 29, 1, 29, 59, tzinfo=UTC), date(2026, 5, 28)),
        (datetime(2026, 5, 29, 1, 30, tzinfo=UTC), date(2026, 5, 29)),
        (datetime(2026, 1, 10, 2, 29, tzinfo=UTC), date(2026, 1, 9)),
        (datetime(2026, 1, 10, 2, 30, tzinfo=UTC), date(2026, 1, 10)),
        (datetime(2026, 5, 29, 23, 59, tzinfo=UTC), date(2026, 5, 29)),
    ],
)
def test_the_feeds_day_begins_on_the_evening_before_in_new_york(now: datetime, day: date):
    assert feed_day(now) == day


def test_a_day_is_settled_when_it_was_fetched_three_days_after_its_end():
    ended = datetime(2026, 5, 21, 1, 30, tzinfo=UTC)
    assert is_final(date(2026, 5, 20), ended + timedelta(days=3))
    assert not is_final(date(2026, 5, 20), ended + timedelta(days=3, seconds=-1))


# A run


async def test_each_day_is_kept_before_it_is_recorded_and_the_newest_comes_first(
    site: Site, source: HuggingFace, kept: Kept
):
    site.fill(OLD[0], OLD[2])
    report = await bring(source, kept, OLD[0], OLD[2])
    assert report == Report(days=3, papers=4, added=4)
    assert kept.story == [
        "saved 2",
        "recorded 03 with 2",
        "recorded 02 with 0",
        "saved 2",
        "recorded 01 with 2",
    ]
    assert set(kept.papers.values()) == set(kept.days.values()) == {NOW}


async def test_what_is_settled_is_not_asked_for_again_and_the_last_days_always_are(
    site: Site, source: HuggingFace, kept: Kept
):
    site.fill(*OLD, TODAY)
    first = TODAY - timedelta(days=9)
    await bring(source, kept, first, TODAY)
    site.requests.clear()
    report = await bring(source, kept, first, TODAY)
    assert report == Report(days=4, papers=2)
    assert asked(site) == ["2026-05-29", "2026-05-28", "2026-05-27", "2026-05-26"]


async def test_what_was_fetched_too_early_is_asked_for_again(
    site: Site, source: HuggingFace, kept: Kept
):
    await bring(source, kept, OLD[0], OLD[1], datetime(2026, 5, 3, tzinfo=UTC))
    await bring(source, kept, OLD[0], OLD[1])
    assert asked(site) == ["2026-05-02", "2026-05-01"] * 2
    await bring(source, kept, OLD[0], OLD[1])
    assert len(site.requests) == 4


async def test_days_before_the_first_and_after_today_are_left_out(
    site: Site, source: HuggingFace, kept: Kept
):
    await bring(source, kept, date(2020, 1, 1), FIRST_DAY)
    await bring(source, kept, TODAY, date(2030, 1, 1))
    assert asked(site) == ["2023-05-04", "2026-05-29"]
    assert await bring(source, kept, date(2030, 1, 1), date(2031, 1, 1)) == Report()
    assert await bring(source, kept, TODAY, FIRST_DAY) == Report()


async def test_progress_is_told_day_by_day(site: Site, source: HuggingFace, kept: Kept):
    site.fill(*OLD)
    told: list[SyncProgress] = []
    await sync(source, kept, kept.add, OLD[0], OLD[2], now=lambda: NOW, progress=told.append)
    assert told == [
        SyncProgress(1, 3, OLD[2], 2),
        SyncProgress(2, 3, OLD[1], 4),
        SyncProgress(3, 3, OLD[0], 6),
    ]


# Trouble


async def test_a_day_that_cannot_be_had_is_named_and_the_rest_goes_on(
    site: Site, source: HuggingFace, kept: Kept
):
    site.fill(*OLD)
    fail_on(site, OLD[3])
    report = await bring(source, kept, OLD[0], OLD[-1])
    reason = f"{source_host(site)} has a problem (HTTP 500); try again later."
    assert report == Report(days=9, papers=18, added=18, failed=((OLD[3], reason),))
    assert asked(site)[-2:] == ["2026-05-04"] * 2
    assert OLD[3] not in kept.days


async def test_a_day_that_fails_at_first_is_had_at_the_end(
    site: Site, source: HuggingFace, kept: Kept
):
    site.fill(*OLD)
    site.fail(PAGE, times=2)
    report = await bring(source, kept, OLD[0], OLD[-1])
    assert report == Report(days=10, papers=20, added=20)
    assert asked(site)[-1] == f"{OLD[-1]}"


async def test_a_source_that_is_down_is_left_alone_and_the_same_run_goes_on_later(
    site: Site, source: HuggingFace, kept: Kept
):
    site.fill(*OLD)
    fail_on(site, *OLD[:9])
    report = await bring(source, kept, OLD[0], OLD[-1])
    assert (report.days, len(report.failed), report.left) == (1, 5, 4)
    assert len(site.requests) == 1 + 5 * QUICK.tries
    site.answer = None
    assert await bring(source, kept, OLD[0], OLD[-1]) == Report(days=9, papers=18, added=18)


async def test_wrong_answers_for_some_days_do_not_stop_a_run(
    site: Site, source: HuggingFace, kept: Kept
):
    site.fill(*OLD)
    site.answer = lambda request: (
        reply({}, 400) if request.query["date"] < f"{OLD[9]}" else site.api(request)
    )
    report = await bring(source, kept, OLD[0], OLD[-1])
    assert (report.days, len(report.failed), report.left) == (1, 9, 0)
    report = await bring(source, kept, OLD[0] - timedelta(days=30), OLD[-1])
    assert (report.days, len(report.failed), report.left) == (0, 20, 19)


async def test_days_that_fail_again_keep_their_reasons_and_progress_never_goes_back(
    site: Site, source: HuggingFace, kept: Kept
):
    fail_on(site, *OLD[0:10:2])
    told: list[SyncProgress] = []
    report = await sync(
        source, kept, kept.add, OLD[0], OLD[-1], now=lambda: NOW, progress=told.append
    )
    assert [day for day, _ in report.failed] == OLD[8::-2]
    assert [progress.done for progress in told] == [*range(1, 11), 10, 10, 10, 10, 10]


async def test_items_that_cannot_be_read_are_counted(site: Site, source: HuggingFace, kept: Kept):
    site.fill(OLD[0])
    site.days[OLD[0]].append({})
    assert await bring(source, kept, OLD[0], OLD[0]) == Report(days=1, papers=2, added=2, skipped=1)


async def test_a_list_of_which_nothing_can_be_read_counts_as_not_had(
    site: Site, source: HuggingFace, kept: Kept
):
    site.days[OLD[0]] = [{"new": "shape"}] * 3
    report = await bring(source, kept, OLD[0], OLD[0])
    assert report.failed == ((OLD[0], "None of its 3 items is a readable paper."),)
    assert kept.days == {}


async def test_a_store_that_fails_ends_the_run_and_nothing_is_taken_for_kept(
    site: Site, source: HuggingFace, kept: Kept
):
    site.fill(*OLD)

    async def add(papers: Sequence[Paper], as_of: datetime) -> Saved:
        if len(kept.papers) == 4:
            raise StoreError("The disk is full; make room on it.")
        return await kept.add(papers, as_of)

    with pytest.raises(StoreError):
        await sync(source, kept, add, OLD[0], OLD[-1], now=lambda: NOW)
    assert sorted(kept.days) == OLD[-2:]
    assert await bring(source, kept, OLD[0], OLD[-1]) == Report(days=8, papers=16, added=16)


KILLED = """
import asyncio, sys
from datetime import date, datetime, UTC
from bot.sources.hugging_face import HuggingFace
from bot.store import Store
from bot.library.sync import sync

async def main(database, address, first, last):
    async with await Store.open(database) as store, HuggingFace(address) as source:
        now = datetime.fromisoformat(sys.argv[5])
        days = map(date.fromisoformat, (first, last))
        await sync(source, store.days, store.papers.save, *days, now=lambda: now)

asyncio.run(main(*sys.argv[1:5]))
"""


async def test_a_run_that_is_killed_loses_nothing(site: Site, source: HuggingFace, tmp_path: Path):
    site.fill(*OLD)
    database = sqlite_in(tmp_path)
    arguments = map(str, (database, site.address, OLD[0], OLD[-1], NOW.isoformat()))
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, *arguments)

    def answer(request: Request) -> bytes:
        if len(site.requests) == 5:
            process.send_signal(signal.SIGKILL)
        return site.api(request)

    site.answer = answer
    assert await process.wait() == -signal.SIGKILL
    site.answer = None
    async with await Store.open(database) as store:
        before = len(await store.days.fetched(OLD[0], OLD[-1]))
        assert 0 < before < 10
        report = await sync(source, store.days, store.papers.save, OLD[0], OLD[-1], now=lambda: NOW)
        assert report.days == 10 - before
        assert await store.papers.count() == 20


def source_host(site: Site) -> str:
    return site.address.removeprefix("http://")
