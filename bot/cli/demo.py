"""The main job shown from end to end, with no token and no account."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import date, time, timedelta
from importlib.resources import files

from bot.chat.bot import Bot
from bot.chat.views import View
from bot.digests.layout import views
from bot.digests.selection import Digest
from bot.features.services import Services
from bot.library.library import Library
from bot.models import DigestOptions, Person, Place
from bot.schedule import Schedule
from bot.sources.items import paper_from_item

PATIENCE = 4.0  # seconds for Hugging Face to answer before the sample is taken
DAYS = 4  # a weekend and the day before, so that one of them has papers
WISHES = DigestOptions(Schedule("daily", time(9), "UTC"), layout="full")


async def demo(
    bot: Bot[Services],
    person: Person,
    place: Place,
    say: Callable[[str], None],
    show: Callable[[View], None],
) -> View:
    """Bring papers in, then show a digest, a search with typos, a save and the shelf; return the last view."""
    say("Asking Hugging Face for the latest papers …")
    day = await _latest(bot.services.library)
    if day is None:
        say("It is out of reach; taking three days that come with Paperboy instead.")
        day = await bring_sample(bot.services.library)
    listing = await bot.services.library.between(day, day, limit=WISHES.papers)
    say("What a channel gets each day")
    for view in views(Digest(WISHES, day, day, listing.papers, listing.total)):
        show(view)
    wanted = listing.papers[-1]
    view = View(())
    for heading, words in (
        ("Half a title, misspelt", f"find {half_remembered(wanted.title)}"),
        ("One press keeps a paper", f"save {wanted.id}"),
        ("The shelf", "saved"),
    ):
        say(f"{heading}: {words}")
        view = await bot.handle(bot.read(words, person, place))
        show(view)
    return view


def half_remembered(title: str) -> str:
    """Return two long words of a title as somebody in a hurry would type them.

    >>> half_remembered("Attention Is All You Need")
    'attnetion need'
    """
    words = [word for word in title.lower().replace("-", " ").split() if word.isalpha()]
    longest = sorted(words, key=len, reverse=True)[:2]
    return " ".join(misspelt(word) for word in words if word in longest) or title


def misspelt(word: str) -> str:
    """Swap two letters near the middle of a word; a short word stays as it is."""
    for i in range(len(word) // 2 - 1, len(word) - 1):
        if len(word) > 4 and word[i] != word[i + 1]:
            return word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    return word


async def _latest(library: Library) -> date | None:
    """Sync the last days; return the newest with enough papers for a digest, or None."""
    today = library.today()
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            if not (await library.sync(today, today)).failed:
                await library.sync(today - timedelta(days=DAYS - 1), today)
    for back in range(DAYS):
        day = today - timedelta(days=back)
        if (await library.known(day, day)).total >= WISHES.papers:
            return day
    return None


async def bring_sample(library: Library) -> date:
    """Add the sample's days; return the newest."""
    lines = files("bot.sample").joinpath("days.jsonl").read_text(encoding="utf-8").splitlines()
    captured = [json.loads(line) for line in lines]
    for one in captured:
        day = date.fromisoformat(one["date"])
        await library.add_day(day, [paper_from_item(item, day) for item in one["items"]])
    return max(date.fromisoformat(one["date"]) for one in captured)
