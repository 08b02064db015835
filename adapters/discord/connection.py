"""The connection to Discord: one login with its shards, and the commands it registers."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Sequence
from time import monotonic
from typing import Any, TypeAlias

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord.backoff import ReconnectBackoff, SessionStarts
from adapters.discord.commands import payloads
from adapters.discord.dialect import Dialect
from adapters.discord.reactions import put_reactions
from adapters.discord.registration import Registration
from adapters.discord.web import Web
from bot.chat.bot import Bot
from bot.settings.platforms import DiscordSettings
from bot.text import count

log = logging.getLogger(__name__)

MAX_RATE_LIMIT_SECONDS = 60.0  # that are waited for; a longer pause is an error
MAX_TASKS = 500  # events at work, beyond which messages get no reactions
CLOSE_SECONDS = 5.0  # that events at work have to finish when the bot stops
MAX_LAUNCHES = 20  # attempts to connect a shard; each is nested in the one before
MAX_FETCHED, FETCHED_SECONDS = 1000, 3600.0  # channels of other processes, and for how long
Fetched: TypeAlias = (
    discord.TextChannel
    | discord.VoiceChannel
    | discord.StageChannel
    | discord.ForumChannel
    | discord.CategoryChannel
    | discord.abc.PrivateChannel
    | discord.Thread
)
# none of them is privileged
INTENTS = discord.Intents(
    guilds=True, guild_reactions=True, dm_reactions=True, guild_messages=True, dm_messages=True
)


class Connection(discord.AutoShardedClient):
    """One login and its shards; each run makes a new one."""

    def __init__(
        self, settings: DiscordSettings, bot: Bot, web: Web, starts: SessionStarts
    ) -> None:
        super().__init__(
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=MAX_RATE_LIMIT_SECONDS,
            http_trace=web.trace(),
            proxy=settings.proxies.proxy_for(settings.api_url or Route.BASE),
            shard_count=settings.shards,
            shard_ids=list(settings.shard_ids) or None,  # type: ignore[arg-type]  # its own default
        )
        self.bot = bot
        self._starts = starts
        self.registration = Registration(self, payloads(bot.commands))
        self.dialect = Dialect(bot.commands, self.registration.ids)
        self._launches = 0
        self._fetched: dict[int, tuple[float, Fetched]] = {}
        self._gateway = yarl.URL(settings.gateway_url) if settings.gateway_url else None
        self._tasks: set[asyncio.Future[Any]] = set()
        self._registering: asyncio.Task[None] | None = None

    async def setup_hook(self) -> None:
        """Begin to register the commands; nothing waits for that."""
        self._registering = asyncio.create_task(self.registration.run())

    async def launch_shard(
        self, gateway: yarl.URL, shard_id: int, *, initial: bool = False
    ) -> None:
        """Connect a shard, at the address of the settings if they name one.

        After a failure the SDK calls this again from within, so after many the run starts afresh.
        """
        self._launches += 1
        if self._launches > MAX_LAUNCHES:
            raise discord.GatewayNotFound
        await super().launch_shard(self._gateway or gateway, shard_id, initial=initial)
        self._launches = 0
        # the SDK has no setting for how long it waits before it dials again
        self.shards[shard_id]._parent._backoff = ReconnectBackoff()  # noqa: SLF001

    async def before_identify_hook(
        self,
        shard_id: int | None,  # noqa: ARG002  # the SDK's arguments
        *,
        initial: bool = False,  # noqa: ARG002
    ) -> None:
        """Wait until Discord lets another session start."""
        await self._starts.wait()

    async def on_ready(self) -> None:
        """Log who the bot is, once all shards are connected."""
        name = self.user.name if self.user else "Paperboy"
        log.info("Connected to Discord as @%s in %s.", name, count(len(self.guilds), "server"))

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Log that a lost connection is back."""
        log.info("Connected to Discord again (shard %d).", shard_id)

    async def fetch_channel(self, channel_id: int, /) -> Fetched:
        """Return a channel that the gateway tells nothing of: of a server of another process."""
        expires, known = self._fetched.get(channel_id, (0.0, None))
        if known is None or expires < monotonic():
            known = await super().fetch_channel(channel_id)
            if len(self._fetched) >= MAX_FETCHED:
                self._fetched.clear()
            self._fetched[channel_id] = (monotonic() + FETCHED_SECONDS, known)
        return known

    async def close(self) -> None:
        """Close the connection, and stop registering."""
        if self._registering:
            self._registering.cancel()
        await super().close()

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
