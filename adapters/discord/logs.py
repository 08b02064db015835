"""The SDK's log: without tokens, and in one line where the network is to blame."""

from __future__ import annotations

import asyncio
import logging
import re

import aiohttp
import discord

SDK_LOGGERS = (
    "discord.http",
    "discord.webhook.async_",
    "discord.gateway",
    "discord.client",
    "discord.shard",
)
# the token of an interaction lets its reader answer for the bot for a quarter of an hour
_TOKENS = re.compile(r"(/(?:webhooks|interactions)/\d+/)[^/?\s]+|(['\"]token['\"]: ['\"])[^'\"]+")
_NETWORK_ERRORS = (
    OSError,
    asyncio.TimeoutError,
    aiohttp.ClientError,
    discord.ConnectionClosed,
    discord.GatewayNotFound,
)


class _Redaction(logging.Filter):
    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        error = record.exc_info[1] if record.exc_info else None
        # an outage logs one every few seconds, and the SDK's traceback helps nobody
        if isinstance(error, _NETWORK_ERRORS):
            text, record.exc_info = f"{text} ({str(error) or type(error).__name__})", None
        record.msg, record.args = _TOKENS.sub(r"\1\2…", text.replace(self._token, "…")), ()
        return True


def redact_logs(token: str) -> None:
    """Remove tokens from the SDK's log, and tracebacks of a network that is down."""
    # Paperboy speaks in no voice channel and needs no package for it
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    for name in SDK_LOGGERS:
        logger = logging.getLogger(name)
        for earlier in [one for one in logger.filters if isinstance(one, _Redaction)]:
            logger.removeFilter(earlier)
        logger.addFilter(_Redaction(token))
