"""Messages that everyone in a place sees: posted once, and found again by their block ids."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any

from adapters.slack.channels import Channels
from adapters.slack.errors import RATE_LIMITED, SlackError
from adapters.slack.history import PAGE_SIZE, History
from adapters.slack.ids import block_prefix, channel_of, join_address, split_address
from adapters.slack.limits import Json, has_prefix
from adapters.slack.render import fallback_text, render
from adapters.slack.web import Draw, Web, require, retry
from bot.calendar.clock import utc_now
from bot.chat.outlet import Sent
from bot.chat.views import View
from bot.models import Place

log = logging.getLogger(__name__)

MAX_PAGES = 40  # read to find one message
MAX_CACHED = 1000  # messages whose threads are known without asking, and searches that wait
CLOCK_SKEW = timedelta(seconds=5)  # between Slack's clock and ours


class Messages:
    """Posts into channels, one message at a time in each of them."""

    def __init__(self, web: Web, channels: Channels) -> None:
        self._web = web
        self._channels = channels
        self._reading = History(web)
        # where a search has to go on, by the key of its message
        self._cursors: dict[str, str] = {}
        # in which threads messages stand, "" for the channel itself; by channel and ts
        self._threads: dict[tuple[str, str], str] = {}
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._blocked: dict[str, float] = {}  # until when Slack takes nothing in a channel

    async def post(self, place: Place, view: View, key: str) -> Sent:
        """Post once. Raises SlackError; after an `ambiguous` one, `find` knows what happened."""
        channel, _ = split_address(place.address)
        async with self._locks[channel]:
            wait = self._blocked.get(channel, 0.0) - monotonic()
            if wait > 0:
                sentence = f"Slack asks the bot to wait {wait:.0f} seconds."
                raise SlackError(sentence, RATE_LIMITED, retry_after=wait)
            return await self._post(place, view, key)

    async def post_reliably(self, place: Place, view: View, key: str) -> Sent:
        """Post an answer once, and wait where Slack asks for that. Raises SlackError."""
        started = utc_now()

        async def attempt() -> Sent:
            try:
                return await self._post(place, view, key)
            except SlackError as error:
                if not error.ambiguous:
                    raise
                log.info("%s: %s", place.address, error)
            if sent := await self._look_for(place, key, started):
                return sent
            raise SlackError("Slack did not take the message.")  # for certain, so it can be resent

        channel, _ = split_address(place.address)
        async with self._locks[channel]:
            return await retry(attempt)

    async def post_blocks(self, place: Place, draw: Draw, text: str) -> Json:
        """Post blocks and return Slack's answer. Raises SlackError."""
        channel, thread = split_address(place.address)
        return await self._web.post(
            self._web.client.chat_postMessage,
            draw,
            channel=channel,
            thread_ts=thread or None,
            text=text,
            mrkdwn=False,
            unfurl_links=False,
            unfurl_media=False,
        )

    async def edit(self, sent: Sent, view: View) -> None:
        """Show another view in a message of the bot's own. Raises SlackError."""
        channel, _ = split_address(sent.place.address)
        await self._web.post(
            self._web.client.chat_update,
            _drawing(view, block_prefix(sent.message)),
            channel=channel,
            ts=sent.message,
            text=fallback_text(view),
            mrkdwn=False,
        )

    async def find(self, place: Place, key: str, since: datetime) -> Sent | None:
        """Look for a message by the ids of its blocks; None is certain. Raises SlackError.

        Where Slack makes it wait, the next call for this key goes on from there.
        """
        place = await self._channels.readable(place)
        channel, thread = split_address(place.address)
        async for message in self._history(place, since - CLOCK_SKEW, key):
            if has_prefix(message.get("blocks", []), block_prefix(key)):
                ts = str(message["ts"])
                self._cursors.pop(key, None)
                self._remember(channel, ts, thread)
                return Sent(channel_of(place), ts)
        return None

    async def thread_of(self, sent: Sent) -> Place:
        """Return the thread in which a message stands, or the one that it starts.

        Raises SlackError.
        """
        channel = channel_of(sent.place).address
        thread = await self.thread_around(channel, sent.message)
        return replace(sent.place, address=join_address(channel, thread or sent.message))

    async def thread_around(self, channel: str, ts: str) -> str:
        """Return the thread in which a message stands, "" if it stands in the channel itself.

        Raises SlackError.
        """
        thread = self._threads.get((channel, ts))
        if thread is None:
            thread = await self._ask_thread(channel, ts)
            self._remember(channel, ts, thread)
        return thread

    async def _look_for(self, place: Place, key: str, since: datetime) -> Sent | None:
        """Look for a message after a lost answer; None is certain. Raises SlackError."""
        try:
            return await retry(lambda: self.find(place, key, since), repeatable=True)
        except SlackError as error:
            sentence = f"Slack’s answer was lost, and I can’t check whether it is there. {error}"
            raise SlackError(sentence, error.code, permanent=True, ambiguous=True) from error

    async def _ask_thread(self, channel: str, ts: str) -> str:
        method = self._web.client.conversations_replies
        try:
            answer = await self._reading.read(method, channel=channel, ts=ts, limit=1)
        except SlackError as error:
            if not error.permanent:
                raise
            return ""  # it can't be read; nearly always it stands in the channel itself
        found = answer.get("messages", [])
        thread = next((str(m.get("thread_ts") or "") for m in found if m.get("ts") == ts), "")
        return "" if thread == ts else thread  # the first message of a thread stands outside it

    def _remember(self, channel: str, ts: str, thread: str) -> None:
        if len(self._threads) >= MAX_CACHED:
            self._threads = {}
        self._threads[channel, ts] = thread

    async def _post(self, place: Place, view: View, key: str) -> Sent:
        channel, thread = split_address(place.address)
        try:
            draw = _drawing(view, block_prefix(key))
            answer = await self.post_blocks(place, draw, fallback_text(view))
        except SlackError as error:
            if error.retry_after and error.code == RATE_LIMITED:
                self._blocked[channel] = monotonic() + error.retry_after
            raise
        # a person's address becomes that of the conversation with them, which reactions name
        address, ts = require(answer, "channel"), require(answer, "ts")
        self._remember(address, ts, thread)
        return Sent(replace(place, address=address), ts)

    async def _history(self, place: Place, since: datetime, key: str) -> AsyncIterator[Json]:
        """Yield the messages of a channel or thread since then. Raises SlackError."""
        page, cursor = self._page(place, since), self._cursors.get(key, "")
        for _ in range(MAX_PAGES):
            answer = await self._reading.read(partial(page, cursor=cursor or None))
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            self._note_cursor(key, cursor)
            for message in answer.get("messages", []):
                yield message
            if not cursor and not answer.get("has_more"):
                return
            if not cursor:
                break
        self._cursors.pop(key, None)
        raise SlackError("There are too many messages since then to find one.", ambiguous=True)

    def _note_cursor(self, key: str, cursor: str) -> None:
        self._cursors.pop(key, None)
        if cursor:
            if len(self._cursors) >= MAX_CACHED:
                self._cursors = {}  # those searches begin again
            self._cursors[key] = cursor

    def _page(self, place: Place, since: datetime) -> partial[Any]:
        channel, thread = split_address(place.address)
        read = partial(self._web.client.conversations_history, channel=channel)
        if thread:
            read = partial(self._web.client.conversations_replies, channel=channel, ts=thread)
        oldest = f"{since.timestamp():.6f}"
        return partial(read, oldest=oldest, limit=PAGE_SIZE, inclusive=True)


def _drawing(view: View, prefix: str) -> Draw:
    return lambda newer: render(view, prefix, newer=newer)
