"""The heartbeat: a small file that a running bot writes, and `paperboy health` reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

FILE_NAME = "heartbeat.json"
STALE_AFTER = timedelta(seconds=60)  # when a process that runs would have written again


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """How a running bot is: whether its loops go round, and what an operator should know."""

    at: datetime
    version: str
    process: int
    alive: bool
    problems: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether everything works."""
        return self.alive and not self.problems

    def is_stale(self, now: datetime) -> bool:
        """Tell whether the bot has stopped or hangs."""
        return now - self.at > STALE_AFTER


def write_heartbeat(home: Path, heartbeat: Heartbeat) -> None:
    """Replace the file in a folder. Raises OSError."""
    values = {
        "at": heartbeat.at.astimezone(UTC).isoformat(timespec="seconds"),
        "version": heartbeat.version,
        "process": heartbeat.process,
        "alive": heartbeat.alive,
        "problems": list(heartbeat.problems),
    }
    path = home / FILE_NAME
    new = path.with_suffix(".new")
    new.touch(0o600)
    new.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
    new.replace(path)


def read_heartbeat(home: Path) -> Heartbeat | None:
    """Return the last heartbeat in a folder, None if there is none that can be read."""
    try:
        values = json.loads((home / FILE_NAME).read_text(encoding="utf-8"))
        return Heartbeat(
            datetime.fromisoformat(values["at"]),
            str(values["version"]),
            int(values["process"]),
            bool(values["alive"]),
            tuple(map(str, values["problems"])),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
