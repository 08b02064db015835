"""Discord: slash commands, buttons, forms and reactions in; Components V2 out."""

from __future__ import annotations

import logging
from datetime import datetime

import discord

from adapters.discord import channels as places
from adapters.discord import messages as posting
from adapters.discord.connection import Connection, set_addresses
from adapters.discord.errors import TROUBLE, delivery_error
from adapters.discord.ids import PLATFORM
from adapters.discord.logs import tidy_logs
from bot.chat.bot import Bot
from bot.chat.outlet import Membership, Sent
from bot.chat.views import View
from bot.errors import DeliveryError, SettingsError, UsageError
from bot.models import Person, Place
from bot.settings import DiscordSettings

log = logging.getLogger(__name__)

BAD_TOKEN = (
    "Discord does not take DISCORD_TOKEN; copy it again from the Developer Portal, under Bot."  # noqa: S105  # a sentence
)
# how the gateway closes where a setting is wrong:
# https://discord.com/developers/docs/topics/opcodes-and-status-codes
CLOSED_FOR_GOOD = {
    4004: BAD_TOKEN,
    4010: "Discord does not take DISCORD_SHARD_IDS; each must be below DISCORD_SHARDS.",
    4011: "Paperboy is in too many servers for one connection; set DISCORD_SHARDS higher, or leave it out.",
}


class Discord:
    """The adapter for Discord."""

    platform = PLATFORM
    repeatable = posting.REPEATABLE
    pace: float | None = 45.0  # of 50 requests a second, the rest being for answers

    def __init__(self, settings: DiscordSettings) -> None:
        self._settings = settings
        self._connection: Connection | None = None
        self._bot: Bot | None = None
        self._places = places.Places()

    async def run(self, bot: Bot) -> None:
        """Stay connected until cancelled; SettingsError where the token or the shards are wrong."""
        set_addresses(self._settings)
        tidy_logs(self._settings.token)
        connection = Connection(self._settings, bot)
        try:
            async with connection:
                await connection.login(self._settings.token)
                self._connection, self._bot = connection, bot
                try:
                    await connection.connect()
                finally:
                    await connection.settle()
        except discord.LoginFailure as error:
            raise SettingsError(BAD_TOKEN) from error
        except discord.ConnectionClosed as error:
            if sentence := CLOSED_FOR_GOOD.get(error.code):
                raise SettingsError(sentence) from error
            raise
        except TROUBLE as error:
            raise delivery_error(error) from error
        finally:
            self._connection = None

    async def send(self, place: Place, view: View, key: str) -> Sent:
        """Post a view in a channel, thread or forum. Raises DeliveryError."""
        connection, bot = self._connected()
        return await posting.post(connection, bot, place, view, key)

    async def find(self, place: Place, key: str, since: datetime) -> Sent | None:
        """Look whether `key` was posted; None is certain. Raises DeliveryError."""
        connection, _ = self._connected()
        return await posting.find(connection, place, key, since)

    async def thread(self, sent: Sent, name: str) -> Place:
        """Return the thread of a message, the same each time; its own place where there can be none."""
        connection, _ = self._connected()
        return await places.thread_of(connection, sent, name)

    async def place(self, words: str, person: Person) -> Place:
        """Return the channel, thread or forum that is named, or the conversation with the person.

        Raises UsageError.
        """
        try:
            connection, _ = self._connected()
        except DeliveryError as error:
            raise UsageError(str(error)) from error
        return await places.named(connection, words, person)

    async def standing(self, person: Person, place: Place) -> Membership:
        """Tell what somebody is in a place, as Discord knew it within the last minute.

        Raises DeliveryError.
        """
        connection, _ = self._connected()
        return await self._places.standing(connection, person, place)

    def _connected(self) -> tuple[Connection, Bot]:
        if self._connection is None or self._bot is None:
            raise DeliveryError(
                "Paperboy is not connected to Discord; it is tried again.", retry_after=10
            )
        return self._connection, self._bot
