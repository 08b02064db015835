"""`paperboy log`: what `paperboy run` logged in the last days."""

from __future__ import annotations

import argparse
import sys

from bot.cli.exit_codes import DONE, NOTHING
from bot.log_file import LogEntry, LogFile
from bot.settings import Settings


async def main(settings: Settings, args: argparse.Namespace) -> int:
    """Print the last lines, the oldest first."""
    entries = LogFile(settings.home).entries(args.lines, problems=args.problems)
    for entry in entries:
        print(entry.to_json() if args.json else _line(entry))
    if not entries:
        what = "No problems" if args.problems else "Nothing"
        print(f"{what} in the log of {settings.home}.", file=sys.stderr)
    return DONE if entries else NOTHING


def _line(entry: LogEntry) -> str:
    details = f"\n{entry.details.rstrip()}" if entry.details else ""
    time = f"{entry.at.astimezone():%Y-%m-%d %H:%M:%S}"
    return f"{time} {entry.level.upper()} {entry.message}{details}"
