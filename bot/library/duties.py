"""Duties: what one of several processes does for all of them, while it has the lease."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

from bot.errors import StoreError
from bot.store.leases import Leases

log = logging.getLogger(__name__)

Work: TypeAlias = Callable[[], Awaitable[object]]

LEASE = timedelta(seconds=30)  # after which a lost process is replaced
RENEW_SECONDS = 8.0
LOOK_SECONDS = 5.0  # between two tries to get a lease that another process has


def process_name() -> str:
    """Return a name for this process that no other has."""
    return f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(3)}"


@dataclass(frozen=True, slots=True)
class Duties:
    """What this process does for all, as soon as no other does it."""

    leases: Leases
    clock: Callable[[], datetime]
    holder: str = field(default_factory=process_name)

    def alone(self, name: str, work: Work) -> Work:
        """Return work that one process at a time does, and another one if that is lost."""
        return partial(self._keep, name, work)

    async def once(self, name: str, work: Work) -> None:
        """Do work that no other process has begun and done since this was called.

        Raises StoreError.
        """
        asked = self.clock()
        while not await self._take(name):  # noqa: ASYNC110 - other processes have it
            await asyncio.sleep(LOOK_SECONDS)
        done = await self.leases.done(name)
        if done is None or done < asked:
            await self._work(name, work)
        else:
            await self._release(name)

    async def _keep(self, name: str, work: Work) -> None:
        while True:
            try:
                taken = await self._take(name)
            except StoreError as error:
                log.debug("%s waits: %s", name, error)
                taken = False
            if not taken:
                await asyncio.sleep(LOOK_SECONDS)
            elif await self._work(name, work):
                return

    async def _work(self, name: str, work: Work) -> bool:
        """Work while the lease lasts; False if it was lost before the work was done."""
        ended = asyncio.Event()
        task, lost = asyncio.ensure_future(work()), asyncio.create_task(self._renew(name, ended))
        try:
            await asyncio.wait((task, lost), return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                log.warning("Another process may do %s now.", name)
                return False
            await task
        finally:
            task.cancel()
            ended.set()  # a renewal that is cancelled on its way could arrive after the release
            await asyncio.gather(task, lost, return_exceptions=True)
            finished = not task.cancelled() and task.exception() is None
            await self._release(name, finished=finished)
        return True

    async def _renew(self, name: str, ended: asyncio.Event) -> None:
        """Renew a lease, and return when it is lost or the work has ended."""
        until = self.clock() + LEASE
        while self.clock() < until:
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), RENEW_SECONDS)
                return
            with suppress(StoreError):  # there is some time left to try it again
                begun = self.clock()
                if not await self._take(name):
                    return
                until = begun + LEASE

    async def _take(self, name: str) -> bool:
        return await self.leases.take(name, self.holder, self.clock(), LEASE)

    async def _release(self, name: str, *, finished: bool = False) -> None:
        end = self.leases.finish if finished else self.leases.release
        with suppress(StoreError):  # then it runs out
            await end(name, self.holder, self.clock())
