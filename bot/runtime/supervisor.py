"""Keeps the platforms connected and the chores running until the process is told to stop."""

from __future__ import annotations

import asyncio
import logging
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from time import monotonic
from typing import Any, TypeAlias

from bot.chat.bot import Bot
from bot.chat.outlet import Adapter
from bot.errors import PaperboyError, SettingsError
from bot.network.backoff import Backoff
from bot.runtime.signals import cancelled_by

log = logging.getLogger(__name__)

# what runs beside the adapters, by name; each ends when it is cancelled
Chores: TypeAlias = Mapping[str, Callable[[], Awaitable[object]]]

BACKOFF = Backoff(1, 60)  # seconds before something that failed is started again
STEADY_SECONDS = 300.0  # of work, after which earlier failures no longer count


async def run(bot: Bot, adapters: Sequence[Adapter], chores: Chores) -> bool:
    """Run all adapters until cancelled or until none is left; False where none could be started.

    Without adapters the chores go on until it is cancelled.

    One that fails is restarted after a pause; one whose settings are wrong logs that once and is
    left out. The chores end before the adapters disconnect.
    """
    connected = [
        asyncio.create_task(supervise(one.platform, partial(one.run, bot))) for one in adapters
    ]
    try:
        async with run_chores(chores):
            await (asyncio.wait(connected) if connected else asyncio.Future())
    finally:
        for one in connected:
            one.cancel()
        ended = await asyncio.gather(*connected, return_exceptions=True)
    return any(one is True for one in ended)


@asynccontextmanager
async def run_chores(chores: Chores) -> AsyncIterator[None]:
    """Run all chores while the context is open."""
    async with AsyncExitStack() as stack:
        for name, work in chores.items():
            await stack.enter_async_context(_run_chore(name, work))
        yield


@asynccontextmanager
async def _run_chore(name: str, work: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    task = asyncio.create_task(supervise(name, work))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until_told(work: Coroutine[Any, Any, bool]) -> bool:
    """Run `work` until it ends or a SIGTERM or SIGINT arrives, then let it clean up."""
    task = asyncio.create_task(work)
    with cancelled_by(task, signal.SIGTERM, signal.SIGINT):
        try:
            return await task
        except asyncio.CancelledError:
            log.info("stopped")
            return True


async def supervise(name: str, work: Callable[[], Awaitable[object]]) -> bool:
    """Run `work` until it ends, restarting it when it fails; False if its settings are wrong."""
    failures = 0
    while True:
        started = monotonic()
        try:
            await work()
        except SettingsError as error:
            log.critical("%s is left out: %s", name, error)
            return False
        except Exception as error:
            failures = 1 if monotonic() - started > STEADY_SECONDS else failures + 1
            pause = BACKOFF.pause(failures, random.random())  # noqa: S311  # spreads restarts, keeps no secret
            # our own errors are sentences; of all others the traceback matters
            is_ours = isinstance(error, PaperboyError)
            log.warning(
                "%s failed; restarting it in %.0f s: %s",
                name,
                pause,
                error,
                exc_info=not is_ours,
            )
            await asyncio.sleep(pause)
        else:
            return True
