"""Polls at Discord: posted from the nominations, and counted as votes when they have ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from simcord.backend.models import Message
from simcord.backend.models.channel import Overwrite
from simcord.enums import OverwriteType

from bot.chat.bot import Bot
from bot.digests.polls import PollReader
from tests.conftest import DIFFUSION, HEBB, add_outlets
from tests.rigs.discord import DiscordRig, Fault, connect
from tests.rigs.discord_people import Member, join, text

POSTS = "POST /channels/*/messages"
SEND_POLLS = 1 << 49


@pytest.fixture
async def rig() -> AsyncIterator[DiscordRig]:
    """Give a Discord."""
    async with DiscordRig().serving() as rig:
        yield rig


@pytest.fixture
async def ada(rig: DiscordRig, bot: Bot) -> AsyncIterator[Member]:
    """Give a person in a channel with the bot, who has nominated two papers."""
    async with connect(bot, rig) as adapter:
        add_outlets(bot, adapter)
        ada = join(rig, "ada")
        for paper in (HEBB, DIFFUSION):
            await ada.sees(ada.type("nominate", paper=paper.id))
        yield ada


@pytest.fixture
def reader(bot: Bot) -> PollReader:
    some = bot.services
    return PollReader(
        some.store, some.library, some.outlets, some.announcements, some.live_counts, bot.now
    )


def posted(rig: DiscordRig, channel: int) -> Message:
    return next(one for one in rig.backend.messages[channel].values() if one.poll)


async def test_what_is_nominated_becomes_a_poll(rig, bot, ada):
    answer = text(await ada.sees(ada.type("poll", hours=48)))
    assert "The poll is posted" in answer
    (asked,) = [one["poll"] for one in rig.requests(POSTS) if one.get("poll")]
    assert asked["question"]["text"] == "What should the reading group read next?"
    answers = [one["poll_media"]["text"] for one in asked["answers"]]
    assert answers == [HEBB.title, DIFFUSION.title]
    assert (asked["duration"], asked["allow_multiselect"]) == (48, True)
    again = text(await ada.sees(ada.type("poll")))
    assert "There is a poll already" in again
    assert rig.refusals == []
    assert bot


async def test_each_choice_is_a_vote_once_the_poll_has_ended(rig, bot, ada, reader, clock):
    await ada.sees(ada.type("poll", hours=1))
    message = posted(rig, ada.channel)
    bob = join(rig, "bob")
    rig.backend.set_poll_votes(ada.channel, message.id, [2], bob.id)
    await reader.look()  # it is open
    clock.now += timedelta(hours=2)
    await reader.look()  # Discord has not counted yet
    votes = bot.services.store.tenant("discord", str(ada.guild)).votes
    assert await votes.count(DIFFUSION.id) == 1
    rig.backend.expire_poll(ada.channel, message.id)
    await reader.look()
    assert await votes.voters([DIFFUSION.id]) == {DIFFUSION.id: (str(ada.id), str(bob.id))}
    told = [text(one) for one in rig.backend.messages[ada.channel].values()]
    (result,) = [one for one in told if "The poll is over" in one]
    assert "1 person has chosen" in result
    assert f"**{DIFFUSION.title}** leads with 2 votes in all." in result
    await reader.look()
    assert len(rig.requests(POSTS)) == 2  # the poll and its result
    assert "The poll is posted" in text(await ada.sees(ada.type("poll")))


async def test_a_poll_that_ended_while_nobody_ran_is_counted(rig, bot, reader, clock):
    async with connect(bot, rig) as adapter:
        add_outlets(bot, adapter)
        ada = join(rig, "ada")
        for paper in (HEBB, DIFFUSION):
            await ada.sees(ada.type("nominate", paper=paper.id))
        await ada.sees(ada.type("poll"))
    message = posted(rig, ada.channel)
    rig.backend.set_poll_votes(ada.channel, message.id, [1, 2], ada.id)
    rig.backend.expire_poll(ada.channel, message.id)
    clock.now += timedelta(days=1, minutes=1)
    async with connect(bot, rig) as adapter:
        add_outlets(bot, adapter)

        async def counted() -> bool:
            await reader.look()
            return len(rig.requests(POSTS)) == 2

        await rig.until(counted)
    votes = bot.services.store.tenant("discord", str(ada.guild)).votes
    assert await votes.voters([HEBB.id]) == {HEBB.id: (str(ada.id),)}


async def test_without_the_permission_there_is_a_link_that_adds_it(rig, ada):
    ours = Overwrite(rig.backend.bot_user.id, OverwriteType.MEMBER, deny=SEND_POLLS)
    there = rig.backend.create_channel(ada.guild, "quiet", overwrites=[ours])
    quiet = Member(rig, ada.id, there.id, ada.guild)
    refused = text(await quiet.sees(quiet.type("poll")))
    assert "Allow it Create Polls" in refused
    assert "oauth2/authorize" in refused
    assert not [one for one in rig.requests(POSTS) if one.get("poll")]
    assert "The poll is posted" in text(await ada.sees(ada.type("poll")))


async def test_a_poll_whose_answer_was_lost_is_the_same_when_asked_for_again(rig, ada):
    rig.faults.append(Fault(POSTS, 0, after=True))
    assert "The poll is posted" not in text(await ada.sees(ada.type("poll")))
    assert "The poll is posted" in text(await ada.sees(ada.type("poll")))
    polls: list[Any] = [one for one in rig.backend.messages[ada.channel].values() if one.poll]
    assert len(polls) == 1


async def test_a_poll_needs_two_papers_and_one_that_was_deleted_is_forgotten(
    rig, ada, reader, clock
):
    await ada.sees(ada.type("poll"))
    rig.backend.delete_message(ada.channel, posted(rig, ada.channel).id)
    clock.now += timedelta(days=2)
    await reader.look()
    await ada.sees(ada.type("pick"))
    assert "A poll needs two papers" in text(await ada.sees(ada.type("poll")))
