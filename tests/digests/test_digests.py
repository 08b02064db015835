"""What goes into a digest and how it looks."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import get_args

import pytest
from sqlalchemy import select

from bot.calendar.schedule import Schedule
from bot.chat.bot import Bot
from bot.chat.view_json import freeze, thaw
from bot.chat.views import Item, View, plain
from bot.digests import planner
from bot.digests.ordering import order_papers
from bot.digests.selection import rank_papers, select_matching
from bot.digests.topic_text import split
from bot.errors import StoreError
from bot.models import DigestOptions, Person, Place, Subscription
from bot.papers import Paper
from bot.store.digests import DueDigest, PlannedDigest, RenderedDigest, State
from bot.store.schema import deliveries
from bot.store.subscriptions import Subscriptions
from tests.conftest import DIFFUSION, HEBB, NOW, TODAY, add_outlets
from tests.rigs.chat import Chat
from tests.rigs.waiting import PATIENCE

pytestmark = pytest.mark.both_databases

NINE = Schedule("daily", time(9), "America/New_York")
WISHES = DigestOptions(NINE)
ADA = Person("chat", "T", "ada")
ROOM = Place("chat", "T", "room")
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def platform(bot: Bot) -> None:
    """Connect a platform to plan for."""
    add_outlets(bot, Chat({}, {}))


async def subscribed(
    bot: Bot, options: DigestOptions = WISHES, place: Place = ROOM
) -> Subscription:
    day, due = options.schedule.after(bot.now())
    subscriptions: Subscriptions = bot.services.store.tenant("chat", "T").subscriptions
    return await subscriptions.add(Subscription(0, place, ADA, options, bot.now(), day, due))


async def states(bot: Bot) -> list[tuple[date, str]]:
    """Return all digests, the earliest first."""
    found = await bot.services.store.digest_history.recent(
        "chat", "T", NOW - 100 * DAY, get_args(State), 100
    )
    return [(one.day, one.state) for one in reversed(found)]


async def said(bot: Bot) -> list[View]:
    """Return the messages that were handed to the outbox, in their order."""
    rows = await bot.services.store._database.read(  # noqa: SLF001
        select(deliveries.c.view).order_by(deliveries.c.id)
    )
    return [thaw(row.view) for row in rows]


async def listed(bot: Bot, day: date, papers: Iterable[Paper]) -> None:
    """Let the list of a day have these papers, with those before it, fetched just now."""
    for back in range(1, 40):
        known = await bot.services.library.known(day - back * DAY, day - back * DAY, limit=100)
        await bot.services.library.add_day(day - back * DAY, known.papers)
    await bot.services.library.add_day(day, tuple(papers))


async def first_posted(bot: Bot, clock) -> None:
    """Let the day after have one paper, and its digest be handed to the outbox."""
    clock.now = datetime.combine(TODAY + DAY, time(16), NOW.tzinfo)
    await listed(bot, TODAY + DAY, [a_paper(1, TODAY + DAY)])
    await bot.services.planner.plan()


async def delivered(bot: Bot, clock) -> None:
    """Let the first messages in the outbox arrive."""
    outbox, queue = bot.services.store.deliveries, bot.services.store.delivery_queue
    for one in await queue.ready([ROOM.platform], clock(), 10):
        claimed = await outbox.claim(one.id, clock(), HOUR)
        assert claimed
        assert await outbox.finish(claimed, ROOM.address, "1", clock())


def papers_in(views: list[View]) -> list[str]:
    return [paper for view in views for paper in view.papers]


def a_paper(number: int, day: date, upvotes: int = 10) -> Paper:
    return Paper(f"2606.{number:05}", f"Paper {number}", ("A",), daily=day, upvotes=upvotes)


def test_topics_choose_leave_out_and_limit():
    papers = (
        HEBB,
        DIFFUSION,
        replace(DIFFUSION, id="2605.00009", title="Video Diffusion", code=None),
    )

    def fit(**options) -> tuple[Paper, ...]:
        return select_matching(replace(WISHES, **options), papers, TODAY)

    assert fit(topics="diffusion") == papers[1:]
    assert fit(topics='"wire together", weather') == papers[:2]
    assert fit(topics="diffusion", without="video") == (DIFFUSION,)
    assert fit(topics="author:lovelace") == (HEBB,)
    assert fit(votes=100) == (HEBB,)
    assert fit(code=True) == papers[:2]
    assert rank_papers(WISHES, papers)[0] == HEBB
    assert rank_papers(replace(WISHES, order="trending"), papers, (DIFFUSION.id,))[0] == DIFFUSION
    assert rank_papers(replace(WISHES, order="new"), papers[:2]) == (HEBB, DIFFUSION)


@pytest.mark.parametrize("layout", ["threaded", "compact", "full"])
async def test_the_order_for_me_begins_with_what_is_like_the_kept_and_says_why(bot, clock, layout):
    await bot.services.store.tenant("chat", "T").shelf.save(ADA.id, HEBB.id, NOW, private=True)
    await subscribed(bot, replace(WISHES, order="for-me", layout=layout, papers=3))
    clock.now = datetime.combine(TODAY + DAY, time(14), NOW.tzinfo)
    alike = replace(
        HEBB, id="2606.00100", title="Hebbian Learning Again", daily=TODAY + DAY, upvotes=0
    )
    kept = replace(HEBB, daily=TODAY + DAY)  # on the list once more, and on the shelf already
    await listed(bot, TODAY + DAY, [kept, alike, *(a_paper(n, TODAY + DAY, n) for n in range(8))])
    await bot.services.planner.plan()
    head, *_ = await said(bot)
    assert head.papers == (alike.id, "2606.00007", "2606.00006")
    assert "those most like your shelf first." in plain(head)
    assert plain(head).count(f"Because you saved “{HEBB.title}”") == 1


async def test_the_order_for_me_is_by_upvotes_as_long_as_nothing_is_kept_and_says_so(bot, clock):
    await subscribed(bot, replace(WISHES, order="for-me", layout="compact", papers=2))
    clock.now = datetime.combine(TODAY + DAY, time(14), NOW.tzinfo)
    await listed(bot, TODAY + DAY, [a_paper(n, TODAY + DAY, n) for n in range(8)])
    await bot.services.planner.plan()
    (head,) = await said(bot)
    assert head.papers == ("2606.00007", "2606.00006")
    assert "2 of 8 papers, most upvoted first. Your shelf is empty. Save papers" in plain(head)


async def test_the_order_for_me_goes_by_what_is_kept_in_the_tenant_of_the_subscription(bot, clock):
    await bot.services.store.tenant("chat", "T2").shelf.save(ADA.id, HEBB.id, NOW, private=True)
    await subscribed(bot, replace(WISHES, order="for-me", layout="compact"))
    clock.now = datetime.combine(TODAY + DAY, time(14), NOW.tzinfo)
    await listed(bot, TODAY + DAY, [replace(HEBB, id="2606.00100", daily=TODAY + DAY)])
    await bot.services.planner.plan()
    (head,) = await said(bot)
    assert "Your shelf is empty" in plain(head)
    assert "Because" not in plain(head)


def test_commas_part_topics_but_not_within_quotation_marks():
    assert split(' a b, "c, d" ,, e') == ("a b", '"c, d"', "e")


def test_what_is_frozen_is_the_same_when_thawed():
    from bot.cards import card

    view = replace(card(HEBB, kept=False), reactions=("👍",))
    assert thaw(freeze(view)) == View(view.blocks, view.title, reactions=("👍",))


async def test_a_first_subscription_posts_nothing_old_and_then_each_day_once(bot, clock):
    await subscribed(bot)
    await bot.services.planner.plan()
    assert await states(bot) == []
    clock.now = datetime.combine(TODAY + DAY, time(14), NOW.tzinfo)
    await listed(bot, TODAY + DAY, [a_paper(n, TODAY + DAY, n) for n in range(20)])
    for _ in range(3):
        await bot.services.planner.plan()
    assert await states(bot) == [(TODAY + DAY, "posting")]
    head, *cards = await said(bot)
    assert head.papers == tuple(f"2606.{n:05}" for n in (19, 18, 17, 16, 15))
    assert [view.papers for view in cards] == [(paper,) for paper in head.papers]
    assert "5 of 20 papers, most upvoted first." in plain(head)


async def test_no_paper_comes_twice_and_one_that_came_late_comes_with_the_next(bot, clock):
    await subscribed(bot, replace(WISHES, layout="compact"))
    tomorrow, after = TODAY + DAY, TODAY + 2 * DAY
    clock.now = datetime.combine(tomorrow, time(14), NOW.tzinfo)
    await listed(bot, tomorrow, [a_paper(n, tomorrow, n) for n in range(8)])
    await bot.services.planner.plan()
    clock.now += DAY
    late = a_paper(100, tomorrow, 500)
    await listed(bot, tomorrow, [*(a_paper(n, tomorrow, n) for n in range(8)), late])
    await listed(bot, after, [a_paper(n, after, n) for n in range(50, 53)])
    await bot.services.planner.plan()
    first, second = await said(bot)
    assert second.papers == (late.id, "2606.00052", "2606.00051", "2606.00050")
    assert not set(first.papers) & set(second.papers)
    assert "1 joined an earlier list late." in plain(second)


async def test_a_second_subscription_of_the_place_does_not_repeat_what_the_first_said(bot, clock):
    await subscribed(bot, replace(WISHES, layout="compact", papers=2))
    await subscribed(bot, replace(WISHES, layout="compact", papers=2))
    clock.now = datetime.combine(TODAY + DAY, time(14), NOW.tzinfo)
    await listed(bot, TODAY + DAY, [a_paper(n, TODAY + DAY, n) for n in range(8)])
    await bot.services.planner.plan()
    assert papers_in(await said(bot)) == ["2606.00007", "2606.00006", "2606.00005", "2606.00004"]


async def test_after_downtime_one_digest_covers_what_was_missed(bot, clock):
    await subscribed(bot, replace(WISHES, layout="compact", papers=10))
    days = [TODAY + n * DAY for n in range(1, 5)]
    clock.now = datetime.combine(days[0], time(14), NOW.tzinfo)
    await listed(bot, days[0], [a_paper(0, days[0])])
    await bot.services.planner.plan()
    for n, day in enumerate(days[1:], 1):
        await listed(bot, day, [a_paper(n, day)])
    clock.now = datetime.combine(days[-1], time(20), NOW.tzinfo)
    await bot.services.planner.plan()
    assert await states(bot) == [(days[0], "posting"), (days[-1], "posting")]
    assert sorted(papers_in(await said(bot))) == [f"2606.{n:05}" for n in range(4)]


async def test_what_is_too_late_is_skipped_and_said(bot, clock):
    await subscribed(bot)
    clock.now = (
        datetime.combine(TODAY + DAY, time(13), NOW.tzinfo) + 12 * HOUR + timedelta(minutes=1)
    )
    await bot.services.planner.plan()
    assert await states(bot) == [(TODAY + DAY, "skipped")]


async def test_a_list_that_is_still_filling_is_waited_for_but_not_for_ever(bot, clock):
    tomorrow = TODAY + DAY
    for weeks in range(1, 5):
        day = tomorrow - timedelta(weeks=weeks)
        await bot.services.library.add_day(day, [a_paper(1000 * weeks + n, day) for n in range(20)])
    await subscribed(bot)
    clock.now = datetime.combine(tomorrow, time(13), NOW.tzinfo)
    await listed(bot, tomorrow, [a_paper(n, tomorrow) for n in range(3)])
    await bot.services.planner.plan()
    assert await states(bot) == [(tomorrow, "planned")]
    clock.now += timedelta(minutes=10)
    await listed(bot, tomorrow, [a_paper(n, tomorrow) for n in range(12)])
    await bot.services.planner.plan()
    assert await states(bot) == [(tomorrow, "posting")]


async def test_the_latest_acceptable_time_ends_the_waiting(bot, clock):
    tomorrow = TODAY + DAY
    for weekend in range(1, 5):
        day = tomorrow - timedelta(weeks=weekend)
        await bot.services.library.add_day(
            day, [a_paper(1000 * weekend + n, day) for n in range(20)]
        )
    await subscribed(bot)
    clock.now = datetime.combine(tomorrow, time(13), NOW.tzinfo)
    await listed(bot, tomorrow, [a_paper(1, tomorrow)])
    await bot.services.planner.plan()
    assert await states(bot) == [(tomorrow, "planned")]
    clock.now += timedelta(hours=2)
    await bot.services.planner.plan()
    assert await states(bot) == [(tomorrow, "posting")]


async def test_a_list_that_could_not_be_had_is_waited_for_as_long_as_it_is_worth_posting(
    bot, clock
):
    await subscribed(bot)
    tomorrow = TODAY + DAY
    clock.now = datetime.combine(tomorrow, time(16), NOW.tzinfo)
    await bot.services.planner.plan()
    assert await states(bot) == [(tomorrow, "planned")]
    clock.now += HOUR
    await listed(bot, tomorrow, [a_paper(1, tomorrow)])
    await bot.services.planner.plan()
    assert await states(bot) == [(tomorrow, "posting")]


async def test_what_waits_for_its_list_is_not_posted_after_a_pause(bot, clock):
    mine = await subscribed(bot)
    tomorrow = TODAY + DAY
    clock.now = datetime.combine(tomorrow, time(13), NOW.tzinfo)
    await bot.services.planner.plan()
    assert await states(bot) == [(tomorrow, "planned")]
    await bot.services.store.subscriptions.pause(mine.id, "by Ada")
    clock.now += HOUR
    await listed(bot, tomorrow, [a_paper(1, tomorrow)])
    await bot.services.planner.plan()
    assert await states(bot) == [(tomorrow, "skipped")]


async def test_what_waits_on_a_platform_that_is_not_connected_keeps_nobody_busy(bot, clock):
    await subscribed(bot)
    clock.now = datetime.combine(TODAY + DAY, time(13), NOW.tzinfo)
    assert await bot.services.planner.plan() is not None
    bot.services.outlets.clear()
    clock.now += HOUR
    assert await bot.services.planner.plan() is None


@pytest.mark.parametrize(
    ("quiet", "state", "messages"), [(True, "quiet", 0), (False, "posting", 1)]
)
async def test_a_day_without_papers_is_quiet_or_said(bot, clock, quiet, state, messages):
    await subscribed(bot, replace(WISHES, quiet=quiet, layout="compact"))
    await first_posted(bot, clock)
    await delivered(bot, clock)
    clock.now += DAY
    await listed(bot, TODAY + 2 * DAY, [])
    await bot.services.planner.plan()
    assert await states(bot) == [(TODAY + DAY, "sent"), (TODAY + 2 * DAY, state)]
    assert len(await said(bot)) == 1 + messages


async def test_while_the_first_digest_has_not_arrived_the_next_says_that_it_has_nothing(bot, clock):
    await subscribed(bot, replace(WISHES, quiet=True, layout="compact"))
    await first_posted(bot, clock)
    clock.now += DAY
    await listed(bot, TODAY + 2 * DAY, [])
    await bot.services.planner.plan()
    assert await states(bot) == [(TODAY + DAY, "posting"), (TODAY + 2 * DAY, "posting")]


async def test_a_digest_asked_for_is_not_quiet_after_a_crash_that_left_only_its_plan(bot, clock):
    mine = await subscribed(bot, replace(WISHES, quiet=True, layout="compact"))
    await first_posted(bot, clock)
    await delivered(bot, clock)
    clock.now += DAY - HOUR
    await listed(bot, TODAY + 2 * DAY, [])
    later = TODAY + 3 * DAY
    due = mine.options.schedule.due(later)
    assert due
    asked = PlannedDigest(
        mine.id, TODAY + 2 * DAY, TODAY + 2 * DAY, clock(), clock() + DAY, later, due
    )
    assert await bot.services.store.digests.plan([asked], clock())
    await bot.services.planner.plan()
    assert await states(bot) == [(TODAY + DAY, "sent"), (TODAY + 2 * DAY, "posting")]


async def test_the_first_digest_says_that_it_has_nothing(bot, clock):
    await subscribed(bot, replace(WISHES, quiet=True))
    clock.now = datetime.combine(TODAY + DAY, time(16), NOW.tzinfo)
    await listed(bot, TODAY + DAY, [])
    await bot.services.planner.plan()
    [view] = await said(bot)
    assert "Nothing new on the list of Saturday 30 May 2026." in plain(view)


async def test_a_skipped_digest_is_covered_by_the_next(bot, clock):
    mine = await subscribed(bot, replace(WISHES, layout="compact", papers=10))
    await first_posted(bot, clock)
    store = bot.services.store
    [ready] = await store.delivery_queue.ready(["chat"], clock.now, 10)
    late = clock.now + DAY
    claimed = await store.deliveries.claim(ready.id, late, HOUR)
    assert claimed
    await store.deliveries.drop(claimed, "It was too late.", late)
    known = await store.subscriptions.get(mine.id)
    assert known
    assert known.covered == TODAY
    clock.now = late
    await listed(bot, TODAY + 2 * DAY, [a_paper(2, TODAY + 2 * DAY)])
    await bot.services.planner.plan()
    newest = (await said(bot))[-1]
    assert newest.title == "Daily Papers · 30 May to 31 May 2026"
    assert set(newest.papers) == {"2606.00001", "2606.00002"}
    assert "→ All of these days: days 2026-05-30 2026-05-31" in plain(newest)


async def test_what_is_given_up_after_the_next_was_planned_is_covered_by_the_one_after(bot, clock):
    await subscribed(bot, replace(WISHES, layout="compact", papers=10))
    await first_posted(bot, clock)
    store = bot.services.store
    [ready] = await store.delivery_queue.ready(["chat"], clock.now, 10)
    clock.now += DAY
    await listed(bot, TODAY + 2 * DAY, [a_paper(2, TODAY + 2 * DAY)])
    await bot.services.planner.plan()
    assert (await said(bot))[-1].title == "Daily Papers · Sunday 31 May 2026"
    claimed = await store.deliveries.claim(ready.id, clock.now, HOUR)
    assert claimed
    await store.deliveries.drop(claimed, "It was too late.", clock.now)
    clock.now += DAY
    await listed(bot, TODAY + 3 * DAY, [a_paper(3, TODAY + 3 * DAY)])
    await bot.services.planner.plan()
    newest = (await said(bot))[-1]
    assert newest.title == "Daily Papers · 30 May to 1 June 2026"
    assert set(newest.papers) == {"2606.00001", "2606.00003"}


async def test_what_a_later_digest_covers_is_not_covered_again_where_it_is_given_up(bot, clock):
    mine = await subscribed(bot, replace(WISHES, layout="compact", papers=10))
    await first_posted(bot, clock)
    store, day = bot.services.store, TODAY + 2 * DAY
    known = await store.subscriptions.get(mine.id)
    assert known
    assert known.next_date
    [ready] = await store.delivery_queue.ready(["chat"], clock.now, 10)
    until = clock.now + DAY
    one = PlannedDigest(mine.id, known.next_date, day, clock.now, until, day + DAY, until)
    await store.digests.plan([one], clock.now)
    wide = RenderedDigest(DueDigest(known, day, clock.now, until), TODAY + DAY, day, ())
    assert await store.digests.save([wide], clock.now) == 1
    claimed = await store.deliveries.claim(ready.id, clock.now, HOUR)
    assert claimed
    await store.deliveries.drop(claimed, "It was too late.", clock.now)
    after = await store.subscriptions.get(mine.id)
    assert after
    assert after.covered == day


async def test_what_is_given_up_while_the_next_is_made_is_covered_later(bot, clock):
    mine = await subscribed(bot, replace(WISHES, layout="compact", papers=10))
    await first_posted(bot, clock)
    store = bot.services.store
    before = await store.subscriptions.get(mine.id)
    assert before
    assert before.covered == TODAY + DAY
    assert before.next_date
    [ready] = await store.delivery_queue.ready(["chat"], clock.now, 10)
    claimed = await store.deliveries.claim(ready.id, clock.now, HOUR)
    await store.deliveries.drop(claimed, "It was too late.", clock.now)
    day, until = TODAY + 2 * DAY, clock.now + DAY
    one = PlannedDigest(mine.id, before.next_date, day, clock.now, until, day + DAY, until)
    await store.digests.plan([one], clock.now)
    made = RenderedDigest(DueDigest(before, day, clock.now, until), day, day, ())
    assert await store.digests.save([made], clock.now) == 1
    assert (await store.subscriptions.get(mine.id)).covered == TODAY


async def test_a_postponed_digest_is_due_again_at_its_time(bot, clock):
    mine, digests = await subscribed(bot), bot.services.store.digests
    until = clock.now + DAY
    day = mine.next_date
    assert day
    one = PlannedDigest(mine.id, day, day, clock.now, until, day + DAY, until)
    await digests.plan([one], clock.now)
    [planned] = await digests.due(["chat"], clock.now, 10)
    await digests.postpone(planned, clock.now + HOUR)
    assert await digests.due(["chat"], clock.now + HOUR / 2, 10) == ()
    assert len(await digests.due(["chat"], clock.now + HOUR, 10)) == 1


async def test_yesterdays_list_is_that_of_the_day_before(bot, clock):
    await subscribed(bot, replace(WISHES, day="yesterday", layout="compact"))
    clock.now = datetime.combine(TODAY + DAY, time(13), NOW.tzinfo)
    await listed(bot, TODAY + DAY, ())
    await bot.services.planner.plan()
    assert HEBB.id in papers_in(await said(bot))


async def test_a_week_is_ranked_and_names_what_the_place_kept(bot, clock):
    weekly = DigestOptions(
        Schedule("weekly", time(9), "UTC", (0,)),
        papers=3,
        layout="compact",
        repeats=True,
        day="yesterday",
    )
    await subscribed(bot, replace(WISHES, layout="compact", day="yesterday"))
    await subscribed(bot, weekly)
    clock.now = datetime.combine(TODAY + DAY, time(14), NOW.tzinfo)
    await listed(bot, TODAY + DAY, ())
    await bot.services.planner.plan()
    await bot.services.store.tenant("chat", "T").shelf.save("bob", HEBB.id, clock.now)
    clock.now = datetime.combine(TODAY + 3 * DAY, time(11), NOW.tzinfo)
    await bot.services.planner.plan()
    week = (await said(bot))[-1]
    assert week.papers[0] == HEBB.id
    assert week.title == "Daily Papers · 25 May to 31 May 2026"
    assert "→ All of these days: days 2026-05-25 2026-05-31" in plain(week)
    assert "What you kept and voted for here" in plain(week)
    assert "kept by 1" in plain(week)


async def test_a_digest_asked_for_now_stands_for_that_of_the_day(bot, clock):
    assert clock() == NOW
    mine = await subscribed(
        bot, replace(WISHES, layout="compact", schedule=replace(NINE, at=time(23)))
    )
    assert papers_in(list(await bot.services.planner.preview(mine)))
    assert await states(bot) == []
    assert await bot.services.planner.post_now(mine)
    again = await bot.services.store.subscriptions.get(mine.id)
    assert again is not None
    assert again.next_date == TODAY + DAY
    assert not await bot.services.planner.post_now(again)
    assert await states(bot) == [(TODAY, "posting")]


async def test_two_planners_plan_a_digest_once(bot, clock):
    assert clock() == NOW
    mine = await subscribed(bot)
    assert mine.next_date is not None
    assert mine.next_due is not None
    occasion = PlannedDigest(
        mine.id,
        mine.next_date,
        mine.next_date,
        mine.next_due,
        mine.next_due + HOUR,
        TODAY + 2 * DAY,
        NOW,
    )
    assert await bot.services.store.digests.plan([occasion], NOW) == 1
    assert await bot.services.store.digests.plan([occasion], NOW) == 0


async def test_a_new_zone_release_moves_what_is_not_yet_planned(bot, clock):
    assert clock() == NOW
    mine = await subscribed(bot)
    await bot.services.store.subscriptions.move(mine.id, mine.next_date, NOW + 90 * DAY)
    assert await bot.services.planner.rezone() == 1
    assert await bot.services.store.subscriptions.get(mine.id) == mine


def test_a_full_layout_is_cut_into_messages_that_discord_takes():
    from bot.digests.layout import views
    from bot.digests.selection import Digest

    papers = tuple(a_paper(n, TODAY) for n in range(10))
    made = views(Digest(replace(WISHES, papers=10, layout="full"), TODAY, TODAY, papers, 10))
    assert [len(view.papers) for view in made] == [5, 5]
    assert [
        block.number for view in made for block in view.blocks if isinstance(block, Item)
    ] == list(range(1, 11))


async def test_a_digest_asked_for_after_a_quiet_one_is_posted(bot, clock):
    mine = await subscribed(bot, replace(WISHES, layout="compact"))
    await first_posted(bot, clock)
    await delivered(bot, clock)
    clock.now += DAY
    await listed(bot, TODAY + 2 * DAY, [])
    await bot.services.planner.plan()
    assert (await states(bot))[1:] == [(TODAY + 2 * DAY, "quiet")]
    await listed(bot, TODAY + 2 * DAY, [a_paper(2, TODAY + 2 * DAY)])
    clock.now += HOUR
    mine = await bot.services.store.subscriptions.get(mine.id)
    assert await bot.services.planner.post_now(mine)
    assert (await states(bot))[1:] == [(TODAY + 2 * DAY, "posting")]
    assert "2606.00002" in papers_in(await said(bot))


async def test_a_digest_that_met_a_failure_of_the_database_comes_soon(bot, clock, monkeypatch):
    await subscribed(bot)
    failures = [StoreError("The connection was lost.")]

    async def order_or_fail(*arguments):
        if failures:
            raise failures.pop()
        return await order_papers(*arguments)

    monkeypatch.setattr(planner, "order_papers", order_or_fail)
    async with asyncio.timeout(PATIENCE):
        await first_posted(bot, clock)
    assert [state for _, state in await states(bot)] == ["planned"]
    clock.now += planner.AFTER_A_FAILURE
    await bot.services.planner.plan()
    assert [state for _, state in await states(bot)] == ["posting"]


async def test_a_digest_that_cannot_be_made_holds_up_no_other_and_is_tried_again(
    bot, clock, monkeypatch, caplog
):
    broken = await subscribed(bot)
    await subscribed(bot, place=replace(ROOM, address="other"))
    failing = {broken.id}

    async def order_or_fail(store, library, subscription, papers):
        if subscription.id in failing:
            raise ZeroDivisionError
        return await order_papers(store, library, subscription, papers)

    monkeypatch.setattr(planner, "order_papers", order_or_fail)
    async with asyncio.timeout(PATIENCE):
        await first_posted(bot, clock)
    assert f"the digest of subscription {broken.id} for" in caplog.text
    assert [state for _, state in await states(bot)].count("posting") == 1
    failing.clear()
    clock.now += planner.LOOK_AGAIN
    await bot.services.planner.plan()
    assert [state for _, state in await states(bot)].count("posting") == 2
