"""Many searches from one run: one query per line in, one JSON answer per line out, in order."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from threading import Semaphore, Thread
from typing import TextIO

from bot.errors import PaperboyError
from bot.identifiers import paper_ids
from bot.library.library import Library
from bot.papers import record
from bot.text import clean

log = logging.getLogger(__name__)

MAX_LINE = 16_384  # bytes
MAX_PAPERS = 10  # in an answer, unless another number is asked for
READ_AHEAD = 100  # lines that are read before they are answered
CHUNK = 65_536  # bytes


async def answer_lines(
    library: Library, queries: int, answers: TextIO, limit: int = MAX_PAPERS
) -> None:
    """Answer each line of a file descriptor in turn, with an error if it cannot be answered."""
    async for line in _read(queries):
        query = clean(line[:MAX_LINE].decode("utf-8", errors="replace"))
        if len(line) <= MAX_LINE:
            answer = await _answer(library, query, limit)
        else:
            error = f"The line is longer than {MAX_LINE:,} bytes; shorten it."
            answer = {"query": query[:80], "error": error}
        answers.write(json.dumps(answer, ensure_ascii=False) + "\n")
        answers.flush()


def lines(chunks: Iterable[bytes], longest: int = MAX_LINE) -> Iterator[bytes]:
    """Split bytes into lines without their ends, each cut to `longest` bytes and one more."""
    line = bytearray()
    for chunk in chunks:
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            line += part[: longest + 1 - len(line)]
            yield bytes(line)
            line.clear()
        line += rest[: longest + 1 - len(line)]
    if line:
        yield bytes(line)


async def _read(file: int) -> AsyncIterator[bytes]:
    """Yield the lines of a file descriptor.

    They are read in a thread that is not waited for in the end: not even Ctrl-C ends a read.
    """
    loop = asyncio.get_running_loop()
    ready: asyncio.Queue[bytes | OSError | None] = asyncio.Queue()
    room = Semaphore(READ_AHEAD)

    def put(line: bytes | OSError | None) -> None:
        room.acquire()
        loop.call_soon_threadsafe(ready.put_nowait, line)

    def read() -> None:
        with suppress(RuntimeError):  # the loop is closed: no more lines are wanted
            try:
                for line in lines(iter(lambda: os.read(file, CHUNK), b"")):
                    put(line)
            except OSError as error:
                put(error)
            else:
                put(None)

    Thread(target=read, name="reading queries", daemon=True).start()
    while (line := await ready.get()) is not None:
        room.release()
        if isinstance(line, OSError):
            raise line
        yield line


async def _answer(library: Library, query: str, limit: int) -> dict[str, object]:
    if not query:
        return {"query": "", "error": "The line is empty."}
    named = paper_ids(query, 2, bare=True)
    try:
        if len(named) == 1:
            papers = await library.papers(named)
            known = {"corrected": None, "total": len(papers), "ms": 0.0}
            return {
                "query": query,
                **known,
                "page": 1,
                "papers": [record(paper) for paper in papers],
            }
        found = await library.search(query, limit=limit, online=True)
    except PaperboyError as error:
        return {"query": query, "error": str(error)}
    except Exception:  # a door like Bot.handle: one line must not end the run
        log.exception("a query failed")
        return {
            "query": query,
            "error": "Something went wrong in Paperboy; the details are in its log.",
        }
    answer = {"query": query, **found.said(), "page": 1, "papers": found.records()}
    if found.total:
        return answer
    return {**answer, "nearest": [record(paper) for paper in found.nearest]}
