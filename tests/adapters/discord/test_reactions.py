"""Reactions as they come, as they are missed, and how people are told, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from datetime import date
from typing import Any

import pytest
from simcord.backend.models import Message

from bot.chat.bot import Bot
from bot.models import Place
from tests.conftest import DIFFUSION, HEBB, digest
from tests.rigs.discord import DiscordRig, Fault, connect
from tests.rigs.discord_people import Member, join, labels, text


@pytest.fixture
async def rig(bot: Bot) -> AsyncIterator[DiscordRig]:
    """Give a Discord that the bot is connected to."""
    async with DiscordRig().serving() as rig, connect(bot, rig):
        yield rig


@pytest.fixture
def ada(rig: DiscordRig) -> Member:
    """Give a person in a channel."""
    return join(rig, "Ada")


async def card(bot: Bot, ada: Member) -> Message:
    """Let the bot show a paper, and wait until it knows that it did."""
    seen = await ada.sees(ada.type("share", paper=HEBB.id))
    await known(bot, ada, seen)
    return seen


async def known(bot: Bot, ada: Member, seen: Message) -> None:
    papers = bot.services.store.tenant("discord", str(ada.guild)).messages.papers
    await ada.rig.until(lambda: papers(str(seen.channel_id), str(seen.id)))


async def shelf(bot: Bot, ada: Member) -> set[str]:
    return set(await bot.services.store.tenant("discord", str(ada.guild)).shelf.ids(str(ada.id)))


async def holds(bot: Bot, ada: Member, *papers: str) -> bool:
    return await shelf(bot, ada) == set(papers)


def told(rig: DiscordRig, ada: Member) -> list[Message]:
    """Return the bot's direct messages to a person."""
    return list(rig.backend.messages[rig.backend.get_dm_channel(ada.id).id].values())


async def test_a_bookmark_keeps_a_paper_and_taking_it_away_lets_it_go(rig, ada, bot):
    seen = await card(bot, ada)
    ada.react(seen)
    (said,) = await rig.until(lambda: told(rig, ada))
    assert "Saved: **Hebbian Learning Without Labels**" in text(said)
    assert await shelf(bot, ada) == {HEBB.id}
    ada.react(seen, added=False)
    await rig.until(lambda: len(told(rig, ada)) == 2)
    assert await shelf(bot, ada) == set()


async def test_keycaps_keep_papers_of_a_list_and_thumbs_vote(rig, ada, bot):
    place = Place("discord", str(ada.guild), str(ada.channel))
    async with connect(bot, rig) as adapter:
        sent = await adapter.send(place, digest(date(2026, 5, 29), [HEBB, DIFFUSION], 2), "one")
        message = rig.backend.get_message(ada.channel, int(sent.message))
        ada.react(message, "2️⃣")
        await rig.until(lambda: told(rig, ada))
        assert await shelf(bot, ada) == {DIFFUSION.id}
        ada.react(await card(bot, ada), "👍")
        await rig.until(lambda: any("Your vote counts" in text(one) for one in told(rig, ada)))


async def test_its_own_reactions_mean_nothing(rig, ada, bot):
    seen = await card(bot, ada)
    rig.backend.set_reaction(seen.channel_id, seen.id, "🔖", rig.backend.bot_user.id, reacted=True)
    ada.react(seen)
    await rig.until(lambda: holds(bot, ada, HEBB.id))
    shelves = bot.services.store.tenant("discord", str(ada.guild)).shelf
    assert await shelves.ids(str(rig.backend.bot_user.id)) == ()


async def test_nor_do_they_in_a_conversation_where_discord_names_no_member(rig, ada, bot):
    channel = rig.backend.get_dm_channel(ada.id).id
    alone = Member(rig, ada.id, channel, None)
    seen = await alone.sees(alone.type("share", paper=HEBB.id))
    tenant = bot.services.store.tenant("discord", "")
    await rig.until(lambda: tenant.messages.papers(str(channel), str(seen.id)))
    rig.backend.set_reaction(channel, seen.id, "🔖", rig.backend.bot_user.id, reacted=True)
    alone.react(seen)
    await rig.until(lambda: tenant.shelf.ids(str(ada.id)))
    assert await tenant.shelf.ids(str(rig.backend.bot_user.id)) == ()


async def test_what_means_nothing_does_nothing(rig, ada, bot):
    seen = await card(bot, ada)
    ada.react(seen, "🎉")
    ada.react(rig.backend.create_message(ada.channel, ada.id, "hello"), "🔖")
    ada.react(seen, "👍")
    await rig.until(lambda: told(rig, ada))
    assert len(told(rig, ada)) == 1
    assert await shelf(bot, ada) == set()


