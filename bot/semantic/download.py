"""The download of a known model: resumed where it was cut off, checked, and then put in place."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from bot.network.backoff import Backoff
from bot.network.connection_errors import describe_failure, describe_loss
from bot.network.proxies import NO_PROXIES, Proxies
from bot.semantic.errors import ModelError
from bot.semantic.known_models import KnownModel, ModelFile
from bot.semantic.model_folder import sha256_of

log = logging.getLogger(__name__)

CONNECT_SECONDS, READ_SECONDS = 10.0, 30.0
# Tries in a row that bring nothing.
MAX_TRIES = 5
CHUNK = 1 << 16
OK, PARTIAL, NOT_SATISFIABLE = 200, 206, 416


@dataclass(frozen=True, slots=True)
class Source:
    """Where models come from, and how it is reached; `pauses` are those between two tries."""

    endpoint: str
    proxies: Proxies = NO_PROXIES
    pauses: Backoff = field(default_factory=lambda: Backoff(1.0, 30.0))


async def download(
    known: KnownModel, folder: Path, source: Source, progress: Callable[[int], None]
) -> None:
    """Download what is missing of a model, telling `progress` how many bytes are there.

    Raises ModelError; what is there by then is used the next time.
    """
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    timeout = aiohttp.ClientTimeout(None, sock_connect=CONNECT_SECONDS, sock_read=READ_SECONDS)
    done = 0
    async with aiohttp.ClientSession(timeout=timeout) as session:
        for name, file in known.files.items():
            base = f"{source.endpoint}/{known.repository}/resolve/{known.revision}"
            fetch = _Fetch(session, source, f"{base}/{file.path}", file, folder / name)
            await fetch.run(partial(_tell, progress, done))
            done += file.size
            progress(done)


def _tell(progress: Callable[[int], None], before: int, here: int) -> None:
    progress(before + here)


@dataclass(frozen=True, slots=True)
class _Fetch:
    """The download of one file."""

    session: aiohttp.ClientSession
    source: Source
    url: str
    file: ModelFile
    path: Path

    @property
    def part(self) -> Path:
        """What is there of the file so far."""
        return self.path.with_name(f"{self.path.name}.part")

    async def run(self, progress: Callable[[int], None]) -> None:
        """Download the file, unless it is there and sound."""
        if await asyncio.to_thread(self._is_sound, self.path):
            return
        failures = 0
        while (before := self._size()) < self.file.size:
            error = await self._try(before, progress)
            failures = 0 if self._size() > before else failures + 1
            if failures >= MAX_TRIES:
                raise ModelError(f"{error} Type the same again to go on.")
            if error:
                log.info("%s", error)
                await asyncio.sleep(self.source.pauses.pause(failures + 1, random.random()))  # noqa: S311  # chance, no secret
        if not await asyncio.to_thread(self._is_sound, self.part):
            self.part.unlink()
            raise ModelError(
                f"{self.url} is not the file that Paperboy knows: its checksum differs. Try again, "
                "or report it."
            )
        self.part.replace(self.path)

    async def _try(self, before: int, progress: Callable[[int], None]) -> str:
        """Download the rest; return why it was cut off, "" where it was not."""
        headers = {"Range": f"bytes={before}-", "Accept-Encoding": "identity"}
        proxy = self.source.proxies.proxy_for(self.url)
        try:
            async with self.session.get(self.url, headers=headers, proxy=proxy) as response:
                if response.status not in (OK, PARTIAL):
                    if response.status == NOT_SATISFIABLE:
                        self.part.unlink(missing_ok=True)
                    return f"{response.host} answers {response.status} for {self.url}."
                await self._write(response, progress)
        except (aiohttp.ClientError, OSError) as error:  # a TimeoutError is an OSError
            lost = f"{urlsplit(self.url).netloc}: {describe_loss(error)}."
            return describe_failure(error, "HF_ENDPOINT") or lost
        return ""

    async def _write(
        self, response: aiohttp.ClientResponse, progress: Callable[[int], None]
    ) -> None:
        mode = "ab" if response.status == PARTIAL else "wb"  # 200 brings the file from its start
        with self.part.open(mode) as part:
            async for piece in response.content.iter_chunked(CHUNK):
                part.write(piece)
                progress(part.tell())
                if part.tell() > self.file.size:
                    break  # its checksum will differ

    def _size(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _is_sound(self, path: Path) -> bool:
        is_whole = path.is_file() and path.stat().st_size == self.file.size
        return is_whole and sha256_of(path) == self.file.sha256
