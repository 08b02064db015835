"""`paperboy run` as a process of its own, against servers on loopback."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.rigs.waiting import eventually

ROOT = Path(__file__).parents[2]
NOBODY = "http://127.0.0.1:9"


def environment(home: Path, **env: str) -> dict[str, str]:
    """Return an environment with a folder for data, and nobody to ask for papers."""
    path = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    return path | {"PAPERBOY_HOME": str(home), "HF_ENDPOINT": NOBODY} | env


class Running:
    """A process that runs, and what it has written so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.out = self.err = ""
        assert process.stdout
        assert process.stderr
        self._readers = [
            asyncio.create_task(self._read(process.stdout, "out")),
            asyncio.create_task(self._read(process.stderr, "err")),
        ]

    async def says(self, words: str) -> None:
        """Wait until it has written some words."""
        with suppress(TimeoutError):
            await eventually(lambda: words in self.out + self.err or self.process.returncode)
        assert words in self.out + self.err, self.out + self.err

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop; return its exit code."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        code = await self.process.wait()
        await asyncio.gather(*self._readers)
        return code

    async def _read(self, stream: asyncio.StreamReader, name: str) -> None:
        while piece := await stream.read(1 << 16):
            setattr(self, name, getattr(self, name) + piece.decode())


@asynccontextmanager
async def running(
    folder: Path, env: Mapping[str, str], *args: str, module: str = "bot"
) -> AsyncIterator[Running]:
    """Start it in a folder, and stop it in the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", module, *(args or ("run",))),
        cwd=folder,
        env=dict(env),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    one = Running(process)
    try:
        yield one
    finally:
        await one.stop()


async def output(folder: Path, env: Mapping[str, str], *args: str) -> tuple[int, str]:
    """Run a command to its end; return its exit code and all that it wrote."""
    async with running(folder, env, *args) as one:
        await one.process.wait()
    return await one.stop(), one.out + one.err
