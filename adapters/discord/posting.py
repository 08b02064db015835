"""Saying something unasked: in a text or announcement channel, a thread, a forum; and finding it again."""

from __future__ import annotations

import asyncio
import hashlib
import zlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

import discord
from discord import ui

from adapters.discord.failures import TROUBLE, delivery_error, lacking
from adapters.discord.naming import place as named
from adapters.discord.presses import LONGEST_LINE
from adapters.discord.render import render
from bot.app import Bot, Sent
from bot.errors import DeliveryError
from bot.intents import Place
from bot.text import shorten, visible
from bot.views import View

PATIENCE = 60.0  # seconds for one message, the SDK's own tries included
LONGEST_NONCE = 25
LONGEST_NAME = 100  # characters of a forum post's title
MOST_TAGS = 5
LOOKED_THROUGH = 50  # messages read to find one
CLOCKS_APART = timedelta(seconds=30)


async def post(client: discord.Client, bot: Bot, place: Place, view: View, key: str) -> Sent:
    """Post a view where it belongs; a repeat with the same key within some minutes is the same message."""
    folded = await bot.fold(view, place, LONGEST_LINE)
    channel: object = None
    try:
        async with asyncio.timeout(PATIENCE):
            channel = await _channel(client, place)
            layout = render(folded, mark=mark(key))
            if isinstance(channel, discord.ForumChannel):
                message = await _post_in_forum(channel, layout, view, _tags(channel, place))
            elif isinstance(channel, discord.abc.Messageable):
                message = await channel.send(view=layout, nonce=nonce(key))
            else:
                raise DeliveryError("Nobody can write in that kind of channel; choose another one.", permanent=True)
    except TROUBLE as error:
        raise delivery_error(error, lacking(channel)) from error
    sent = Sent(named(place.tenant, message.channel.id), str(message.id))
    await bot.shown(sent.place, sent.message, view)
    return sent


async def find(client: discord.Client, place: Place, key: str, since: datetime) -> Sent | None:
    """Look for a message by the mark that its container has; None where it is not there or may not be read."""
    try:
        async with asyncio.timeout(PATIENCE):
            async for message in _recent(await _channel(client, place), since - CLOCKS_APART):
                ours = client.user is not None and message.author.id == client.user.id
                if ours and mark(key) in {getattr(component, "id", None) for component in message.components}:
                    return Sent(named(place.tenant, message.channel.id), str(message.id))
    except (discord.Forbidden, discord.NotFound):
        return None
    except TROUBLE as error:
        raise delivery_error(error) from error
    return None


def nonce(key: str) -> str:
    """Return what Discord knows a repeated message by: the key, or a digest of a longer one."""
    short = key.isascii() and key.isprintable() and len(key) <= LONGEST_NONCE
    return key if short else hashlib.blake2b(key.encode(), digest_size=LONGEST_NONCE // 2).hexdigest()


def mark(key: str) -> int:
    """Return an id for the container by which a message is found again: 31 bits, above those that Discord gives."""
    return zlib.crc32(key.encode()) & 0x7FFFFFFF | 0x10000


async def _channel(client: discord.Client, place: Place) -> object:
    channel_id = int(place.address.partition(":")[0])
    return client.get_channel(channel_id) or await client.fetch_channel(channel_id)


def _tags(forum: discord.ForumChannel, place: Place) -> list[discord.ForumTag]:
    """Return the tags that the address names ("channel:tag,tag"); the first where the forum wants one and none is."""
    wanted = place.address.partition(":")[2].split(",")
    tags = [tag for tag in forum.available_tags if str(tag.id) in wanted]
    if not tags and forum.flags.require_tag:
        tags = [tag for tag in forum.available_tags if not tag.moderated][:1]
    return tags[:MOST_TAGS]


async def _post_in_forum(
    forum: discord.ForumChannel, layout: ui.LayoutView, view: View, tags: Sequence[discord.ForumTag]
) -> discord.Message:
    name = shorten(visible(view.title).strip(), LONGEST_NAME) or "Paperboy"
    made = await forum.create_thread(name=name, view=layout, applied_tags=tags)
    return made.message


async def _recent(channel: object, since: datetime) -> AsyncIterator[discord.Message]:
    """Yield the messages since then, newest first; of a forum, the first message of each post."""
    if isinstance(channel, discord.ForumChannel):
        threads = [thread for thread in await channel.guild.active_threads() if thread.parent_id == channel.id]
        for thread in sorted(threads, key=lambda thread: thread.id, reverse=True)[:LOOKED_THROUGH]:
            if discord.utils.snowflake_time(thread.id) >= since:
                async for message in thread.history(limit=1, oldest_first=True):
                    yield message
    elif isinstance(channel, discord.abc.Messageable):
        async for message in channel.history(limit=LOOKED_THROUGH, after=since, oldest_first=False):
            yield message
