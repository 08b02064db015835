"""What is old goes in small steps; what shelves, no-repeats and reactions need stays."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.calendar.schedule import Schedule
from bot.library.retention import Retention
from bot.models import DigestOptions, Person, Place, Reaction, Subscription
from bot.papers import Paper
from bot.store import Store
from bot.store.digests import DueDigest, Part, PlannedDigest, RenderedDigest, State
from tests.conftest import NOW

DAY = timedelta(days=1)
KEEP = 400 * DAY
PLACE = Place("slack", "T1", "C1")
ADA = Person("slack", "T1", "U1")


@pytest.fixture
async def one(store: Store) -> Subscription:
    """Subscribe a place."""
    options = DigestOptions(Schedule("daily", NOW.time(), "UTC"))
    new = Subscription(0, PLACE, ADA, options, NOW - 900 * DAY)
    return await store.tenant("slack", "T1").subscriptions.add(new)


async def digest(store: Store, one: Subscription, back: int, state: State = "sent") -> None:
    """Let a digest of some days ago have ended so."""
    at = NOW - back * DAY
    occasion = PlannedDigest(one.id, at.date(), at.date(), at, at + DAY, at.date(), at)
    await store.digests.plan([occasion], at)
    planned = DueDigest(one, at.date(), at, at + DAY)
    part = Part(f"key-{back}", {"blocks": []})
    parts = (part,) if state in {"sent", "posting"} else ()
    day = at.date()
    made = RenderedDigest(planned, day, day, ("2605.00001",), (f"2605.{back:05}",), parts)
    await store.digests.save([made], at)
    if state == "sent":
        (ready,) = await store.delivery_queue.ready(["slack"], at, 10)
        claimed = await store.deliveries.claim(ready.id, at, DAY)
        assert claimed
        await store.deliveries.finish(claimed, "C1", f"{back}", at)


def dates(file: Path, table: str = "digests") -> list[date]:
    connection = sqlite3.connect(file)
    found = connection.execute(f"SELECT date FROM {table} ORDER BY date DESC").fetchall()
    connection.close()
    return [date.fromisoformat(day) for (day,) in found]


async def prune(store: Store) -> None:
    await Retention(store, lambda: NOW, KEEP).prune()


async def test_finished_digests_go_with_their_messages_and_the_newest_ten_stay(
    store: Store, file: Path, one: Subscription
):
    for back in (420, 419, 410, 405, 390, 300, *range(8, 0, -1)):
        await digest(store, one, back)
    await prune(store)
    kept = [NOW.date() - back * DAY for back in (*range(1, 9), 300, 390)]
    assert dates(file) == kept
    assert dates(file, "deliveries") == kept
    everything = [f"2605.{back:05}" for back in (420, 419, 300)]
    posted = await store.digest_history.posted([PLACE], everything)
    assert posted[PLACE] == {*everything}  # none of them is posted again


async def test_the_last_posted_digest_stays_and_what_waits_too(
    store: Store, file: Path, one: Subscription
):
    await digest(store, one, 430)
    await digest(store, one, 429, "posting")
    for back in range(428, 410, -1):
        await digest(store, one, back, "quiet")
    await prune(store)
    stayed = [(NOW.date() - day).days for day in dates(file)]
    assert stayed == [*range(411, 421), 429, 430]
    assert await store.digest_history.has_posted(one.id)
    assert await store.digest_history.last(one.id) == NOW.date() - 411 * DAY


async def test_thousands_of_old_digests_go_in_small_steps(
    store: Store, file: Path, one: Subscription
):
    occasions = [
        PlannedDigest(
            one.id, day, day, at := datetime(day.year, day.month, day.day, tzinfo=UTC), at, day, at,
            skipped="It was late.",
        )
        for day in (NOW.date() - back * DAY for back in range(411, 2000))
    ]  # fmt: skip
    await store.digests.plan(occasions, NOW - 410 * DAY)
    await prune(store)
    assert len(dates(file)) == 10
    await prune(store)
    assert len(dates(file)) == 10


async def test_what_old_messages_show_goes_and_reactions_to_the_others_stay(store: Store):
    here = store.tenant("slack", "T1")
    for name, back in (("old", 401), ("new", 399)):
        at = NOW - back * DAY
        await here.messages.record("C1", name, ["2605.00001"], at)
        await here.reactions.record("C1", name, "🔖", "U1", Reaction(present=True, at=at))
    # a person reacted long ago to a message that is remembered again
    await here.reactions.record("C1", "new", "👍", "U1", Reaction(present=True, at=NOW - 900 * DAY))
    await prune(store)
    assert await here.messages.papers("C1", "old") == ()
    assert await here.messages.papers("C1", "new") == ("2605.00001",)
    assert await here.reactions.present("C1", "old") == frozenset()
    assert await here.reactions.present("C1", "new") == {("🔖", "U1"), ("👍", "U1")}


async def test_a_button_goes_after_the_last_message_that_had_it(store: Store, file: Path):
    here = store.tenant("slack", "T1")
    used, unused = await here.lines.keep("save 2605.00001"), await here.lines.keep("find x")
    connection = sqlite3.connect(file)
    with connection:
        connection.execute("UPDATE lines SET kept = '2020-01-01'")
    connection.close()
    assert await here.lines.keep("save 2605.00001") == used
    await prune(store)
    assert await here.lines.get(used) == "save 2605.00001"
    assert await here.lines.get(unused) is None


async def test_shelves_stay_for_ever(store: Store):
    here = store.tenant("slack", "T1")
    long_ago = NOW - 3000 * DAY
    await store.papers.save([Paper("2605.00001", "One")], long_ago)
    await here.shelf.save("U1", "2605.00001", long_ago)
    await here.votes.add("U1", "2605.00001", long_ago)
    await prune(store)
    assert await here.shelf.ids("U1") == ("2605.00001",)
    assert await here.personal.count("U1") == 3


async def test_its_sizes_are_known(store: Store, one: Subscription):
    await digest(store, one, 3)
    await store.tenant("slack", "T1").lines.keep("find x")
    sizes = await store.retention.sizes()
    assert (sizes.digests, sizes.messages, sizes.lines) == (1, 0, 1)
