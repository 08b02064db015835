"""What most tests of Discord begin with: a server, and the adapter that is connected to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.discord import Discord
from bot.chat.bot import Bot
from tests.rigs.discord import DiscordRig, connect


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
