"""Many searches from one run: a query a line comes in, a JSON answer a line goes out, in the same order."""

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

LONGEST = 16_384  # bytes of a line; nobody asks for more
MOST = 10  # papers in an answer, unless another number is asked for
AHEAD = 100  # lines that are read before they are answered
CHUNK = 65_536  # bytes


async def answer_lines(library: Library, queries: int, answers: TextIO, limit: int = MOST) -> None:
    """Answer each line of a file descriptor in turn; one that cannot be answered gets an error, and the rest go on."""
    async for line in _read(queries):
        query = clean(line[:LONGEST].decode("utf-8", errors="replace"))
        if len(line) <= LONGEST:
            said = await _answer(library, query, limit)
        else:
            said = {
                "query": query[:80],
                "error": f"That line is longer than {LONGEST:,} bytes; ask for less.",
            }
        answers.write(json.dumps(said, ensure_ascii=False) + "\n")
        answers.flush()


def lines(chunks: Iterable[bytes], longest: int = LONGEST) -> Iterator[bytes]:
    """Part bytes into lines without their ends; of one longer than `longest`, what is one byte longer is kept."""
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
    """Yield the lines of a file descriptor, read in a thread that nobody waits for: not even Ctrl-C ends a read."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Queue[bytes | OSError | None] = asyncio.Queue()
    room = Semaphore(AHEAD)

    def hand(line: bytes | OSError | None) -> None:
        room.acquire()
        loop.call_soon_threadsafe(ready.put_nowait, line)

    def read() -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody wants more
            try:
                for line in lines(iter(lambda: os.read(file, CHUNK), b"")):
                    hand(line)
            except OSError as error:
                hand(error)
            else:
                hand(None)

    Thread(target=read, name="reading queries", daemon=True).start()
    while (line := await ready.get()) is not None:
        room.release()
        if isinstance(line, OSError):
            raise line
        yield line


async def _answer(library: Library, query: str, limit: int) -> dict[str, object]:
    if not query:
        return {"query": "", "error": "There is nothing to look for on this line."}
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
            "error": "Something went wrong here, not with what you asked. It is in the log.",
        }
    return {"query": query, **found.said(), "page": 1, "papers": found.records()}
