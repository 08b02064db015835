"""Reading conversations, which Slack lets some apps do once a minute only.

These are apps distributed outside its Marketplace; they get 15 messages at a time:
https://docs.slack.dev/changelog/2025/05/29/rate-limit-changes-for-non-marketplace-apps
Slack does not tell an app that it is one. A refusal after a few requests does: any other app,
such as one that a workspace made for itself, has 50 a minute.
"""

from __future__ import annotations

import logging
from collections import deque
from time import monotonic
from typing import Any

from adapters.slack.errors import RATE_LIMITED, SlackError
from adapters.slack.limits import Json
from adapters.slack.web import Method, Web

log = logging.getLogger(__name__)

PAGE_SIZE = 15  # messages, the most that such an app is given
MINUTE = 60.0
FEW = 10  # requests within a minute, that any other app could make
LIMITED_SECONDS = 86_400.0  # before the pace of other apps is tried again


class History:
    """Reads pages of conversations; where Slack limits that, each in its turn."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._begun: deque[float] = deque(maxlen=FEW)
        self._limited_until = 0.0
        self._next = 0.0  # when a page may be read again
        self._queue = 0  # those that were told to come again since

    async def read(self, method: Method, **arguments: Any) -> Json:
        """Read a page. Raises SlackError, which says when it is this one's turn."""
        now = monotonic()
        if now < self._next:
            wait = self._next - now + MINUTE * self._queue * self._is_limited(now)
            self._queue += 1
            raise SlackError(_sentence(wait), RATE_LIMITED, retry_after=wait)
        self._queue = max(0, self._queue - 1)
        self._begun.append(now)
        if self._is_limited(now):
            self._next = now + MINUTE
        try:
            return await self._web.call(method, **arguments)
        except SlackError as error:
            if error.code == RATE_LIMITED:
                self._slow_down(now, error.retry_after or 0.0)
            raise

    def _is_limited(self, now: float) -> bool:
        return now < self._limited_until

    def _slow_down(self, now: float, wait: float) -> None:
        """Wait as long as Slack asks, and from then on a minute each time if it is so strict."""
        self._next = max(self._next, now + wait)
        recent = sum(begun > now - MINUTE for begun in self._begun)
        if recent < FEW and not self._is_limited(now):
            self._limited_until = now + LIMITED_SECONDS
            log.info("Slack lets this app read conversations about once a minute.")


def _sentence(wait: float) -> str:
    return (
        "Slack lets this app look for messages about once a minute: it is the turn of this one in "
        f"{wait:.0f} seconds."
    )
