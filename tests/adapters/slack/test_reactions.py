"""Reactions in Slack: committed before they are acknowledged, once, in whatever order they come."""

import asyncio
import random
import time
from datetime import time as time_of_day
from datetime import timedelta

import pytest

from adapters.slack.emoji import parse_emoji
from bot.calendar.schedule import Schedule
from bot.chat.reactions import DEFAULT_MEANINGS, Reactions
from bot.digests.layout import views
from bot.digests.selection import Digest
from bot.errors import StoreError
from bot.models import DigestOptions
from bot.network.backoff import Backoff
from tests.conftest import HEBB, NOW, TODAY
from tests.rigs.slack import BOT, TEAM, eventually

STRANGER = "U9"  # of the workspace T2

pytestmark = pytest.mark.usefixtures("slack")


async def shelf(bot, user="U1"):
    return set(await bot.services.store.tenant("slack", TEAM).shelf.ids(user))


async def has(bot, user):
    return await shelf(bot, user) == {HEBB.id}


async def shared(rig, bot):
    """Share a card; return its message when it is known what it shows."""
    card = await rig.ask(f"share {HEBB.id}")
    shown = bot.services.store.tenant("slack", TEAM).messages
    await eventually(lambda: shown.papers(card.channel, card.ts))
    return card


async def votes(bot):
    return await bot.services.store.tenant("slack", TEAM).votes.count(HEBB.id)


async def test_a_bookmark_saves_and_taking_it_away_lets_go(rig, bot):
    card = await shared(rig, bot)
    await rig.react(card, "bookmark", "U2")
    await eventually(lambda: has(bot, "U2"))
    await rig.until(lambda: len(rig.messages) == 2)
    assert rig.messages[1].person == "U2"
    assert f"Saved: {HEBB.title}" in rig.messages[1].seen
    await rig.react(card, "bookmark", "U2", added=False)
    await rig.until(lambda: len(rig.messages) == 3)
    assert await shelf(bot, "U2") == set()


async def test_a_bookmark_on_and_off_leaves_a_paper_that_was_saved_by_hand(rig, bot):
    card = await shared(rig, bot)
    await rig.press(card, "Save", "U2")
    await eventually(lambda: has(bot, "U2"))
    for added in (True, False):
        await rig.react(card, "bookmark", "U2", added=added)
    await rig.react(card, "thumbsup", "U2")  # which is worked off after the others
    await eventually(lambda: votes(bot))
    assert await has(bot, "U2")


async def test_a_keycap_saves_the_paper_of_that_number_in_a_digest(rig, bot, slack, ask, place):
    listed = await ask("today")
    await slack.send(place("C1"), listed, "digest 1")
    await rig.react(rig.messages[0], "three", "U2")
    await rig.react(rig.messages[0], "bookmark", "U2")  # of which paper?
    await rig.until(lambda: len(rig.messages) == 2)
    assert await shelf(bot, "U2") == {listed.papers[2]}


async def test_in_the_second_message_of_a_digest_a_keycap_means_the_number_that_is_shown(
    rig, bot, slack, place
):
    options = DigestOptions(Schedule("daily", time_of_day(9), "UTC"), papers=10, layout="full")
    papers = await bot.services.library.papers([f"2605.1{n:04}" for n in range(10)])
    first, second = views(Digest(options, TODAY, TODAY, tuple(papers), 10))
    assert second.papers == tuple(paper.id for paper in papers[5:])
    await slack.send(place("C1"), first, "digest 1")
    await slack.send(place("C1"), second, "digest 1-1")
    await rig.react(rig.messages[1], "seven", "U2")
    await rig.react(rig.messages[1], "two", "U2")  # it stands in the first message
    await rig.react(rig.messages[0], "two", "U3")
    await rig.until(lambda: len(rig.messages) == 4)
    assert await shelf(bot, "U2") == {papers[6].id}
    assert await shelf(bot, "U3") == {papers[1].id}


async def test_a_thumb_of_any_colour_is_a_vote(rig, bot):
    card = await shared(rig, bot)
    await rig.react(card, "+1::skin-tone-4", "U2")
    await rig.react(card, "thumbsup", "U3")
    await rig.until(lambda: len(rig.messages) == 3)
    assert await votes(bot) == 2


async def test_what_means_nothing_is_acknowledged_and_changes_nothing(rig, bot):
    card = await shared(rig, bot)
    await rig.react(card, "tada")
    await rig.react(card, "bookmark", BOT)
    await rig.event(
        {"type": "reaction_added", "user": "U1", "reaction": "bookmark", "item": {"type": "file"}}
    )
    assert await idle(bot)
    assert await shelf(bot) == set()
    assert await shelf(bot, BOT) == set()


