"""Channels, threads and conversations: how people name them, and who manages them."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from time import monotonic

from adapters.slack.errors import SlackError, refusal
from adapters.slack.limits import Json
from adapters.slack.requests import place
from adapters.slack.web import Web, told
from bot.chat.outlet import Membership
from bot.errors import UsageError
from bot.models import Person, Place

KNOWN = 60.0  # seconds that an answer is good for
MOST = 1000  # answers that are kept
PAGES = 10  # of channels, read to find one by its name
MANAGERS = "workspace admins and whoever made the channel"
# as Slack writes it ("<#C1|general>"), as it is called inside, with a thread after it, or as the
# link to a message
_CHANNEL = re.compile(r"<?#?(?P<id>[CDGUW][A-Z0-9]+)(?:\|[^>]*)?>?(?:/(?P<thread>\d+\.\d+))?")
_LINK = re.compile(
    r"https://[\w.-]+/archives/(?P<id>[CDG][A-Z0-9]+)(?:/p(?P<s>\d+)(?P<us>\d{6}))?(?:\?.*)?"
)
_IN_LINK = re.compile(r"thread_ts=(\d+\.\d+)")


class Places:
    """Asks Slack about places. An answer is kept for a minute."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._standings: dict[tuple[Person, Place], tuple[float, Membership]] = {}
        self._direct: dict[str, str] = {}

    async def direct(self, user: str) -> str:
        """Return the channel of the conversation with a person. Raises SlackError."""
        if user not in self._direct:
            answer = await self._web.ask(partial(self._web.client.conversations_open, users=user))
            self._direct = self._direct if len(self._direct) < MOST else {}
            self._direct[user] = told(answer.get("channel") or {}, "id")
        return self._direct[user]

    async def readable(self, where: Place) -> Place:
        """Return the same place, as it is named where messages are read: by its channel.

        Raises SlackError.
        """
        if _is_person(where.address):
            return replace(where, address=await self.direct(where.address))
        return where

    async def standing(self, person: Person, where: Place) -> Membership:
        """Tell what somebody is in a place. Raises SlackError."""
        until, known = self._standings.get((person, where), (0.0, Membership(manages=False)))
        if until > monotonic():
            return known
        found = await self._standing(person, where)
        self._standings = self._standings if len(self._standings) < MOST else {}
        self._standings[person, where] = (monotonic() + KNOWN, found)
        return found

    async def named(self, words: str, person: Person) -> Place:
        """Return the place that is named, "me" for the conversation with the person.

        Raises UsageError.
        """
        words = words.strip()
        channel, thread = _read(words)
        if not channel and words.startswith("#"):
            channel = await self._by_name(words[1:])
        if words == "me" or channel == person.id:
            return place(person.tenant, person.id)
        if not channel or _is_person(channel):
            raise UsageError(
                f"“{words[:80]}” is no channel that I am in: write #general, or “me” for a "
                "conversation with you alone."
            )
        try:
            if channel.startswith("D"):
                if channel != await self.direct(person.id):
                    raise UsageError(
                        "Only your own conversation with me can be chosen: write “me”."
                    )
                return place(person.tenant, person.id)
            found = await self._channel(channel)
        except SlackError as error:
            raise UsageError(str(error)) from error
        if found.get("is_archived") or not found.get("is_member"):
            code = "is_archived" if found.get("is_archived") else "not_in_channel"
            raise UsageError(str(refusal(200, code, {}, self._web.bot)))
        address = "/".join(filter(None, (channel, thread)))
        return place(person.tenant, address, str(found.get("name", "")))

    async def _standing(self, person: Person, where: Place) -> Membership:
        channel = where.address.partition("/")[0]
        if where.tenant != person.tenant:
            raise refusal(200, "channel_not_found", {}, self._web.bot)
        user = (await self._web.ask(partial(self._web.client.users_info, user=person.id))).get(
            "user"
        ) or {}
        zone = str(user.get("tz") or "")
        if _is_person(channel) or channel.startswith("D"):
            own = person.id == channel or (
                channel.startswith("D") and channel == await self.direct(person.id)
            )
            return Membership(own, "the person whom it is with", own, zone)
        found = await self._channel(channel)
        admin = any(user.get(flag) for flag in ("is_admin", "is_owner", "is_primary_owner"))
        manages = _belongs(user, where.tenant) and (admin or found.get("creator") == person.id)
        name = str(found.get("name") or "")
        return Membership(manages, MANAGERS, zone=zone, name=f"#{name}" if name else "")

    async def _by_name(self, name: str) -> str:
        """Return the channel of that name among those that the bot is in, or ""."""
        cursor = ""
        for _ in range(PAGES):
            call = partial(
                self._web.client.users_conversations,
                types="public_channel,private_channel",
                limit=200,
            )
            try:
                answer = await self._web.ask(
                    partial(call, cursor=cursor or None, exclude_archived=True)
                )
            except SlackError as error:
                raise UsageError(str(error)) from error
            for channel in answer.get("channels", []):
                if channel.get("name") == name:
                    return str(channel["id"])
            if not (cursor := (answer.get("response_metadata") or {}).get("next_cursor", "")):
                break
        return ""

    async def _channel(self, channel: str) -> Json:
        answer = await self._web.ask(partial(self._web.client.conversations_info, channel=channel))
        found = answer.get("channel")
        return found if isinstance(found, dict) else {}


def _is_person(address: str) -> bool:
    return address[:1] in {"U", "W"}


def _belongs(user: Json, team: str) -> bool:
    """Tell whether somebody is a member here: in a shared channel, admins of other workspaces are guests."""
    teams = (user.get("enterprise_user") or {}).get("teams") or []
    return not user.get("deleted") and (user.get("team_id") == team or team in teams)


def _read(words: str) -> tuple[str, str]:
    """Return the channel and the thread that are named, "" where none is."""
    if found := _LINK.fullmatch(words):
        thread = _IN_LINK.search(words)
        ts = thread[1] if thread else f"{found['s']}.{found['us']}" if found["s"] else ""
        return found["id"], ts
    if found := _CHANNEL.fullmatch(words):
        return found["id"], found["thread"] or ""
    return "", ""
