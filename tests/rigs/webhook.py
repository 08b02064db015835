"""Somebody's server that takes web hooks, on loopback."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

SECRET = "a secret of both sides"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Receiver:
    """Takes what is posted.

    The next `answers` are given in place of 204, after it is taken, and the next `refusals` before.
    """

    url: str = ""
    taken: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answers: deque[Answer] = field(default_factory=deque)
    refusals: deque[Answer] = field(default_factory=deque)

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Check the signature, keep the message, and answer."""
        body = await request.read()
        self.asked.append(request.path)
        if self.refusals:
            return await self.refusals.popleft()(request)
        assert signature(request.headers["Paperboy-Timestamp"], body) == request.headers[
            "Paperboy-Signature"
        ].removeprefix("sha256=")
        self.taken.append(json.loads(body))
        self.headers.append(dict(request.headers))
        if self.answers:
            return await self.answers.popleft()(request)
        return web.Response(status=204)


def signature(timestamp: str, body: bytes) -> str:
    """Sign as the README tells receivers to."""
    return hmac.new(SECRET.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def status(code: int, **headers: str) -> Answer:
    """Answer with a status."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(
            status=code, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )

    return answer


async def lose(request: web.Request) -> web.StreamResponse:
    """Cut the connection before an answer."""
    assert request.transport
    request.transport.abort()
    return web.Response()


async def stall(_: web.Request) -> web.StreamResponse:
    """Give no answer for a minute."""
    await asyncio.sleep(60)
    return web.Response()


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """Run a receiver on a free port."""
    here = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", here.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    here.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/very-secret-path"
    try:
        yield here
    finally:
        await runner.cleanup()
