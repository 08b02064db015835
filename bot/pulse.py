"""The pulse of a process: when each of its loops last went round, and whether all went well."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic


class Pulse:
    """When each loop last went round, and when it last did so without an error."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._turns: dict[str, float] = {}
        self._good: dict[str, float] = {}

    def beat(self, loop: str, *, good: bool = True) -> None:
        """Note that a loop went round, and whether that was `good`."""
        self._turns[loop] = self._clock()
        if good:
            self._good[loop] = self._turns[loop]

    def since_turn(self, loop: str) -> float:
        """Return the seconds since a loop last went round, or since the start."""
        return self._clock() - self._turns.get(loop, self._began)

    def since_good(self, loop: str) -> float:
        """Return the seconds since a loop last went round without an error, or since the start."""
        return self._clock() - self._good.get(loop, self._began)
