"""Reactions made while the bot was away, looked up when it is back."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta

import discord

from adapters.discord.errors import DISCORD_ERRORS
from adapters.discord.ids import PLATFORM, person
from bot.chat.bot import Bot
from bot.chat.outlet import Sent
from bot.models import Person

log = logging.getLogger(__name__)

LOOKBACK = timedelta(days=7)  # older messages get few reactions
MAX_MESSAGES = 500  # one request each, and one for each emoji
MAX_ROUNDS = 5  # for a message that gets reactions while it is looked at

MessageKey = tuple[int, int]  # the ids of a channel and of a message in it


class Backfill:
    """Compares the reactions of recent messages with what the bot knows."""

    def __init__(self, client: discord.Client, bot: Bot) -> None:
        self._client = client
        self._bot = bot
        self._watched: set[MessageKey] = set()  # messages that are being looked at
        self._events: Counter[MessageKey] = Counter()  # reactions to them since that began

    def note(self, channel_id: int, message_id: int) -> None:
        """Note that a reaction to a message has come, in case the message is being looked at."""
        if (key := (channel_id, message_id)) in self._watched:
            self._events[key] += 1

    async def sweep_shard(self, shard: int, shards: int) -> list[int]:
        """Look at recent messages in the guilds of a shard, after a gap in its connection.

        Returns the channels in which they are.
        """
        every = await self._bot.recent(PLATFORM, self._bot.now() - LOOKBACK, MAX_MESSAGES)
        recent = [one for one in every if shard_of(int(one.place.tenant or 0), shards) == shard]
        for sent in recent:
            await self.sweep(sent)
        return list(dict.fromkeys(int(one.place.address) for one in recent if one.place.tenant))

    async def sweep(self, sent: Sent) -> None:
        """Look at one message; again if it got reactions while it was looked at."""
        key = (int(sent.place.address), int(sent.message))
        self._watched.add(key)
        try:
            for _ in range(MAX_ROUNDS):
                before = self._events[key]
                await self._bot.sweep(sent.place, sent.message, await self._present(sent))
                if self._events[key] == before:
                    return
        except (discord.NotFound, discord.Forbidden):
            log.info("message %s is no longer visible", sent.message)
        except DISCORD_ERRORS as error:
            log.warning("message %s was not checked for reactions: %s", sent.message, error)
        finally:
            self._watched.discard(key)
            del self._events[key]

    async def _present(self, sent: Sent) -> list[tuple[str, Person]]:
        """Return the reactions that a message has, each with its person; bots are no persons."""
        channel = self._client.get_partial_messageable(int(sent.place.address))
        message = await channel.fetch_message(int(sent.message))
        present: list[tuple[str, Person]] = []
        for reaction in message.reactions:
            emoji, tenant = str(reaction.emoji), sent.place.tenant
            present += [
                (emoji, person(user, tenant))
                async for user in reaction.users(limit=None)
                if not user.bot
            ]
        return present


def shard_of(guild_id: int, shards: int) -> int:
    """Return the shard of a guild: https://discord.com/developers/docs/events/gateway#sharding."""
    return (guild_id >> 22) % shards
