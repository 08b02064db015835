"""`paperboy health`: whether the bot that runs with this folder is well, from its heartbeat."""

from __future__ import annotations

import argparse
import json

from bot.calendar.clock import utc_now
from bot.cli.exit_codes import DONE, NOTHING
from bot.runtime.heartbeat import Heartbeat, read_heartbeat
from bot.settings import Settings


async def main(settings: Settings, args: argparse.Namespace) -> int:
    """Print how the bot is; 0 if it runs, with --ready only if everything works."""
    heartbeat = read_heartbeat(settings.home)
    problems = _problems(settings, heartbeat)
    runs = heartbeat is not None and heartbeat.alive and not heartbeat.is_stale(utc_now())
    good = runs and not (args.ready and problems)
    if args.json:
        at = heartbeat.at.isoformat() if heartbeat else None
        print(
            json.dumps(
                {"alive": runs, "ready": runs and not problems, "at": at, "problems": problems},
                ensure_ascii=False,
            )
        )
    else:
        print("\n".join(problems) if problems else "All is well.")
    return DONE if good else NOTHING


def _problems(settings: Settings, heartbeat: Heartbeat | None) -> list[str]:
    if heartbeat is None:
        return [f"Paperboy has not run with {settings.home}."]
    if heartbeat.is_stale(utc_now()):
        at = f"{heartbeat.at.astimezone():%Y-%m-%d %H:%M:%S}"
        return [f"Paperboy does not run, or hangs: its last heartbeat was at {at}."]
    return list(heartbeat.problems)
