"""Signals that ask to stop: they cancel a task, whichever moment and thread they reach the process at."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


@contextmanager
def cancelled_by(task: asyncio.Task[Any], *signals: signal.Signals) -> Iterator[None]:
    """Let signals cancel `task` meanwhile.

    `asyncio.run` itself hears Ctrl-C only once the main thread runs Python: one that comes just
    before the event loop begins to wait, or to another thread, would be heard when the wait ends. A
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
