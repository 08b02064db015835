"""The pick of the week is posted once, with its thread, whatever the platform does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.chat.bot import Bot
from bot.chat.views import Outcome, View, plain
from bot.digests.announcements import UNDER_WAY
from bot.models import Person, Place
from bot.store.announcements import Post
from tests.conftest import DIFFUSION, HEBB, NOW, add_outlets
from tests.dumped import dump
from tests.rigs.platform import PLATFORM, Client, Fault, Platform, one_after_the_other

ANN, BEN = Person(PLATFORM, "T1", "UANN", "Ann"), Person(PLATFORM, "T1", "UBEN", "Ben")
ROOM, OTHER = Place(PLATFORM, "T1", "C1", "#papers"), Place(PLATFORM, "T1", "C2", "#other")


@pytest.fixture
def platform(bot, clock) -> Platform:
    """Give the platform, with the bot connected to it."""
    platform = Platform(clock)
    add_outlets(bot, Client(platform))
    return platform


async def say(bot: Bot, words: str, person: Person = ANN, place: Place = ROOM) -> View:
    return await bot.handle(bot.read(words, person, place))


async def nominated(bot: Bot) -> None:
    await say(bot, f"nominate {HEBB.id}")
    await say(bot, f"nominate {DIFFUSION.id}", BEN)


async def test_the_pick_is_posted_and_its_thread_begins_with_what_helps_to_talk(bot, platform):
    await nominated(bot)
    answer = plain(await say(bot, "pick", BEN))
    assert (
        "Posted: Hebbian Learning Without Labels is the paper of the week of 25 May 2026." in answer
    )
    assert "Its thread is open." in answer
    head, first = platform.log
    assert (head.place.address, first.place.address) == ("C1", "C1/1")
    assert "The paper of the week of 25 May 2026, with 1 vote" in head.text
    assert first.text.startswith(
        "Nominated by Ann, picked with 1 vote.\n\nTied with “Diffusion Models"
    )
    for told in (HEBB.url, HEBB.summary, "What do you take from it"):
        assert told in first.text
    assert "thread Reading group: Hebbian Learning Without Labels" in platform.asked
    assert "Picked for the week of 25 May 2026" in plain(await say(bot, "picks"))


async def test_who_asks_again_reads_where_it_was_posted_and_it_comes_once(bot, platform):
    await nominated(bot)
    for _ in range(2):
        await say(bot, "pick")
    again = plain(await say(bot, "pick", BEN, OTHER))
    assert "It was posted in #papers." in again
    assert f"share {HEBB.id}" in again
    assert len(platform.log) == 2


@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.RESET, Fault.DOWN])
async def test_a_post_of_which_nothing_is_known_is_looked_for_before_it_is_made_again(
    bot, platform, clock, fault
):
    await nominated(bot)
    platform.fault = one_after_the_other([fault])
    view = await say(bot, "pick")
    assert view.outcome is Outcome.FAILED
    assert "it is looked for before it is posted again" in plain(view)
    assert "It is being posted just now" in plain(await say(bot, "pick"))
    clock.now += UNDER_WAY
    assert "Posted:" in plain(await say(bot, "pick", BEN, OTHER))
    assert [message.place.address for message in platform.log] == ["C1", "C1/1"]


async def test_a_first_message_of_which_nothing_is_known_does_not_come_twice(bot, platform, clock):
    await nominated(bot)
    platform.fault = one_after_the_other([Fault.NONE, Fault.ANSWER_LOST])
    await say(bot, "pick")
    clock.now += UNDER_WAY
    await say(bot, "pick")
    assert len(platform.log) == 2


async def test_a_process_that_dies_leaves_what_the_next_one_finishes(bot, platform, clock):
    await nominated(bot)
    await say(bot, "pick")
    platform.log.clear()
    posts = bot.services.store.tenant(PLATFORM, "T1").posts
    done = await posts.get("pick 2026-05-25")
    # as it stands when a process dies after the head
    await posts.move(
        "pick 2026-05-25", done, Post("C1", "#papers", NOW, NOW, done.message, done.sent_to)
    )
    clock.now += UNDER_WAY
    await say(bot, "pick")
    assert [
        message.place.address for message in platform.log
    ] == []  # the thread was found to have begun


async def test_a_place_that_refuses_it_is_told_and_another_can_be_chosen(bot, platform):
    await nominated(bot)
    platform.fault = lambda _, place: Fault.REFUSED if place.address == "C1" else Fault.NONE
    said = plain(await say(bot, "pick"))
    assert "Picked, but not posted as it should be. The bot is not in that channel." in said
    assert "Posted:" in plain(await say(bot, "pick", ANN, OTHER))
    assert [message.place.address for message in platform.log] == ["C2", "C2/1"]


async def test_where_a_thread_may_not_be_made_it_is_posted_and_said(bot, platform):
    await nominated(bot)
    platform.fault = one_after_the_other([Fault.REFUSED], "thread")
    assert "The bot is not in that channel." in plain(await say(bot, "pick"))
    assert [message.place.address for message in platform.log] == ["C1", "C1"]


async def test_where_it_cannot_be_looked_for_whoever_asks_is_told(bot, platform, clock):
    await nominated(bot)
    platform.fault = one_after_the_other([Fault.ANSWER_LOST])
    platform.silent = {"C1"}
    await say(bot, "pick")
    clock.now += UNDER_WAY
    assert "cannot be looked for now. Nobody can read there." in plain(await say(bot, "pick"))
    assert "It was posted in #papers" in plain(await say(bot, "pick"))
    assert len(platform.log) == 1


async def test_in_a_conversation_with_one_person_it_is_shown_and_said_how_it_is_posted(
    bot, platform
):
    await nominated(bot)
    said = plain(await say(bot, "pick", ANN, Place(PLATFORM, "T1", "D1", private=True)))
    assert "there is no thread: say “pick” in a channel" in said
    assert platform.log == []
    assert "Posted:" in plain(await say(bot, "pick"))


async def test_nothing_of_a_post_names_a_person_and_it_goes_with_its_tenant(
    bot, platform, tmp_path
):
    await nominated(bot)
    await say(bot, "pick")
    for person in (ANN, BEN):
        await say(bot, "forget-me sure:yes", person)
    assert "UANN" not in dump(tmp_path)
    assert "post:" in dump(tmp_path)
    bot.services.tenants.purge_after = timedelta()
    await bot.services.tenants.removed(PLATFORM, "T1")
    assert "post:" not in dump(tmp_path)
    assert platform.log
