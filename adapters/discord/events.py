"""What the gateway tells: interactions, reactions, and guilds that add or remove the bot."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from typing import Any

import discord

from adapters.discord.backfill import Backfill
from adapters.discord.backoff import SessionStarts
from adapters.discord.channels import Members
from adapters.discord.connection import Connection
from adapters.discord.direct import Direct
from adapters.discord.errors import DISCORD_ERRORS, missing_permissions
from adapters.discord.greeting import greet
from adapters.discord.ids import PLATFORM, place
from adapters.discord.notes import Notes
from adapters.discord.reactions import Reactions
from adapters.discord.responses import Responses
from adapters.discord.typed_lines import TypedLines
from adapters.discord.web import Web
from bot.chat.bot import Bot
from bot.chat.outlet import Sent
from bot.errors import PaperboyError
from bot.settings.platforms import DiscordSettings

log = logging.getLogger(__name__)


class Events(Connection):
    """A connection that hands every event to the bot."""

    def __init__(
        self, settings: DiscordSettings, bot: Bot, web: Web, starts: SessionStarts
    ) -> None:
        super().__init__(settings, bot, web, starts)
        self._responses = Responses(bot, Members(self), self.dialect)
        self._backfill = Backfill(self, bot)
        self._notes = Notes(self)
        direct = Direct(self, bot, self._notes)
        self._reactions = Reactions(self, bot, self._backfill, direct)
        self._typed_lines = TypedLines(self, bot, direct, self.dialect)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Answer an interaction, or complete what is being typed."""
        self.track(asyncio.current_task())
        if interaction.type is discord.InteractionType.autocomplete:
            await self._responses.complete(interaction)
        else:
            await self._responses.respond(interaction)

    async def on_message(self, message: discord.Message) -> None:
        """Run the command line in a direct message, or after a mention."""
        self.track(asyncio.current_task())
        await self._typed_lines.handle(message)

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Handle a new reaction."""
        await self._handle_reaction(event, added=True)

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        """Handle a removed reaction."""
        await self._handle_reaction(event, added=False)

    async def on_raw_reaction_clear(self, event: discord.RawReactionClearEvent) -> None:
        """Look at what is left after a moderator removed all reactions."""
        await self._sweep(event.guild_id, event.channel_id, event.message_id)

    async def on_raw_reaction_clear_emoji(self, event: discord.RawReactionClearEmojiEvent) -> None:
        """Look at what is left after a moderator removed all reactions with an emoji."""
        await self._sweep(event.guild_id, event.channel_id, event.message_id)

    async def on_shard_connect(self, shard_id: int) -> None:
        """Catch up on reactions at the start, and after each gap that could not be resumed."""
        channels = await self._backfill.sweep_shard(shard_id, self.shard_count or 1)
        await self._notes.remove_earlier(channels)

    async def on_shard_ready(self, shard_id: int) -> None:
        """Find out which guilds have the bot: the SDK reports none that added it before this."""
        if shard_id == min(self.shards):
            await self._note_guilds(self.bot.tenants.compare(PLATFORM, self._guild_ids))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Note that a guild added the bot, and say hello there."""
        self.track(asyncio.current_task())
        await self._note_guilds(self.bot.tenants.welcomed(PLATFORM, str(guild.id)))
        await greet(self, guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Note that a guild removed the bot; an outage of a guild is another event."""
        self.track(asyncio.current_task())
        await self._note_guilds(self.bot.tenants.removed(PLATFORM, str(guild.id)))

    async def on_guild_channel_update(
        self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        """Send what waits for a channel in which the bot may post again."""
        if missing_permissions(before) != missing_permissions(after):
            await self._reopen([after])

    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        """Send what waits for the channels of a guild after a role of the bot changed."""
        if before.permissions != after.permissions and after in after.guild.me.roles:
            await self._reopen(after.guild.channels)

    async def on_member_update(self, before: discord.Member, after: discord.Member) -> None:
        """Send what waits for the channels of a guild after the bot got or lost roles."""
        if after.id == after.guild.me.id and before.roles != after.roles:
            await self._reopen(after.guild.channels)

    async def on_thread_update(self, before: discord.Thread, after: discord.Thread) -> None:
        """Send what waits for a thread that was unlocked."""
        if before.locked and not after.locked:
            await self._reopen([after])

    async def on_thread_join(self, thread: discord.Thread) -> None:
        """Send what waits for a thread that the bot was added to."""
        await self._reopen([thread])

    async def _reopen(self, channels: Sequence[discord.abc.GuildChannel | discord.Thread]) -> None:
        """Send what waits for channels and their threads, if the bot may post there."""
        self.track(asyncio.current_task())
        for channel in channels:
            if isinstance(channel, discord.CategoryChannel) or missing_permissions(channel):
                continue
            tenant = str(channel.guild.id)
            for one in (channel, *getattr(channel, "threads", ())):
                await self._note(self.bot.places.reopened(place(tenant, one.id)))

    async def drain(self) -> None:
        """Remove notes that are shown for a moment, and wait a while for the events at work."""
        await asyncio.gather(self._notes.remove_all(), super().drain())

    async def _handle_reaction(self, event: discord.RawReactionActionEvent, *, added: bool) -> None:
        self.track(asyncio.current_task())
        await self._reactions.handle(event, added=added)

    async def _sweep(self, guild_id: int | None, channel_id: int, message_id: int) -> None:
        where = place(str(guild_id or ""), channel_id)
        await self._backfill.sweep(Sent(where, str(message_id)))

    async def _guild_ids(self) -> list[str]:
        """Ask for the guilds of all shards: what the SDK knows can be from before a gap."""
        return [str(guild.id) async for guild in self.fetch_guilds(limit=None)]

    async def _note_guilds(self, work: Awaitable[None]) -> None:
        """Note which guilds have the bot; what fails now is found out at the next start."""
        await self._note(work, "which servers have Paperboy is unknown")

    async def _note(self, work: Awaitable[None], failure: str = "an event is lost") -> None:
        """Note an event; what cannot be noted is a line in the log."""
        try:
            await work
        except (PaperboyError, *DISCORD_ERRORS) as error:
            log.warning("Discord: %s: %s", failure, error)
