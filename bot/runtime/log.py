"""What is logged, where and how: standard error for everyone, a small file for `paperboy run`.

Secrets of the settings are left out of every line, from any logger.
"""

from __future__ import annotations

import logging
import os
import queue
import re
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from time import monotonic
from typing import Any, TextIO
from urllib.parse import quote, unquote, urlsplit

from bot import __version__
from bot.errors import PaperboyError
from bot.log_file import MAX_BYTES, MAX_FILES, LogEntry, LogFile
from bot.settings import Settings

log = logging.getLogger(__name__)

OURS = ("bot", "adapters")  # the loggers that may speak at the level info
REPEAT_SECONDS = 60.0  # after which a line that says the same again is told the first time
GROWTH = 5.0  # by which it is told later each time
LONGEST_REPEAT_SECONDS = 3600.0
OVER_SECONDS = 600.0  # after which a problem that did not come again is a new one
MAX_REMEMBERED = 200  # lines that are known again
MIN_SECRET_LENGTH = 8  # characters; shorter ones would hide ordinary words
# tokens of any kind, tickets of connections, and passwords in addresses
_TOKENS = re.compile(
    r"\b(?:xox[a-z]|xapp)-[\w-]{8,}|\bhf_\w{10,}|(?<=[?&]ticket=)[^&\s'\"]+|(?<=://)[^/\s@'\"]+(?=@)"
)
_NUMBERS = re.compile(r"[\d.,:]+")


def set_up_logging(settings: Settings) -> None:
    """Send warnings, or what the settings name, to standard error."""
    handler = _ToStderr()
    handler.setFormatter(_formatter(settings))
    logging.basicConfig(handlers=[handler])
    _set_level(settings.log_level or "warning")


@contextmanager
def log_to_file(settings: Settings) -> Iterator[None]:
    """Log at the level info unless the settings name another, also to the file in the home."""
    _set_level(settings.log_level or "info")
    file = _open_file(settings)
    if file is None:
        yield
        return
    lines: queue.SimpleQueue[Any] = queue.SimpleQueue()
    # a thread writes the file, so that a slow disk holds nothing up
    handler, listener = _ToQueue(lines), QueueListener(lines, file)
    logging.getLogger().addHandler(handler)
    listener.start()
    try:
        log.info("Paperboy %s starts.", __version__)
        yield
    except Exception as error:
        # it is printed too, but who looks into the log tomorrow has not seen that
        details = None if isinstance(error, PaperboyError) else error
        handler.handle(_last_record(f"Paperboy ended: {error}", details))
        raise
    finally:
        logging.getLogger().removeHandler(handler)
        listener.stop()
        file.close()


def _last_record(message: str, error: Exception | None) -> logging.LogRecord:
    trace = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord(__name__, logging.CRITICAL, __file__, 0, message, (), trace)


def _set_level(level: str) -> None:
    """Set the level of our own loggers; the SDKs say only what is wrong, or all at debug."""
    name = level.upper()
    logging.getLogger().setLevel("WARNING" if name == "INFO" else name)
    for ours in OURS:
        logging.getLogger(ours).setLevel(name)


def _open_file(settings: Settings) -> RotatingFileHandler | None:
    """Open the log file; None where that is impossible, which is logged."""
    path = LogFile(settings.home).path
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
        file = RotatingFileHandler(
            path, maxBytes=MAX_BYTES, backupCount=MAX_FILES - 1, encoding="utf-8"
        )
    except OSError as error:
        log.warning(
            "%s can't be written (%s), so the log is only on standard error.", path, error.strerror
        )
        return None
    file.setFormatter(_AsJson(secrets(settings)))
    return file


@dataclass(slots=True)
class _Told:
    """A problem: when it was told and when it last came, how often it was told and left out."""

    at: float
    last: float
    times: int = 1
    left_out: int = 0

    def is_due(self, now: float, seconds: float) -> bool:
        """Tell whether to say it again: later each time, at most each hour."""
        return now - self.at >= min(seconds * GROWTH ** (self.times - 1), LONGEST_REPEAT_SECONDS)


