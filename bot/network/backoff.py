"""How long to wait before trying again what has failed: longer each time, up to a limit."""

from __future__ import annotations

from dataclasses import dataclass

DOUBLINGS = 10  # more would overflow nothing, and change nothing


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses in seconds that double from `shortest` up to `longest`."""

    shortest: float
    longest: float

    def pause(self, failures: int, luck: float, asked: float | None = None) -> float:
        """Return the seconds to wait after so many failures in a row.

        `luck` from 0 to 1 shortens the pause by up to half, so that those who failed together do
        not try again together. `asked` is the least that the other side asks for.
        """
        doublings = min(max(failures - 1, 0), DOUBLINGS)
        pause = min(self.longest, self.shortest * 2.0**doublings)
        return max(pause * (0.5 + luck / 2), asked or 0.0)
