"""Measures a shelf of 20,000 papers beside one of 20: its pages, searches and saves.

How much of the time the search index itself took stands beside it.

    python bench/shelf.py PAPERS [--kept 20000] [--times 200]

PAPERS is a file that `paperboy import` reads, with more papers than are kept.
"""

# ruff: noqa: T201  # a program on its own, and nothing in it is a secret

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import TypeAlias

from bot.bootstrap import open_app
from bot.chat.bot import Bot
from bot.chat.views import View
from bot.models import Kept, Person, Place
from bot.papers import Paper
from bot.settings import Settings
from bot.sources.files import read

Asking: TypeAlias = Callable[[int], Awaitable[View]]
FEW, MANY = Person("bench", "T", "few", "Few"), Person("bench", "T", "many", "Many")
HERE = Place("bench", "T", "C", "#papers")


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("papers", type=Path)
    parser.add_argument("--kept", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=200)
    args = parser.parse_args()
    if not args.papers.exists():
        print(f"{args.papers} is not there: nothing is measured.")
        return
    with tempfile.TemporaryDirectory() as home:
        settings = Settings.read({"PAPERBOY_HOME": home, "HF_ENDPOINT": "http://127.0.0.1:9"})
        async with open_app(settings) as app:
            await _measure(app.bot, args.papers, args.kept, args.times)


async def _measure(bot: Bot, file: Path, number: int, times: int) -> None:
    found = {paper.id: paper for paper in read(file) if isinstance(paper, Paper)}
    papers = list(found.values())[: number + times + 20]
    for n in range(0, len(papers), 2000):
        await bot.services.library.add(papers[n : n + 2000], bot.now())
    now = bot.now()
    shelf = bot.services.store.tenant("bench", "T").shelf
    for person, ids in ((FEW, papers[number : number + 20]), (MANY, papers[:number])):
        rows = [
            Kept(p.id, person.id, at, at, None, private=False, address="C", place="#papers")
            for n, p in enumerate(ids)
            for at in [now - timedelta(minutes=n)]
        ]
        await shelf.save_all(rows)
        await bot.services.store.tenant("bench", "T").people.know(person.id, person.name)
    print(f"{number:,} papers kept by one, 20 by another, all on the team's shelf")

    def asking(words: Callable[[int], str], person: Person) -> Asking:
        return lambda n: bot.handle(bot.read(words(n), person, HERE))

    dice = random.Random(1)
    titles = [dice.choice(papers[:number]).title for _ in range(times)]
    half = [
        " ".join(_slip(word, dice) for word in title.split()[:3]).replace(":", "")
        for title in titles
    ]
    common, orders = ("model", "learning", "network"), ("new", "votes", "title", "touched")
    extra = papers[number + 20 : number + 20 + times]
    await _timed("the page, 20 kept", asking(lambda _: "saved", FEW), times)
    await _timed("the page, many kept", asking(lambda _: "saved", MANY), times)
    await _timed(
        "any page, in any order",
        asking(lambda n: f"saved page:{n + 1} sort:{orders[n % 4]}", MANY),
        times,
    )
    await _timed("the team's page, 20", asking(lambda _: "shelf by:@few", MANY), times)
    await _timed("the team's page", asking(lambda _: "shelf", MANY), times)
    await _timed(
        "the team's, in any order", asking(lambda n: f"shelf sort:{orders[n % 4]}", MANY), times
    )
    await _timed("search, misspelt", asking(lambda n: f"saved {half[n]}", MANY), times)
    await _timed("search, common words", asking(lambda n: f"saved {common[n % 3]}", MANY), times)
    await _timed("search by filter", asking(lambda n: f"saved after:{2000 + n % 20}", MANY), times)
    await _timed(
        "search, by title", asking(lambda n: f"saved {common[n % 3]} sort:title", MANY), times
    )
    await _timed("search of the team's", asking(lambda n: f"shelf {half[n]}", MANY), times)
    await _timed(
        "search of one person's", asking(lambda n: f"shelf {half[n]} by:@many", FEW), times
    )
    await _timed("saving", asking(lambda n: f"save {extra[n].id}", MANY), min(times, len(extra)))
    undone = [asking(lambda n: f"unsave {extra[n].id}", MANY), asking(lambda _: "saved", MANY)]
    await _timed("the page after a change", undone[1], min(times, len(extra)), before=undone[0])
    again = [
        asking(lambda n: f"save {extra[n].id}", MANY),
        asking(lambda n: f"saved {half[n]}", MANY),
    ]
    await _timed("search after a change", again[1], min(times, len(extra)), before=again[0])


async def _timed(what: str, do: Asking, times: int, before: Asking | None = None) -> None:
    """Do something many times, each after something else that is not measured."""
    took, index = [], []
    for n in range(times):
        if before:
            await before(n)
        start = time.perf_counter()
        view = await do(n)
        took.append((time.perf_counter() - start) * 1000)
        ms = (view.data or {}).get("ms", 0.0)
        index.append(ms if isinstance(ms, float) else 0.0)
    rest = [all_of_it - ms for all_of_it, ms in zip(took, index, strict=True)]
    parts = f"  (index {_p95(index):6.1f} ms, the rest {_p95(rest):6.1f} ms)" if any(index) else ""
    print(f"{what:26} median {median(took):6.1f} ms, p95 {_p95(took):6.1f} ms{parts}")


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]


def _slip(word: str, dice: random.Random) -> str:
    place = dice.randrange(1, len(word) - 1) if len(word) > 5 else 0
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :] if place else word


if __name__ == "__main__":
    asyncio.run(main())
