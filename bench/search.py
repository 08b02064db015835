"""Measures the search: what it finds and how long it takes, beside rapidfuzz over the titles in the same run.

    python bench/search.py PAPERS [--queries FILE] [--seed 1] [--per-kind 60] [--baseline 10]

PAPERS is a file that `paperboy import` reads. Queries are known-item queries: somebody looks for a paper half
remembered, and the paper is either first (success@1), among the first five (success@5), or not. They are made from the
papers with a seed, or read from FILE: lines of {"kind", "text", "gold": [ids]}. The baseline is slow, so that it
answers only so many of each kind.
"""

# ruff: noqa: INP001, S311  # a program on its own, and nothing in it is a secret

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from statistics import quantiles
from typing import TypeAlias

from rapidfuzz import fuzz, process

from bot.errors import UsageError
from bot.papers import Paper, paper_id
from bot.search import Index, Query, parse
from bot.search.words import COMMON, words
from bot.sources.files import read

Finder: TypeAlias = Callable[[str], Awaitable[Sequence[str]]]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
TODAY = date(2026, 1, 1)  # only filters depend on it


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query and the ids of the papers that it is for."""

    kind: str
    text: str
    gold: frozenset[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """How one query was answered."""

    first: bool
    among_five: bool
    ms: float


def slipped(rnd: random.Random, word: str) -> str:
    """Return a word with a letter left out, put in, changed, doubled, or swapped with the next."""
    at = rnd.randrange(1, len(word))
    head, letter, tail = word[:at], word[at], word[at + 1 :]
    other = rnd.choice(LETTERS)
    ends = [tail, other + letter + tail, other + tail, letter * 2 + tail, tail[:1] + letter + tail[1:]]
    return head + rnd.choice(ends)


def made(papers: Sequence[Paper], seed: int, per_kind: int) -> Iterator[Wanted]:
    """Make queries of each kind, the same for the same seed."""
    rnd = random.Random(seed)
    rich = [paper for paper in papers if len(telling(paper)) > 4 and paper.authors]
    written: dict[str, set[str]] = defaultdict(set)
    for paper in papers:
        for name in paper.authors:
            written[name].add(paper.id)
    for kind, ask in KINDS.items():
        for paper in rnd.sample(rich, min(per_kind, len(rich))):
            text = ask(rnd, paper)
            yield Wanted(kind, text, frozenset(written[paper.authors[0]] if kind.startswith("author") else {paper.id}))


def telling(paper: Paper) -> list[str]:
    """Return the words of a title that one remembers."""
    return [word for word in words(paper.title) if word not in COMMON and len(word) > 2]


def some(rnd: random.Random, paper: Paper, number: int) -> list[str]:
    """Return some of these words, in their order."""
    found = telling(paper)
    return [found[n] for n in sorted(rnd.sample(range(len(found)), number))]


def misspelt(rnd: random.Random, paper: Paper, slips: int) -> str:
    """Return four words of a title with slips in some of them."""
    typed = some(rnd, paper, 4)
    for n in rnd.sample(range(4), slips):
        typed[n] = slipped(rnd, typed[n])
    return " ".join(typed)


def begun(rnd: random.Random, paper: Paper) -> str:
    """Return two words of a title and the beginning of the third."""
    found = telling(paper)
    at = rnd.randrange(len(found) - 2)
    return " ".join([*found[at : at + 2], found[at + 2][: rnd.randint(3, 5)]])


def run_together(rnd: random.Random, paper: Paper) -> str:
    """Return four neighbouring words of a title, two of them written as one."""
    found = telling(paper)
    at = rnd.randrange(len(found) - 3)
    typed = found[at : at + 4]
    joined = rnd.randrange(3)
    return " ".join([*typed[:joined], typed[joined] + typed[joined + 1], *typed[joined + 2 :]])


def misspelt_name(rnd: random.Random, paper: Paper) -> str:
    """Return the first author with a slip in the longest of the names."""
    names = paper.authors[0].lower().split()
    longest = max(range(len(names)), key=lambda n: len(names[n]))
    if len(names[longest]) > 3:
        names[longest] = slipped(rnd, names[longest])
    return " ".join(names)


KINDS: dict[str, Callable[[random.Random, Paper], str]] = {
    "title": lambda _, paper: paper.title,
    "one slip": lambda rnd, paper: misspelt(rnd, paper, 1),
    "three slips": lambda rnd, paper: misspelt(rnd, paper, 3),
    "reordered": lambda rnd, paper: " ".join(rnd.sample(some(rnd, paper, 4), 4)),
    "begun": begun,
    "run together": run_together,
    "author": lambda _, paper: paper.authors[0].lower(),
    "author misspelt": misspelt_name,
}


async def answers(find: Finder, wanted: Sequence[Wanted]) -> list[Answer]:
    """Ask every query once."""
    found = []
    for query in wanted:
        start = time.perf_counter()
        ids = await find(query.text)
        ms = (time.perf_counter() - start) * 1000
        found.append(Answer(bool(ids) and ids[0] in query.gold, not query.gold.isdisjoint(ids[:5]), ms))
    return found


def baseline(papers: Sequence[Paper]) -> Finder:
    """Return rapidfuzz's own search: its weighted ratio against every title."""
    titles = {paper.id: paper.title for paper in papers}

    async def find(text: str) -> Sequence[str]:
        return [key for *_, key in process.extract(text, titles, scorer=fuzz.WRatio, limit=5)]

    return find


