"""The connection to Discord: what it brings goes to the bot, and the commands are registered where they changed."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Sequence
from typing import Any
from weakref import WeakValueDictionary

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord import responses as answering
from adapters.discord.commands import payloads, same
from adapters.discord.errors import TROUBLE
from adapters.discord.ids import PLATFORM, place
from adapters.discord.reactions import Reacting
from bot.chat.bot import Bot
from bot.chat.outlet import Sent
from bot.errors import PaperboyError
from bot.settings import DiscordSettings

log = logging.getLogger(__name__)

LONGEST_PAUSE = 60.0  # seconds that a rate limit is waited for; a longer one is said
MOST_BUSY = 500  # things under way, beyond which messages go without reactions
LONGEST_FAREWELL = 5.0  # seconds for what is under way when the bot is stopped
INTENTS = discord.Intents(
    guilds=True, guild_reactions=True, dm_reactions=True
)  # none of them privileged


class Connection(discord.AutoShardedClient):
    """One login and its shards; a new one is made for each run."""

    def __init__(self, settings: DiscordSettings, bot: Bot) -> None:
        super().__init__(
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=LONGEST_PAUSE,
            shard_count=settings.shards,
            shard_ids=list(settings.shard_ids) or None,  # type: ignore[arg-type]  # its own default is None
        )
        self._bot = bot
        self._gateway = yarl.URL(settings.gateway_url) if settings.gateway_url else None
        self._reacting = Reacting(self, bot)
        self._turning: answering.Turning = WeakValueDictionary()
        self._busy: set[asyncio.Future[Any]] = set()

    async def setup_hook(self) -> None:
        """Register the commands where Discord has others."""
        wanted = payloads(self._bot.commands)
        if self.application_id is None:
            return
        if not same(wanted, await self.http.get_global_commands(self.application_id)):
            await self.http.bulk_upsert_global_commands(self.application_id, wanted)
            log.info("registered %d commands at Discord", len(wanted))

    async def launch_shard(
        self, gateway: yarl.URL, shard_id: int, *, initial: bool = False
    ) -> None:
        """Connect a shard, at the address that is set instead of the one that Discord names."""
        await super().launch_shard(self._gateway or gateway, shard_id, initial=initial)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Answer, or complete what is being typed."""
        self._note()
        if interaction.type is discord.InteractionType.autocomplete:
            await answering.complete(self._bot, interaction)
        else:
            await answering.answer(self._bot, interaction, self._turning)

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Heed a reaction."""
        self._note()
        await self._reacting.heard(event, added=True)

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        """Heed that a reaction was taken away."""
        self._note()
        await self._reacting.heard(event, added=False)

    async def on_raw_reaction_clear(self, event: discord.RawReactionClearEvent) -> None:
        """Look what is left where somebody took all reactions away."""
        where = place(str(event.guild_id or ""), event.channel_id)
        await self._reacting.look_at(Sent(where, str(event.message_id)))

    async def on_raw_reaction_clear_emoji(self, event: discord.RawReactionClearEmojiEvent) -> None:
        """Look what is left where somebody took all reactions of an emoji away."""
        where = place(str(event.guild_id or ""), event.channel_id)
        await self._reacting.look_at(Sent(where, str(event.message_id)))

    async def on_shard_connect(self, shard_id: int) -> None:
        """Make up for what was missed: this is told at first, and after every gap that could not be resumed."""
        await self._reacting.missed(shard_id, self.shard_count or 1)

    async def on_shard_ready(self, shard_id: int) -> None:
        """Find out who has the bot: of a server that invites it before this the SDK does not tell that it is new."""
        if shard_id == min(self.shards):
            await self._heed(self._bot.tenants.compare(PLATFORM, self._guilds))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Tell that a server invited the bot."""
        self._note()
        await self._heed(self._bot.tenants.welcomed(PLATFORM, str(guild.id)))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Tell that a server removed the bot; of one that is out of order, the SDK tells in another way."""
        self._note()
        await self._heed(self._bot.tenants.removed(PLATFORM, str(guild.id)))

    async def _guilds(self) -> list[str]:
        """Ask which servers the bot is in, in all shards: what the SDK knows can be from before a gap."""
        return [str(guild.id) async for guild in self.fetch_guilds(limit=None)]

    async def _heed(self, work: Awaitable[None]) -> None:
        """Note who has the bot; what cannot be noted now is found out at the next beginning."""
        try:
            await work
        except (PaperboyError, *TROUBLE) as error:
            log.warning("who has Paperboy at Discord is not known: %s", error)

    def put(self, message: discord.Message, emoji: Sequence[str]) -> None:
        """Put reactions under a message of ours, in order and soon; where that fails it goes without."""
        if emoji and len(self._busy) < MOST_BUSY:
            task = asyncio.create_task(self._reacting.put(message, emoji))
            self._busy.add(task)
            task.add_done_callback(self._busy.discard)

    async def settle(self) -> None:
        """Let what was begun come to its end, before the connection is closed."""
        if self._busy:
            await asyncio.wait(self._busy, timeout=LONGEST_FAREWELL)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what a handler raises; in one line where it outlived the connection, and finds the session closed."""
        error = sys.exception()
        if self.is_closed() and isinstance(error, RuntimeError):
            log.warning(
                "%s was not answered before the connection was closed: %s", event_method, error
            )
        else:
            await super().on_error(event_method, *args, **kwargs)

    def _note(self) -> None:
        if task := asyncio.current_task():
            self._busy.add(task)
            task.add_done_callback(self._busy.discard)


def set_addresses(settings: DiscordSettings) -> None:
    """Point the SDK at other addresses: it knows them as constants of its classes."""
    if settings.api_url:
        Route.BASE = settings.api_url
    if settings.gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway_url)
