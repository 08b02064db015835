"""How long a search may take: past that it answers with what it has."""

from __future__ import annotations

import time
from dataclasses import dataclass

SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Deadline:
    """A time, as `time.monotonic` tells it."""

    at: float

    @classmethod
    def soon(cls, seconds: float = SECONDS) -> Deadline:
        """Return the time in so many seconds."""
        return cls(time.monotonic() + seconds)

    @property
    def over(self) -> bool:
        """Whether it has passed."""
        return time.monotonic() >= self.at
