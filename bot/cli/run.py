"""`paperboy run`: connected to every platform that is set up, until told to stop."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from bot.chat.outlet import Adapter
from bot.cli.session import DONE, WRONG, open_session
from bot.errors import SettingsError
from bot.runtime.health import health_chores
from bot.runtime.log import log_to_file
from bot.runtime.run_lock import only_one
from bot.runtime.supervisor import run, until_told
from bot.settings import Settings
from bot.store.database_url import read_address
from bot.text import count, listed

NO_PLATFORM = (
    "No platform is set up. Set DISCORD_TOKEN, or SLACK_BOT_TOKEN and SLACK_APP_TOKEN, or "
    "SMTP_URL for e-mail (see the README)."
)


async def main(settings: Settings, _: argparse.Namespace) -> int:
    """Run until stopped or until no platform is left; return the exit code."""
    adapters = build_adapters(settings)
    if not (adapters or settings.webhooks or settings.email):
        raise SettingsError(" ".join(settings.left_out) or NO_PLATFORM)
    for warning in _warnings(settings, {one.platform for one in adapters}):
        print(f"paperboy: {warning}", file=sys.stderr)
    starting = [one.platform.capitalize() for one in adapters]
    if settings.webhooks:
        starting.append(count(len(settings.webhooks.urls), "web hook"))
    if settings.email:
        starting.append("e-mail")
    print(f"Starting {listed(starting)}. Press Ctrl-C to stop.", flush=True)
    with log_to_file(settings):
        async with open_session(settings, adapters, waits=False) as app:
            chores = {**app.chores, **health_chores(settings, app.services, app.pulse)}
            with only_one(read_address(settings.database_url).file):
                ended = await until_told(run(app.bot, adapters, chores))
    return DONE if ended else WRONG


def build_adapters(settings: Settings) -> list[Adapter]:
    """Return the adapters of the platforms that are set up; only those are imported."""
    adapters: list[Adapter] = []
    if settings.slack:
        from adapters.slack import Slack

        adapters.append(Slack(settings.slack))
    if settings.discord:
        from adapters.discord import Discord

        adapters.append(Discord(settings.discord))
    return adapters


def _warnings(settings: Settings, platforms: set[str]) -> list[str]:
    here = platforms | ({"webhook"} if settings.webhooks else set())
    place = settings.admin_place
    if place and place[0] not in here:
        missing = f"PAPERBOY_ADMIN_PLACE is on {place[0]}, which isn’t set up here."
        return [*settings.left_out, missing]
    return [*settings.left_out, *_readable_secrets(Path(".env"))]


def _readable_secrets(file: Path) -> list[str]:
    """Warn of a file with tokens that other users of the computer can read."""
    if os.name != "posix" or not file.is_file() or not file.stat().st_mode & 0o077:
        return []
    return [f"Others on this computer can read {file}, which has tokens. Type: chmod 600 {file}"]
