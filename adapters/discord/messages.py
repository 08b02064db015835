"""Saying something unasked: in a text or announcement channel, a thread, a forum; and finding it again."""

from __future__ import annotations

import asyncio
import hashlib
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic
from typing import TypeVar

import discord
from discord import ui

from adapters.discord.channels import LONGEST_NAME, resolve
from adapters.discord.connection import Connection
from adapters.discord.custom_ids import LONGEST_LINE
from adapters.discord.errors import TROUBLE, delivery_error, lacking
from adapters.discord.ids import place as named
from adapters.discord.render import render
from bot.chat.bot import Bot
from bot.chat.outlet import Sent
from bot.chat.views import View
from bot.clock import utc_now
from bot.errors import DeliveryError
from bot.models import Place
from bot.text import shorten, visible

PATIENCE = 60.0  # seconds for one message, the SDK's own tries included
LONGEST_NONCE = 25
MOST_TAGS = 5
LOOKED_THROUGH = 500  # messages read at most to find one, of a forum posts
REPEATS = (
    1.0  # seconds after which the SDK may have sent a message before: it does so again after a 5xx
)
CLOCKS_APART = timedelta(seconds=30)
REPEATABLE = timedelta(minutes=2)  # Discord knows a nonce again for "the past few minutes"

C = TypeVar("C")


async def post(client: Connection, bot: Bot, place: Place, view: View, key: str) -> Sent:
    """Post a view where it belongs; a repeat with the same key within some minutes is the same message."""
    channel = await _channel(client, place)
    alone = isinstance(channel, discord.DMChannel)
    layout = render(
        await bot.fold(view, place, LONGEST_LINE), place.tenant if alone else "", mark(key)
    )
    if isinstance(channel, discord.ForumChannel):
        # a post takes no nonce, so an attempt made just now is looked for
        message = await _starter(
            client, channel, key, utc_now() - REPEATABLE - CLOCKS_APART
        ) or await _sent(
            channel, lambda forum: _post_in_forum(forum, layout, view, _tags(forum, place))
        )
    elif isinstance(channel, discord.abc.Messageable):
        message = await _sent(channel, lambda there: there.send(view=layout, nonce=nonce(key)))
    else:
        raise DeliveryError(
            "Nobody can write in that kind of channel; choose another one.", permanent=True
        )
    sent = _sent_as(message, place)
    await bot.shown(sent.place, sent.message, view)
    client.put(message, view.reactions)
    return sent


async def find(client: discord.Client, place: Place, key: str, since: datetime) -> Sent | None:
    """Look for a message by the mark that its container has; None is certain.

    Raises DeliveryError.
    """
    channel, since = await _channel(client, place), since - CLOCKS_APART
    found: discord.Message | None = None
    if isinstance(channel, discord.ForumChannel):
        found = await _starter(client, channel, key, since, archived=True)
    elif isinstance(channel, discord.abc.Messageable):
        found = await _found(
            client, key, channel.history(limit=LOOKED_THROUGH, after=since, oldest_first=False)
        )
    return _sent_as(found, place) if found else None


def nonce(key: str) -> str:
    """Return what Discord knows a repeated message by: the key, or a digest of a longer one."""
    short = key.isascii() and key.isprintable() and len(key) <= LONGEST_NONCE
    return (
        key if short else hashlib.blake2b(key.encode(), digest_size=LONGEST_NONCE // 2).hexdigest()
    )


def mark(key: str) -> int:
    """Return an id for the container by which a message is found again: 31 bits, above those that Discord gives."""
    return zlib.crc32(key.encode()) & 0x7FFFFFFF | 0x10000


async def _channel(client: discord.Client, place: Place) -> object:
    try:
        async with asyncio.timeout(PATIENCE):
            return await resolve(client, place)
    except TROUBLE as error:
        raise delivery_error(error, sent=False) from error


async def _sent(channel: C, say: Callable[[C], Awaitable[discord.Message]]) -> discord.Message:
    started = monotonic()
    try:
        async with asyncio.timeout(PATIENCE):
            return await say(channel)
    except TROUBLE as error:
        kept = delivery_error(error, lacking(channel))
        kept.ambiguous = not kept.permanent and (kept.ambiguous or monotonic() - started > REPEATS)
        raise kept from error


def _sent_as(message: discord.Message, place: Place) -> Sent:
    """Tell where a message stands, as reactions to it name that: in a conversation they name no server."""
    alone = isinstance(message.channel, discord.DMChannel)
    where = named("" if alone else place.tenant, message.channel.id, private=alone)
    return Sent(where, str(message.id))


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


async def _starter(
    client: discord.Client,
    forum: discord.ForumChannel,
    key: str,
    since: datetime,
    *,
    archived: bool = False,
) -> discord.Message | None:
    """Look through a forum's posts since then, those that were closed already too where `archived`."""
    return await _found(client, key, _starters(client, forum, since, archived=archived))


async def _starters(
    client: discord.Client, forum: discord.ForumChannel, since: datetime, *, archived: bool
) -> AsyncIterator[discord.Message]:
    posts = [
        thread for thread in await forum.guild.active_threads() if thread.parent_id == forum.id
    ]
    if archived:
        async for thread in forum.archived_threads(limit=LOOKED_THROUGH):
            if thread.archive_timestamp < since:
                break
            posts.append(thread)
    for post in posts:
        ours = client.user is not None and post.owner_id == client.user.id
        if ours and discord.utils.snowflake_time(post.id) >= since:
            with suppress(discord.NotFound):  # taken away by somebody, and so not there
                async for message in post.history(limit=1, oldest_first=True):
                    yield message


async def _found(
    client: discord.Client, key: str, messages: AsyncIterator[discord.Message]
) -> discord.Message | None:
    """Return the message with the mark of a key.

    Raises DeliveryError where not all of them could be read.
    """
    read = 0
    try:
        async with asyncio.timeout(PATIENCE):
            async for message in messages:
                read += 1
                ours = client.user is not None and message.author.id == client.user.id
                if ours and mark(key) in {
                    getattr(component, "id", None) for component in message.components
                }:
                    return message
    except TROUBLE as error:
        raise delivery_error(error, "Read Message History") from error
    if read >= LOOKED_THROUGH:
        raise DeliveryError("Too much was said there since to find one message.", ambiguous=True)
    return None
