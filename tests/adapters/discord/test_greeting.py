"""Invited to a server, the bot says hello once, where it may, with the latest papers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from simcord.backend import serializers
from simcord.backend.models import Channel, Guild, Message
from simcord.backend.models.channel import Overwrite
from simcord.enums import OverwriteType

from bot.chat.bot import Bot
from tests.conftest import add_outlets
from tests.rigs.discord import DiscordRig, connect
from tests.rigs.discord_people import Member, labels, text

SEND = 1 << 11


@pytest.fixture
async def rig(bot: Bot) -> AsyncIterator[DiscordRig]:
    """Give a Discord that the bot is connected to."""
    async with DiscordRig().serving() as rig, connect(bot, rig) as adapter:
        add_outlets(bot, adapter)
        await rig.until(lambda: rig.backend.commands[None])
        # until then a server that is told of is taken for one that was there before
        await rig.until(lambda: rig.requests("GET /users/@me/guilds"))
        yield rig


def invite(rig: DiscordRig, guild: Guild) -> None:
    """Let a server that is there invite the bot."""
    payload = dict(serializers.guild_create_payload(rig.backend, guild))
    payload.pop("unavailable", None)
    rig.backend.emit("GUILD_CREATE", payload)


def server(rig: DiscordRig, *silent: str) -> tuple[Guild, dict[str, Channel]]:
    """Make a server of which the bot is not told yet; it may not write in `silent` channels."""
    guild = rig.backend.create_guild("New")
    rig.backend.emit("GUILD_DELETE", {"id": str(guild.id)})
    names = ("rules", "general")
    channels = {name: rig.backend.create_channel(guild.id, name) for name in names}
    for name in silent:
        overwrite = Overwrite(guild.id, OverwriteType.ROLE, deny=SEND)
        rig.backend.set_overwrite(channels[name].id, overwrite)
    return guild, channels


async def said(rig: DiscordRig, channel: Channel) -> Message:
    messages = rig.backend.messages[channel.id]
    await rig.until(lambda: messages)
    (message,) = messages.values()
    return message


async def test_it_greets_where_it_may_write_once_with_a_digest_to_get(rig):
    guild, channels = server(rig, "rules")
    invite(rig, guild)
    hello = await said(rig, channels["general"])
    assert "I’m Paperboy" in text(hello)
    assert "</help:" in text(hello)
    assert "Hebbian Learning" in text(hello) or "Transformers" in text(hello)
    assert list(labels(hello))[-2:] == ["Get this every morning", "Help"]
    rig.backend.emit("GUILD_DELETE", {"id": str(guild.id)})
    invite(rig, guild)
    searched = f"GET /channels/{channels['general'].id}/messages"
    await rig.until(lambda: len(rig.requests(searched)) == 2)
    ada = rig.backend.make_user("Ada")
    rig.backend.add_member(guild.id, ada.id)
    role = rig.backend.create_role(guild.id, "manager", permissions=1 << 4)
    rig.backend.add_member_role(guild.id, ada.id, role.id)
    admin = Member(rig, ada.id, channels["general"].id, guild.id)
    asked = admin.press(hello, "Get this every morning")
    form = await rig.until(lambda: asked.modal)
    inputs = [one for one in form["components"] if one["type"] == 18]
    assert [one["component"]["custom_id"] for one in inputs] == ["zone", "topics"]
    sent = admin.send(form, topics="diffusion", zone="berlin")
    answer = text(await admin.sees(sent))
    assert "Every day at 9" in answer
    assert "about diffusion" in answer
    assert len(rig.backend.messages[channels["general"].id]) == 2  # the answer, to Ada alone
    assert not rig.refusals


async def test_the_channel_for_news_of_the_server_comes_first(rig):
    guild, channels = server(rig)
    guild.system_channel_id = channels["general"].id
    invite(rig, guild)
    assert "I’m Paperboy" in text(await said(rig, channels["general"]))
    assert not rig.backend.messages[channels["rules"].id]


async def test_where_it_may_write_nowhere_it_says_nothing(rig, caplog):
    caplog.set_level("INFO", logger="adapters")  # other tests set its level
    guild, _ = server(rig, "rules", "general")
    invite(rig, guild)
    await rig.until(lambda: "no channel in which Paperboy may say hello" in caplog.text)
    assert not rig.refusals
