"""The log file in Paperboy's folder: the lines of the last days, for `status` and `paperboy log`.

It is a file and not a table, since a damaged or full database is one of the things it tells of.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FILE_NAME = "paperboy.log"
MAX_BYTES = 1_000_000  # of one file
MAX_FILES = 2  # the one that is written, and the one before
PROBLEM_LEVELS = ("warning", "error", "critical")


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the log. `details` is the traceback of an unexpected error, "" otherwise."""

    at: datetime
    level: str
    logger: str
    message: str
    details: str = ""

    @property
    def is_problem(self) -> bool:
        """Whether an operator has to know about it."""
        return self.level in PROBLEM_LEVELS

    def to_json(self) -> str:
        """Return the line as JSON."""
        values: dict[str, str] = {
            "time": self.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "level": self.level,
            "logger": self.logger,
            "message": self.message,
        }
        if self.details:
            values["details"] = self.details
        return json.dumps(values, ensure_ascii=False)


class LogFile:
    """The log file of a folder, and the one before it."""

    def __init__(self, home: Path) -> None:
        self.path = home / FILE_NAME

    def entries(
        self, limit: int, *, problems: bool = False, since: datetime | None = None
    ) -> tuple[LogEntry, ...]:
        """Return the last `limit` lines, the oldest first; only `problems`, only those `since`.

        Lines that can't be read are left out. This reads up to two megabytes.
        """
        found = deque[LogEntry](maxlen=limit)
        for entry in self._read():
            if (entry.is_problem or not problems) and (since is None or entry.at >= since):
                found.append(entry)
        return tuple(found)

    def _read(self) -> Iterator[LogEntry]:
        for path in (self.path.with_name(f"{FILE_NAME}.1"), self.path):
            try:
                lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            except OSError:  # there is none yet
                continue
            for line in lines:
                if entry := _parse(line):
                    yield entry


def _parse(line: str) -> LogEntry | None:
    try:
        values = json.loads(line)
        at = datetime.fromisoformat(values["time"])
        level, logger, message = (str(values[key]) for key in ("level", "logger", "message"))
        return LogEntry(at, level, logger, message, str(values.get("details", "")))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
