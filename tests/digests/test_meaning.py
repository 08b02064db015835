"""What the meaning of papers adds to digests and watches, by a tiny model of a few words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.calendar.schedule import Schedule
from bot.chat.bot import Bot
from bot.chat.view_json import thaw
from bot.chat.views import Item, Link, View, plain
from bot.features.services import Services
from bot.models import DigestOptions, Layout, Person, Place, Subscription
from bot.papers import Paper
from bot.store.schema import deliveries
from bot.store.syncs import SyncRun
from tests.conftest import NOW, TODAY, Clock, add_outlets, building
from tests.rigs.chat import Chat
from tests.rigs.models import write_model

ADA = Person("chat", "T", "ada", "Ada")
ROOM = Place("chat", "T", "room")
DAY = timedelta(days=1)
WISHES = DigestOptions(Schedule("daily", time(9), "UTC"), papers=3, layout="compact")
QUESTION = "what a feline does"


def paper(number: int, title: str, abstract: str = "", **known: object) -> Paper:
    usual = {"daily": TODAY, "published": TODAY, "upvotes": number, **known}
    return Paper(f"2605.2{number:04}", title, ("Emmy Noether",), abstract, **usual)  # type: ignore[arg-type]


KITTEN = paper(9, "Kitten", "It has whiskers.")
MIXED = paper(8, "Kitten, Star and Bread")
STAR, SUN = paper(7, "A Star"), paper(6, "The Sun")
OTHERS = tuple(paper(1000 + n, f"Nothing {n}", daily=TODAY - 90 * DAY) for n in range(60))


@pytest.fixture
async def bot(tmp_path: Path, clock: Clock) -> AsyncIterator[Bot[Services]]:
    """Give a bot with a model, whose papers of long ago say nothing."""
    model = write_model(tmp_path / "tiny")
    async with building(tmp_path, clock, model=str(model)) as app:
        add_outlets(app.bot, Chat({"room": ROOM}, {"ada": {ROOM}}, {"ada": "UTC"}))
        await app.services.library.add(OTHERS, NOW - 90 * DAY)
        await app.services.library.embed_papers()
        yield app.bot
        await app.services.library.close()


Say = Callable[[str], Awaitable[View]]


@pytest.fixture
def say(bot: Bot[Services]) -> Say:
    async def say(words: str) -> View:
        return await bot.handle(bot.read(words, ADA, ROOM))

    return say


async def listed(bot: Bot[Services], *papers: Paper, embedded: bool = True) -> None:
    """Let the lists have these papers, each that of its day."""
    library = bot.services.library
    for day in sorted({one.daily for one in papers if one.daily}):
        await library.add_day(day, [one for one in papers if one.daily == day])
    if embedded:
        await library.embed_papers()


async def chosen(bot: Bot[Services], **options: Any) -> View:
    """Return the digest that a new subscription would get now."""
    new = Subscription(1, ROOM, ADA, replace(WISHES, **options), bot.now())
    head, *_ = await bot.services.planner.preview(new)
    return head


async def messages(bot: Bot[Services]) -> list[View]:
    rows = await bot.services.store._database.read(  # noqa: SLF001
        select(deliveries.c.view).order_by(deliveries.c.id)
    )
    return [thaw(row.view) for row in rows]


@pytest.mark.parametrize("layout", ["threaded", "compact", "full"])
async def test_a_question_takes_papers_that_are_close_in_meaning_and_says_so(
    bot: Bot[Services], layout: Layout
):
    words = paper(5, "What it does: a feline in a car")
    await listed(bot, KITTEN, MIXED, STAR, words)
    view = await chosen(bot, topics=QUESTION, layout=layout)
    said = {one.paper: plain(View((one,))) for one in view.blocks if isinstance(one, Item)}
    close = {id_: "Close in meaning" in text for id_, text in said.items() if id_}
    assert close == {KITTEN.id: True, words.id: False}


async def test_how_close_is_enough_and_which_filters_hold_is_as_the_topics_say(bot: Bot[Services]):
    await listed(bot, KITTEN, MIXED, STAR, SUN)
    for topics, closeness, found in (
        (QUESTION, "close", [KITTEN]),
        (QUESTION, "wide", [KITTEN, MIXED]),
        (QUESTION, "words", []),
        (f"{QUESTION} votes:50", "wide", []),
        (f"{QUESTION} author:noether", "close", [KITTEN]),
        (f"{QUESTION} author:euler", "wide", []),
        (f"{QUESTION} -whiskers", "close", []),
        ("sun, what a feline does", "close", [KITTEN, SUN]),
        ("feline", "wide", []),
        ('"feline that does something"', "wide", []),
        ("author:feline author:vehicle author:bread", "wide", []),
    ):
        view = await chosen(bot, topics=topics, closeness=closeness)
        assert view.papers == tuple(one.id for one in found), topics


async def test_of_two_papers_that_say_the_same_the_second_stands_beneath_the_first(
    bot: Bot[Services],
):
    bread = paper(3, "Bread")
    await listed(bot, KITTEN, STAR, SUN, bread)
    for layout in ("threaded", "compact", "full"):
        view = await chosen(bot, layout=layout)
        assert view.papers == (KITTEN.id, STAR.id, bread.id)
        (star,) = (one for one in view.blocks if isinstance(one, Item) and one.paper == STAR.id)
        assert star.lines[-1] == ("Much like it: ", Link("The Sun", SUN.url or ""))
        assert plain(view).count("Much like it") == 1


async def test_what_stood_beneath_a_paper_is_not_posted_again(bot: Bot[Services], clock: Clock):
    subscriptions = bot.services.store.tenant("chat", "T").subscriptions
    clock.now = datetime.combine(TODAY, time(8), NOW.tzinfo)
    for topics in ("star, sun", "sun"):
        wanted = replace(WISHES, topics=topics, quiet=False)
        day, due = wanted.schedule.after(clock.now)
        await subscriptions.add(Subscription(0, ROOM, ADA, wanted, clock.now, day, due))
    clock.now += timedelta(hours=4)
    await listed(bot, STAR, SUN)
    await bot.services.planner.plan()
    first, second = await messages(bot)
    assert first.papers == (STAR.id,)
    assert "Nothing new on your topics" in plain(second)


async def test_a_paper_whose_meaning_was_not_known_yet_comes_once_with_the_next_digest(
    bot: Bot[Services], clock: Clock
):
    wanted = replace(WISHES, topics=QUESTION, quiet=False)
    subscriptions = bot.services.store.tenant("chat", "T").subscriptions
    clock.now = datetime.combine(TODAY, time(8), NOW.tzinfo)
    day, due = wanted.schedule.after(clock.now)
    await subscriptions.add(Subscription(0, ROOM, ADA, wanted, clock.now, day, due))
    clock.now = datetime.combine(TODAY, time(12), NOW.tzinfo)
    await listed(bot, KITTEN, STAR, embedded=False)
    for _ in range(3):
        await bot.services.planner.plan()
        clock.now += DAY
        await listed(bot, paper(2, "Bread", daily=clock.now.date()))
    first, second, third = await messages(bot)
    assert "Nothing new on your topics" in plain(first)
    assert second.papers == (KITTEN.id,)
    assert "Nothing new on your topics" in plain(third)


async def test_a_watch_tells_of_a_paper_once_its_meaning_is_known(bot: Bot[Services], clock: Clock):
    watches = bot.services.watches
    wanted = replace(WISHES, topics=QUESTION)
    await watches.add(Subscription(0, ROOM, ADA, wanted, bot.now(), watch=True))

    async def synced(*papers: Paper) -> bool:
        clock.now += timedelta(minutes=30)
        await bot.services.library.add(papers, clock.now)
        await bot.services.store.syncs.record(SyncRun(clock.now, len(papers), 0))
        return await watches.look()

    assert not await synced(KITTEN, STAR)
    assert not await watches.look()
    await bot.services.library.embed_papers()
    assert await watches.look()
    assert not await watches.look()
    assert not await synced(replace(KITTEN, upvotes=70))
    (view,) = await messages(bot)
    assert view.papers == (KITTEN.id,)
    assert "Close in meaning" in plain(view)


async def test_a_watch_tells_nothing_of_what_was_close_already(bot: Bot[Services], say: Say):
    await listed(bot, KITTEN, STAR)
    view = await say(f"watch {QUESTION} where:here")
    assert "Of the last 30 days, 1 paper matches already." in plain(view)
    assert not await bot.services.watches.look()


async def test_how_close_is_enough_is_shown_and_can_be_changed(say: Say):
    close, wide = "or close in meaning (about 1 paper of 250)", "or roughly so in meaning"
    for made in (f"subscribe {QUESTION}", f"watch {QUESTION} where:here"):
        assert close in plain(await say(made))
    for number in (1, 2):
        changed = await say(f"edit {number} closeness:wide")
        assert wide in plain(changed)
        assert "in meaning" not in plain(await say(f"edit {number} closeness:words"))
        assert "isn’t one of words, close or wide" in plain(await say(f"edit {number} closeness:9"))
        assert any("topics:? closeness:?" in one.line for one in changed.buttons)
    assert "in meaning" not in plain(await say("subscribe diffusion"))


async def test_what_was_removed_comes_back_as_close_as_it_was(say: Say):
    for number, (begin, end) in enumerate((("subscribe", "unsubscribe"), ("watch", "unwatch")), 1):
        await say(f"{begin} {QUESTION} where:here closeness:wide")
        removed = await say(f"{end} {2 * number - 1}")
        (undo,) = (one.line for one in removed.buttons if one.label == "Undo")
        assert "or roughly so in meaning" in plain(await say(undo))
