"""What only a server knows is not told to people who do not belong to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from simcord.backend.models import Message

from bot.chat.bot import Bot
from tests.conftest import HEBB
from tests.rigs.discord import DiscordRig, Fault, connect
from tests.rigs.discord_people import Member, join, text

NOT_A_MEMBER = "about a server that you are not a member of"


@pytest.fixture
async def rig(bot: Bot) -> AsyncIterator[DiscordRig]:
    """Give a Discord that the bot is connected to."""
    async with DiscordRig().serving() as rig, connect(bot, rig):
        yield rig


@pytest.fixture
async def ada(rig: DiscordRig) -> Member:
    """Give a person in a channel, who saved a paper and wrote a note about it."""
    ada = join(rig, "Ada")
    await ada.sees(ada.type("save", paper=HEBB.id))
    await ada.sees(ada.type("note", paper=HEBB.id, text="what the team thinks"))
    return ada


async def direct_message(rig: DiscordRig, bot: Bot, person: Member) -> tuple[Member, Message]:
    """Let a person react, and return them alone with the bot and the message that they get."""
    seen = await person.sees(person.type("share", paper=HEBB.id))
    known = bot.services.store.tenant("discord", str(person.guild)).messages
    await rig.until(lambda: known.papers(str(seen.channel_id), str(seen.id)))
    person.react(seen)
    direct = rig.backend.get_dm_channel(person.id).id
    (message,) = await rig.until(lambda: list(rig.backend.messages[direct].values()))
    return Member(rig, person.id, direct, None), message


async def test_people_who_left_a_server_see_nothing_of_it(bot, monkeypatch):
    monkeypatch.setattr("adapters.discord.channels.CACHE_SECONDS", 0.0)
    async with DiscordRig().serving() as rig, connect(bot, rig):
        ada, bob = join(rig, "Ada"), join(rig, "Bob")
        await ada.sees(ada.type("note", paper=HEBB.id, text="what the team thinks"))
        alone, message = await direct_message(rig, bot, bob)
        shown = await alone.sees(alone.press_id(message, f"b0:{bob.guild}:paper {HEBB.id}"))
        assert "what the team thinks" in text(shown)
        rig.backend.remove_member(bob.guild or 0, bob.id)
        for line in ("shelf", "saved", "subscriptions", "nominated", f"paper {HEBB.id}"):
            for kind in ("b0", "t0", "f0"):
                pressed = alone.press_id(message, f"{kind}:{bob.guild}:{line}")
                assert text(await alone.sees(pressed)).count(NOT_A_MEMBER) == 1
        form = {"custom_id": f"m0:{bob.guild}:paper", "components": []}
        assert NOT_A_MEMBER in text(await alone.sees(alone.send(form, paper=HEBB.id)))


async def test_where_discord_does_not_say_who_is_a_member_nothing_is_shown(bot, monkeypatch):
    monkeypatch.setattr("adapters.discord.channels.CACHE_SECONDS", 0.0)
    async with DiscordRig().serving() as rig, connect(bot, rig):
        bob = join(rig, "Bob")
        alone, message = await direct_message(rig, bot, bob)
        rig.faults.append(Fault("GET /guilds/*/members/*", 503))
        seen = await alone.sees(alone.press_id(message, f"b0:{bob.guild}:shelf"))
        assert "can't tell" in text(seen)


@pytest.mark.usefixtures("ada")
async def test_a_person_who_brings_the_bot_along_is_alone_with_it(rig, monkeypatch):
    elsewhere = rig.backend.create_guild("Elsewhere")
    channel = rig.backend.create_channel(elsewhere.id, "general")
    stranger = rig.backend.make_user("stranger")
    rig.backend.add_member(elsewhere.id, stranger.id)
    get_guild = "discord.Client.get_guild"
    monkeypatch.setattr(get_guild, lambda *_: None)  # the bot is not invited there
    mal = Member(rig, stranger.id, channel.id, elsewhere.id)
    assert "what the team thinks" not in text(await mal.sees(mal.type("paper", paper=HEBB.id)))
    assert HEBB.title not in text(await mal.sees(mal.type("shelf")))
    assert HEBB.title not in text(await mal.sees(mal.type("saved")))
