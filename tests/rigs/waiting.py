"""Waiting for what happens elsewhere, for as long as it takes and no longer."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

PATIENCE = 20.0  # seconds, for a machine that is busy with other tests


async def eventually(holds: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Wait until something holds and return it; `holds` may be a coroutine function."""
    async with asyncio.timeout(seconds):
        while True:
            found = holds()
            if found := await found if inspect.isawaitable(found) else found:
                return found
            await asyncio.sleep(0.01)
