"""Work that goes on after its command has answered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Hashable
from typing import Any

log = logging.getLogger(__name__)


class Jobs:
    """One job for each owner, until it ends or the bot does."""

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[None]] = {}

    def has(self, owner: Hashable) -> bool:
        """Tell whether a job of an owner is going on."""
        return owner in self._tasks

    def start(self, owner: Hashable, work: Coroutine[Any, Any, None]) -> None:
        """Start a job; the owner has no other."""
        task = asyncio.create_task(work)
        self._tasks[owner] = task
        task.add_done_callback(lambda done: self._ended(owner, done))

    async def close(self) -> None:
        """Stop all jobs."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, owner: Hashable, task: asyncio.Task[None]) -> None:
        self._tasks.pop(owner, None)
        if not task.cancelled() and (error := task.exception()):
            log.error("A job failed", exc_info=error)
