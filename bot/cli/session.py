"""What the shell commands share: exit codes, and an app that is open while one of them runs."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from adapters.terminal.files import progress_bar
from bot.bootstrap import App, open_app
from bot.chat.outlet import Outlet
from bot.cli.exit_codes import DONE, INTERRUPTED, NOTHING, WRONG
from bot.settings import Settings

__all__ = [
    "DONE",
    "INTERRUPTED",
    "NOTHING",
    "WRONG",
    "as_admin",
    "discard_stdout",
    "open_session",
]


@asynccontextmanager
async def open_session(
    settings: Settings, outlets: Sequence[Outlet] = (), *, waits: bool = True
) -> AsyncIterator[App]:
    """Open the app, and start collecting garbage now that everything is imported."""
    with progress_bar() as show_bar:
        show = show_bar if sys.stderr.isatty() else _show_progress
        async with open_app(
            settings, outlets, waits=waits, progress=show if waits else None
        ) as app:
            gc.freeze()
            gc.enable()
            yield app


def as_admin(settings: Settings, person: str) -> Settings:
    """Return the settings with one more admin: the person at the terminal owns the bot."""
    return replace(settings, admins=settings.admins | {person})


def discard_stdout() -> None:
    """Discard what is still to be written to standard output."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _show_progress(indexed: int, total: int) -> None:
    print(f"Search index: {indexed:,} of {total:,} papers", file=sys.stderr)
