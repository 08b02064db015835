"""The SDK's log: without what would let its reader speak for the bot, and in one line where the network is to blame."""

from __future__ import annotations

import asyncio
import logging
import re

import aiohttp
import discord

_LOGGERS = (
    "discord.http",
    "discord.webhook.async_",
    "discord.gateway",
    "discord.client",
    "discord.shard",
)
# the token of an interaction answers for the bot for a quarter of an hour
_TOKENS = re.compile(r"(/(?:webhooks|interactions)/\d+/)[^/?\s]+|(['\"]token['\"]: ['\"])[^'\"]+")
_NETWORK = (
    OSError,
    asyncio.TimeoutError,
    aiohttp.ClientError,
    discord.ConnectionClosed,
    discord.GatewayNotFound,
)


class _Tidy(logging.Filter):
    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(
            error, _NETWORK
        ):  # an outage logs one every few seconds; where in the SDK it was helps nobody
            said, record.exc_info = f"{said} ({str(error) or type(error).__name__})", None
        record.msg, record.args = _TOKENS.sub(r"\1\2…", said.replace(self._token, "…")), ()
        return True


def tidy_logs(token: str) -> None:
    """Keep the token, and those of interactions, out of the SDK's log, and tracebacks of a network that is down."""
    # Paperboy says nothing aloud, and needs no package for it
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        for old in [one for one in logger.filters if isinstance(one, _Tidy)]:
            logger.removeFilter(old)
        logger.addFilter(_Tidy(token))
