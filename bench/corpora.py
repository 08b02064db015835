"""The papers that search is measured on, from a file or a store, or recombined to any number."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from bot.papers import Paper
from bot.settings import sqlite_in
from bot.sources.files import read
from bot.store import Store

SAMPLE = Path(__file__).parents[1] / "bot" / "sample" / "days.jsonl"
BATCH = 1000
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Corpus:
    """Papers of a file that `paperboy import` reads, or of a folder; `enlarged` to so many.

    It can be gone through again and again, and is the same each time.
    """

    path: Path = SAMPLE
    enlarged: int = 0
    seed: int = 1

    def __iter__(self) -> Iterator[Paper]:
        real = list(_stored(self.path) if self.path.is_dir() else _filed(self.path))
        yield from enlarge(real, self.enlarged, self.seed) if self.enlarged else real

    def __str__(self) -> str:
        return (
            f"{self.path.name}, enlarged to {self.enlarged:,}" if self.enlarged else self.path.name
        )


def enlarge(real: Sequence[Paper], number: int, seed: int) -> Iterator[Paper]:
    """Yield the real papers, then made ones until there are `number`, without keeping any.

    A title is the beginning of one real title and the end of another, an abstract two halves of
    abstracts; the authors are those of the other paper, the keywords of both.
    """
    yield from real[:number]
    chance = random.Random(seed)
    for made in range(len(real), number):
        one, other = chance.choice(real), chance.choice(real)
        yield replace(
            one,
            id=f"made-{made}",
            title=" ".join(_spliced(chance, one.title.split(), other.title.split())),
            abstract=" ".join(
                _spliced(chance, _SENTENCE.split(one.abstract), _SENTENCE.split(other.abstract))
            ),
            authors=other.authors,
            keywords=one.keywords[:2] + other.keywords[2:],
            published=date(2007, 4, 1) + timedelta(days=chance.randrange(7000)),
        )


def _spliced(chance: random.Random, one: list[str], other: list[str]) -> list[str]:
    """Return the beginning of one list and the end of the other, about half of each."""
    ahead, after = (len(part) // 2 + chance.choice((-1, 0, 1)) for part in (one, other))
    return one[: max(1, ahead)] + other[max(0, after) :]


def _filed(path: Path) -> Iterator[Paper]:
    known: set[str] = set()
    for paper in read(path):
        if isinstance(paper, Paper) and paper.id not in known:
            known.add(paper.id)
            yield paper


def _stored(home: Path) -> list[Paper]:
    async def fetch() -> list[Paper]:
        papers: list[Paper] = []
        async with await Store.open(sqlite_in(home)) as store:
            at = 0
            while batch := await store.papers.changed(at, BATCH):
                papers += [paper for _, paper in batch]
                at = batch[-1][0]
        return papers

    return asyncio.run(fetch())