async def test_buttons_in_a_direct_message_act_in_the_server_that_it_is_about(rig, ada, bot):
    ada.react(await card(bot, ada))
    (said,) = await rig.until(lambda: told(rig, ada))
    alone = Member(rig, ada.id, said.channel_id, None)
    assert "Your shelf: 1 paper" in text(await alone.sees(alone.press(said, "My shelf")))
    await alone.sees(alone.press(said, "Undo"))
    assert await shelf(bot, ada) == set()
    assert "Undo" in list(labels(said))


async def test_a_person_with_closed_direct_messages_is_told_in_the_channel(
    rig, ada, bot, monkeypatch
):
    seen = await card(bot, ada)
    monkeypatch.setattr("adapters.discord.notes.SHOWN_SECONDS", 0.1)
    rig.faults.append(
        Fault(f"POST /channels/{rig.backend.get_dm_channel(ada.id).id}/messages", 403, code=50007)
    )
    ada.react(seen)
    said = await rig.until(
        lambda: [
            body for body in rig.requests("POST /channels/*/messages") if "Saved" in str(body)
        ][1:]
    )
    assert "For Ada, shown for a moment: your direct messages are closed." in str(said)
    assert said[0]["allowed_mentions"] == {"parse": []}
    assert await shelf(bot, ada) == {HEBB.id}
    await rig.until(
        lambda: list(rig.backend.messages[ada.channel]) == [seen.id]
    )  # it is gone again


@pytest.mark.parametrize(("status", "code"), [(400, 40003), (503, 0)])
async def test_trouble_with_a_direct_message_is_logged_and_not_told_in_the_channel(
    rig, ada, bot, caplog, status, code
):
    seen = await card(bot, ada)
    rig.faults.append(
        Fault(
            f"POST /channels/{rig.backend.get_dm_channel(ada.id).id}/messages",
            status,
            times=9,
            code=code,
        )
    )
    ada.react(seen)
    await rig.until(lambda: f"{ada.id} was not told about a reaction: {status}" in caplog.text)
    assert await shelf(bot, ada) == {HEBB.id}
    assert list(rig.backend.messages[ada.channel]) == [seen.id]


async def test_reactions_during_a_short_gap_are_replayed(rig, ada, bot):
    seen = await card(bot, ada)
    rig.drop()
    ada.react(seen)
    await rig.until(lambda: told(rig, ada))
    assert await shelf(bot, ada) == {HEBB.id}
    assert len(rig.sessions) == 1


async def test_reactions_during_a_long_gap_are_made_up_for(rig, ada, bot, monkeypatch):
    monkeypatch.setattr("adapters.discord.backoff.IDENTIFY_SECONDS", 0.0)
    seen = await card(bot, ada)
    bob = join(rig, "Bob")
    bob.react(seen)
    await rig.until(lambda: told(rig, bob))
    rig.drop(resumable=False)
    ada.react(seen)
    bob.react(seen, added=False)
    await rig.until(lambda: rig.sessions)
    await rig.until(lambda: holds(bot, ada, HEBB.id))
    await rig.until(lambda: holds(bot, bob))
    assert told(rig, ada) == []  # long ago: nobody is woken for it


async def test_reactions_while_the_bot_was_stopped_are_made_up_for(bot):
    async with DiscordRig().serving() as rig:
        async with connect(bot, rig):
            ada = join(rig, "Ada")
            seen = await card(bot, ada)
            gone = await ada.sees(ada.type("share", paper=DIFFUSION.id))
            await known(bot, ada, gone)
            ada.react(gone)
            await rig.until(lambda: told(rig, ada))
        ada.react(seen)
        rig.backend.delete_message(gone.channel_id, gone.id)
        async with connect(bot, rig):
            await rig.until(lambda: holds(bot, ada, HEBB.id, DIFFUSION.id))


async def test_a_moderator_who_clears_reactions_takes_them_away(rig, ada, bot):
    seen = await card(bot, ada)
    ada.react(seen)
    await rig.until(lambda: told(rig, ada))
    rig.backend.clear_reactions(seen.channel_id, seen.id)
    await rig.until(lambda: holds(bot, ada))


async def test_reactions_of_bots_mean_nothing(rig, ada, bot):
    seen = await card(bot, ada)
    other = rig.backend.make_user("another bot", bot=True)
    rig.backend.add_member(ada.guild, other.id)
    robot = Member(rig, other.id, ada.channel, ada.guild)
    robot.react(seen)
    robot.react(seen, "👍")
    ada.react(seen)
    await rig.until(lambda: told(rig, ada))
    assert await holds(bot, robot)
    assert not told(rig, robot)
    robot.react(seen, added=False)
    async with connect(bot, rig):  # which looks at all reactions of the message
        await rig.until(lambda: rig.requests("GET /channels/*/messages/*/reactions/*"))
        assert await holds(bot, robot)
        assert await holds(bot, ada, HEBB.id)


