"""Leaving alone for a while what has just failed somebody, so that nobody waits for it in vain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

REST = timedelta(minutes=1)


class Cooldown:
    """Whether a source is to be left alone, and why."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._since = datetime.min.replace(tzinfo=UTC)
        self._reason = ""

    def begin(self, reason: str) -> str:
        """Leave the source alone from now on for REST; return the reason."""
        self._since, self._reason = self._now(), reason
        return reason

    @property
    def reason(self) -> str:
        """Why it is left alone now, "" where it can be asked."""
        return self._reason if self._now() - self._since < REST else ""
