"""`paperboy` alone: connected where a token is set, a prompt to type at otherwise."""

from __future__ import annotations

import argparse
import sys
from io import BufferedReader

from adapters.terminal import ME, Terminal
from bot.cli import run
from bot.cli.session import DONE, as_admin, open_session
from bot.runtime.supervisor import run_chores
from bot.settings import Settings


async def main(settings: Settings, args: argparse.Namespace) -> int:
    """Run the platforms that are set up, or else the prompt; without any input, print the help."""
    if settings.slack or settings.discord:
        return await run.main(settings, args)
    if _has_no_input():
        args.print_help()
        return DONE
    for reason in settings.left_out:
        print(f"paperboy: {reason}", file=sys.stderr)
    terminal = Terminal(settings.home)
    settings = as_admin(settings, ME.id)
    async with open_session(settings, [terminal], waits=False) as app, run_chores(app.chores):
        await terminal.run(app.bot)
    return DONE


def _has_no_input() -> bool:
    """Tell whether standard input is at its end, as that of `paperboy < /dev/null`."""
    given = sys.stdin.buffer
    return not sys.stdin.isatty() and isinstance(given, BufferedReader) and not given.peek(1)
