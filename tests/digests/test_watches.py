"""What watches tell, and what they do not."""

from __future__ import annotations

import asyncio
import json
import lzma
import random
from collections import Counter, deque
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from bench.watches import make_topic
from bot.calendar.schedule import Schedule
from bot.chat.view_json import thaw
from bot.chat.views import plain
from bot.digests.watches import MAX_A_DAY, Watches
from bot.library.sync import feed_day
from bot.models import DigestOptions, Person, Place, Subscription
from bot.papers import Paper
from bot.sources.items import batch
from bot.store.schema import deliveries
from bot.store.syncs import SyncRun
from bot.store.watches import Plan
from tests.conftest import HEBB, NOW, TODAY, add_outlets
from tests.rigs.chat import Chat
from tests.rigs.waiting import eventually
from tests.rigs.watches import Expected, generate_days, generate_watches, grow

UTC_DAILY = Schedule("daily", time(9), "UTC")
ADA = Person("chat", "T", "ada")
ROOM = Place("chat", "T", "room")
OTHER = Place("chat", "T", "other room")
HOUR = timedelta(hours=1)
CAPTURED = Path(__file__).parents[2].parent / "shared" / "data" / "hf-daily" / "days.jsonl.xz"


@pytest.fixture(autouse=True)
def chat(bot) -> Chat:
    chat = Chat({}, {})
    add_outlets(bot, chat)
    return chat


async def watching(bot, topics: str, place: Place = ROOM, **options) -> Subscription:
    wanted = DigestOptions(UTC_DAILY, topics=topics, **options)
    new = Subscription(0, place, ADA, wanted, bot.now(), watch=True)
    watches: Watches = bot.services.watches
    made, _ = await watches.add(new)
    return made


async def synced(bot, clock, *papers: Paper, after: timedelta = HOUR) -> bool:
    """Let a sync find these papers some time later."""
    clock.now += after
    await bot.services.store.papers.save(papers, clock.now)
    await bot.services.store.syncs.record(SyncRun(clock.now, len(papers), 0))
    watches: Watches = bot.services.watches
    return await watches.look()


async def rows(bot, after: int = 0):
    c = deliveries.c
    columns = (c.id, c.subscription, c.date, c.part, c.view, c.state)
    chosen = select(*columns).where(c.id > after).order_by(c.id)
    return await bot.services.store._database.read(chosen)  # noqa: SLF001


async def told(bot) -> list[tuple[int, str]]:
    """Return (watch, paper) of all messages, in their order."""
    return [(row.subscription, id_) for row in await rows(bot) for id_ in thaw(row.view).papers]


def paper(number: int, title: str = "Diffusion again", **more) -> Paper:
    known = {"daily": TODAY, "published": TODAY, "upvotes": 1, **more}
    return Paper(f"2605.2{number:04}", title, ("Ada Li",), **known)


async def test_a_paper_is_told_with_the_next_sync_and_what_was_there_never(bot, clock):
    one = await watching(bot, "diffusion")
    assert not await bot.services.watches.look()
    assert await synced(bot, clock, paper(1), paper(2, "Something else"))
    assert await told(bot) == [(one.id, paper(1).id)]
    assert not await synced(bot, clock, paper(1), replace(paper(1), upvotes=70))
    assert len(await rows(bot)) == 1
    (row,) = await rows(bot)
    said = plain(thaw(row.view))
    assert said.startswith("New: diffusion\n\nWatch 1: diffusion.")
    assert "1. Diffusion again (https://huggingface.co/papers/2605.20001)\n   ▲ 1 · Ada Li" in said
    assert "→ All matches: find diffusion sort:new" in said


async def test_a_paper_is_told_when_it_passes_the_votes(bot, clock):
    few = await watching(bot, "diffusion votes:20")
    await watching(bot, "diffusion", OTHER, votes=500)
    await synced(bot, clock, paper(1, upvotes=19))
    assert await told(bot) == []
    await synced(bot, clock, paper(1, upvotes=25))
    await synced(bot, clock, paper(1, upvotes=26))
    assert await told(bot) == [(few.id, paper(1).id)]


@pytest.mark.parametrize(("days", "is_told"), [(30, True), (31, False)])
async def test_votes_are_followed_for_thirty_days(bot, clock, days: int, is_told):
    listed = feed_day(clock.now) - timedelta(days=days)
    await watching(bot, "diffusion votes:20")
    await synced(bot, clock, paper(1, daily=listed))
    await synced(bot, clock, paper(1, daily=listed, upvotes=50), after=timedelta(minutes=1))
    assert bool(await told(bot)) is is_told


