"""The time limit of a search: past it, the search answers with what it has found so far."""

from __future__ import annotations

import time
from dataclasses import dataclass

SEARCH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point in time on the clock of `time.monotonic`, in seconds."""

    at: float

    @classmethod
    def after(cls, seconds: float = SEARCH_SECONDS) -> Deadline:
        """Return the deadline that many seconds from now."""
        return cls(time.monotonic() + seconds)

    @property
    def over(self) -> bool:
        """Whether it has passed."""
        return time.monotonic() >= self.at
