"""Channels, threads and direct conversations: by name, who manages them, a message's thread."""

from __future__ import annotations

import re
from time import monotonic
from typing import Any, Literal, TypeAlias

import discord

from adapters.discord.errors import (
    DISCORD_ERRORS,
    THREAD_EXISTS,
    delivery_error,
    missing_permissions,
    unknown_channel,
)
from adapters.discord.ids import PLATFORM
from adapters.discord.ids import place as place_of
from bot.chat.outlet import Membership, Sent
from bot.errors import UsageError
from bot.models import Person, Place, Suggestion
from bot.text import shorten, visible

CACHE_SECONDS = 60.0  # that a membership is reused
MAX_SUGGESTIONS = 25
USUAL_PLACES = (
    Suggestion("Here", "here"),
    Suggestion("Just me, in direct messages", "me"),
)
MAX_CACHED = 1000  # memberships
MANAGERS = "people who may manage the channel"
RECIPIENT = "the person whom it is with"
MAX_THREAD_NAME = 100  # characters of a thread's or forum post's title
ARCHIVE_AFTER_MINUTES: Literal[4320] = 4320  # without a message in the thread
# "<#1>", "1", "1:tag,tag" for a forum, or the link to a channel or thread
_CHANNEL = re.compile(r"<?#?(?P<id>\d{1,20})>?(?::(?P<tags>.*))?")
_LINK = re.compile(r"https://[\w.]*discord\.com/channels/\d+/(?P<id>\d{1,20})(?:/\d+)?/?")
_NAME = re.compile(r"#?(?P<name>[^:]+)(?::(?P<tags>.*))?")

Channel: TypeAlias = discord.abc.GuildChannel | discord.Thread


async def resolve(client: discord.Client, place: Place) -> object:
    """Return the channel of a place; "@" and a person's id is the conversation with them.

    Raises discord.py's errors.
    """
    if (recipient := _recipient_id(place.address)) is not None:
        return await client.create_dm(discord.Object(recipient))
    channel_id = int(place.address.partition(":")[0])
    return client.get_channel(channel_id) or await client.fetch_channel(channel_id)


async def thread_of(client: discord.Client, sent: Sent, name: str) -> Place:
    """Return the thread of a message, creating it if there is none.

    Where messages have no threads, return the message's own place. Raises DeliveryError.
    """
    try:
        channel = await resolve(client, sent.place)
        # others are threads, conversations and the chats of voice channels
        if not isinstance(channel, discord.TextChannel):
            return sent.place
        title = shorten(visible(name).strip(), MAX_THREAD_NAME) or "Paperboy"
        thread = await channel.get_partial_message(int(sent.message)).create_thread(
            name=title, auto_archive_duration=ARCHIVE_AFTER_MINUTES
        )
    except DISCORD_ERRORS as error:
        if isinstance(error, discord.HTTPException) and error.code == THREAD_EXISTS:
            # a thread has the id of its message
            return place_of(sent.place.tenant, int(sent.message))
        # asking again gives the same thread, so no attempt is ambiguous
        raise delivery_error(error, "Create Public Threads", sent=False) from error
    return place_of(sent.place.tenant, thread.id)


class Members:
    """Who belongs to which guild, cached for a minute."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._cache: dict[tuple[str, int], tuple[float, bool]] = {}

    async def has(self, tenant: str, user_id: int) -> bool:
        """Tell whether a user is a member of a guild. Raises discord.py's errors."""
        expires, cached = self._cache.get((tenant, user_id), (0.0, False))
        if expires > monotonic():
            return cached
        try:
            guild = self._client.get_guild(int(tenant))
            found = guild is not None and bool(await guild.fetch_member(user_id))
        except discord.NotFound:
            found = False
        if len(self._cache) >= MAX_CACHED:
            self._cache.clear()
        self._cache[tenant, user_id] = (monotonic() + CACHE_SECONDS, found)
        return found


