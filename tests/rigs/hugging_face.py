"""The Hugging Face papers API on loopback: made-up papers, true manners, and faults on demand."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import struct
import zlib
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit


@dataclass(frozen=True)
class Request:
    """What was asked for; the names of headers are in lower case."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    method: str = "GET"
    body: bytes = b""


class Fault(Enum):
    """What a server can do wrong below HTTP."""

    STALL = "no answer at all"
    TRICKLE = "a byte now and then"
    RESET = "a connection that is reset"
    BOMB = "a few kilobytes that grow to 200 megabytes"


Reply = bytes | Fault


def reply(body: object, status: int = 200, **headers: str) -> bytes:
    """Make an answer; a body that is no bytes becomes JSON.

    Underscores in names of headers become hyphens.
    """
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {
        "Content_Type": "application/json; charset=utf-8",
        "Content_Length": str(len(data)),
    } | headers
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in named.items()]
    return "\r\n".join([f"HTTP/1.1 {status} Said", *lines, "\r\n"]).encode() + data


PAGE = reply(b"<html>Back soon</html>", Content_Type="text/html")
CUT_OFF = reply(b'[{"paper": {"id": "2405.', Content_Length="5000")


def huge(items: int) -> bytes:
    """Make an answer of so many papers, more than any search has."""
    return reply([item(number, date(2024, 1, 1)) for number in range(items)])


def item(number: int, day: date, **paper: object) -> dict[str, object]:
    """Make an item of the daily list, as the API wraps it."""
    inner = {
        "id": f"{day:%y%m}.{day.day:02}{number:03}",
        "title": f"Paper {number} of {day}",
        "authors": [{"name": f"Author {number}", "hidden": False}],
        "publishedAt": f"{day}T00:00:00.000Z",
        "submittedOnDailyAt": f"{day}T01:02:03.000Z",
        "summary": "What it is about.",
        "upvotes": number,
    }
    return {"paper": inner | paper, "numComments": 1, "title": inner["title"]}


@dataclass
class Site:
    """The server: what it knows, what it was asked, and what it is to do wrong next."""

    days: dict[date, list[Any]] = field(default_factory=dict)
    # what arXiv has and the site doesn't, until it is to index it
    arxiv: dict[str, Any] = field(default_factory=dict)
    indexed: dict[str, Any] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    faults: deque[Reply] = field(default_factory=deque)
    answer: Callable[[Request], Reply] | None = None  # instead of the API
    finds: list[Any] | None = (
        None  # what its search says, whatever is looked for; by default words of titles
    )
    latency: float = 0.0  # seconds before a search is answered
    ready: asyncio.Event = field(
        default_factory=asyncio.Event
    )  # nothing is answered before it is set
    gzipped: bool = False
    address: str = ""
    open: set[asyncio.StreamWriter] = field(default_factory=set)

    def fill(self, *days: date, papers: int = 2) -> None:
        """Put so many papers on the lists of these days."""
        self.days |= {day: [item(number, day) for number in range(papers)] for day in days}

    @property
    def searches(self) -> list[str]:
        """What was searched for here so far."""
        return [
            request.query["q"]
            for request in self.requests
            if request.path.endswith("/api/papers/search")
        ]

    def fail(self, reply: Reply, times: int = 1) -> None:
        """Answer the next requests so."""
        if reply is Fault.BOMB:
            _bomb()  # made now, as that takes a second in which nothing is answered
        self.faults.extend([reply] * times)

    def api(self, request: Request) -> bytes:
        """Answer as the API does."""
        query = request.query
        if request.path.endswith("/api/daily_papers"):
            return self._page(query)
        if request.path.endswith("/api/papers/index"):
            return self._index(request)
        items = self.indexed | {
            item["paper"]["id"]: item
            for items in self.days.values()
            for item in items
            if isinstance(item, dict)
        }
        if request.path.endswith("/api/papers/search"):
            found = [item for item in items.values() if query["q"].lower() in item["title"].lower()]
            return self._reply((found if self.finds is None else self.finds)[: int(query["limit"])])
        known = items.get(request.path.rpartition("/")[2])
        return reply(known["paper"]) if known else reply({"error": "Not found"}, 404)

    def _index(self, request: Request) -> bytes:
        if request.method != "POST" or "authorization" not in request.headers:
            return reply({"error": "Unauthorized"}, 401)
        wanted = json.loads(request.body)["arxivId"]
        if wanted not in self.arxiv:
            return reply({"error": "Not found"}, 404)
        self.indexed[wanted] = self.arxiv.pop(wanted)
        return reply({"id": wanted}, 201)

    def _page(self, query: dict[str, str]) -> bytes:
        days = sorted(self.days, reverse=True)
        if "date" in query:
            days = [day for day in days if f"{day}" == query["date"]]
        elif "week" in query:
            days = [day for day in days if f"{day:%G-W%V}" == query["week"]]
        elif "month" in query:
            days = [day for day in days if f"{day:%Y-%m}" == query["month"]]
        items = [item for day in days for item in self.days[day]]
        page, limit = int(query.get("p", 0)), int(query["limit"])
        link = ""
        if len(items) > (page + 1) * limit:
            following = urlencode(query | {"p": str(page + 1)})
            link = f'<{self.address}/api/daily_papers?{following}>; rel="next"'
        return self._reply(items[page * limit : (page + 1) * limit], Link=link)

    def _reply(self, body: object, Link: str = "") -> bytes:  # noqa: N803  # a header's name
        if not self.gzipped:
            return reply(body, Link=Link)
        return reply(gzip.compress(json.dumps(body).encode()), Content_Encoding="gzip", Link=Link)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer on one connection until it is closed."""
        self.open.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._exchange(reader, writer):
                pass
        writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        url = urlsplit(head[0].split()[1])
        names = [line.partition(": ") for line in head[1:] if line]
        headers = {name.lower(): value for name, _, value in names}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        method = head[0].split()[0]
        request = Request(url.path, dict(parse_qsl(url.query)), headers, method, body)
        self.requests.append(request)
        if request.path.endswith("/api/papers/search"):
            await asyncio.sleep(self.latency)
        await self.ready.wait()
        fault = self.faults.popleft() if self.faults else None
        await _send(reader, writer, (self.answer or self.api)(request) if fault is None else fault)
        return fault is None

    async def close(self) -> None:
        """Cut off whoever is still connected."""
        for writer in self.open:
            if not writer.transport.is_closing() or writer.transport.get_write_buffer_size():
                writer.transport.abort()
        await asyncio.sleep(0.01)  # until the sockets are closed


@cache
def _bomb() -> bytes:
    packer = zlib.compressobj(wbits=31)
    pieces = [packer.compress(piece) for piece in (b"[", *[b" " * 1_000_000] * 200, b"]")]
    return reply(b"".join([*pieces, packer.flush()]), Content_Encoding="gzip")


async def _send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, said: Reply) -> None:
    if said is Fault.STALL:
        await reader.read()
    elif said is Fault.TRICKLE:
        writer.write(reply(b"[", Content_Length="5000"))
        while not writer.is_closing():
            writer.write(b" ")
            await asyncio.sleep(0.05)
    elif said is Fault.RESET:  # linger 0 turns the close into a TCP reset
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
    elif said is Fault.BOMB:
        writer.write(_bomb())
    else:
        writer.write(said)
    await writer.drain()


@asynccontextmanager
async def hugging_face() -> AsyncIterator[Site]:
    """Run a site on a free port."""
    site = Site()
    site.ready.set()
    server = await asyncio.start_server(site.serve, "127.0.0.1", 0)
    site.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield site
    finally:
        server.close()
        await site.close()
