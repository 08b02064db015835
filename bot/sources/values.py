"""JSON values from a stream, with their lines: JSON Lines, one list, or objects in a row."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from bot.errors import SourceError

# bytes of one line, or of one element of a list; a day of the feed has 700,000
LONGEST_VALUE = 20_000_000
# lines before the first that is JSON; with more of them the file is something else
MAX_NOISE = 100
PIECE = 1 << 16

_BETWEEN = re.compile(r"[\s,\[\]\ufeff]*")


class Stream(Protocol):
    """What is needed of an open file, plain or compressed."""

    def peek(self, size: int, /) -> bytes:
        """Return what comes next, without moving on."""

    def read(self, size: int, /) -> bytes:
        """Return at most that many bytes."""

    def readline(self, size: int, /) -> bytes:
        """Return the next line, or at most that many bytes of it."""


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that is no JSON, and why."""

    reason: str


def values(name: str, stream: Stream) -> Iterator[tuple[int, object]]:
    """Yield what a stream holds, each with the line it begins on; SourceError where it is no JSON.

    `name` is what the stream is called in sentences. A broken line is yielded as `Broken`.
    """
    start = stream.peek(PIECE)[:PIECE]
    if b"\0" in start:
        raise SourceError(f"{name} is not UTF-8 text; name a JSON or JSON Lines file.")
    if start.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"["):
        yield from _Elements(name, 1, b"", stream)  # the whole list can be one line
        return
    lines = _lines(name, stream)
    number, first = next(lines, (0, b""))
    if not first:
        raise SourceError(f"{name} is empty; name a JSON or JSON Lines file.")
    if _goes_on(first):
        yield from _Elements(name, number, first, stream)
    else:
        yield from _records(name, chain([(number, first)], lines))


def _lines(name: str, stream: Stream) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := stream.readline(LONGEST_VALUE + 1):
        number += 1
        if len(line) > LONGEST_VALUE:
            raise SourceError(
                f"{name}, line {number:,} is too long; put each paper on a line of its own."
            )
        line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if line.strip():
            yield number, line


def _goes_on(line: bytes) -> bool:
    """Tell whether a first line leaves an object open, so that JSON spans many lines."""
    said = line.strip().decode(errors="replace")
    try:
        json.loads(said)
    except json.JSONDecodeError as error:
        # what an open object lacks is missed at the very end of the line; a broken line mostly
        # fails before that
        return said.startswith("{") and error.pos >= len(said) - 1
    except (ValueError, RecursionError):
        return False
    return False


def _records(name: str, lines: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, object]]:
    noise: list[tuple[int, object]] = []
    for number, line in lines:
        value = _value(line)
        if isinstance(value, dict | list):
            yield from noise
            yield number, value
            break
        noise.append((number, value))
        if len(noise) > MAX_NOISE:
            raise _no_json(name)
    else:
        raise _no_json(name)
    for number, line in lines:
        yield number, _value(line)


def _value(line: bytes) -> object:
    try:
        return json.loads(line.decode())
    except UnicodeDecodeError:
        return Broken("it is not UTF-8")
    except (ValueError, RecursionError):
        return Broken("it is not JSON")


class _Elements:
    """The objects of a list, or objects in a row, read ahead as little as possible."""

    def __init__(self, name: str, line: int, first: bytes, stream: Stream) -> None:
        self._name = name
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._scan = json.JSONDecoder().raw_decode
        self._line = line
        self._text = ""
        self._at = 0
        self._take(first)

    def __iter__(self) -> Iterator[tuple[int, object]]:
        """Yield each with its first line. Raises SourceError for bad JSON."""
        lists = 0  # that are open
        while True:
            between = _BETWEEN.match(self._text, self._at)
            begin = between.end() if between else self._at
            lists += self._text.count("[", self._at, begin) - self._text.count("]", self._at, begin)
            self._move(begin)
            if begin < len(self._text):
                yield self._line, self._next()
            elif not self._read():
                break
        if lists > 0:
            raise SourceError(f"{self._name} is cut off; get the whole file.")

    def _next(self) -> object:
        line = self._line
        while True:
            try:
                value, end = self._scan(self._text, self._at)
            except (ValueError, RecursionError) as error:
                if len(self._text) - self._at > LONGEST_VALUE or not self._read():
                    raise SourceError(
                        f"{self._name} is not JSON from line {line:,} on; get the file again."
                    ) from error
            else:
                if end < len(self._text) or not self._read():  # a number at the end may go on
                    self._move(end)
                    return value

    def _move(self, to: int) -> None:
        self._line += self._text.count("\n", self._at, to)
        self._at = to

    def _read(self) -> bool:
        # twice as much each time, so that a long value is not scanned over and over
        piece = self._stream.read(max(PIECE, len(self._text) - self._at))
        self._take(piece, final=not piece)
        return bool(piece)

    def _take(self, piece: bytes, *, final: bool = False) -> None:
        try:
            self._text, self._at = self._text[self._at :] + self._decode(piece, final), 0
        except UnicodeDecodeError as error:
            raise SourceError(
                f"{self._name} is not UTF-8 text; name a JSON or JSON Lines file."
            ) from error


def _no_json(name: str) -> SourceError:
    return SourceError(f"{name} contains no JSON; name a JSON or JSON Lines file.")
