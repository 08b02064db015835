"""Reads JSON over HTTP with bounds: on time, tries, redirects, bytes and structure, whatever the other side sends."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import urljoin, urlsplit

from bot import __version__
from bot.errors import SourceDown, SourceError
from bot.sources.pace import Patience, asked_for, pause

if TYPE_CHECKING:
    import aiohttp

T = TypeVar("T")
log = logging.getLogger(__name__)

MOST_BYTES = 20_000_000  # after decompression; a heavy page of a hundred papers has 640,000
MOST_PARTS = 300_000  # brackets and commas; the same page has 15,000. json.loads holds up everything else meanwhile
MOST_REDIRECTS = 3
LONGEST_REST = 300.0  # seconds that one answer can keep all further requests waiting; the API's window


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What was read from an answer, and the query of the next page where it names one."""

    value: T
    next: str = ""


class _Failed(Exception):
    """One try failed; `tries` are the most that such a failure is worth, `wait` what the other side asks for."""

    def __init__(self, error: SourceError, tries: int = 1, wait: float = 0.0) -> None:
        super().__init__(str(error))
        self.error = error
        self.tries = tries
        self.wait = wait


class Web:
    """A polite client of one server. The token goes to that server only, and into no message."""

    def __init__(self, base: str, token: str | None, patience: Patience) -> None:
        self._base = base
        self._host = urlsplit(base).netloc
        self._token = token
        self._patience = patience
        self._session: aiohttp.ClientSession | None = None
        self._rest_until = 0.0  # by the event loop's clock

    async def close(self) -> None:
        """Let go of all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(self, path: str, read: Callable[[object], T]) -> Answer[T] | None:
        """Return what `read` makes of the JSON at `path`, None where there is nothing.

        `read` raises ValueError where the JSON is not what it should be; it runs in a thread.
        """
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._patience.total
        wait, attempt = self._rest_until - clock(), 0
        while True:
            await self._wait(wait, deadline)
            attempt += 1
            try:
                return await self._follow(path, read, deadline)
            except _Failed as failed:
                if attempt >= failed.tries:
                    raise failed.error from failed.__cause__
                log.info("%s Trying again.", failed)
                back_off = pause(self._patience, attempt, random.random())  # noqa: S311  # chance, no secret
                wait = max(failed.wait, self._rest_until - clock()) + back_off

    async def _wait(self, seconds: float, deadline: float) -> None:
        if seconds <= 0:
            return
        if asyncio.get_running_loop().time() + seconds > deadline:
            raise SourceDown(f"{self._host} asks to be left alone for {seconds:,.0f} seconds; try again after that.")
        await asyncio.sleep(seconds)

    async def _follow(self, path: str, read: Callable[[object], T], deadline: float) -> Answer[T] | None:
        url = self._base + path
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self._once(url, read, deadline)
            if not isinstance(answer, str):
                return answer
            url = answer
        raise _Failed(SourceDown(f"{self._host} sends every request on to another address; check HF_ENDPOINT."))

    async def _once(self, url: str, read: Callable[[object], T], deadline: float) -> Answer[T] | str | None:
        import aiohttp

        session = self._session = self._session or self._open()
        left = deadline - asyncio.get_running_loop().time()
        timeout = aiohttp.ClientTimeout(
            total=min(self._patience.request, left), sock_connect=self._patience.connect, sock_read=self._patience.read
        )
        try:
            async with session.get(url, timeout=timeout, allow_redirects=False) as response:
                self._note(response)
                if response.status in (301, 302, 303, 307, 308):
                    return self._redirect(url, response.headers.get("Location", ""))
                if response.status == 404:
                    return None
                self._check(response)
                raw = await self._body(response)
                value = await asyncio.to_thread(self._read, raw, response.headers.get("Content-Encoding", ""), read)
                return Answer(value, _next(response.headers.getall("Link", [])))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._broken(error) from error

    def _open(self) -> aiohttp.ClientSession:
        import aiohttp

        headers = {
            "User-Agent": f"paperboy/{__version__} (aiohttp)",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",  # the one that _plain reads
        }
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return aiohttp.ClientSession(
            headers=headers,
            connector=aiohttp.TCPConnector(limit=4),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )

    def _note(self, response: aiohttp.ClientResponse) -> None:
        if rest := asked_for(response.headers, datetime.now(UTC)):
            clock = asyncio.get_running_loop().time()
            self._rest_until = max(self._rest_until, clock + min(rest, LONGEST_REST))

    def _redirect(self, url: str, location: str) -> str:
        try:
            target = urljoin(url, location)
            parts, own = urlsplit(target), urlsplit(url)
        except ValueError:
            raise _Failed(SourceDown(f"{self._host} sends requests on to nowhere; check HF_ENDPOINT.")) from None
        if (parts.scheme, parts.netloc) == (own.scheme, own.netloc):
            return target
        where = f"{parts.scheme}://{parts.hostname}"
        raise _Failed(
            SourceDown(f"{self._host} sends requests on to {where}; if you trust that, set HF_ENDPOINT to it.")
        )

    def _check(self, response: aiohttp.ClientResponse) -> None:
        status, patience = response.status, self._patience
        if status == 429:
            wait = asked_for(response.headers, datetime.now(UTC))
            down = SourceDown(f"{self._host} takes no more requests for now; try again in a few minutes.")
            raise _Failed(down, patience.tries, wait)
        if status == 408 or status >= 500:
            wait = asked_for(response.headers, datetime.now(UTC))
            down = SourceDown(f"{self._host} has trouble (HTTP {status}); try again later.")
            raise _Failed(down, patience.tries, wait)
        if status in (401, 403):
            raise _Failed(SourceDown(f"{self._host} refuses access (HTTP {status}); check HF_TOKEN."))
        if status != 200:
            raise _Failed(SourceError(f"{self._host} does not understand the request (HTTP {status})."))
        if "json" not in response.content_type:
            down = SourceDown(f"{self._host} answered with a page instead of data; check HF_ENDPOINT or try later.")
            raise _Failed(down, patience.tries)

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for piece in response.content.iter_chunked(1 << 16):
            body += piece
            if len(body) > MOST_BYTES:
                raise _Failed(self._too_large())
        return bytes(body)

    def _read(self, raw: bytes, encoding: str, read: Callable[[object], T]) -> T:
        try:
            plain = self._plain(raw, encoding.strip().lower())
            if sum(map(plain.count, (b"[", b"{", b","))) > MOST_PARTS:
                raise _Failed(self._too_large())
            return read(json.loads(plain))
        except (ValueError, RecursionError, zlib.error) as error:
            unreadable = SourceError(
                f"{self._host} sent an answer that cannot be read; check HF_ENDPOINT or try later."
            )
            raise _Failed(unreadable, 2) from error

    def _plain(self, raw: bytes, encoding: str) -> bytes:
        if encoding in ("", "identity"):
            return raw
        if encoding not in ("gzip", "x-gzip"):
            raise ValueError(f"compressed as {encoding!r}, which was not asked for")
        inflater = zlib.decompressobj(wbits=31)
        plain = inflater.decompress(raw, MOST_BYTES + 1)
        if len(plain) > MOST_BYTES:
            raise _Failed(self._too_large())
        if not inflater.eof:
            raise ValueError("the compressed answer ends too early")
        return plain

    def _too_large(self) -> SourceError:
        return SourceError(f"{self._host} sent far more data than any list of papers has; check HF_ENDPOINT.")

    def _broken(self, error: Exception) -> _Failed:
        import aiohttp

        host, tries = self._host, self._patience.tries
        if isinstance(error, aiohttp.ClientSSLError):
            return _Failed(SourceDown(f"The connection to {host} is not secure; check HF_ENDPOINT and the clock."))
        if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
            return _Failed(SourceDown(f"{host} cannot be reached; check the network and HF_ENDPOINT."), 2)
        if isinstance(error, TimeoutError):
            return _Failed(SourceDown(f"{host} took too long to answer; try again later."), tries)
        return _Failed(SourceDown(f"{host} broke off the connection; try again later."), tries)


def _next(links: list[str]) -> str:
    # Only the query is taken: a mirror may pass on links that lead to the original, and nobody is to lead us elsewhere.
    for link in links:
        for address, rest in re.findall(r"<([^<>]*)>([^<>]*)", link):
            if re.search(r";\s*rel=\"?next\b", rest, re.IGNORECASE):
                return str(address).partition("?")[2].partition("#")[0]
    return ""
