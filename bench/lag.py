"""How late the event loop is: what everybody who waits for it feels."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

PAUSE = 0.005  # seconds


@asynccontextmanager
async def watched() -> AsyncIterator[list[float]]:
    """Note in the list that is given, every 5 ms, by how many milliseconds the loop was late."""
    lags: list[float] = []
    watching = asyncio.create_task(_watch(lags))
    try:
        yield lags
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _watch(lags: list[float]) -> None:
    while True:
        started = time.perf_counter()
        await asyncio.sleep(PAUSE)
        lags.append((time.perf_counter() - started - PAUSE) * 1000)
