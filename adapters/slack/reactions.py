"""Reactions that the bot adds to its own messages, for people to press."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from adapters.slack.emoji import emoji_name
from adapters.slack.errors import SlackError
from adapters.slack.limits import Json
from adapters.slack.web import Web, retry
from bot.chat.outlet import Sent

log = logging.getLogger(__name__)

MAX_PENDING = 500  # messages that wait for their reactions; further ones get none


class Reactions:
    """Adds reactions to messages in the background, one after the other."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, sent: Sent, emoji: Sequence[str]) -> None:
        """Add reactions to a message soon, in their order."""
        if emoji and len(self._tasks) < MAX_PENDING:
            task = asyncio.create_task(self._add(sent, emoji))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Leave out what was not added yet."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _add(self, sent: Sent, emoji: Sequence[str]) -> None:
        message: Json = {"channel": sent.place.address, "timestamp": sent.message}
        async with self._lock:
            for name in filter(None, map(emoji_name, emoji)):
                add = partial(self._web.call, self._web.client.reactions_add, name=name, **message)
                try:
                    await retry(add, repeatable=True)
                except SlackError as error:
                    if error.code != "already_reacted":
                        log.info("no reactions were added in %s: %s", sent.place.address, error)
                        return
