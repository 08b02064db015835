"""`paperboy feed`: papers as an Atom document on standard output."""

from __future__ import annotations

import argparse

from adapters.terminal import ME
from bot.calendar.clock import utc_now
from bot.cli.ask import quote_again
from bot.cli.session import DONE, open_session
from bot.exchange.atom import write
from bot.features.feeds import build_feed
from bot.settings import Settings


async def main(settings: Settings, args: argparse.Namespace) -> int:
    """Print the feed of a search, of today, of what is trending, or of the shelf."""
    words = " ".join(map(quote_again, [*args.words, *args.more]))
    async with open_session(settings) as app:
        feed = await build_feed(app.services, ME, words, utc_now())
    print(write(feed), end="")
    return DONE
