"""`paperboy` alone: connected where a token is set, a prompt to type at otherwise."""

from __future__ import annotations

import argparse

from adapters.terminal import ME, Terminal
from bot.cli import run
from bot.cli.session import DONE, as_admin, open_session
from bot.runtime.supervisor import run_chores
from bot.settings import Settings


async def main(settings: Settings, args: argparse.Namespace) -> int:
    """Run the platforms that are set up, or the prompt if there are none."""
    if settings.slack or settings.discord:
        return await run.main(settings, args)
    terminal = Terminal(settings.home)
    settings = as_admin(settings, ME.id)
    async with open_session(settings, [terminal], waits=False) as app, run_chores(app.chores):
        await terminal.run(app.bot)
    return DONE
