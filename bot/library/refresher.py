"""Refreshes of lists in the background: a person waits for one a moment only."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from bot.errors import PaperboyError
from bot.library.cooldown import Cooldown

log = logging.getLogger(__name__)

Days: TypeAlias = tuple[date, date]  # the first and the last
Fetch: TypeAlias = Callable[[], Awaitable[str]]  # returns why it failed, "" if it did not

LONGEST_SECONDS = 60.0  # that one refresh may take
TOO_SLOW = "Hugging Face takes too long to answer; try again later."


@dataclass(frozen=True, slots=True)
class _Running:
    began: float  # by the loop's clock
    task: asyncio.Task[str]


class Refresher:
    """Runs refreshes, one for the same days at a time; a failed one is not repeated for a while."""

    def __init__(self, cooldown: Cooldown) -> None:
        self._cooldown = cooldown
        self._running: dict[Days, _Running] = {}

    async def refresh(self, days: Days, fetch: Fetch, seconds: float) -> str | None:
        """Refresh some days, or join a running refresh; wait until `seconds` after it began.

        Returns why it failed, "" if it worked, or None if it still runs.
        """
        running = next((one for span, one in self._running.items() if _holds(span, days)), None)
        if running is None:
            if reason := self._cooldown.reason:
                return reason
            running = self._start(days, fetch)
        left = running.began + seconds - asyncio.get_running_loop().time()
        if left > 0:
            await asyncio.wait([running.task], timeout=left)
        return running.task.result() if running.task.done() else None

    async def close(self) -> None:
        """Cancel what still runs."""
        tasks = [one.task for one in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, days: Days, fetch: Fetch) -> _Running:
        began, task = asyncio.get_running_loop().time(), asyncio.create_task(self._run(fetch))
        running = self._running[days] = _Running(began, task)
        task.add_done_callback(lambda _: self._running.pop(days, None))
        return running

    async def _run(self, fetch: Fetch) -> str:
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                reason = await fetch()
        except TimeoutError:
            reason = TOO_SLOW
        except PaperboyError as error:
            reason = str(error)
        if reason:
            log.info("Lists could not be refreshed: %s", reason)
            self._cooldown.begin(reason)
        return reason


def _holds(span: Days, days: Days) -> bool:
    return span[0] <= days[0] and days[1] <= span[1]
