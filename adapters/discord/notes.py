"""Notes to one person that everyone in a channel sees, and that are removed after a moment."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import timedelta

import discord
from discord import ui

from adapters.discord.errors import DISCORD_ERRORS
from adapters.discord.marks import NOTE, has_mark

log = logging.getLogger(__name__)

SHOWN_SECONDS = 30.0
MAX_SEARCHED = 100  # newest messages of a channel that are searched for earlier notes


class Notes:
    """Shows notes over one connection, and removes them again, those of earlier runs too."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._closing = asyncio.Event()
        self._removing: set[asyncio.Task[None]] = set()

    async def show(self, channel_id: int, layout: ui.LayoutView) -> None:
        """Show a note in a channel for a moment. Raises discord.py's errors."""
        channel = self._client.get_partial_messageable(channel_id)
        message = await channel.send(view=layout, silent=True)
        task = asyncio.create_task(self._remove_later(message))
        self._removing.add(task)
        task.add_done_callback(self._removing.discard)

    async def remove_all(self) -> None:
        """Remove all notes now, as the bot is about to stop."""
        self._closing.set()
        await asyncio.gather(*self._removing)

    async def remove_earlier(self, channel_ids: Iterable[int]) -> None:
        """Remove the notes in these channels that an earlier run had no time to remove."""
        before = discord.utils.utcnow() - timedelta(seconds=SHOWN_SECONDS)
        for channel_id in channel_ids:
            channel = self._client.get_partial_messageable(channel_id)
            try:
                async for message in channel.history(limit=MAX_SEARCHED):
                    own = self._client.user is not None and message.author == self._client.user
                    if own and has_mark(message, NOTE) and message.created_at < before:
                        await message.delete()
            except DISCORD_ERRORS as error:
                log.info("channel %s was not searched for old notes: %s", channel_id, error)

    async def _remove_later(self, message: discord.Message) -> None:
        try:
            async with asyncio.timeout(SHOWN_SECONDS):
                await self._closing.wait()
        except TimeoutError:
            pass
        try:
            await message.delete()
        except DISCORD_ERRORS as error:
            log.info("the note %s was not removed: %s", message.id, error)
