"""Two processes, each with a shard: one answers, either of them posts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from simcord.backend.models import Channel
from simcord.enums import ChannelType

from adapters.discord import Discord
from bot.chat.bot import Bot
from bot.chat.views import Item, View, line
from bot.errors import DeliveryError
from bot.models import Place
from tests.conftest import HEBB
from tests.rigs.discord import DiscordRig, Fault
from tests.rigs.discord_people import Member, text

VIEW = View((line("A digest"), Item(("A paper",), paper=HEBB.id)), title="Today")
SHARDS = 2


@asynccontextmanager
async def process(bot: Bot, rig: DiscordRig, shard: int) -> AsyncIterator[Discord]:
    """Run the adapter for one of the shards."""
    adapter = Discord(rig.settings(shards=SHARDS, shard_ids=(shard,)))
    running = asyncio.create_task(adapter.run(bot))
    try:
        await rig.until(lambda: adapter.connected)
        yield adapter
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def rig() -> AsyncIterator[DiscordRig]:
    """Give a Discord with a server for each shard."""
    async with DiscordRig(shards=SHARDS).serving() as rig:
        for shard in range(SHARDS):
            rig.backend.create_guild(f"Team {shard}", shard_id=shard, shard_count=SHARDS)
        yield rig


@pytest.fixture
async def processes(bot: Bot, rig: DiscordRig) -> AsyncIterator[list[Discord]]:
    """Give the adapters of two processes."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(process(bot, rig, n)) for n in range(SHARDS)]


def channel_in(rig: DiscordRig, shard: int, kind: ChannelType = ChannelType.TEXT) -> Channel:
    """Make a channel in the server of a shard."""
    guild = list(rig.backend.guilds.values())[shard]
    return rig.backend.create_channel(guild.id, "papers", type=kind)


def place_of(channel: Channel) -> Place:
    return Place("discord", str(channel.guild_id), str(channel.id))


async def test_a_command_is_answered_by_the_process_of_its_shard_alone(
    rig: DiscordRig, processes: list[Discord]
):
    for shard in range(SHARDS):
        channel, user = channel_in(rig, shard), rig.backend.make_user("ada")
        rig.backend.add_member(channel.guild_id or 0, user.id)
        person = Member(rig, user.id, channel.id, channel.guild_id)
        assert HEBB.title in text(await person.sees(person.type("today")))
    assert len(rig.requests("POST /interactions/*/callback")) == SHARDS
    told = [sum("INTERACTION" in one for one in s.told) for s in rig.sessions.values()]
    assert told == [1, 1]
    assert len(processes) == SHARDS


@pytest.mark.parametrize("kind", [ChannelType.TEXT, ChannelType.FORUM])
async def test_a_process_posts_finds_and_changes_messages_in_servers_of_other_shards(
    rig: DiscordRig, processes: list[Discord], kind: ChannelType
):
    since = datetime(2025, 1, 1, tzinfo=UTC)  # the rig has messages of the past
    for shard, other in ((0, 1), (1, 0)):
        place, process = place_of(channel_in(rig, shard, kind)), processes[other]
        sent = await process.send(place, VIEW, f"key {shard}")
        found = await process.find(place, f"key {shard}", since)
        assert found
        assert found.message == sent.message
        assert await process.find(place, "never", since) is None
        thread = await process.thread(sent, "Today")
        inside = await process.send(thread, VIEW, f"inside {shard}")
        assert await process.edit(inside, replace(VIEW, blocks=(line("Changed"),)))
        shown = rig.backend.get_message(int(inside.place.address), int(inside.message))
        assert "Changed" in text(shown)


async def test_a_refusal_in_a_server_of_another_shard_is_told_as_ever(
    rig: DiscordRig, processes: list[Discord]
):
    place = place_of(channel_in(rig, 0))
    rig.faults.append(Fault("POST /channels/*/messages", 403, code=50013))
    with pytest.raises(DeliveryError, match="may not post there; allow it View Channel"):
        await processes[1].send(place, VIEW, "key")


async def test_the_messages_of_a_thread_ask_once_which_channel_it_is(
    rig: DiscordRig, processes: list[Discord]
):
    place = place_of(channel_in(rig, 0))
    for number in range(5):
        await processes[1].send(place, VIEW, f"{number}")
    assert len(rig.requests(f"GET /channels/{place.address}")) == 1
