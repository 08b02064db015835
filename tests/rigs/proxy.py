"""An HTTP proxy on loopback: tunnels by CONNECT, forwards plain requests, and counts both.

Names of hosts are given to it, so that an address such as https://slack.test leads to a server on
loopback: it ends the encryption itself, with a certificate that tests trust.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

PIECE = 1 << 16


@dataclass
class Proxy:
    """Where names lead, and what it was asked for; `refusal` answers everything with a status."""

    routes: Mapping[str, int]  # ports on loopback by name of a host
    certificate: Path | None = None
    password: str = ""
    refusal: int = 0
    asked: list[str] = field(default_factory=list)
    port: int = 0
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._handle(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
            try:
                await self._serve(reader, writer)
            finally:
                writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, target, _ = head.split(" ", 2)
        self.asked.append(f"{method} {target}")
        status = self.refusal or self._check_password(head)
        if status:
            writer.write(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
        elif method == "CONNECT":
            await self._tunnel(target, reader, writer)
        else:
            await self._forward(head, target, reader, writer)

    def _check_password(self, head: str) -> int:
        wanted = base64.b64encode(self.password.encode()).decode()
        return 0 if not self.password or f"Basic {wanted}" in head else 407

    async def _tunnel(
        self, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        port = self.routes[target.rpartition(":")[0]]
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        await writer.drain()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        assert self.certificate
        context.load_cert_chain(self.certificate, self.certificate.with_suffix(".key"))
        await writer.start_tls(context)
        await _join(reader, writer, port, b"")

    async def _forward(
        self, head: str, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Send a plain request on with its path alone; the connection then serves no other."""
        parts = urlsplit(target)
        port = self.routes.get(parts.hostname or "", parts.port or 80)
        path = target.partition(parts.netloc)[2] or "/"
        first = head.replace(target, path, 1)
        if "upgrade" not in head.lower():
            first = first.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
        await _join(reader, writer, port, first.encode())


async def _join(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, first: bytes
) -> None:
    """Pass everything on between a client and a server on loopback."""
    from_server, to_server = await asyncio.open_connection("127.0.0.1", port)
    to_server.write(first)
    up = asyncio.create_task(_pass_on(reader, to_server))
    try:
        await _pass_on(from_server, writer)
    finally:
        up.cancel()
        to_server.close()
        await asyncio.gather(up, return_exceptions=True)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(PIECE):
        writer.write(piece)
        await writer.drain()


@asynccontextmanager
async def proxy(routes: Mapping[str, int], certificate: Path | None = None) -> AsyncIterator[Proxy]:
    """Run a proxy."""
    one = Proxy(routes, certificate)
    await one.start()
    try:
        yield one
    finally:
        await one.stop()


def make_certificate(folder: Path, *hosts: str) -> Path:
    """Write a certificate for some hosts, signed by itself, and its key beside it."""
    path = folder / "certificate.pem"
    names = ",".join(f"DNS:{host}" for host in hosts)
    command = (
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={hosts[0]} "
        f"-addext subjectAltName={names} -keyout {path.with_suffix('.key')} -out {path}"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    return path
