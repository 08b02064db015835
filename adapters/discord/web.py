"""Rules for every HTTP request: some are sent only once, and a blocked address stays silent.

discord.py sends a request again after a 5xx. That is harmless where Discord recognises the repeat
(by a nonce, or because it sets a state), and a duplicate where it does not: for a forum post and a
follow-up to an interaction. Its HTTP client has no setting for that; aiohttp's tracing, which it
accepts, sees each attempt and can end the request.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from time import monotonic
from types import SimpleNamespace
from typing import TypeVar

import aiohttp
import discord
import yarl

from adapters.discord.errors import BLOCKED_SECONDS, AddressBlocked, AnswerLost

log = logging.getLogger(__name__)

T = TypeVar("T")
MAX_NONCE = 25  # characters by which Discord recognises a repeated message
ALREADY_ACKNOWLEDGED = 40060  # Discord's code for a second first response
PAUSES_SECONDS = (0.2, 1.0, 3.0)  # before a request is sent again after a lost connection
# the paths of what a repeat would create a second time
_NOT_REPEATABLE = re.compile(r"/channels/\d+/threads|/webhooks/\d+/[^/]+")


async def repeat(request: Callable[[], Awaitable[T]]) -> T:
    """Send a request that can be repeated, again after each lost connection."""
    for pause in PAUSES_SECONDS:
        try:
            return await request()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            if isinstance(error, AddressBlocked):
                raise
            log.info("a request is sent again: %s", str(error) or type(error).__name__)
        await asyncio.sleep(pause)
    return await request()


async def acknowledge(respond: Callable[[], Awaitable[object]]) -> None:
    """Send the first response to an interaction, again after a lost connection.

    A repeat of one that arrived is refused with a code of its own.
    """
    try:
        await repeat(respond)
    except discord.HTTPException as error:
        if error.code != ALREADY_ACKNOWLEDGED:
            raise


def is_repeatable(method: str, url: yarl.URL) -> bool:
    """Tell whether sending a request again is harmless."""
    path = re.sub(r"^.*/v\d+", "", url.path)
    return method != "POST" or not _NOT_REPEATABLE.fullmatch(path)


class Web:
    """What one process knows of its requests to Discord, over all its connections."""

    def __init__(self) -> None:
        self._blocked_until = 0.0  # by the monotonic clock

    def trace(self) -> aiohttp.TraceConfig:
        """Return the hooks for an HTTP session."""
        config = aiohttp.TraceConfig()
        config.on_request_start.append(self._on_start)
        config.on_request_end.append(self._on_end)
        config.on_request_exception.append(self._on_exception)
        return config

    async def _on_start(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        _params: aiohttp.TraceRequestStartParams,
    ) -> None:
        """Refuse to send while Discord blocks this address: every request would prolong that."""
        seconds = self._blocked_until - monotonic()
        if seconds > 0:
            raise AddressBlocked(seconds)

    async def _on_end(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        params: aiohttp.TraceRequestEndParams,
    ) -> None:
        """End the request if a repeat could do harm, or Discord blocks this address."""
        response = params.response
        if response.status == 429 and "Via" not in response.headers:
            seconds = _retry_after(response)
            self._blocked_until = monotonic() + seconds
            response.close()
            raise AddressBlocked(seconds)
        if response.status >= 500 and not is_repeatable(params.method, params.url):
            response.close()
            raise AnswerLost(f"HTTP {response.status}")

    async def _on_exception(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        params: aiohttp.TraceRequestExceptionParams,
    ) -> None:
        """End the request after a reset, after which discord.py sends it again on some systems."""
        error = params.exception
        reset = isinstance(error, OSError) and not isinstance(error, aiohttp.ClientConnectorError)
        if reset and not is_repeatable(params.method, params.url):
            raise AnswerLost(str(error)) from error


def _retry_after(response: aiohttp.ClientResponse) -> float:
    """Return the seconds that Discord's shield asks for."""
    try:
        return float(response.headers["Retry-After"])
    except (KeyError, ValueError):
        return BLOCKED_SECONDS
