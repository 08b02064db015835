"""The connection to Discord: one login with its shards, and the commands it registers."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Sequence
from typing import Any

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord.commands import is_same, payloads
from adapters.discord.reactions import put_reactions
from bot.chat.bot import Bot
from bot.settings import DiscordSettings

log = logging.getLogger(__name__)

MAX_RATE_LIMIT_SECONDS = 60.0  # that are waited for; a longer pause is an error
MAX_TASKS = 500  # events at work, beyond which messages get no reactions
CLOSE_SECONDS = 5.0  # that events at work have to finish when the bot stops
INTENTS = discord.Intents(guilds=True, guild_reactions=True, dm_reactions=True)  # none privileged


class Connection(discord.AutoShardedClient):
    """One login and its shards; each run makes a new one."""

    def __init__(self, settings: DiscordSettings, bot: Bot) -> None:
        super().__init__(
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=MAX_RATE_LIMIT_SECONDS,
            shard_count=settings.shards,
            shard_ids=list(settings.shard_ids) or None,  # type: ignore[arg-type]  # its own default
        )
        self._bot = bot
        self._gateway = yarl.URL(settings.gateway_url) if settings.gateway_url else None
        self._tasks: set[asyncio.Future[Any]] = set()

    async def setup_hook(self) -> None:
        """Register the commands if Discord has others."""
        wanted = payloads(self._bot.commands)
        if self.application_id is None:
            return
        if not is_same(wanted, await self.http.get_global_commands(self.application_id)):
            await self.http.bulk_upsert_global_commands(self.application_id, wanted)
            log.info("registered %d commands at Discord", len(wanted))

    async def launch_shard(
        self, gateway: yarl.URL, shard_id: int, *, initial: bool = False
    ) -> None:
        """Connect a shard, at the address of the settings if they name one."""
        await super().launch_shard(self._gateway or gateway, shard_id, initial=initial)

    def put_reactions(self, message: discord.Message, emoji: Sequence[str]) -> None:
        """Put reactions under one of the bot's messages, in order and soon, or not at all."""
        if emoji and len(self._tasks) < MAX_TASKS:
            self.track(asyncio.create_task(put_reactions(message, emoji)))

    def track(self, task: asyncio.Task[Any] | None) -> None:
        """Let a task finish before the connection is closed."""
        if task:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def drain(self) -> None:
        """Wait a while for the events at work, before the connection is closed."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_SECONDS)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what a handler raises; in one line if it outlived the connection."""
        error = sys.exception()
        if self.is_closed() and isinstance(error, RuntimeError):  # the session is closed
            log.warning("%s: the connection closed before the answer: %s", event_method, error)
        else:
            await super().on_error(event_method, *args, **kwargs)


def set_addresses(settings: DiscordSettings) -> None:
    """Point the SDK at other addresses: it has them as constants of its classes."""
    if settings.api_url:
        Route.BASE = settings.api_url
    if settings.gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway_url)
