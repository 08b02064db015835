"""Channels, threads and conversations: how people name them, and who manages them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from time import monotonic

from adapters.slack.errors import SlackError, translate_code
from adapters.slack.ids import channel_of, is_channel, is_person, join_address, place, split_address
from adapters.slack.limits import Json
from adapters.slack.people import People
from adapters.slack.web import Web, require
from bot.chat.outlet import Membership
from bot.errors import UsageError
from bot.models import Person, Place

CACHE_SECONDS = 60.0  # for which an answer is used again
MAX_CACHED = 1000  # answers
MAX_PAGES = 10  # of channels, read to find one by its name
PAGE_SIZE = 200
MANAGERS = "workspace admins and the person who made the channel"
OWNER = "the person whom it is with"
# as Slack writes it ("<#C1|general>"), as an address ("C1/1700000000.000100"), or as the link to
# a message
_CHANNEL = re.compile(r"<?#?(?P<id>[CDGUW][A-Z0-9]+)(?:\|[^>]*)?>?(?:/(?P<thread>\d+\.\d+))?")
_LINK = re.compile(
    r"https://[\w.-]+/archives/(?P<id>[CDG][A-Z0-9]+)(?:/p(?P<s>\d+)(?P<us>\d{6}))?(?:\?.*)?"
)
_THREAD_IN_LINK = re.compile(r"thread_ts=(\d+\.\d+)")


class Channels:
    """Asks Slack about channels and conversations, and caches its answers for a minute."""

    def __init__(self, web: Web, people: People) -> None:
        self._web = web
        self._people = people
        self._memberships: dict[tuple[Person, Place], tuple[float, Membership]] = {}
        self._conversations: dict[str, str] = {}
        self._infos: dict[str, tuple[float, Json]] = {}

    async def open_conversation(self, user: str) -> str:
        """Return the channel of the conversation with a person. Raises SlackError."""
        if user not in self._conversations:
            answer = await self._web.call(self._web.client.conversations_open, users=user)
            if len(self._conversations) >= MAX_CACHED:
                self._conversations = {}
            self._conversations[user] = require(answer.get("channel") or {}, "id")
        return self._conversations[user]

    async def name(self, address: str) -> str:
        """Return the name of a public channel, "" for any other place or where it is unknown."""
        found = await self._cached(address)
        return "" if found.get("is_private") else str(found.get("name") or "")

    async def is_internal(self, address: str) -> bool:
        """Return whether a place is a channel for members of the workspace alone, as far as known.

        Others read along in a channel that is shared with another company.
        """
        found = await self._cached(address)
        return bool(found) and not found.get("is_ext_shared")

    async def _cached(self, address: str) -> Json:
        """Return what Slack tells of a channel, nothing for other places or where it refuses."""
        channel, _ = split_address(address)
        if not is_channel(channel):
            return {}
        expires, known = self._infos.get(channel, (0.0, {}))
        if expires > monotonic():
            return known
        try:
            found = await self._channel(channel)
        except SlackError:
            found = {}
        if len(self._infos) >= MAX_CACHED:
            self._infos = {}
        self._infos[channel] = (monotonic() + CACHE_SECONDS, found)
        return found

    def forget(self, channel: str) -> None:
        """Ask Slack again about a channel that has changed."""
        self._infos.pop(channel, None)
        for key in [key for key in self._memberships if channel_of(key[1]).address == channel]:
            del self._memberships[key]

    async def readable(self, where: Place) -> Place:
        """Return the place by the channel in which its messages are read. Raises SlackError."""
        if is_person(where.address):
            return replace(where, address=await self.open_conversation(where.address))
        return where

    async def refusal(self, where: Place) -> str:
        """Say why nothing can be posted in a channel, "" if something can. Raises SlackError."""
        code = _refusal(await self._channel(channel_of(where).address))
        return str(translate_code(code, self._web.bot)) if code else ""

    async def membership(self, person: Person, where: Place) -> Membership:
        """Return what a person may do in a place. Raises SlackError."""
        expires, known = self._memberships.get((person, where), (0.0, None))
        if known and expires > monotonic():
            return known
        found = await self._ask_membership(person, where)
        if len(self._memberships) >= MAX_CACHED:
            self._memberships = {}
        self._memberships[person, where] = (monotonic() + CACHE_SECONDS, found)
        return found

    async def resolve(self, words: str, person: Person) -> Place:
        """Return the place that `words` name; "me" is the conversation with the person.

        Raises UsageError.
        """
        words = words.strip()
        channel, thread = _parse(words)
        try:
            if not channel and words.startswith("#"):
                channel = await self._find_by_name(words[1:])
            if words == "me" or channel == person.id:
                return place(person.tenant, person.id)
            if channel.startswith("D"):
                return await self._own_conversation(channel, person)
            if not is_channel(channel):
                raise UsageError(
                    f"“{words[:80]}” is not a channel that I’m in. Write #general, or “me” for a "
                    "direct message to you."
                )
            return await self._resolve_channel(channel, thread, person)
        except SlackError as error:
            raise UsageError(str(error)) from error

    async def _resolve_channel(self, channel: str, thread: str, person: Person) -> Place:
        """Return a channel, or a thread in it, if something can be posted there.

        Raises UsageError and SlackError.
        """
        found = await self._channel(channel)
        if person.tenant != self._web.team:
            raise UsageError("Only members of this workspace can choose its channels.")
        if refused := _refusal(found):
            raise UsageError(str(translate_code(refused, self._web.bot)))
        return place(person.tenant, join_address(channel, thread), str(found.get("name", "")))

    async def _own_conversation(self, channel: str, person: Person) -> Place:
        if channel != await self.open_conversation(person.id):
            raise UsageError("You can only choose your own direct messages with me: write “me”.")
        return place(person.tenant, person.id)

    async def _ask_membership(self, person: Person, where: Place) -> Membership:
        channel = channel_of(where).address
        if where.tenant != self._web.team:
            raise translate_code("channel_not_found", self._web.bot)
        profile = await self._people.profile(person.id, CACHE_SECONDS)
        zone = profile.zone
        if is_person(channel) or channel.startswith("D"):
            own = await self._is_own(channel, person)
            return Membership(own, OWNER, own, zone)
        found = await self._channel(channel)
        is_creator = found.get("creator") == person.id
        # in a channel shared with another company its admins are guests
        is_member = person.tenant == where.tenant and where.tenant in profile.teams
        manages = is_member and (profile.is_admin or is_creator)
        name = str(found.get("name") or "")
        return Membership(manages, MANAGERS, zone=zone, name=f"#{name}" if name else "")

    async def _is_own(self, channel: str, person: Person) -> bool:
        """Return whether a conversation is that of the person with the bot. Raises SlackError."""
        if is_person(channel):
            return channel == person.id
        return channel == await self.open_conversation(person.id)

    async def _find_by_name(self, name: str) -> str:
        """Return the channel of that name that the bot is in, or "". Raises SlackError."""
        async for channel in self._joined():
            if channel.get("name") == name:
                return str(channel["id"])
        return ""

    async def _joined(self) -> AsyncIterator[Json]:
        """Yield the channels that the bot is in. Raises SlackError."""
        cursor = ""
        for _ in range(MAX_PAGES):
            answer = await self._web.call(
                self._web.client.users_conversations,
                types="public_channel,private_channel",
                limit=PAGE_SIZE,
                exclude_archived=True,
                cursor=cursor or None,
            )
            for channel in answer.get("channels", []):
                yield channel
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return

    async def _channel(self, channel: str) -> Json:
        answer = await self._web.call(self._web.client.conversations_info, channel=channel)
        found = answer.get("channel")
        return found if isinstance(found, dict) else {}


def _refusal(channel: Json) -> str:
    """Return Slack's code for why nothing can be posted in a channel, "" if something can."""
    if channel.get("is_archived"):
        return "is_archived"
    return "" if channel.get("is_member") else "not_in_channel"


def _parse(words: str) -> tuple[str, str]:
    """Return the channel and the thread that are named, "" for what is not."""
    if found := _LINK.fullmatch(words):
        if thread := _THREAD_IN_LINK.search(words):
            return found["id"], thread[1]
        return found["id"], f"{found['s']}.{found['us']}" if found["s"] else ""
    if found := _CHANNEL.fullmatch(words):
        return found["id"], found["thread"] or ""
    return "", ""
