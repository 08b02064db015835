"""`paperboy demo`: the main job from end to end, with no token and no account."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, time, timedelta
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.terminal import HERE, ME, Terminal, announce, show
from bot.calendar.schedule import Schedule
from bot.chat.bot import Bot
from bot.chat.views import View
from bot.cli.session import DONE, open_session
from bot.digests.layout import views
from bot.digests.selection import Digest
from bot.features.services import Services
from bot.library.library import Library
from bot.models import DigestOptions
from bot.settings import Settings, sqlite_in
from bot.sources.items import paper_from_item

PATIENCE_SECONDS = 4.0  # that Hugging Face has to answer; after that the sample is shown
DAYS = 4  # a weekend and the day before it, so that one of them has papers
OPTIONS = DigestOptions(Schedule("daily", time(9), "UTC"), layout="full")


async def main(settings: Settings, _: argparse.Namespace) -> int:
    """Show the main job in a temporary folder, then open a prompt if a person is there."""
    with TemporaryDirectory(prefix="paperboy-demo-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        settings = replace(settings, home=home, database_url=sqlite_in(home))
        async with open_session(settings) as app:
            view = await demo(app.bot, announce, show)
            if sys.stdin.isatty() and sys.stdout.isatty():
                announce(
                    "Your turn. What you save here is deleted when you leave; run `paperboy` to "
                    "keep it."
                )
                await Terminal(home, view).run(app.bot)
    return DONE


async def demo(
    bot: Bot[Services], say: Callable[[str], None], display: Callable[[View], None]
) -> View:
    """Show a digest, a search with typos, a save and the shelf; return the last view."""
    say("Fetching the latest papers from Hugging Face …")
    library = bot.services.library
    day = await _latest(library)
    if day is None:
        say("Can't reach it, so here are three days that come with Paperboy.")
        day = await bring_sample(library)
    listing = await library.between(day, day, limit=OPTIONS.papers)
    say("What a channel gets each day")
    for view in views(Digest(OPTIONS, day, day, listing.papers, listing.total)):
        display(view)
    paper = listing.papers[-1]
    view = View(())
    for heading, words in (
        ("Search by half a title, misspelt", f"find {half_remembered(paper.title)}"),
        ("Save a paper with one press", f"save {paper.id}"),
        ("Your shelf", "saved"),
    ):
        say(f"{heading}: {words}")
        view = await bot.handle(bot.read(words, ME, HERE))
        display(view)
    return view


def half_remembered(title: str) -> str:
    """Return two long words of a title as a person in a hurry would type them.

    >>> half_remembered("Attention Is All You Need")
    'attnetion need'
    """
    words = [word for word in title.lower().replace("-", " ").split() if word.isalpha()]
    longest = sorted(words, key=len, reverse=True)[:2]
    return " ".join(misspell(word) for word in words if word in longest) or title


def misspell(word: str) -> str:
    """Swap two letters near the middle of a word; a short word stays as it is."""
    for i in range(len(word) // 2 - 1, len(word) - 1):
        if len(word) > 4 and word[i] != word[i + 1]:
            return word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    return word


async def bring_sample(library: Library) -> date:
    """Add the sample's days; return the newest."""
    lines = files("bot.sample").joinpath("days.jsonl").read_text(encoding="utf-8").splitlines()
    captured = [json.loads(line) for line in lines]
    for one in captured:
        day = date.fromisoformat(one["date"])
        await library.add_day(day, [paper_from_item(item, day) for item in one["items"]])
    return max(date.fromisoformat(one["date"]) for one in captured)


async def _latest(library: Library) -> date | None:
    """Fetch the last days; return the newest with enough papers for a digest, or None."""
    today = library.today()
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            if not (await library.sync(today, today)).failed:
                await library.sync(today - timedelta(days=DAYS - 1), today)
    for back in range(DAYS):
        day = today - timedelta(days=back)
        if (await library.known(day, day)).total >= OPTIONS.papers:
            return day
    return None
