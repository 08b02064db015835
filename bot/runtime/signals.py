"""Signals that ask the process to stop: they cancel a task, whenever they arrive."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


@contextmanager
def cancelled_by(task: asyncio.Task[Any], *signals: signal.Signals) -> Iterator[None]:
    """Let signals cancel `task`.

    `asyncio.run` itself notices Ctrl-C only when the main thread runs Python: one that arrives just
    before the event loop begins to wait, or in another thread, is noticed when the wait ends. A
    handler of the loop ends the wait.
    """
    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError):  # Windows
        for one in signals:
            loop.add_signal_handler(one, task.cancel)
    try:
        yield
    finally:
        with suppress(NotImplementedError):
            for one in signals:
                loop.remove_signal_handler(one)
