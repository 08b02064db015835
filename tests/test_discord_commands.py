"""Slash commands, autocompletion, buttons, menus and forms, over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.app import Bot
from tests.rigs.discord import DiscordRig, met
from tests.rigs.discord_people import Somebody, labels, text


@pytest.fixture
async def rig(bot: Bot) -> AsyncIterator[DiscordRig]:
    """Give a Discord that the bot is connected to."""
    async with DiscordRig().serving() as rig, met(bot, rig):
        yield rig


@pytest.fixture
def ada(rig: DiscordRig) -> Somebody:
    """Give a person in a channel."""
    return somebody(rig, "Ada")


def somebody(rig: DiscordRig, name: str) -> Somebody:
    backend = rig.backend
    guild = next(iter(backend.guilds.values()), None) or backend.create_guild("Team")
    channel = next((c for c in backend.channels.values() if c.guild_id == guild.id), None)
    channel = channel or backend.create_channel(guild.id, "papers")
    user = backend.make_user(name)
    backend.add_member(guild.id, user.id)
    return Somebody(rig, user.id, channel.id, guild.id)


async def test_a_slash_command_is_answered_in_private(ada):
    seen = await ada.sees(ada.type("find", query="hebbian lerning"))
    assert "Hebbian Learning Without Labels" in text(seen)
    assert "Save" in labels(seen)
    assert seen.is_ephemeral
