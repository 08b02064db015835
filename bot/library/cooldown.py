"""A cooldown after a failure, so that no one waits for what just failed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

REST = timedelta(minutes=1)


class Cooldown:
    """Tells whether a source just failed, and why."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._since = datetime.min.replace(tzinfo=UTC)
        self._reason = ""

    def begin(self, reason: str) -> str:
        """Leave the source alone for REST; return the reason."""
        self._since, self._reason = self._now(), reason
        return reason

    @property
    def reason(self) -> str:
        """Why it is left alone now, "" if it can be asked."""
        return self._reason if self._now() - self._since < REST else ""
