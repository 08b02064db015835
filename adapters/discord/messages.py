"""Messages that nobody asked for: posted in a channel, thread or forum, and found again."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

import discord
from discord import ui

from adapters.discord.broadcast import pinged
from adapters.discord.channels import MAX_THREAD_NAME, resolve
from adapters.discord.connection import Connection
from adapters.discord.custom_ids import MAX_LINE
from adapters.discord.errors import DISCORD_ERRORS, delivery_error, missing_permissions
from adapters.discord.ids import place as place_of
from adapters.discord.marks import has_mark, mark
from adapters.discord.render import render
from adapters.discord.web import MAX_NONCE
from bot.calendar.clock import utc_now
from bot.chat.outlet import Sent
from bot.chat.views import View
from bot.errors import DeliveryError
from bot.models import Place
from bot.text import shorten, visible

TIMEOUT_SECONDS = 60.0  # for one message, the SDK's own tries included
MAX_TAGS = 5
MAX_SEARCHED = 500  # messages, or forum posts, that are read to find one
# the SDK sends again after a 5xx, so that a request that took longer may have arrived before
SDK_RETRY_SECONDS = 1.0
LOOK_PAUSES_SECONDS = (0.5, 3.0, 10.0)  # before each look for a forum post whose answer is lost
CLOCK_SKEW = timedelta(seconds=30)
REPEATABLE = timedelta(minutes=2)  # Discord remembers a nonce for "the past few minutes"


async def post(
    client: Connection, place: Place, view: View, key: str, *, live: bool = True
) -> Sent:
    """Post a view; a repeat with the same key within some minutes is the same message.

    Unless it is `live`, it stays as it is, and is found by its key later on. Raises DeliveryError.
    """
    channel = await _channel(client, place)
    direct = isinstance(channel, discord.DMChannel)
    folded = await client.bot.fold(view, place, MAX_LINE)
    layout = render(folded, place.tenant if direct else "", mark(key))
    if isinstance(channel, discord.ForumChannel):
        new = ForumPost(place, view.title, layout, key, pinged(view))
        message = await _post_in_forum(client, channel, new)
    elif isinstance(channel, discord.abc.Messageable):
        message = await request(
            channel, channel.send(view=layout, nonce=nonce(key), allowed_mentions=pinged(view))
        )
    else:
        sentence = "Messages can't be sent there; choose another channel."
        raise DeliveryError(sentence, permanent=True)
    sent = sent_in(message, place)
    await client.bot.shown(sent.place, sent.message, view, live=live)
    client.put_reactions(message, view.reactions)
    return sent


async def edit(client: Connection, sent: Sent, view: View) -> bool:
    """Show another view in a message; False where it stands in no channel. Raises DeliveryError."""
    channel = await _channel(client, sent.place)
    if not isinstance(channel, discord.DMChannel | discord.TextChannel | discord.Thread):
        return False
    direct = isinstance(channel, discord.DMChannel)
    folded = await client.bot.fold(view, sent.place, MAX_LINE)
    layout = render(folded, sent.place.tenant if direct else "", mark(sent.message))
    message = channel.get_partial_message(int(sent.message))
    await request(channel, message.edit(view=layout))
    return True


async def find(client: discord.Client, place: Place, key: str, since: datetime) -> Sent | None:
    """Find a message by the mark of its container; None is certain. Raises DeliveryError."""
    channel, since = await _channel(client, place), since - CLOCK_SKEW
    found: discord.Message | None = None
    if isinstance(channel, discord.ForumChannel):
        found = await _find_post(client, channel, key, since)
    elif isinstance(channel, discord.abc.Messageable):
        messages = channel.history(limit=MAX_SEARCHED, after=since, oldest_first=False)
        found = await _find(client, key, messages)
    return sent_in(found, place) if found else None


def nonce(key: str) -> str:
    """Return what Discord recognises a repeated message by: the key, or a longer one's digest."""
    if key.isascii() and key.isprintable() and len(key) <= MAX_NONCE:
        return key
    return hashlib.blake2b(key.encode(), digest_size=MAX_NONCE // 2).hexdigest()


async def _channel(client: discord.Client, place: Place) -> object:
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await resolve(client, place)
    except DISCORD_ERRORS as error:
        raise delivery_error(error, sent=False) from error


async def request(channel: object, request: Awaitable[discord.Message]) -> discord.Message:
    """Await the answer to a message that was sent to a channel. Raises DeliveryError."""
    started = monotonic()
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await request
    except DISCORD_ERRORS as error:
        failure = delivery_error(error, missing_permissions(channel))
        repeated = monotonic() - started > SDK_RETRY_SECONDS
        failure.ambiguous = not failure.permanent and (failure.ambiguous or repeated)
        raise failure from error


def sent_in(message: discord.Message, place: Place) -> Sent:
    """Return where a message stands, as reactions name it: without a guild in a conversation."""
    direct = isinstance(message.channel, discord.DMChannel)
    where = place_of("" if direct else place.tenant, message.channel.id, private=direct)
    return Sent(where, str(message.id))


@dataclass(frozen=True, slots=True)
class ForumPost:
    """A message that begins a post of a forum, whose address names the tags ("1:tag,tag")."""

    place: Place
    title: str
    layout: ui.LayoutView
    key: str
    pinged: discord.AllowedMentions

    @property
    def name(self) -> str:
        """The title within Discord's limit."""
        return shorten(visible(self.title).strip(), MAX_THREAD_NAME) or "Paperboy"

    def tags(self, forum: discord.ForumChannel) -> list[discord.ForumTag]:
        """Return the tags of the address; the first if the forum needs one and it names none."""
        wanted = self.place.address.partition(":")[2].split(",")
        tags = [tag for tag in forum.available_tags if str(tag.id) in wanted]
        if not tags and forum.flags.require_tag:
            tags = [tag for tag in forum.available_tags if not tag.moderated][:1]
        return tags[:MAX_TAGS]


async def _post_in_forum(
    client: discord.Client, forum: discord.ForumChannel, new: ForumPost
) -> discord.Message:
    """Create a post, or return the one that an attempt created just now: it takes no nonce."""
    since = utc_now() - REPEATABLE - CLOCK_SKEW
    if earlier := await _find_post(client, forum, new.key, since, archived=False):
        return earlier

    async def create() -> discord.Message:
        post = await forum.create_thread(
            name=new.name,
            view=new.layout,
            applied_tags=new.tags(forum),
            allowed_mentions=new.pinged,
        )
        return post.message

    try:
        return await request(forum, create())
    except DeliveryError as error:
        if error.ambiguous and (late := await _find_late_post(client, forum, new.key, since)):
            return late
        raise


async def _find_late_post(
    client: discord.Client, forum: discord.ForumChannel, key: str, since: datetime
) -> discord.Message | None:
    """Look for a post for a while: Discord can take a request after it answered with an error.

    Without it a repeat could come before that.
    """
    for pause in LOOK_PAUSES_SECONDS:
        await asyncio.sleep(pause)
        with suppress(DeliveryError):  # a later look may work
            if found := await _find_post(client, forum, key, since, archived=False):
                return found
    return None


async def _find_post(
    client: discord.Client,
    forum: discord.ForumChannel,
    key: str,
    since: datetime,
    *,
    archived: bool = True,
) -> discord.Message | None:
    """Find the first message of a forum's post, closed posts included where `archived`."""
    return await _find(client, key, _first_messages(client, forum, since, archived=archived))


async def _first_messages(
    client: discord.Client, forum: discord.ForumChannel, since: datetime, *, archived: bool
) -> AsyncIterator[discord.Message]:
    """Yield the first message of each of the bot's posts in a forum since then."""
    me = client.user.id if client.user else 0
    posts = await _posts(forum, since, archived=archived)
    for post in posts:
        if post.owner_id == me and discord.utils.snowflake_time(post.id) >= since:
            with suppress(discord.NotFound):  # deleted since, and so not there
                async for message in post.history(limit=1, oldest_first=True):
                    yield message


async def _posts(
    forum: discord.ForumChannel, since: datetime, *, archived: bool
) -> list[discord.Thread]:
    """Return the posts of a forum, and those that were closed since then where `archived`."""
    active = await forum.guild.active_threads()
    posts = [thread for thread in active if thread.parent_id == forum.id]
    if archived:
        async for thread in forum.archived_threads(limit=MAX_SEARCHED):
            if thread.archive_timestamp < since:
                break
            posts.append(thread)
    return posts


async def _find(
    client: discord.Client, key: str, messages: AsyncIterator[discord.Message]
) -> discord.Message | None:
    """Return the message with the mark of a key.

    Raises DeliveryError if not all of them could be read.
    """
    read = 0
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            async for message in messages:
                read += 1
                own = client.user is not None and message.author.id == client.user.id
                if own and has_mark(message, mark(key)):
                    return message
    except DISCORD_ERRORS as error:
        raise delivery_error(error, "Read Message History") from error
    if read >= MAX_SEARCHED:
        raise DeliveryError("Too many newer messages there to find this one.", ambiguous=True)
    return None
