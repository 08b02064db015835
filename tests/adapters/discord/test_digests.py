"""A digest at Discord, from the subscription to the messages in its thread or forum post."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from simcord.backend.models import Channel
from simcord.backend.models.channel import Overwrite
from simcord.enums import ChannelType, OverwriteType

from bot.chat.bot import Bot
from bot.chat.views import plain
from bot.models import Person, Place
from tests.conftest import DIFFUSION, HEBB, add_outlets
from tests.rigs.discord import DiscordRig
from tests.rigs.discord_people import text

MANAGE_CHANNELS, VIEW, SEND = 1 << 4, 1 << 10, 1 << 11
ALL_TEXT = VIEW | SEND | 1 << 16 | 1 << 35 | 1 << 38  # threads and history too
NINE = datetime(2026, 5, 30, 7, 0, tzinfo=UTC)  # in Berlin


async def subscribe(rig: DiscordRig, bot: Bot, channel: Channel) -> Person:
    """Let a manager subscribe a channel to a digest at nine, and return them."""
    ada = rig.backend.make_user("ada")
    role = rig.backend.create_role(channel.guild_id or 0, "manager", permissions=MANAGE_CHANNELS)
    rig.backend.add_member(channel.guild_id or 0, ada.id, roles=[role.id])
    person = Person("discord", str(channel.guild_id), str(ada.id))
    here = Place("discord", person.tenant, str(channel.id))
    words = f"subscribe at:9 zone:berlin day:yesterday papers:2 where:{channel.id}"
    assert "Subscribed." in plain(await bot.handle(bot.read(words, person, here)))
    return person


@asynccontextmanager
async def at_nine(bot: Bot, clock: Any) -> AsyncIterator[None]:
    """Let it be nine on the next day, and deliver what is due."""
    clock.now, library = NINE + timedelta(minutes=1), bot.services.library
    for back in range(40):
        day = clock.now.date() - timedelta(days=back)
        await library.add_day(day, (await library.known(day, day, limit=100)).papers)
    running = asyncio.create_task(bot.services.dispatcher.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def posted(rig: DiscordRig) -> list[str]:
    """Return the texts of all messages; a thread begins with an empty one."""
    shown = [text(one) for there in rig.backend.messages.values() for one in there.values()]
    return [one for one in shown if one]


@pytest.mark.parametrize("kind", [ChannelType.TEXT, ChannelType.FORUM])
async def test_a_digest_comes_at_its_time_with_its_papers_in_a_thread(
    rig, adapter, bot, clock, kind
):
    add_outlets(bot, adapter)
    guild = next(iter(rig.backend.guilds.values()))
    channel = rig.backend.create_channel(guild.id, "papers", type=kind)
    await subscribe(rig, bot, channel)
    async with at_nine(bot, clock):
        await rig.until(lambda: len(posted(rig)) == 3)
    told = [HEBB.title, "Transformers and the Number 11"]
    head, *cards = posted(rig)
    assert all(title in head for title in told)
    assert all(title in card for title, card in zip(told, cards, strict=True))
    assert DIFFUSION.title not in head
    threads = [
        one
        for one in rig.backend.channels.values()
        if getattr(one, "parent_id", None) == channel.id
    ]
    assert len(threads) == 1
    assert len(rig.backend.messages[threads[0].id]) >= 2


@pytest.mark.parametrize("kind", [ChannelType.TEXT, ChannelType.FORUM])
@pytest.mark.parametrize("cure", ["channel", "role", "roles of the bot"])
async def test_a_digest_goes_as_soon_as_the_bot_may_post_again(
    rig, adapter, bot, clock, kind, cure
):
    add_outlets(bot, adapter)
    backend, guild = rig.backend, next(iter(rig.backend.guilds.values()))
    channel = backend.create_channel(guild.id, "papers", type=kind)
    helpers = backend.create_role(guild.id, "helpers", permissions=0)
    me, everyone = backend.bot_user.id, OverwriteType.ROLE
    if cure == "role":
        backend.add_member_role(guild.id, me, helpers.id)
    ada = await subscribe(rig, bot, channel)
    if cure == "channel":
        backend.set_overwrite(channel.id, Overwrite(guild.id, everyone, deny=SEND))
    else:
        (own,) = set(backend.get_member(guild.id, me).role_ids) - {helpers.id}
        backend.edit_role(guild.id, guild.id, {"permissions": VIEW})
        backend.edit_role(guild.id, own, {"permissions": VIEW})
    async with at_nine(bot, clock):
        await rig.until(lambda: any("could not be posted" in one for one in posted(rig)))
        assert not any(HEBB.title in one for one in posted(rig))
        match cure:
            case "channel":
                backend.set_overwrite(channel.id, Overwrite(guild.id, everyone, deny=0))
            case "role":
                backend.edit_role(guild.id, helpers.id, {"permissions": ALL_TEXT})
            case _:
                backend.edit_role(guild.id, helpers.id, {"permissions": ALL_TEXT})
                backend.add_member_role(guild.id, me, helpers.id)
        await rig.until(lambda: any(HEBB.title in one for one in posted(rig)))
    here = Place("discord", ada.tenant, str(channel.id))
    listed = plain(await bot.handle(bot.read("subscriptions", ada, here)))
    assert f"https://discord.com/channels/{guild.id}/" in listed
