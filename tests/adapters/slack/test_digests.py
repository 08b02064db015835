"""A digest at Slack, from the command that asks for it to the messages in its thread."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.models import Place, Sent
from tests.conftest import HEBB, TODAY, add_outlets
from tests.rigs.slack import BOT, TEAM

KINDS = ("channel", "group")
NINE = datetime(2026, 5, 30, 7, 0, tzinfo=UTC)  # in Berlin


async def test_a_digest_comes_at_its_time_with_a_message_a_paper_in_its_thread(
    rig, slack, bot, clock
):
    add_outlets(bot, slack)
    said = await rig.ask("subscribe every:daily at:9 zone:berlin day:yesterday papers:2", user="U2")
    assert "Every day at 9:00" in said.seen
    clock.now = NINE + timedelta(minutes=1)
    for back in range(40):
        day = clock.now.date() - timedelta(days=back)
        await bot.services.library.add_day(
            day, (await bot.services.library.known(day, day, limit=100)).papers
        )
    before = len(rig.messages)
    running = asyncio.create_task(bot.services.dispatcher.run())
    await rig.until(lambda: len(rig.messages) == before + 3)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    head, *cards = rig.messages[before:]
    assert HEBB.title in head.seen
    assert not head.thread
    assert [card.thread for card in cards] == [head.ts, head.ts]
    assert [one.channel for one in rig.messages[before:]] == ["C1"] * 3


JOINED = {"type": "member_joined_channel", "user": BOT, "channel": "C1"}
UNARCHIVED = [{"type": f"{kind}_unarchive", "user": "U2", "channel": "C1"} for kind in KINDS]


@pytest.mark.parametrize("event", [JOINED, *UNARCHIVED], ids=lambda event: event["type"])
async def test_a_digest_goes_as_soon_as_the_channel_takes_messages_again(
    rig, slack, bot, clock, event
):
    add_outlets(bot, slack)
    await rig.ask("subscribe every:daily at:9 zone:berlin day:yesterday papers:2", user="U2")
    clock.now = NINE + timedelta(minutes=1)
    for back in range(40):
        day = clock.now.date() - timedelta(days=back)
        papers = (await bot.services.library.known(day, day, limit=100)).papers
        await bot.services.library.add_day(day, papers)
    code = "not_in_channel" if event is JOINED else "is_archived"
    rig.faults["chat.postMessage"] = [{"error": code}]
    running = asyncio.create_task(bot.services.dispatcher.run())
    await rig.until(lambda: rig.messages[-1].channel == "DU2")  # whoever subscribed is told
    await rig.event({**event, "user": "U1"} if event is JOINED else {**event, "channel": "C2"})
    assert not [one for one in rig.messages if one.channel == "C1" and not one.person]
    await rig.event(event)

    def heads():
        posted = [one for one in rig.messages if one.channel == "C1" and not one.thread]
        return [m for m in posted if HEBB.title in m.seen and "Hello!" not in m.seen]

    await rig.until(heads)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    (head,) = heads()
    assert slack.link(Sent(Place("slack", TEAM, "C1"), head.ts)) == (
        f"https://team.slack.com/archives/C1/p{head.ts.replace('.', '')}"
    )
    assert "Last posted" in (await rig.ask("subscriptions", user="U2")).seen


async def test_somebody_who_does_not_manage_the_channel_is_told_who_does(rig, slack, bot):
    add_outlets(bot, slack)
    refused = await rig.ask("subscribe every:daily at:9 zone:berlin", user="U1")
    assert (
        "Only workspace admins and the person who made the channel can subscribe a channel"
        in refused.seen
    )


async def test_a_digest_to_one_person_alone_begins_with_what_is_like_the_papers_that_they_keep(
    rig, slack, bot, clock
):
    add_outlets(bot, slack)
    await rig.ask(f"save {HEBB.id}", user="U1")
    assert (
        "it needs a digest just for you"
        in (await rig.ask("subscribe order:for-me at:9 zone:berlin", user="U2")).seen
    )
    asked = "subscribe where:me order:for-me at:9 zone:berlin day:yesterday papers:2 layout:compact"
    assert "those most like your shelf first" in (await rig.ask(asked, user="U1")).seen
    alike = replace(HEBB, id="2605.00099", title="Hebbian Learning Again", upvotes=0)
    clock.now = NINE + timedelta(minutes=1)
    for back in range(40):
        day = clock.now.date() - timedelta(days=back)
        known = (await bot.services.library.known(day, day, limit=100)).papers
        await bot.services.library.add_day(day, (*known, alike) if day == TODAY else known)
    before = len(rig.messages)
    running = asyncio.create_task(bot.services.dispatcher.run())
    await rig.until(lambda: len(rig.messages) == before + 1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    (head,) = rig.messages[before:]
    assert head.channel.startswith("D")
    assert alike.title in head.seen
    assert f"Because you saved “{HEBB.title}”" in head.seen