def engine(index: Index) -> Finder:
    """Return the search as the bot uses it: an id is looked up, all else is searched."""

    async def find(text: str) -> Sequence[str]:
        if known := paper_id(text):
            return [known]
        try:
            query = parse(text, TODAY)
        except UsageError:  # a title can look like a misspelt filter
            query = Query(text)
        return (await index.search(query, limit=5)).ids

    return find


def row(name: str, found: Sequence[Answer]) -> str:
    """Lay out one line of the table."""
    ms = sorted(answer.ms for answer in found)
    p50, p95 = (ms[0], ms[0]) if len(ms) < 2 else (quantiles(ms, n=100)[49], quantiles(ms, n=100)[94])
    first = sum(answer.first for answer in found) / len(found)
    among = sum(answer.among_five for answer in found) / len(found)
    return f"{name:28} {len(found):7,} {first:9.3f} {among:9.3f} {p50:8.1f} {p95:8.1f} {ms[-1]:8.1f}\n"


async def main() -> None:
    """Build an index in a temporary folder, ask all queries, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("papers", type=Path)
    parser.add_argument("--queries", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--per-kind", type=int, default=60)
    parser.add_argument("--baseline", type=int, default=10)
    args = parser.parse_args()
    papers = list({paper.id: paper for paper in read(args.papers) if isinstance(paper, Paper)}.values())
    if args.queries:
        asked = [json.loads(line) for line in args.queries.read_text("utf-8").splitlines()]
        wanted = [Wanted(query["kind"], query["text"], frozenset(query["gold"])) for query in asked]
    else:
        wanted = list(made(papers, args.seed, args.per_kind))
    with tempfile.TemporaryDirectory() as folder:
        await measure(papers, wanted, Path(folder) / "search.db", args.baseline)


async def measure(papers: Sequence[Paper], wanted: Sequence[Wanted], path: Path, compared: int) -> None:
    """Print what it takes to build the index, and how queries are answered."""
    index = await Index.open(path, "benchmark")
    listed = list(enumerate(papers, 1))

    async def changed(after: int, limit: int) -> Sequence[tuple[int, Paper]]:
        return listed[after : after + limit]

    start = time.perf_counter()
    await index.follow(changed, len(listed))
    took = time.perf_counter() - start
    listed += [(len(listed) + n, replace(paper, id=f"new-{n}")) for n, paper in enumerate(papers[:50], 1)]
    start = time.perf_counter()
    await index.follow(changed, len(listed))
    update = (time.perf_counter() - start) * 1000
    size = sum(part.stat().st_size for part in path.parent.iterdir()) / 1e6
    sys.stdout.write(f"{len(papers):,} papers: built in {took:.1f} s, {size:.0f} MB; 50 more in {update:.0f} ms\n\n")
    sys.stdout.write(
        f"{'kind':28} {'queries':>7} {'first':>9} {'of five':>9} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8}\n"
    )
    kinds: dict[str, list[Wanted]] = defaultdict(list)
    for query in wanted:
        kinds[query.kind].append(query)
    ours: list[Answer] = []
    for kind, queries in kinds.items():
        ours += (found := await answers(engine(index), queries))
        sys.stdout.write(row(kind, found))
    few = [query for queries in kinds.values() for query in queries[:compared]]
    sys.stdout.write(row("all", ours))
    sys.stdout.write(row("of these: Paperboy", await answers(engine(index), few)))
    sys.stdout.write(row("of these: rapidfuzz WRatio", await answers(baseline(papers), few)))
    await index.close()


if __name__ == "__main__":
    asyncio.run(main())
