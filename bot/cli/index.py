"""`paperboy index`: checks the search index, or builds it again."""

from __future__ import annotations

import argparse

from bot.cli.session import DONE, NOTHING, open_session
from bot.settings import Settings
from bot.text import count


async def main(settings: Settings, args: argparse.Namespace) -> int:
    """Check the index, rebuilding it if it is damaged, or rebuild it in any case."""
    async with open_session(settings) as app:
        if args.rebuild:
            papers = await app.services.library.rebuild_index()
            print(f"Rebuilt the search index: {count(papers, 'paper')}.")
            return DONE
        sound = await app.services.library.check_index()
    print("The search index is fine." if sound else "The search index was damaged; rebuilt it.")
    return DONE if sound else NOTHING
