"""Papers from files: JSON or JSON Lines, plain, gzip or xz, in all known shapes."""

from __future__ import annotations

import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from bot.errors import SourceError
from bot.papers import Paper
from bot.sources.records import papers
from bot.sources.values import Broken, values

RECORDS_BETWEEN = 100  # two reports of how much has been read
_DAMAGED = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that is not a paper: its first line, counted from 1, and the reason."""

    line: int
    reason: str


def as_of(paper: Paper) -> datetime:
    """Return when an imported paper's figures were true: too early to override the API's."""
    return datetime.combine(paper.daily or date(1970, 1, 1), time(), UTC)


def read(path: Path, progress: Callable[[int], None] = lambda _: None) -> Iterator[Paper | Skipped]:
    """Yield the papers of a file and its skipped records. Raises SourceError.

    `progress` is told now and then how many bytes of the file have been read.
    """
    try:
        with path.open("rb") as raw:
            for number, (line, value) in enumerate(values(str(path), _unpacked(raw))):
                if number % RECORDS_BETWEEN == 0:
                    progress(raw.tell())
                yield from _read(line, value)
    except _DAMAGED as error:
        raise SourceError(
            f"{path} is damaged or cut off: it cannot be decompressed to its end."
        ) from error
    except FileNotFoundError as error:
        raise SourceError(f"There is no file {path}; check its name.") from error
    except IsADirectoryError as error:
        raise SourceError(f"{path} is a folder; name a file in it.") from error
    except OSError as error:
        raise SourceError(
            f"{path} cannot be read ({error.strerror or error}); check it and its permissions."
        ) from error


def _unpacked(raw: io.BufferedReader) -> io.BufferedReader | gzip.GzipFile | lzma.LZMAFile:
    start = raw.peek(6)  # the name may say anything
    if start.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=raw)
    if start.startswith(b"\xfd7zXZ\x00"):
        return lzma.LZMAFile(raw)
    return raw


def _read(line: int, value: object) -> Iterator[Paper | Skipped]:
    if isinstance(value, Broken):
        yield Skipped(line, value.reason)
        return
    for found in papers(value):
        yield Skipped(line, found) if isinstance(found, str) else found
