"""Discord keeps the contract, over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from adapters.discord import Discord
from bot.chat.bot import Bot
from bot.models import Person, Place
from tests.contract.outlets import AdapterContract, Failure, FarChat
from tests.rigs.discord import DiscordRig, Fault, connect
from tests.rigs.discord_markdown import texts

POSTS = "POST /channels/*/messages"


class FarDiscord(FarChat):
    """A channel of a server."""

    def __init__(self, rig: DiscordRig) -> None:
        guild = rig.backend.create_guild("Team")
        self.channel = rig.backend.create_channel(guild.id, "papers")
        ada = rig.backend.make_user("ada")
        rig.backend.add_member(guild.id, ada.id)
        super().__init__(
            Place("discord", str(guild.id), str(self.channel.id)),
            person=Person("discord", str(guild.id), str(ada.id)),
            name="#papers",
        )
        self.rig = rig

    def texts(self) -> list[str]:
        threads = [
            one.id for one in self.rig.backend.channels.values() if one.parent_id == self.channel.id
        ]
        where = [self.channel.id, *threads]
        return [
            "\n".join(texts(one.components))
            for place in where
            for one in self.rig.backend.messages[place].values()
            if one.components
        ]

    def now(self) -> datetime:
        return self.rig.backend.clock.now()

    def fail(self, failure: Failure) -> None:
        match failure:
            case Failure.REFUSED:
                self.rig.faults.append(Fault(POSTS, 403, code=50083))
            case Failure.BUSY:
                self.rig.faults.append(Fault(POSTS, 429, wait=300.0))
            case Failure.BROKEN:
                self.rig.faults.append(Fault(POSTS, 503, times=9))
            case Failure.LOST:
                self.rig.faults.append(Fault(POSTS, 0, after=True))


@pytest.fixture
async def far() -> AsyncIterator[FarDiscord]:
    async with DiscordRig().serving() as rig:
        yield FarDiscord(rig)


@pytest.fixture
async def outlet(far: FarDiscord, bot: Bot) -> AsyncIterator[Discord]:
    async with connect(bot, far.rig) as adapter:
        yield adapter


class TestDiscord(AdapterContract):
    """The contract, for Discord."""
