"""Discord: slash commands, buttons, forms and reactions in; Components V2 out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

import discord

from adapters.discord import broadcast, messages, polls
from adapters.discord.backoff import ReconnectBackoff, SessionStarts
from adapters.discord.channels import Memberships, find_place, member_name, thread_of
from adapters.discord.connection import set_addresses
from adapters.discord.diagnosis import diagnose
from adapters.discord.errors import BAD_TOKEN, DISCORD_ERRORS, delivery_error
from adapters.discord.events import Events
from adapters.discord.ids import PLATFORM
from adapters.discord.logs import redact_logs
from adapters.discord.web import Web
from bot.chat.bot import Bot
from bot.chat.commands import Command
from bot.chat.diagnosis import Diagnosis
from bot.chat.outlet import Adapter, Membership, Poll, Sent
from bot.chat.views import View
from bot.errors import DeliveryError, SettingsError, UsageError
from bot.models import Person, Place
from bot.settings.platforms import DiscordSettings

log = logging.getLogger(__name__)

# how the gateway closes for good:
# https://discord.com/developers/docs/topics/opcodes-and-status-codes
FINAL_CLOSE_CODES = {
    4004: BAD_TOKEN,
    4010: "Discord does not accept DISCORD_SHARD_IDS; each must be below DISCORD_SHARDS.",
    4011: "Paperboy is in too many servers for one connection; set DISCORD_SHARDS higher, or "
    "leave it out.",
    4012: "Discord no longer supports the API version of this Paperboy; update Paperboy.",
    4013: "Discord does not know the events that this Paperboy asks for; update Paperboy.",
    4014: "Discord refuses the events that Paperboy asks for; in the Developer Portal, under Bot, "
    "check the Privileged Gateway Intents.",
}


class Discord(Adapter):
    """The adapter for Discord."""

    platform = PLATFORM
    repeatable = messages.REPEATABLE
    broadcasts = True
    pace = 47.0  # of 50 requests a second; answers to interactions do not count

    def __init__(self, settings: DiscordSettings) -> None:
        self._settings = settings
        self._web = Web()
        self._starts = SessionStarts()
        self._connection: Events | None = None
        self._memberships = Memberships()
        self._refusal = ""  # why Discord closed the connection for good

    @property
    def trouble(self) -> str:
        """What Discord refuses, in a sentence; "" if nothing."""
        if self._refusal or self._connection is None:
            return self._refusal
        return self._connection.registration.trouble

    @property
    def connected(self) -> bool:
        """Whether all shards are connected now."""
        shards = self._connection.shards if self._connection else {}
        return bool(shards) and not any(one.is_closed() for one in shards.values())

    async def run(self, bot: Bot) -> None:
        """Stay connected until cancelled. Raises SettingsError for what Discord never accepts."""
        set_addresses(self._settings)
        redact_logs(self._settings.token)
        backoff = ReconnectBackoff()
        while True:
            try:
                await self._connect(bot)
            except DISCORD_ERRORS as error:
                if sentence := _final_sentence(error):
                    self._refusal = sentence
                    raise SettingsError(sentence) from error
                pause = backoff.delay()
                reason = delivery_error(error)
                log.warning("Discord: %s Reconnecting in %.1f s", reason, pause)
                await asyncio.sleep(pause)
            else:
                return

    async def _connect(self, bot: Bot) -> None:
        """Log in and stay connected. Raises discord.py's errors."""
        async with Events(self._settings, bot, self._web, self._starts) as connection:
            try:
                await connection.login(self._settings.token)
                self._connection = connection
                await connection.connect()
            finally:
                self._connection = None
                await connection.drain()

    async def send(self, place: Place, view: View, key: str) -> Sent:
        """Post a view in a channel, thread or forum. Raises DeliveryError."""
        return await messages.post(self._connected(), place, view, key)

    async def edit(self, sent: Sent, view: View) -> bool:
        """Show another view in a message. Raises DeliveryError."""
        return await messages.edit(self._connected(), sent, view)

    async def find(self, place: Place, key: str, since: datetime) -> Sent | None:
        """Find the message that was posted under `key`; None is certain. Raises DeliveryError."""
        return await messages.find(self._connected(), place, key, since)

    async def thread(self, sent: Sent, name: str) -> Place:
        """Return the thread of a message, the same each time; its own place if it has none.

        Raises DeliveryError.
        """
        return await thread_of(self._connected(), sent, name)

    async def check_broadcast(
        self, person: Person, place: Place, *, ping: str = "", publish: bool = False
    ) -> None:
        """Find out whether a person may have a role pinged in a place, or messages published.

        Raises UsageError.
        """
        connection = self._connected()
        if ping:
            await broadcast.check_ping(connection, person, place, ping)
        if publish:
            await broadcast.check_publish(connection, place)

    async def publish(self, sent: Sent) -> None:
        """Publish a message for those who follow its channel. Raises DeliveryError."""
        await broadcast.publish(self._connected(), sent)

    async def post_poll(self, place: Place, poll: Poll, key: str) -> Sent:
        """Post a poll. Raises UsageError if there can be none, DeliveryError."""
        return await polls.post_poll(self._connected(), place, poll, key)

    async def read_poll(self, sent: Sent) -> tuple[tuple[Person, ...], ...] | None:
        """Return who chose each answer of a poll, None while it is open. Raises DeliveryError."""
        return await polls.read_poll(self._connected(), sent)

    async def diagnose(self, places: Sequence[Place], commands: Mapping[str, Command]) -> Diagnosis:
        """Ask Discord whether the token and commands work, and the bot can post in `places`.

        Raises DeliveryError.
        """
        return await diagnose(self._settings, places, commands)

    def link(self, sent: Sent) -> str | None:
        """Return the web address of a message."""
        guild = sent.place.tenant or "@me"
        return f"https://discord.com/channels/{guild}/{sent.place.address}/{sent.message}"

    async def place(self, words: str, person: Person) -> Place:
        """Return the channel, thread or forum that is named, or the person's direct messages.

        Raises UsageError.
        """
        try:
            connection = self._connected()
        except DeliveryError as error:
            raise UsageError(str(error)) from error
        return await find_place(connection, words, person)

    async def membership(self, person: Person, place: Place) -> Membership:
        """Return what a person is in a place, as Discord knew it within the last minute.

        Raises DeliveryError.
        """
        return await self._memberships.get(self._connected(), person, place)

    async def name(self, person: Person) -> str:
        """Return what people call a person in their server, "" if Discord doesn't tell."""
        return await member_name(self._connected(), person)

    def _connected(self) -> Events:
        if self._connection is None:
            raise DeliveryError(
                "Paperboy is not connected to Discord; trying again.", retry_after=10
            )
        return self._connection


def _final_sentence(error: BaseException) -> str:
    """Return what to do about what Discord refuses for good, "" for any other error."""
    match error:
        case discord.LoginFailure():
            return BAD_TOKEN
        case discord.PrivilegedIntentsRequired():
            return FINAL_CLOSE_CODES[4014]
        case discord.ConnectionClosed():
            return FINAL_CLOSE_CODES.get(error.code, "")
        case _:
            return ""
