"""Channels, threads and conversations: how people name them, who manages them, and the thread of a message."""

from __future__ import annotations

import re
from time import monotonic
from typing import Any, Literal

import discord

from adapters.discord.errors import TROUBLE, delivery_error, gone, lacking
from adapters.discord.ids import PLATFORM
from adapters.discord.ids import place as named_place
from bot.chat.outlet import Membership, Sent
from bot.errors import DeliveryError, UsageError
from bot.models import Person, Place
from bot.text import shorten, visible

KNOWN = 60.0  # seconds that an answer is good for
MOST = 1000  # answers that are kept
MANAGERS = "people who may manage the channel"
ALONE = "the person whom it is with"
LONGEST_NAME = 100  # characters of a thread's or forum post's title
ARCHIVED_AFTER: Literal[4320] = 4320  # minutes without a word, of a thread
HAS_A_THREAD = 160004  # Discord's code where a message has one already
# "<#1>", "1", "1:tag,tag" for a forum, or the link to a channel or thread
_CHANNEL = re.compile(r"<?#?(?P<id>\d{1,20})>?(?::(?P<tags>.*))?")
_LINK = re.compile(r"https://[\w.]*discord\.com/channels/\d+/(?P<id>\d{1,20})(?:/\d+)?/?")

Channel = discord.abc.GuildChannel | discord.Thread


async def resolve(client: discord.Client, place: Place) -> object:
    """Return the channel of a place; one whose address is "@" and a person's id is the conversation with them."""
    if (person := _person_in(place.address)) is not None:
        return await client.create_dm(discord.Object(person))
    channel_id = int(place.address.partition(":")[0])
    return client.get_channel(channel_id) or await client.fetch_channel(channel_id)


async def thread_of(client: discord.Client, sent: Sent, name: str) -> Place:
    """Return the thread of a message, made where there is none yet; where there can be none, its own place."""
    try:
        channel = await resolve(client, sent.place)
        if not isinstance(
            channel, discord.TextChannel
        ):  # a thread, a conversation, the chat of a voice channel
            return sent.place
        title = shorten(visible(name).strip(), LONGEST_NAME) or "Paperboy"
        message = channel.get_partial_message(int(sent.message))
        made = await message.create_thread(name=title, auto_archive_duration=ARCHIVED_AFTER)
    except discord.HTTPException as error:
        if error.code == HAS_A_THREAD:
            return named_place(sent.place.tenant, int(sent.message))  # by which it goes, too
        raise _of_thread(error) from error
    except TROUBLE as error:
        raise _of_thread(error) from error
    return named_place(sent.place.tenant, made.id)


class Places:
    """Asks Discord about places. An answer is kept for a minute."""

    def __init__(self) -> None:
        self._standings: dict[tuple[Person, Place], tuple[float, Membership]] = {}

    async def standing(self, client: discord.Client, person: Person, place: Place) -> Membership:
        """Tell what somebody is in a place. Raises DeliveryError."""
        until, known = self._standings.get((person, place), (0.0, Membership(manages=False)))
        if until > monotonic():
            return known
        try:
            found = await _standing(client, person, place)
        except discord.InvalidData as error:  # a channel of another server
            raise gone() from error
        except TROUBLE as error:
            raise delivery_error(error, sent=False) from error
        self._standings = self._standings if len(self._standings) < MOST else {}
        self._standings[person, place] = (monotonic() + KNOWN, found)
        return found


async def named(client: discord.Client, words: str, person: Person) -> Place:
    """Return the place that is named, "me" for the conversation with the person.

    Raises UsageError.
    """
    words = words.strip()
    alone = Place(PLATFORM, person.tenant, f"@{person.id}", private=True)
    if words in {"me", alone.address}:
        return alone
    found = _LINK.fullmatch(words) or _CHANNEL.fullmatch(words)
    guild = client.get_guild(int(person.tenant or 0))
    by_name = discord.utils.get(guild.channels, name=words.removeprefix("#")) if guild else None
    if not found and not by_name:
        raise UsageError(
            f"“{words[:80]}” is no channel here: write #channel, or “me” for direct messages."
        )
    try:
        channel: Any = by_name or await resolve(
            client, Place(PLATFORM, person.tenant, found["id"] if found else "")
        )
    except TROUBLE as error:
        raise UsageError(str(delivery_error(error, sent=False))) from error
    if (
        isinstance(channel, discord.DMChannel)
        and channel.recipient
        and str(channel.recipient.id) == person.id
    ):
        return alone
    if not isinstance(channel, Channel) or str(channel.guild.id) != person.tenant:
        raise UsageError(
            "That channel is not in this server; give the command in the server that it is in."
        )
    if isinstance(channel, discord.CategoryChannel):
        raise UsageError("Nobody can write in that kind of channel; choose another one.")
    if missing := lacking(channel):
        raise UsageError(f"Paperboy may not post there; allow it {missing}.")
    return Place(
        PLATFORM, person.tenant, f"{channel.id}{_tags(channel, found)}", f"#{channel.name}"
    )


def _tags(channel: Channel, found: re.Match[str] | None) -> str:
    """Return the end of a forum's address: the ids of the tags that are named by id or name.

    Raises UsageError.
    """
    words = (found.groupdict().get("tags") or "" if found else "").split(",")
    wanted = {word.strip().lower() for word in words} - {""}
    if not wanted:
        return ""
    known = channel.available_tags if isinstance(channel, discord.ForumChannel) else []
    tags = [tag for tag in known if {str(tag.id), tag.name.lower()} & wanted]
    if len(tags) < len(wanted):
        there = ", ".join(tag.name for tag in known) or "none"
        raise UsageError(f"Not all of these tags are there. The tags of that channel: {there}.")
    return ":" + ",".join(str(tag.id) for tag in tags)


async def _standing(client: discord.Client, person: Person, place: Place) -> Membership:
    alone = _person_in(place.address)
    if alone is None and (place.private or not place.tenant):
        channel = await resolve(client, place)
        recipient = channel.recipient if isinstance(channel, discord.DMChannel) else None
        alone = recipient.id if recipient else 0
    if alone is not None:
        own = str(alone) == person.id
        return Membership(own, ALONE, own)
    if place.tenant != person.tenant:
        return Membership(manages=False, managers=MANAGERS)
    guild = client.get_guild(int(place.tenant)) or await client.fetch_guild(int(place.tenant))
    channel_id = int(place.address.partition(":")[0])
    there: Any = guild.get_channel_or_thread(channel_id) or await guild.fetch_channel(channel_id)
    try:
        member = await guild.fetch_member(int(person.id))
    except discord.NotFound:
        return Membership(manages=False, managers=MANAGERS)
    in_thread = isinstance(there, discord.Thread)
    parent = (
        guild.get_channel(there.parent_id) or await guild.fetch_channel(there.parent_id)
        if in_thread
        else there
    )
    allowed = parent.permissions_for(member)
    managing = allowed.manage_channels or allowed.manage_guild or allowed.administrator
    return Membership(
        managing or (in_thread and allowed.manage_threads), MANAGERS, name=f"#{there.name}"
    )


def _of_thread(error: BaseException) -> DeliveryError:
    """Say what kept a thread from being made: asking again gives the same one, so that no attempt is ambiguous."""
    return delivery_error(error, "Create Public Threads", sent=False)


def _person_in(address: str) -> int | None:
    return int(address[1:]) if address.startswith("@") else None