async def test_a_paper_that_was_on_no_list_is_not_told(bot, clock):
    await watching(bot, "diffusion")
    await synced(bot, clock, paper(1, daily=None))
    assert await told(bot) == []


async def test_nothing_is_told_before_a_sync_ends(bot, clock):
    await watching(bot, "diffusion")
    await bot.services.library.add([paper(1)], clock.now)
    assert not await bot.services.watches.look()
    assert await synced(bot, clock, paper(2))
    assert len(await told(bot)) == 2


async def test_a_place_gets_a_paper_once_whatever_matches_it(bot, clock):
    first = await watching(bot, "diffusion")
    await watching(bot, "author:li")
    again = await watching(bot, "again", repeats=True)
    other = await watching(bot, "author:li", OTHER)
    await synced(bot, clock, paper(1))
    assert sorted(await told(bot)) == sorted(
        (number, paper(1).id) for number in (first.id, again.id, other.id)
    )


async def test_ten_a_day_come_at_once_and_the_rest_in_one_summary(bot, clock):
    one = await watching(bot, "diffusion")
    some = [paper(n, upvotes=n) for n in range(9)]
    more = [paper(n, upvotes=n) for n in range(9, 15)]
    late = [paper(n, upvotes=n) for n in range(15, 40)]
    await synced(bot, clock, *some)
    await synced(bot, clock, *more)
    await synced(bot, clock, *late)
    assert len(await told(bot)) == MAX_A_DAY
    assert (await told(bot))[9] == (one.id, more[-1].id)
    clock.now += timedelta(days=1)
    assert await bot.services.watches.look()
    first, second, last = [thaw(row.view) for row in await rows(bot)]
    assert (len(first.papers), len(second.papers), len(last.papers)) == (9, 1, 20)
    assert last.title == "More: diffusion"
    assert "30 more papers for watch 1: diffusion." in plain(last)
    assert "… and 10 more." in plain(last)
    assert not await bot.services.watches.look()
    assert not await synced(bot, clock, *(replace(known, upvotes=99) for known in late))


async def test_a_paused_watch_is_silent_and_goes_on_with_what_comes_after(bot, clock):
    one = await watching(bot, "diffusion")
    subscriptions = bot.services.store.tenant("chat", "T").subscriptions
    await subscriptions.change(replace(one, paused="by Ada"))
    await synced(bot, clock, paper(1))
    await subscriptions.change(one)
    await synced(bot, clock, replace(paper(1), upvotes=50), paper(2))
    assert await told(bot) == [(one.id, paper(2).id)]


async def test_a_changed_watch_tells_nothing_of_what_was_there(bot, clock):
    one = await watching(bot, "speech")
    await synced(bot, clock, paper(1))
    changed = replace(one, options=replace(one.options, topics="diffusion"))
    await bot.services.watches.change(changed)
    await synced(bot, clock, replace(paper(1), upvotes=9), paper(2))
    assert await told(bot) == [(one.id, paper(2).id)]


async def test_a_watch_made_while_papers_are_matched_loses_none(bot, clock):
    """A process that finds a watch added while it matched matches again."""
    await watching(bot, "speech")
    clock.now += HOUR
    await bot.services.library.add([paper(1)], clock.now)
    store = bot.services.store
    before = await store.watches.progress()
    await watching(bot, "diffusion", OTHER)
    assert not await store.watches.announce(before, Plan(), clock.now)
    assert (await store.watches.progress()).watched == before.watched


async def test_two_processes_tell_once(bot, clock):
    await watching(bot, "diffusion")
    clock.now += HOUR
    await bot.services.library.add([paper(1)], clock.now)
    await bot.services.store.syncs.record(SyncRun(clock.now, 1, 0))
    other = replace(bot.services.watches)
    results = await asyncio.gather(bot.services.watches.look(), other.look())
    assert sorted(results) == [False, True]
    assert len(await told(bot)) == 1


async def test_two_processes_sum_up_once(bot, clock):
    await watching(bot, "diffusion")
    await synced(bot, clock, *(paper(n) for n in range(MAX_A_DAY + 2)))
    clock.now += timedelta(days=1)
    other = replace(bot.services.watches)
    results = await asyncio.gather(bot.services.watches.look(), other.look())
    assert sorted(results) == [False, True]
    assert len(await told(bot)) == MAX_A_DAY + 2


def _has_sent(chat: Chat, number: int) -> bool:
    return len(chat.sent) == number


