"""Reactions that the bot puts under its own messages, to be pressed: where it can, and after the message."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from adapters.slack.emoji import name_of
from adapters.slack.errors import SlackError
from adapters.slack.web import Web, patiently
from bot.chat.outlet import Sent

log = logging.getLogger(__name__)

MOST = 500  # messages that wait for their reactions; further ones go without


class Reacting:
    """Puts reactions under messages, one after the other, while the rest goes on."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._turn = asyncio.Lock()
        self._under_way: set[asyncio.Task[None]] = set()

    def put(self, sent: Sent, emoji: Sequence[str]) -> None:
        """Put reactions under a message, in order and soon."""
        if emoji and len(self._under_way) < MOST:
            task = asyncio.create_task(self._put(sent, emoji))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def stop(self) -> None:
        """Leave out what is not there yet."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _put(self, sent: Sent, emoji: Sequence[str]) -> None:
        where = {"channel": sent.place.address, "timestamp": sent.message}
        async with self._turn:
            for name in filter(None, map(name_of, emoji)):
                add = partial(self._web.client.reactions_add, name=name, **where)
                try:
                    await patiently(partial(self._web.ask, add), repeatable=True)
                except SlackError as error:
                    if error.code != "already_reacted":
                        log.info("%s has no reactions to press: %s", sent.place.address, error)
                        return