async def test_a_vote_in_two_skin_tones_stays_until_both_are_gone(rig, ada, bot):
    async def votes() -> int:
        counted: int = await bot.services.store.tenant("discord", str(ada.guild)).votes.count(
            HEBB.id
        )
        return counted

    seen = await card(bot, ada)
    ada.react(seen, "👍")
    ada.react(seen, "👍🏿")
    await rig.until(lambda: told(rig, ada))
    ada.react(seen, "👍", added=False)
    ada.react(seen)  # handled after the one before
    await rig.until(lambda: len(told(rig, ada)) == 2)
    assert await votes() == 1
    ada.react(seen, "👍🏿", added=False)
    await rig.until(lambda: len(told(rig, ada)) == 3)
    assert await votes() == 0


async def test_a_skin_tone_from_before_a_restart_counts_too(bot):
    async with DiscordRig().serving() as rig:
        async with connect(bot, rig):
            ada = join(rig, "Ada")
            seen = await card(bot, ada)
            ada.react(seen, "👍")
            ada.react(seen, "👍🏿")
            await rig.until(lambda: told(rig, ada))
        votes = bot.services.store.tenant("discord", str(ada.guild)).votes
        async with connect(bot, rig):
            ada.react(seen, "👍", added=False)
            ada.react(seen)
            await rig.until(lambda: holds(bot, ada, HEBB.id))
            assert await votes.count(HEBB.id) == 1
            ada.react(seen, "👍🏿", added=False)
            await rig.until(lambda: _none(votes.count(HEBB.id)))


async def test_a_reaction_before_the_message_is_recorded_waits_for_it(rig, ada, bot, monkeypatch):
    shown, reacted = bot.shown, asyncio.Event()

    async def shown_late(*args: Any, **options: Any) -> None:
        await reacted.wait()
        await shown(*args, **options)

    monkeypatch.setattr(bot, "shown", shown_late)
    seen = await ada.sees(ada.type("share", paper=HEBB.id))
    ada.react(seen)
    await rig.until(lambda: bot.reactions._recorded)  # noqa: SLF001  # it waits
    assert not told(rig, ada)
    reacted.set()
    await rig.until(lambda: told(rig, ada))
    assert await holds(bot, ada, HEBB.id)


async def test_a_note_in_the_channel_is_removed_when_the_bot_stops_or_after_it_was_killed(
    bot, monkeypatch
):
    async with DiscordRig().serving() as rig:
        async with connect(bot, rig):
            ada = join(rig, "Ada")
            seen = await card(bot, ada)
            closed(rig, ada)
            ada.react(seen)
            await rig.until(lambda: len(rig.backend.messages[ada.channel]) == 2)
        assert list(rig.backend.messages[ada.channel]) == [seen.id]
        async with connect(bot, rig):
            monkeypatch.setattr("adapters.discord.notes.Notes._remove_later", lambda *_: _nothing())
            closed(rig, ada)
            ada.react(seen, added=False)
            await rig.until(lambda: len(rig.backend.messages[ada.channel]) == 2)
        assert len(rig.backend.messages[ada.channel]) == 2  # as after a kill
        rig.backend.clock.advance(60)
        async with connect(bot, rig):
            await rig.until(lambda: list(rig.backend.messages[ada.channel]) == [seen.id])


async def test_a_bookmark_on_and_off_leaves_a_paper_that_was_saved_by_hand(rig, ada, bot):
    seen = await card(bot, ada)
    await ada.sees(ada.type("save", paper=HEBB.id))
    ada.react(seen)
    (said,) = await rig.until(lambda: told(rig, ada))
    assert "Already on your shelf" in text(said)
    ada.react(seen, added=False)
    ada.react(seen, "👍")  # handled after the one before
    await rig.until(lambda: len(told(rig, ada)) == 2)
    assert await shelf(bot, ada) == {HEBB.id}


async def test_a_reaction_is_written_down_before_anything_is_done(ada, bot, monkeypatch):
    seen, run = await card(bot, ada), bot.reactions._run  # noqa: SLF001
    stopped, ends = asyncio.Event(), asyncio.Event()

    async def stopping(*_: object) -> None:
        stopped.set()
        await ends.wait()

    monkeypatch.setattr(bot.reactions, "_run", stopping)
    ada.react(seen)
    await stopped.wait()
    (_, event), *others = await bot.services.store.reaction_events.waiting("discord", bot.now(), 9)
    assert (event.message, event.person.id, others) == (str(seen.id), str(ada.id), [])
    monkeypatch.setattr(bot.reactions, "_run", run)
    ends.set()


def closed(rig: DiscordRig, ada: Member) -> None:
    """Let a person accept no direct messages."""
    direct = rig.backend.get_dm_channel(ada.id).id
    rig.faults.append(Fault(f"POST /channels/{direct}/messages", 403, code=50007))


async def _none(count: Awaitable[int]) -> bool:
    return await count == 0


async def _nothing() -> None:
    pass
