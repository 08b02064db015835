"""When the gateway is dialled again: soon after an outage, and within Discord's daily limit."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic

from discord.backoff import ExponentialBackoff

MAX_RECONNECT_SECONDS = 8.0  # with the five seconds between sessions and the greeting, under 15
# between two new sessions: https://discord.com/developers/docs/events/gateway#rate-limiting
IDENTIFY_SECONDS = 5.0
DAY_SECONDS = 86_400.0
# Discord resets the token of a bot that starts more than 1,000 sessions a day: after the free ones
# of a day, so many seconds lie between two, and both kinds together stay below that
FREE_STARTS, SPARE_SECONDS = 100, 100.0


class ReconnectBackoff(ExponentialBackoff[bool]):
    """discord.py's own, which doubles up to 1,024 seconds, with a shorter end."""

    def delay(self) -> float:
        """Return the seconds before the next try."""
        return min(super().delay(), MAX_RECONNECT_SECONDS)


class SessionStarts:
    """Spaces the starts of sessions of one process."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._starts: deque[float] = deque()

    def pause(self) -> float:
        """Return the seconds until a session may start."""
        now = self._clock()
        while self._starts and self._starts[0] <= now - DAY_SECONDS:
            self._starts.popleft()
        if not self._starts:
            return 0.0
        apart = IDENTIFY_SECONDS if len(self._starts) < FREE_STARTS else SPARE_SECONDS
        return max(0.0, self._starts[-1] + apart - now)

    def reserve(self) -> float:
        """Count a session, and return the seconds until it may start."""
        pause = self.pause()
        self._starts.append(self._clock() + pause)
        return pause

    async def wait(self) -> None:
        """Wait until a session may start, and count it."""
        await asyncio.sleep(self.reserve())
