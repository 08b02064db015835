"""Keeping the platforms connected and the papers in step, until told to stop."""

from __future__ import annotations

import asyncio
import logging
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any

from bot.chat.bot import Bot
from bot.chat.outlet import Adapter
from bot.digests.subscriptions import PAUSE_AFTER
from bot.errors import PaperboyError, SettingsError
from bot.models import Place
from bot.runtime.signals import cancelled_by

log = logging.getLogger(__name__)

SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds before something that failed is started again
STEADY = 300.0  # seconds after which an earlier failure no longer counts


async def run(
    bot: Bot,
    adapters: Sequence[Adapter],
    sync_every: timedelta,
    pause_after: timedelta = PAUSE_AFTER,
    admins: Place | None = None,
) -> bool:
    """Run all adapters until cancelled or until none is left; False where not one of them could be started.

    One that fails is started again after a pause; one whose settings are wrong says so once and is
    left out. Digests are delivered meanwhile; what is under way is finished before the adapters
    leave. Trouble is told to `admins`.
    """
    async with in_step(bot, sync_every):
        connected = [
            asyncio.create_task(supervise(one.platform, partial(one.run, bot))) for one in adapters
        ]
        try:
            async with delivering(bot, adapters, pause_after, admins):
                await asyncio.wait(connected)
        finally:
            for one in connected:
                one.cancel()
            ended = await asyncio.gather(*connected, return_exceptions=True)
    return any(one is True for one in ended)


@asynccontextmanager
async def delivering(
    bot: Bot,
    adapters: Sequence[Adapter],
    pause_after: timedelta = PAUSE_AFTER,
    admins: Place | None = None,
) -> AsyncIterator[None]:
    """Plan and deliver digests meanwhile, and watch how that goes."""
    # start-up time: a single command delivers nothing
    from bot.digests.dispatcher import Deliveries
    from bot.digests.monitor import watch

    bot.adapters = {one.platform: one for one in adapters}
    deliveries = Deliveries(bot, adapters, bot.planner.plan, pause_after=pause_after)
    bot.planner.made = deliveries.look
    async with (
        _meanwhile("reckoning", bot.planner.rezone),
        _meanwhile("delivering", deliveries.run),
        _meanwhile("watching", partial(watch, bot, admins)),
        _meanwhile("purging", bot.tenants.keep_purging),
    ):
        yield


@asynccontextmanager
async def in_step(bot: Bot, every: timedelta) -> AsyncIterator[None]:
    """Sync now and then meanwhile; not at all where `every` is nothing."""
    if not every:
        yield
        return
    async with _meanwhile("syncing", partial(bot.library.keep_in_step, every)):
        yield


@asynccontextmanager
async def _meanwhile(name: str, work: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    task = asyncio.create_task(supervise(name, work))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until_told(work: Coroutine[Any, Any, bool]) -> bool:
    """Do `work` until it ends or the process is asked to stop (SIGTERM, SIGINT), then let it clean up."""
    task = asyncio.create_task(work)
    with cancelled_by(task, signal.SIGTERM, signal.SIGINT):
        try:
            return await task
        except asyncio.CancelledError:
            log.info("stopped")
            return True


async def supervise(name: str, work: Callable[[], Awaitable[object]]) -> bool:
    """Do `work` until it ends by itself, starting it again when it fails; False where its settings are wrong."""
    failures = 0
    while True:
        started = monotonic()
        try:
            await work()
        except SettingsError as error:
            log.critical("%s is left out: %s", name, error)
            return False
        except Exception as error:
            failures = 1 if monotonic() - started > STEADY else failures + 1
            pause = pause_after(failures, random.random())  # noqa: S311  # spreads restarts, keeps no secret
            # what we report ourselves is a sentence; of anything else the place matters
            told = isinstance(error, PaperboyError)
            log.warning(
                "%s failed and is started again in %.0f s: %s",
                name,
                pause,
                error,
                exc_info=not told,
            )
            await asyncio.sleep(pause)
        else:
            return True


def pause_after(failures: int, luck: float) -> float:
    """Return the seconds to wait after so many failures in a row; `luck` from 0 to 1 spreads restarts."""
    return float(
        min(LONGEST_PAUSE, SHORTEST_PAUSE * 2.0 ** min(failures - 1, 10)) * (0.5 + luck / 2)
    )