class Repeats:
    """Leaves out what says the same again, and tells now and then how often it was."""

    def __init__(
        self, seconds: float = REPEAT_SECONDS, clock: Callable[[], float] = monotonic
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], _Told] = OrderedDict()  # by logger and message

    def select(self, record: logging.LogRecord) -> logging.LogRecord | None:
        """Return a problem as it is to be told, None if it is no news; numbers don't matter."""
        if record.levelno < logging.WARNING:
            return record
        message = record.getMessage()
        key, now = (record.name, _NUMBERS.sub("#", message)), self._clock()
        told = self._known.pop(key, None)
        if told is None or now - told.last > OVER_SECONDS:
            self._remember(key, _Told(now, now))
            return record
        told.last = now
        self._remember(key, told)
        if not told.is_due(now, self._seconds):
            told.left_out += 1
            return None
        changed = copy(record)
        if told.left_out:
            changed.msg, changed.args = f"{message} ({told.left_out:,} more like this since)", ()
        told.at, told.times, told.left_out = now, told.times + 1, 0
        return changed

    def _remember(self, key: tuple[str, str], told: _Told) -> None:
        self._known[key] = told
        if len(self._known) > MAX_REMEMBERED:
            self._known.popitem(last=False)


class _ToStderr(logging.StreamHandler[TextIO]):
    """Logs to whatever standard error is at the time: the prompt moves it above its line."""

    def __init__(self) -> None:
        super().__init__()
        self._repeats = Repeats()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        self.stream = sys.stderr
        if selected := self._repeats.select(record):
            super().emit(selected)


class _ToQueue(QueueHandler):
    """Hands records to the thread that writes the file, with their tracebacks as text."""

    def __init__(self, lines: queue.SimpleQueue[Any]) -> None:
        super().__init__(lines)
        self._repeats = Repeats()

    def emit(self, record: logging.LogRecord) -> None:
        """Hand on a record."""
        if selected := self._repeats.select(record):
            super().emit(selected)

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Return a record of text only."""
        prepared = copy(record)
        prepared.msg, prepared.args = record.getMessage(), None
        prepared.exc_text, prepared.exc_info = _traceback(record), None
        return prepared


class _AsText(logging.Formatter):
    """One line with time, level and message, without secrets."""

    def __init__(self, secret: tuple[str, ...], *, names: bool) -> None:
        name = " %(name)s:" if names else ""
        super().__init__(f"%(asctime)s %(levelname)s{name} %(message)s", "%Y-%m-%d %H:%M:%S")
        self._secret = secret

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return redact(super().format(record), self._secret)


class _AsJson(logging.Formatter):
    """One JSON object a line, without secrets."""

    def __init__(self, secret: tuple[str, ...]) -> None:
        super().__init__()
        self._secret = secret

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        entry = LogEntry(
            datetime.fromtimestamp(record.created, UTC),
            record.levelname.lower(),
            record.name,
            redact(record.getMessage(), self._secret),
            redact(_traceback(record), self._secret),
        )
        return entry.to_json()


def _traceback(record: logging.LogRecord) -> str:
    if record.exc_text or not record.exc_info:
        return record.exc_text or ""
    return logging.Formatter().formatException(record.exc_info)


def _formatter(settings: Settings) -> logging.Formatter:
    known = secrets(settings)
    if settings.log_format == "json":
        return _AsJson(known)
    return _AsText(known, names=settings.log_level == "debug")


def redact(text: str, known: tuple[str, ...]) -> str:
    """Return `text` without the `known` secrets, and without what looks like a token."""
    for one in known:
        text = text.replace(one, "…")
    return _TOKENS.sub("…", text)


def secrets(settings: Settings) -> tuple[str, ...]:
    """Return all secrets of the settings, the longest first: what their `repr` leaves out."""
    found: set[str] = set()
    for one in _hidden(settings):
        found |= {one, *_parts(one)}
    # what names the database is no secret but for its password
    found -= {settings.database_url, urlsplit(settings.database_url).path}
    found |= {quote(one, safe="") for one in found}
    return tuple(sorted((one for one in found if len(one) >= MIN_SECRET_LENGTH), key=len)[::-1])


def _parts(address: str) -> Iterator[str]:
    """Yield the parts of an address that can be secrets of their own: password, path and query."""
    with suppress(ValueError):  # no address
        parts = urlsplit(address)
        if parts.netloc:
            yield parts.password or ""
            yield unquote(parts.password or "")
        if parts.scheme:
            yield parts.path
            yield f"{parts.path}?{parts.query}" if parts.query else ""


def _hidden(value: Any) -> Iterator[str]:
    for one in fields(value):
        inside = getattr(value, one.name)
        if is_dataclass(inside):
            yield from _hidden(inside)
        elif not one.repr and isinstance(inside, str):
            yield inside
        elif not one.repr and isinstance(inside, dict):
            yield from map(str, inside.values())
