"""Messages that are on their way: a reaction to one waits until the bot knows what it shows."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

MAX_WAIT_SECONDS = 5.0


class Postings:
    """Counts the messages on their way to each channel."""

    def __init__(self) -> None:
        self._under_way: Counter[int] = Counter()
        self._changed = asyncio.Event()

    @contextmanager
    def to(self, channel_id: int) -> Iterator[None]:
        """Count a message as on its way to a channel."""
        self._under_way[channel_id] += 1
        try:
            yield
        finally:
            self._under_way[channel_id] -= 1
            if not self._under_way[channel_id]:
                del self._under_way[channel_id]
            changed, self._changed = self._changed, asyncio.Event()
            changed.set()

    async def settled(self, *channel_ids: int) -> None:
        """Wait until no message is on its way to these channels, but not for ever."""
        try:
            async with asyncio.timeout(MAX_WAIT_SECONDS):
                while any(one in self._under_way for one in channel_ids):
                    await self._changed.wait()
        except TimeoutError:
            pass