class Memberships:
    """What people are in places, cached for a minute."""

    def __init__(self) -> None:
        self._cache: dict[tuple[Person, Place], tuple[float, Membership]] = {}

    async def get(self, client: discord.Client, person: Person, place: Place) -> Membership:
        """Return what a person is in a place. Raises DeliveryError."""
        expires, cached = self._cache.get((person, place), (0.0, Membership(manages=False)))
        if expires > monotonic():
            return cached
        try:
            membership = await _membership(client, person, place)
        except discord.InvalidData as error:  # a channel of another server
            raise unknown_channel() from error
        except DISCORD_ERRORS as error:
            raise delivery_error(error, sent=False) from error
        if len(self._cache) >= MAX_CACHED:
            self._cache.clear()
        self._cache[person, place] = (monotonic() + CACHE_SECONDS, membership)
        return membership


async def find_place(client: discord.Client, words: str, person: Person) -> Place:
    """Return the place that is named in a person's guild, "me" for the conversation with them.

    Raises UsageError.
    """
    words = words.strip()
    own = Place(PLATFORM, person.tenant, f"@{person.id}", private=True)
    if words in {"me", own.address}:
        return own
    channel, tags = await _find_channel(client, words, person)
    if isinstance(channel, discord.DMChannel) and _is_recipient(channel, person):
        return own
    if not isinstance(channel, Channel) or str(channel.guild.id) != person.tenant:
        raise UsageError(
            "That channel is not in this server; use the command in the server that it is in."
        )
    if isinstance(channel, discord.CategoryChannel):
        raise UsageError("Messages can't be sent to a category; choose a channel.")
    if missing := missing_permissions(channel):
        raise UsageError(f"Paperboy may not post there; allow it {missing}.")
    address = f"{channel.id}{_tag_suffix(channel, tags)}"
    return Place(PLATFORM, person.tenant, address, f"#{channel.name}")


async def _find_channel(client: discord.Client, words: str, person: Person) -> tuple[object, str]:
    """Return the channel that is named, and the tags after it. Raises UsageError."""
    by_id = _LINK.fullmatch(words) or _CHANNEL.fullmatch(words)
    if by_id:
        place = Place(PLATFORM, person.tenant, by_id["id"])
        try:
            return await resolve(client, place), by_id.groupdict().get("tags") or ""
        except DISCORD_ERRORS as error:
            raise UsageError(str(delivery_error(error, sent=False))) from error
    guild = client.get_guild(int(person.tenant or 0))
    by_name = _NAME.fullmatch(words)
    if guild and by_name:
        known = [*guild.channels, *guild.threads]
        channel = discord.utils.get(known, name=by_name["name"].strip())
        if channel:
            return channel, by_name["tags"] or ""
    raise UsageError(
        f"There is no channel “{words[:80]}” here: write #channel, or “me” for direct messages."
    )


def suggest_places(interaction: discord.Interaction[Any], typed: str) -> tuple[Suggestion, ...]:
    """Complete a place: here, me, or a channel, thread or forum tag that both may see.

    Best first, at most 25.
    """
    name, colon, tag = typed.strip().removeprefix("#").lower().partition(":")
    places = _matching_channels(interaction, name)
    if colon:
        begun = tag.rpartition(",")[2].strip()
        found = [one for place in places for one in _tagged(place, begun)]
    else:
        usual = [one for one in USUAL_PLACES if one.label.lower().startswith(name)]
        found = [*usual, *(Suggestion(f"#{one.name}", str(one.id)) for one in places)]
    return tuple(found[:MAX_SUGGESTIONS])


def _matching_channels(interaction: discord.Interaction[Any], name: str) -> list[Channel]:
    """Return the channels and threads with these letters that may be offered, best first."""
    member, guild = interaction.user, interaction.guild
    if guild is None or not isinstance(member, discord.Member):
        return []
    every: list[Channel] = [
        *guild.text_channels,
        *guild.voice_channels,
        *guild.forums,
        *guild.threads,
    ]
    found = [one for one in every if name in one.name.lower() and _is_offered(one, member)]
    return sorted(found, key=lambda one: (not one.name.lower().startswith(name), one.name))


