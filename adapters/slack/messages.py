"""Messages that everyone in a place sees: posted once, and found again."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from time import monotonic

from adapters.slack.channels import Places
from adapters.slack.errors import SlackError
from adapters.slack.limits import Json, is_named
from adapters.slack.render import blocks, notice
from adapters.slack.web import Web, patiently, told
from bot.chat.outlet import Sent
from bot.chat.views import View
from bot.clock import utc_now
from bot.models import Place

log = logging.getLogger(__name__)

PAGE = 15  # the most that Slack gives apps from outside a workspace
REMEMBERED = 1000  # messages whose threads are known without asking
PAGES = 40  # read at most to find one message
CLOCKS = timedelta(seconds=5)  # that ours and Slack's may differ


class Posting:
    """Posts into channels, in order for each of them."""

    def __init__(self, web: Web, places: Places) -> None:
        self._web = web
        self._places = places
        self._threads: dict[tuple[str, str], str] = {}  # in which messages stand, "" where in none
        self._turn: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._resting: dict[str, float] = {}  # until when Slack wants no more in a channel

    async def post(self, place: Place, view: View, key: str) -> Sent:
        """Post once. Raises SlackError; after one that is `ambiguous`, `find` knows."""
        channel, _, thread = place.address.partition("/")
        async with self._turn[channel]:
            rest = self._resting.get(channel, 0.0) - monotonic()
            if rest > 0:
                raise SlackError(
                    f"Slack asks to wait {rest:.0f} seconds.", "ratelimited", retry_after=rest
                )
            return await self._post(place, channel, thread, view, key)

    async def post_surely(self, place: Place, view: View, key: str) -> Sent:
        """Post an answer, waiting where Slack asks for it, and never twice. Raises SlackError."""
        started = utc_now()
        channel, _, thread = place.address.partition("/")

        async def attempt() -> Sent:
            try:
                return await self._post(place, channel, thread, view, key)
            except SlackError as error:
                if not error.ambiguous:
                    raise
                log.info("%s: %s", place.address, error)
            if sent := await patiently(lambda: self.find(place, key, started), repeatable=True):
                return sent
            raise SlackError(
                "Slack did not take the message."
            )  # certain by now, so that it can be posted again

        async with self._turn[channel]:
            return await patiently(attempt)

    async def find(self, place: Place, key: str, since: datetime) -> Sent | None:
        """Look for a message by the ids of its blocks; None is certain. Raises SlackError."""
        place = await self._places.readable(place)
        async for message in self._messages(place, since - CLOCKS):
            if is_named(message.get("blocks", []), name_for(key)):
                self._remember(
                    channel_of(place).address, str(message["ts"]), place.address.partition("/")[2]
                )
                return Sent(channel_of(place), str(message["ts"]))
        return None

    async def thread_of(self, sent: Sent) -> Place:
        """Return the thread in which a message stands, or the one that hangs from it.

        Raises SlackError.
        """
        channel = channel_of(sent.place).address
        thread = self._threads.get((channel, sent.message))
        if thread is None:
            call = partial(
                self._web.client.conversations_replies, channel=channel, ts=sent.message, limit=1
            )
            try:
                found = (await self._web.ask(call)).get("messages", [])
            except SlackError as error:
                if not error.permanent:
                    raise
                found = []  # it may not be read, and as a rule it stands in the channel itself
            thread = next(
                (str(one.get("thread_ts") or "") for one in found if one.get("ts") == sent.message),
                "",
            )
        return replace(sent.place, address=f"{channel}/{thread or sent.message}")

    def _remember(self, channel: str, ts: str, thread: str) -> None:
        self._threads = self._threads if len(self._threads) < REMEMBERED else {}
        self._threads[channel, ts] = thread

    async def _post(self, place: Place, channel: str, thread: str, view: View, key: str) -> Sent:
        async def say(rendered: list[Json]) -> Json:
            call = partial(
                self._web.client.chat_postMessage,
                channel=channel,
                thread_ts=thread or None,
                blocks=rendered,
                text=notice(view),
                mrkdwn=False,
                unfurl_links=False,
                unfurl_media=False,
            )
            return await self._web.ask(call)

        try:
            answer = await self._web.pictured(say, blocks(view, name_for(key)))
        except SlackError as error:
            if error.retry_after:
                self._resting[channel] = monotonic() + error.retry_after
            raise
        # a person's address becomes that of the conversation with them: reactions name that one
        address, ts = told(answer, "channel"), told(answer, "ts")
        self._remember(address, ts, thread)
        return Sent(replace(place, address=address), ts)

    async def _messages(self, place: Place, since: datetime) -> AsyncIterator[Json]:
        channel, _, thread = place.address.partition("/")
        oldest, cursor = f"{since.timestamp():.6f}", ""
        for _ in range(PAGES):
            page = partial(self._web.client.conversations_history, channel=channel)
            if thread:
                page = partial(self._web.client.conversations_replies, channel=channel, ts=thread)
            answer = await self._web.ask(
                partial(page, oldest=oldest, limit=PAGE, cursor=cursor or None, inclusive=True)
            )
            for message in answer.get("messages", []):
                yield message
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor and not answer.get("has_more"):
                return
            if not cursor:
                break
        raise SlackError("Too much was said there since to find one message.", ambiguous=True)


def name_for(key: str) -> str:
    """Return what the ids of a message's blocks begin with; a key can be longer than an id."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def channel_of(place: Place) -> Place:
    """Return the channel of a thread: reactions name no other place."""
    return replace(place, address=place.address.partition("/")[0])
