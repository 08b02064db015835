"""A JSON client with bounds on time, tries, redirects and bytes, whatever the server sends."""

from __future__ import annotations

import asyncio
import logging
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import urljoin, urlsplit

from bot import __version__
from bot.calendar.clock import offset_of
from bot.network.backoff import Backoff
from bot.network.proxies import NO_PROXIES, Proxies
from bot.papers import web_address
from bot.sources.errors import (
    Failed,
    astray,
    busy,
    no_data,
    of_connection,
    of_status,
    too_large,
    unreadable,
)
from bot.sources.payloads import MAX_BYTES, TooLargeError, decode
from bot.sources.rate_limit import Patience, asked_for

if TYPE_CHECKING:
    import aiohttp

T = TypeVar("T")
log = logging.getLogger(__name__)

MAX_REDIRECTS = 3
SUCCESSES = range(200, 300)  # of what was sent
# seconds that one answer can keep all further requests waiting: the API's window
LONGEST_REST = 300.0


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What was read from an answer, and the query of the next page, "" if it is the last."""

    value: T
    next: str = ""


@dataclass(frozen=True, slots=True)
class _Request(Generic[T]):
    """What is asked: `body` is sent as JSON, None asks for what is there."""

    path: str
    read: Callable[[object], T]
    patience: Patience
    body: object = None


class Web:
    """A client of one server. The token goes to that server only, and into no message."""

    def __init__(
        self, base: str, token: str | None, patience: Patience, proxies: Proxies = NO_PROXIES
    ) -> None:
        self._base = base
        self._host = urlsplit(base).netloc
        self._token = token
        self._proxy = proxies.proxy_for(base)
        self._patience = patience
        self._session: aiohttp.ClientSession | None = None
        self._rest_until = 0.0  # by the event loop's clock
        self.clock_offset: timedelta | None = None  # of the server's clock, by its last answer

    async def close(self) -> None:
        """Close all connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def get(
        self, path: str, read: Callable[[object], T], patience: Patience | None = None
    ) -> Answer[T] | None:
        """Return what `read` makes of the JSON at `path`, None if the server answers 404.

        `read` runs in a thread and raises ValueError for unexpected JSON. `patience` replaces the
        usual one for this request. Raises SourceError.
        """
        return await self._ask(_Request(path, read, patience or self._patience))

    async def post(self, path: str, body: object) -> bool:
        """Send JSON that the server may get twice; return False if the server answers 404.

        What it answers otherwise is not read. Raises SourceError.
        """
        request = _Request(path, lambda _: True, self._patience, body)
        return await self._ask(request) is not None

    async def _ask(self, request: _Request[T]) -> Answer[T] | None:
        patience = request.patience
        clock = asyncio.get_running_loop().time
        deadline = clock() + patience.total
        backoff = Backoff(patience.pause, patience.total)
        attempt = 0
        while True:
            # another task's answer can have prolonged the rest
            while (rest := self._rest_until - clock()) > 0:
                if clock() + rest > deadline:
                    raise busy(self._host, rest)
                await asyncio.sleep(rest)
            attempt += 1
            try:
                return await self._follow(request, deadline)
            except Failed as failed:
                wait = failed.wait + backoff.pause(attempt, random.random())  # noqa: S311  # chance, no secret
                if attempt >= min(failed.tries, patience.tries) or clock() + wait > deadline:
                    raise failed.kind(str(failed)) from failed.__cause__
                log.debug("Try %d of %s failed: %s", attempt, request.path, failed)
                await asyncio.sleep(wait)

    async def _follow(self, request: _Request[T], deadline: float) -> Answer[T] | None:
        url = self._base + request.path
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._once(url, request, deadline)
            if not isinstance(answer, str):
                return answer
            url = answer
        raise astray(self._host)

    async def _once(
        self, url: str, request: _Request[T], deadline: float
    ) -> Answer[T] | str | None:
        # start-up time: most commands send no request, and others have work to do in between
        await asyncio.to_thread(import_module, "aiohttp")
        import aiohttp

        session = self._session = self._session or self._open()
        left = max(1.0, deadline - asyncio.get_running_loop().time())
        patience, sends = request.patience, request.body is not None
        timeout = aiohttp.ClientTimeout(
            total=min(patience.request, left),
            sock_connect=patience.connect,
            sock_read=patience.read,
        )
        try:
            async with session.request(
                "POST" if sends else "GET",
                url,
                json=request.body,
                timeout=timeout,
                allow_redirects=False,
                proxy=self._proxy,
            ) as response:
                rest = self._note(response)
                if response.status in (301, 302, 303, 307, 308):
                    return self._redirect(url, response.headers.get("Location", ""))
                if response.status == 404:
                    return None
                if sends and response.status in SUCCESSES:
                    return Answer(request.read(None))
                if failed := of_status(self._host, response.status, rest):
                    raise failed
                raw = await self._body(response)
                value = await asyncio.to_thread(
                    self._read, raw, response.headers.get("Content-Encoding", ""), request.read
                )
                return Answer(value, _next(response.headers.getall("Link", [])))
        except (aiohttp.ClientError, OSError) as error:  # a TimeoutError is an OSError
            raise of_connection(self._host, error) from error

    def _open(self) -> aiohttp.ClientSession:
        import aiohttp

        from bot.sources.names import Resolver

        headers = {
            "User-Agent": f"paperboy/{__version__}",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",  # what `decode` can read
        }
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return aiohttp.ClientSession(
            headers=headers,
            connector=aiohttp.TCPConnector(limit=4, resolver=Resolver()),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )

    def _note(self, response: aiohttp.ClientResponse) -> float:
        self.clock_offset = offset_of(response.headers.get("Date", ""))
        rest = asked_for(response.headers, datetime.now(UTC))
        if rest:
            until = asyncio.get_running_loop().time() + min(rest, LONGEST_REST)
            self._rest_until = max(self._rest_until, until)
        return rest

    def _redirect(self, url: str, location: str) -> str:
        try:
            target = web_address(urljoin(url, location))
        except ValueError:
            target = None
        if target is None:
            raise astray(self._host)
        there, here = urlsplit(target), urlsplit(url)
        if (there.scheme, there.netloc) != (here.scheme, here.netloc):
            raise astray(self._host, f"{there.scheme}://{there.netloc.rpartition('@')[2]}")
        return target

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        if "json" not in response.content_type:
            raise no_data(self._host)
        body = bytearray()
        async for piece in response.content.iter_chunked(1 << 16):
            body += piece
            if len(body) > MAX_BYTES:
                raise too_large(self._host)
        return bytes(body)

    def _read(self, raw: bytes, encoding: str, read: Callable[[object], T]) -> T:
        try:
            return read(decode(raw, encoding))
        except TooLargeError as error:
            raise too_large(self._host) from error
        except ValueError as error:
            raise unreadable(self._host) from error


def _next(links: list[str]) -> str:
    # only the query is taken: a mirror may pass on links to the original, and no answer may lead
    # us to another server
    for link in links:
        for address, rest in re.findall(r"<([^<>]*)>([^<>]*)", link):
            if re.search(r";\s*rel=\"?next\b", rest, re.IGNORECASE):
                return str(address).partition("#")[0].partition("?")[2]
    return ""