async def test_repeated_and_late_events_change_nothing(rig, bot):
    card = await shared(rig, bot)
    now = time.time()
    events = [rig.reaction(card, "bookmark", "U2", added=n % 2 == 0, at=now + n) for n in range(5)]
    events += events[:3]
    random.Random(5).shuffle(events)
    await asyncio.gather(*(rig.event(event) for event in events))
    await eventually(lambda: idle(bot))
    assert await shelf(bot, "U2") == {HEBB.id}


async def idle(bot):
    """Return whether all reactions are worked off."""
    events = bot.services.store.reaction_events
    return not await events.waiting("slack", bot.now() + timedelta(days=1), 100)


async def test_what_cannot_be_written_down_is_not_acknowledged_and_comes_again(
    rig, bot, monkeypatch
):
    card = await shared(rig, bot)
    event = rig.reaction(card, "bookmark", "U2", added=True)
    with monkeypatch.context() as patched:
        patched.setattr("bot.store.reaction_events.ReactionEvents.add", broken)
        with pytest.raises(TimeoutError):
            await rig.event(event, patience=0.3)
    await rig.event(event)
    await eventually(lambda: has(bot, "U2"))


async def test_what_fails_is_acknowledged_and_done_later(rig, bot, monkeypatch, clock):
    card = await shared(rig, bot)
    with monkeypatch.context() as patched:
        patched.setattr("bot.store.shelf.Shelf.save", broken)
        await rig.react(card, "bookmark", "U2")
        await rig.until(lambda: len(rig.messages) == 2)
    assert "The disk is full." in rig.messages[1].seen
    clock.now += timedelta(minutes=2)
    await bot.reactions.finish("slack")
    assert await shelf(bot, "U2") == {HEBB.id}


async def test_a_slow_reaction_is_acknowledged_at_once(rig, bot, monkeypatch):
    card = await shared(rig, bot)

    acknowledged = asyncio.Event()

    async def slow(*_, **__):
        await acknowledged.wait()

    monkeypatch.setattr("bot.store.shelf.Shelf.save", slow)
    await rig.react(card, "bookmark", "U2")
    acknowledged.set()


async def broken(*_, **__):
    raise StoreError("The disk is full.")


async def test_a_slow_store_delays_no_acknowledgement_of_a_command(rig, monkeypatch):
    acknowledged = asyncio.Event()

    async def slow(*_, **__):
        await acknowledged.wait()

    monkeypatch.setattr("bot.store.shelf.Shelf.save", slow)
    await rig.slash(f"save {HEBB.id}")
    acknowledged.set()
    await rig.until(lambda: rig.messages)


async def test_reactions_made_while_away_are_swept_up(rig, bot, connected, monkeypatch):
    monkeypatch.setattr("adapters.slack.workspace.QUIET_SECONDS", 0.1)
    card = await shared(rig, bot)
    await rig.react(card, "bookmark", "U2", at=NOW.timestamp() - 60)
    card.reactions["bookmark"] = ["U3", STRANGER, BOT]
    card.reactions["+1"] = ["U2"]
    rig.faults["reactions.get"] = [{"error": "ratelimited", "status": 429, "retry_after": 0}]

    async def swept():
        return (
            await shelf(bot, "U3") == {HEBB.id} and not await shelf(bot, "U2") and await votes(bot)
        )

    async with connected():
        await eventually(swept)
    assert await shelf(bot, BOT) == await shelf(bot, STRANGER) == set()
    assert await votes(bot) == 1


async def test_connections_that_flap_start_one_search(rig, bot, connected, monkeypatch):
    await shared(rig, bot)
    monkeypatch.setattr("adapters.slack.connection.BACKOFF", Backoff(0.01, 30))
    monkeypatch.setattr("adapters.slack.workspace.QUIET_SECONDS", 0)

    def searches():
        return [method for method, _ in rig.calls].count("reactions.get")

    async with connected():
        await rig.until(searches)
        await rig.until(lambda: len(rig.sockets) == 4)
        for _ in range(3):
            for socket in list(rig.sockets):
                await socket.close()
            await rig.until(lambda: len(rig.sockets) == 4)
            await rig.ask("status")
    # one for each of the two adapters, the first perhaps before there was a message
    assert searches() in {1, 2}


def test_slacks_names_mean_the_emoji_that_settings_name():
    numbers = "one two three four five six seven eight nine keycap_ten".split()
    papers = [str(n) for n in range(1, 11)]
    meant = [Reactions().line_for(parse_emoji(name), papers, added=True) for name in numbers]
    assert meant == [f"save {n}" for n in papers]
    assert (
        Reactions.read(DEFAULT_MEANINGS).line_for(parse_emoji("bookmark"), ["1"], added=True)
        == "save 1"
    )
    own = Reactions.read(":to-read:=save ✅=vote ❤️=vote")
    assert own.line_for(parse_emoji("to-read"), ["1"], added=True) == "save 1"
    for name in ("white_check_mark", "heart"):
        assert own.line_for(parse_emoji(name), ["1"], added=True) == "vote 1"
