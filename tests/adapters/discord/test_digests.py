"""A digest at Discord, from the subscription to the messages in its thread or forum post."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from simcord.enums import ChannelType

from adapters.discord import Discord
from bot.chat.bot import Bot
from bot.chat.views import plain
from bot.models import Person, Place
from tests.conftest import DIFFUSION, HEBB, add_outlets
from tests.rigs.discord import DiscordRig, connect
from tests.rigs.discord_people import text

MANAGE_CHANNELS = 1 << 4
NINE = datetime(2026, 5, 30, 7, 0, tzinfo=UTC)  # in Berlin


@pytest.fixture
async def rig() -> AsyncIterator[DiscordRig]:
    """Give a Discord with a server."""
    async with DiscordRig().serving() as rig:
        rig.backend.create_guild("Team")
        yield rig


@pytest.fixture
async def adapter(rig: DiscordRig, bot: Bot) -> AsyncIterator[Discord]:
    """Give the adapter, connected."""
    async with connect(bot, rig) as adapter:
        yield adapter


@pytest.mark.parametrize("kind", [ChannelType.TEXT, ChannelType.FORUM])
async def test_a_digest_comes_at_its_time_with_its_papers_in_a_thread(
    rig, adapter, bot, clock, kind
):
    add_outlets(bot, adapter)
    guild = next(iter(rig.backend.guilds.values()))
    channel = rig.backend.create_channel(guild.id, "papers", type=kind)
    ada = rig.backend.make_user("ada")
    role = rig.backend.create_role(guild.id, "manager", permissions=MANAGE_CHANNELS)
    rig.backend.add_member(guild.id, ada.id, roles=[role.id])
    person = Person("discord", str(guild.id), str(ada.id))
    words = f"subscribe at:9 zone:berlin day:yesterday papers:2 where:{channel.id}"
    said = await bot.handle(
        bot.read(words, person, Place("discord", str(guild.id), str(channel.id)))
    )
    assert "Subscribed." in plain(said)

    clock.now = NINE + timedelta(minutes=1)
    for back in range(40):
        day = clock.now.date() - timedelta(days=back)
        await bot.services.library.add_day(
            day, (await bot.services.library.known(day, day, limit=100)).papers
        )
    running = asyncio.create_task(bot.services.dispatcher.run())
    told = [HEBB.title, "Transformers and the Number 11"]

    def posted() -> list[str]:
        shown = [text(one) for there in rig.backend.messages.values() for one in there.values()]
        return [one for one in shown if one]  # a thread begins with an empty one

    await rig.until(lambda: len(posted()) == 3)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    head, *cards = posted()
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
