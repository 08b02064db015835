"""`paperboy discord-invite`: the link that adds the bot to a server."""

from __future__ import annotations

import argparse

from adapters.discord.invite import invite
from bot.cli.session import DONE
from bot.settings import Settings


async def main(settings: Settings, _: argparse.Namespace) -> int:
    """Print the link."""
    print(await invite(settings.discord))
    return DONE
