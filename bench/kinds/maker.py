"""Makes queries of all kinds from a corpus, the same for the same papers and seed."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from itertools import islice

from bench.catalog import Catalog
from bench.kinds.names import NAMES
from bench.kinds.parts import PARTS
from bench.kinds.people import PEOPLE
from bench.kinds.phrases import PHRASES
from bench.kinds.wish import Draw, Kind
from bench.queries import Wanted
from bot.papers import Paper

DEVELOPMENT_SEEDS = (1, 2, 3)
REPORTING_SEEDS = (101, 102, 103)
KINDS: dict[str, Kind] = PARTS | PEOPLE | NAMES | PHRASES
# A query that more papers fit singles none out.
MAX_GOLD = 10
# Papers that are tried for one kind: few have what the rarest need.
MAX_DRAWN = 20_000


def make_queries(papers: Iterable[Paper], seed: int, per_kind: int) -> list[Wanted]:
    """Make up to `per_kind` different queries of each kind."""
    catalog = Catalog(papers)
    return [
        query
        for name, kind in KINDS.items()
        for query in islice(_queries(catalog, name, kind, seed), per_kind)
    ]


def _queries(catalog: Catalog, name: str, kind: Kind, seed: int) -> Iterator[Wanted]:
    # a generator for each kind, so that one more kind leaves the others as they are
    chance = random.Random(f"{seed} {name}")
    known: set[str] = set()
    number = min(MAX_DRAWN, len(catalog.papers))
    for paper in chance.sample(catalog.papers, number) * _rounds(number):
        wish = kind(Draw(chance, catalog, paper))
        if wish and wish.text not in known and paper.id in wish.gold and len(wish.gold) <= MAX_GOLD:
            known.add(wish.text)
            yield Wanted(name, wish.text, dict.fromkeys(sorted(wish.gold), 1.0))


def _rounds(number: int) -> int:
    """Return how often the papers are gone through: a kind that fits few has other queries for them."""
    return 3 if number < MAX_DRAWN else 1
