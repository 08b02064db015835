"""Watches a running bot: writes its heartbeat, and tells systemd and a dead man's switch."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from functools import partial

from bot import __version__
from bot.chat.outlet import Adapter
from bot.digests.dispatcher import DELIVERING, PLANNING
from bot.errors import PaperboyError
from bot.features.services import Services
from bot.network.connection_errors import describe_failure
from bot.pulse import Pulse
from bot.runtime.heartbeat import Heartbeat, write_heartbeat
from bot.runtime.systemd import notify, watchdog_seconds
from bot.settings import Settings

log = logging.getLogger(__name__)

BEAT_SECONDS = 10.0  # between two heartbeats
CHECK_SECONDS = 60.0  # between two looks at what may be wrong, and two calls of the switch
# without a turn of a loop, after which it hangs; planning waits for Hugging Face
HANGING_SECONDS = {DELIVERING: 120.0, PLANNING: 900.0}
FAILING_SECONDS = 60.0  # without a good turn of the loop that asks the database
SWITCH_TIMEOUT_SECONDS = 10.0


class Health:
    """How the bot is, from what its loops, its platforms and its store tell."""

    def __init__(self, settings: Settings, services: Services, pulse: Pulse) -> None:
        self._home = settings.home
        self._settings = settings
        self._services = services
        self._pulse = pulse
        self._troubles: tuple[str, ...] = ()  # what was wrong at the last look

    @property
    def services(self) -> Services:
        """What the commands use."""
        return self._services

    def report(self) -> Heartbeat:
        """Return how the bot is now."""
        hanging = self._hanging()
        problems = (*hanging, *self._failing(), *self._unconnected(), *self._troubles)
        now = self._services.planner.clock()
        return Heartbeat(now, __version__, os.getpid(), not hanging, tuple(dict.fromkeys(problems)))

    async def look(self) -> None:
        """Ask the store what waits and what is late."""
        try:
            self._troubles = tuple((await self._services.planner.troubles()).values())
        except PaperboyError as error:
            self._troubles = (str(error),)

    def platforms(self) -> dict[str, bool]:
        """Return whether each chat platform is connected."""
        outlets = self._services.outlets.items()
        return {name: one.connected for name, one in outlets if isinstance(one, Adapter)}

    async def keep_beating(self) -> None:
        """Write a heartbeat every few seconds and call the switch every minute, until cancelled."""
        seconds = min(BEAT_SECONDS, watchdog_seconds() or BEAT_SECONDS)
        clock = asyncio.get_running_loop().time
        next_look, switch = clock(), Switch(self._settings)
        notify("READY=1")
        try:
            while True:
                if clock() >= next_look:
                    next_look = clock() + CHECK_SECONDS
                    await self.look()
                    if self.report().ready:
                        switch.call()
                await self._beat(self.report())
                await asyncio.sleep(seconds)
        finally:
            notify("STOPPING=1")
            await switch.close()

    async def _beat(self, heartbeat: Heartbeat) -> None:
        status = heartbeat.problems[0] if heartbeat.problems else "All is well."
        notify("\n".join([f"STATUS={status}", *(["WATCHDOG=1"] if heartbeat.alive else [])]))
        try:
            await asyncio.to_thread(write_heartbeat, self._home, heartbeat)
        except OSError as error:
            log.warning("The heartbeat in %s can't be written: %s.", self._home, error.strerror)

    def _hanging(self) -> tuple[str, ...]:
        return tuple(
            f"The loop for {loop} has hung for {self._pulse.since_turn(loop):.0f} seconds."
            for loop, longest in HANGING_SECONDS.items()
            if self._pulse.since_turn(loop) > longest
        )

    def _failing(self) -> tuple[str, ...]:
        if self._pulse.since_good(DELIVERING) <= FAILING_SECONDS:
            return ()
        return ("The database can't be used; see `paperboy log --problems`.",)

    def _unconnected(self) -> tuple[str, ...]:
        outlets = self._services.outlets.values()
        lost = [name.capitalize() for name, connected in self.platforms().items() if not connected]
        return (
            *(one.trouble for one in outlets if one.trouble),
            *(f"{name} is not connected." for name in lost),
        )


class Switch:
    """A dead man's switch: an address that is called while all is well, one call at a time."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.heartbeat_url
        self._proxy = settings.proxies.proxy_for(self._url) if self._url else None
        self._task: asyncio.Task[None] | None = None

    def call(self) -> None:
        """Call the address, unless a call is under way; nothing waits for it."""
        if self._url and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._call(self._url))

    async def close(self) -> None:
        """Cancel a call under way."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _call(self, url: str) -> None:
        import aiohttp  # start-up time: only where an address is set

        timeout = aiohttp.ClientTimeout(total=SWITCH_TIMEOUT_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(url, proxy=self._proxy, allow_redirects=False) as response,
            ):
                status = response.status
        # the address stays out of the log: it can hold a secret
        except (aiohttp.ClientError, OSError) as error:
            reason = describe_failure(error) or "There was no answer."
            log.warning("PAPERBOY_HEARTBEAT_URL could not be called. %s", reason)
        else:
            if status >= 300:
                log.warning("PAPERBOY_HEARTBEAT_URL answers HTTP %d. Check the address.", status)


def health_chores(
    settings: Settings, services: Services, pulse: Pulse
) -> dict[str, Callable[[], Awaitable[object]]]:
    """Return the chores that watch a running bot."""
    health = Health(settings, services, pulse)
    chores: dict[str, Callable[[], Awaitable[object]]] = {"heartbeat": health.keep_beating}
    if settings.health:
        from bot.runtime.health_server import serve

        chores["health"] = partial(serve, health, *settings.health)
    return chores
