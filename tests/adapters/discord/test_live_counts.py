"""Public messages follow what people do with their papers, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import date

import pytest

from bot.chat.bot import Bot
from bot.models import Place
from tests.conftest import HEBB, MANY, add_outlets, digest
from tests.rigs.discord import DiscordRig, connect
from tests.rigs.discord_people import Member, join, labels, text


@pytest.fixture
async def rig(bot: Bot) -> AsyncIterator[DiscordRig]:
    """Give a Discord that the bot is connected to, with its counts followed."""
    async with DiscordRig().serving() as rig, connect(bot, rig) as adapter:
        add_outlets(bot, adapter)
        counting = asyncio.create_task(bot.services.live_counts.run())
        yield rig
        counting.cancel()
        with suppress(asyncio.CancelledError):
            await counting


@pytest.fixture
def ada(rig: DiscordRig) -> Member:
    """Give a person in a channel."""
    return join(rig, "Ada")


async def test_a_shared_paper_shows_who_saved_it_and_a_private_save_does_not(rig, ada):
    bob = join(rig, "Bob")
    await bob.sees(bob.type("save", paper=HEBB.id, private="yes"))
    seen = await ada.sees(ada.type("share", paper=HEBB.id))
    before = list(labels(seen))
    await ada.sees(ada.type("save", paper=HEBB.id))
    await ada.sees(ada.type("vote", paper=HEBB.id))
    await rig.until(lambda: "🔖 1 · " in text(seen), seconds=15)
    await rig.until(lambda: "🔖 1 · 👍 1 · Ada" in text(seen), seconds=15)
    assert "Bob" not in text(seen)
    assert list(labels(seen)) == before
    assert not rig.refusals


async def test_so_does_a_digest_and_a_direct_message_does_not(rig, ada, bot):
    adapter = bot.services.outlets["discord"]
    view = digest(date(2026, 5, 29), [HEBB, *MANY[:2]], 3)
    channel = Place("discord", str(ada.guild), str(ada.channel))
    public = await adapter.send(channel, view, "one")
    alone = await adapter.send(
        Place("discord", str(ada.guild), f"@{ada.id}", private=True), view, "two"
    )
    message = rig.backend.get_message(ada.channel, int(public.message))
    ada.react(message, "1️⃣")
    await rig.until(lambda: "🔖 1 · Ada" in text(message), seconds=15)
    direct = rig.backend.get_message(int(alone.place.address), int(alone.message))
    assert "🔖" not in text(direct)
    assert not rig.refusals
