"""The pace of a platform: so many messages a second, over all processes that send to it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.store.paces import Paces

CATCH_UP = 2.0  # seconds of turns that a delay does not lose
# times the pace, to make up for them: Discord takes 50 a second, and is given 47
HURRY = 1.06
BLOCK_SECONDS = 0.25  # of turns that a process takes from the shared pace at once
LAPSE_SECONDS = (
    0.2  # after which a turn is not used: those of a process that was paused would pile up
)


class Pace:
    """Turns at an even pace, so many a second; without one, at once.

    After a delay the turns come a little faster until the pace is reached again.
    """

    def __init__(self, per_second: float | None) -> None:
        self._step = 1 / per_second if per_second else 0.0
        self._meant = self._last = 0.0

    async def turn(self) -> None:
        """Wait for a turn."""
        if self._step:
            now = asyncio.get_running_loop().time()
            meant = max(self._meant, now - CATCH_UP)
            self._meant = meant + self._step
            self._last = max(meant, now, self._last + self._step / HURRY)
            await asyncio.sleep(self._last - now)

    def give_back(self) -> None:
        """Note that a turn was not needed, so that the next one comes earlier."""
        self._meant -= self._step


class SharedPace(Pace):
    """Turns at a pace that several processes share: each takes some at once from the store.

    Who has more to send takes more, and one that is lost keeps a quarter of a second at most;
    equal shares would be wasted on those that have nothing to send.
    """

    def __init__(
        self, platform: str, per_second: float, paces: Paces, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(per_second)
        self._name = f"pace of {platform}"
        self._paces = paces
        self._clock = clock
        self._turns: deque[float] = deque()  # by the event loop's clock
        self._one_at_a_time = asyncio.Lock()

    async def turn(self) -> None:
        """Wait for a turn. Raises StoreError."""
        clock = asyncio.get_running_loop().time
        # one at a time, so that the next one to come has a turn that is given back
        async with self._one_at_a_time:
            while True:
                if len(self._turns) < 2:
                    await self._take()  # before the last one comes
                at = self._turns.popleft()
                await asyncio.sleep(max(0.0, at - clock()))
                if clock() - at < LAPSE_SECONDS:
                    return

    def give_back(self) -> None:
        """Let the next one have a turn at once that was not needed."""
        self._turns.appendleft(asyncio.get_running_loop().time())

    async def _take(self) -> None:
        number = max(1, round(BLOCK_SECONDS / self._step))
        now, here = self._clock(), asyncio.get_running_loop().time()
        first = await self._paces.take(self._name, timedelta(seconds=number * self._step), now)
        begin = here + (first - now).total_seconds()
        self._turns.extend(begin + turn * self._step for turn in range(number))
