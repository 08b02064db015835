"""A clock that notices when it is set back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BEGINNING = datetime.min.replace(tzinfo=UTC)
TOLERANCE = timedelta(seconds=5)  # a clock that is adjusted little by little is not set back


@dataclass(slots=True)
class WatchedClock:
    """Tells the time of `clock`, for coroutines.

    How long ago something was that happened before `doubtful_until` is not known: the clock can
    have been set back since, as it can before the first look at it.
    """

    clock: Callable[[], datetime]
    doubtful_until: datetime = BEGINNING
    _last: tuple[datetime, float] | None = None  # the time, and that of the event loop

    def __call__(self) -> datetime:
        """Return the time, after comparing it with the event loop's clock, which nobody sets."""
        now, steady = self.clock(), asyncio.get_running_loop().time()
        if self._last is None:
            self.doubtful_until = now
        else:
            time, then = self._last
            expected = time + timedelta(seconds=steady - then)
            if expected - now > TOLERANCE:
                self.doubtful_until = max(self.doubtful_until, expected)
        self._last = (now, steady)
        return now