async def test_messages_of_a_watch_are_delivered_in_order_like_digests(bot, clock, chat):
    await watching(bot, "diffusion")
    task = asyncio.create_task(bot.services.dispatcher.run())
    try:
        for number in (1, 2):
            clock.now += HOUR
            await bot.services.library.add([paper(number)], clock.now)
            await bot.services.store.syncs.record(SyncRun(clock.now, 1, 0))
            bot.services.dispatcher.wake()
            await eventually(partial(_has_sent, chat, number))
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert [view.papers for _, view in chat.sent] == [(paper(1).id,), (paper(2).id,)]
    assert {(row.date, row.part, row.state) for row in await rows(bot)} == {
        (clock.now.date(), 0, "sent"),
        (clock.now.date(), 1, "sent"),
    }
    kept = await bot.services.store.tenant("chat", "T").messages.papers("room", "no such")
    assert kept == ()


async def test_a_digest_does_not_repeat_what_a_watch_told(bot, clock):
    await watching(bot, "diffusion")
    await synced(bot, clock, paper(1))
    had = await bot.services.store.digest_history.posted([ROOM], [paper(1).id, HEBB.id])
    assert had[ROOM] == {paper(1).id}


async def replay(bot, clock, new: list[Subscription], syncs) -> Counter[tuple[Place, str]]:
    """Sync again and again, and return how often each place was told of each paper.

    After each sync, exactly what is expected has been handed to the outbox.
    """
    watches = [(await bot.services.watches.add(replace(one, made=clock.now)))[0] for one in new]
    places = {watch.id: watch.place for watch in watches}
    expected, last = Expected(watches), 0
    times: Counter[tuple[Place, str]] = Counter()
    for moment, papers in syncs:
        clock.now = moment
        await synced(bot, clock, *papers, after=timedelta())
        parts = await rows(bot, after=last)
        last = parts[-1].id if parts else last
        said = [(row.subscription, id_) for row in parts for id_ in thaw(row.view).papers]
        assert Counter(said) == Counter(expected.sync(papers, moment.date()))
        times.update((places[number], id_) for number, id_ in said)
    return times


@pytest.mark.slow
async def test_thirty_days_with_two_hundred_watches_tell_each_paper_once(bot, clock):
    first = date(2026, 6, 1)
    clock.now = datetime.combine(first, time(1), NOW.tzinfo)
    chance = random.Random(8)

    def syncs():
        known: dict[str, Paper] = {}
        for day, papers in generate_days(first, 30, seed=9).items():
            for hour in (9, 20) if day.day % 5 == 0 else (20,):
                half = papers[: len(papers) // 2] if hour == 9 else papers
                known |= {one.id: known.get(one.id, one) for one in half}
                known = {id_: grow(chance, one) for id_, one in known.items()}
                yield datetime.combine(day, time(hour), NOW.tzinfo), list(known.values())

    watches = generate_watches(200, 40, UTC_DAILY, seed=7)
    times = await replay(bot, clock, watches, syncs())
    assert set(times.values()) == {1}
    assert len(times) > 1000


@pytest.mark.slow
@pytest.mark.skipif(not CAPTURED.exists(), reason="the captured days are not here")
async def test_captured_days_are_told_once_as_well(bot, clock):
    with lzma.open(CAPTURED, "rt", encoding="utf-8") as lines:
        days = [json.loads(one) for one in deque(lines, maxlen=30)]
    lists = {
        date.fromisoformat(one["date"]): batch(one["items"], date.fromisoformat(one["date"])).papers
        for one in days
    }
    clock.now = datetime.combine(min(lists), time(1), NOW.tzinfo)
    every = [paper for papers in lists.values() for paper in papers]
    chance = random.Random(5)
    topics = sorted({make_topic(chance.choice(every), chance) for _ in range(50)})
    watches = [
        Subscription(
            0,
            replace(ROOM, address=f"room {number % 40}"),
            ADA,
            DigestOptions(UTC_DAILY, topics=topic, votes=chance.choice((0, 0, 20))),
            clock.now,
            watch=True,
        )
        for number, topic in enumerate(topics)
    ]

    def syncs():
        known: dict[str, Paper] = {}
        for day, papers in lists.items():
            known |= {paper.id: paper for paper in papers}
            gained = [_in_its_days(paper, day) for paper in known.values()]
            yield datetime.combine(day, time(20), NOW.tzinfo), gained

    assert set((await replay(bot, clock, watches, syncs())).values()) == {1}


def _in_its_days(paper: Paper, day: date) -> Paper:
    """Return a paper with the votes that it may have had on a day."""
    age = (day - (paper.daily or day)).days
    return replace(paper, upvotes=(paper.upvotes or 0) * min(age + 1, 4) // 4)
