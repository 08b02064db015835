"""The pick of the week at Discord: a message in the channel, and a thread that is made from it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.conftest import HEBB, add_outlets
from tests.rigs.discord import DiscordRig, Fault, connect
from tests.rigs.discord_people import Member, join, text


@pytest.fixture
async def rig() -> AsyncIterator[DiscordRig]:
    """Give a Discord."""
    async with DiscordRig().serving() as rig:
        yield rig


@pytest.fixture
async def ada(rig, bot) -> AsyncIterator[Member]:
    """Give a person in a channel with the bot, who has nominated a paper."""
    async with connect(bot, rig) as adapter:
        add_outlets(bot, adapter)
        ada = join(rig, "ada")
        await ada.sees(ada.type("nominate", paper=HEBB.id))
        yield ada


def public(rig: DiscordRig, channel: int) -> list[str]:
    """Return what everybody reads in a channel."""
    return [
        text(one)
        for one in rig.backend.messages[channel].values()
        if not one.flags & 64 and text(one)
    ]


def threads(rig: DiscordRig, ada: Member) -> list[int]:
    return [
        one.id
        for one in rig.backend.channels.values()
        if getattr(one, "parent_id", None) == ada.channel
    ]


async def test_a_pick_is_posted_and_its_thread_begins(rig, ada):
    answer = text(await ada.sees(ada.type("pick")))
    assert "Its thread is open." in answer
    (head,) = public(rig, ada.channel)
    assert "The paper of the week of 25 May 2026" in head
    (thread,) = threads(rig, ada)
    assert rig.backend.channels[thread].name == f"Reading group: {HEBB.title}"
    (first,) = public(rig, thread)
    assert "Nominated by ada, picked with 1 vote." in first
    assert "It was posted" in text(await ada.sees(ada.type("pick")))
    assert len(public(rig, ada.channel)) == 1


async def test_in_a_thread_it_is_posted_and_said_that_there_is_none(rig, ada):
    backend = rig.backend
    starter = backend.create_message(ada.channel, ada.id, content="papers")
    thread = backend.create_thread(ada.channel, "a post", ada.id, message_id=starter.id)
    there = Member(rig, ada.id, thread.id, ada.guild)
    assert "Messages have no threads here." in text(await there.sees(there.type("pick")))
    assert len(public(rig, thread.id)) == 2


async def test_without_the_permission_for_threads_it_is_posted_and_said(rig, ada):
    rig.faults.append(Fault("POST /channels/*/messages/*/threads", 403, code=50013))
    assert "allow it Create Public Threads" in text(await ada.sees(ada.type("pick")))
    assert threads(rig, ada) == []
    assert len(public(rig, ada.channel)) == 2
