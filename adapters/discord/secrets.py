"""The SDK's log without what would let its reader speak for the bot."""

from __future__ import annotations

import logging
import re

_LOGGERS = ("discord.http", "discord.webhook.async_", "discord.gateway", "discord.client", "discord.shard")
# the token of an interaction answers for the bot for a quarter of an hour
_TOKENS = re.compile(r"(/(?:webhooks|interactions)/\d+/)[^/?\s]+|(['\"]token['\"]: ['\"])[^'\"]+")


class _Secrets(logging.Filter):
    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token

    def filter(self, record: logging.LogRecord) -> bool:
        said = _TOKENS.sub(r"\1\2…", record.getMessage().replace(self._token, "…"))
        record.msg, record.args = said, ()
        return True


def keep_secret(token: str) -> None:
    """Keep the token, and those of interactions, out of the SDK's log."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        for old in [one for one in logger.filters if isinstance(one, _Secrets)]:
            logger.removeFilter(old)
        logger.addFilter(_Secrets(token))