def _tagged(channel: Channel, tag: str) -> list[Suggestion]:
    """Return the tags of a forum that begin as typed, each as a place."""
    if not isinstance(channel, discord.ForumChannel):
        return []
    return [
        Suggestion(f"#{channel.name}: {one.name}", f"{channel.id}:{one.id}")
        for one in channel.available_tags
        if one.name.lower().startswith(tag)
    ]


def _is_offered(channel: Channel, member: discord.Member) -> bool:
    """Tell whether a member may see a channel, and Paperboy may post there."""
    if isinstance(channel, discord.Thread) and channel.is_private():
        return False  # the SDK does not know who is in it
    try:
        return channel.permissions_for(member).view_channel and not missing_permissions(channel)
    except discord.ClientException:  # a thread in a channel that Paperboy cannot see
        return False


def _tag_suffix(channel: Channel, tags: str) -> str:
    """Return the end of a forum's address: the ids of tags that are named by id or name.

    Raises UsageError.
    """
    wanted = {word.strip().lower() for word in tags.split(",")} - {""}
    if not wanted:
        return ""
    known = channel.available_tags if isinstance(channel, discord.ForumChannel) else []
    found = [tag for tag in known if {str(tag.id), tag.name.lower()} & wanted]
    if len(found) < len(wanted):
        names = ", ".join(tag.name for tag in known) or "none"
        raise UsageError(f"Unknown tag. The tags of that channel: {names}.")
    return ":" + ",".join(str(tag.id) for tag in found)


async def member_name(client: discord.Client, person: Person) -> str:
    """Return the name of a member of a server, "" if Discord doesn't tell."""
    guild = client.get_guild(int(person.tenant)) if person.tenant else None
    try:
        member = await guild.fetch_member(int(person.id)) if guild else None
    except DISCORD_ERRORS:
        return ""
    return member.display_name if member else ""


async def _membership(client: discord.Client, person: Person, place: Place) -> Membership:
    recipient = await _place_recipient(client, place)
    if recipient is not None:
        own = str(recipient) == person.id
        return Membership(own, RECIPIENT, own)
    stranger = Membership(manages=False, managers=MANAGERS)
    if place.tenant != person.tenant:
        return stranger
    guild = client.get_guild(int(place.tenant)) or await client.fetch_guild(int(place.tenant))
    channel_id = int(place.address.partition(":")[0])
    channel: Any = guild.get_channel_or_thread(channel_id) or await guild.fetch_channel(channel_id)
    try:
        member = await guild.fetch_member(int(person.id))
    except discord.NotFound:
        return stranger
    manages = await _manages(guild, channel, member)
    return Membership(manages, MANAGERS, name=f"#{channel.name}")


async def _place_recipient(client: discord.Client, place: Place) -> int | None:
    """Return the id of the person whom a conversation is with, 0 if unknown; None for channels."""
    recipient = _recipient_id(place.address)
    if recipient is not None or (place.tenant and not place.private):
        return recipient
    channel = await resolve(client, place)
    known = isinstance(channel, discord.DMChannel) and channel.recipient
    return known.id if known else 0


async def _manages(guild: discord.Guild, channel: Channel, member: discord.Member) -> bool:
    """Tell whether a member manages a channel, or the threads of a thread's channel."""
    if not isinstance(channel, discord.Thread):
        return _manages_channel(channel.permissions_for(member))
    parent: Any = guild.get_channel(channel.parent_id) or await guild.fetch_channel(
        channel.parent_id
    )
    allowed = parent.permissions_for(member)
    return _manages_channel(allowed) or allowed.manage_threads


def _manages_channel(allowed: discord.Permissions) -> bool:
    return allowed.manage_channels or allowed.manage_guild or allowed.administrator


def _is_recipient(channel: discord.DMChannel, person: Person) -> bool:
    return channel.recipient is not None and str(channel.recipient.id) == person.id


def _recipient_id(address: str) -> int | None:
    return int(address[1:]) if address.startswith("@") else None
