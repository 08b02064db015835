"""Measures how well `for-me` guesses a paper of a reader's shelf that it was not shown.

    python bench/for_me.py PAPERS [--readers 200] [--seed 1]

PAPERS is a file of days, {"date", "items"} a line as the API answers, packed by xz. A synthetic
reader keeps up to twelve papers of one organisation or of one keyword; the newest is hidden among
300 others of the days around it. Shown is how high it comes back, beside random order and plain
upvotes in the same run. `for-me` knows organisations and keywords, by which the readers are made:
"topic hidden" is what it makes of papers that lack the very one, and "its words" of titles and
abstracts alone. With `--interests 2` a reader keeps the papers of two in turn.
"""

# ruff: noqa: T201  # a program on its own, and nothing in it is a secret

from __future__ import annotations

import argparse
import asyncio
import json
import lzma
import random
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import zip_longest
from pathlib import Path
from statistics import median
from typing import NamedTuple, TypeAlias

from bench.engines import SearchByMeaning
from bot.papers import Paper
from bot.search.ranking.profile import rank_for
from bot.semantic.encoder import Vector
from bot.sources.items import paper_from_item

KEPT, AMONG = 12, 300
KINDS = ("organisation", "keyword")


class Reader(NamedTuple):
    """What a reader keeps, of which organisation or keyword, and what is hidden among others."""

    topic: str
    kept: list[Paper]
    hidden: Paper
    among: list[Paper]

    @property
    def kind(self) -> str:
        """One of the KINDS."""
        return self.topic.partition(" ")[0]


Order: TypeAlias = Callable[[Reader], list[Paper]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("papers", type=Path)
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--interests", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the vectors, with `make model`")
    args = parser.parse_args()
    if not args.papers.exists():
        print(f"{args.papers} is not there: nothing is measured.")
        return
    papers = _read(args.papers)
    dice = random.Random(args.seed)
    meanings = asyncio.run(_meanings(papers, args.keep)) if args.keep else {}
    orders: dict[str, Order] = {
        "for-me": lambda reader: _ranked(reader.kept, reader.among),
        "topic hidden": lambda reader: _ranked(*_without_topic(reader)),
        "its words": lambda reader: _ranked(*map(_bare, (reader.kept, reader.among))),
        "upvotes": lambda reader: sorted(reader.among, key=lambda paper: -(paper.upvotes or 0)),
        "random": lambda reader: dice.sample(reader.among, len(reader.among)),
    }
    if meanings:
        orders["by meaning too"] = lambda reader: _ranked(reader.kept, reader.among, meanings)
        orders["the same, topic hidden"] = lambda reader: _ranked(*_without_topic(reader), meanings)
    places: dict[str, dict[str, list[int]]] = {kind: defaultdict(list) for kind in ("all", *KINDS)}
    seconds = []
    for reader in _mixed(_readers(papers, args.readers, dice), args.interests):
        for name, order in orders.items():
            start = time.perf_counter()
            place = [paper.id for paper in order(reader)].index(reader.hidden.id) + 1
            if name == "for-me":
                seconds.append(time.perf_counter() - start)
            for readers in ("all", reader.kind):
                places[readers][name].append(place)
    print(f"each hidden paper among {AMONG + 1}")
    for readers, by_name in places.items():
        for name, found in by_name.items():
            first, five = (
                sum(n == 1 for n in found) / len(found),
                sum(n <= 5 for n in found) / len(found),
            )
            rank = sum(1 / n for n in found) / len(found)
            print(
                f"{len(found):4} {readers:13} {name:22} first {first:.2f}, among five {five:.2f}, "
                f"MRR {rank:.2f}, "
                f"median place {median(found):.0f}"
            )
    print(f"for-me takes {median(seconds) * 1000:.0f} ms")


def _read(path: Path) -> list[Paper]:
    found: dict[str, Paper] = {}
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for day in map(json.loads, lines):
            for item in day["items"]:
                paper = paper_from_item(item, date.fromisoformat(day["date"]))
                found.setdefault(paper.id, paper)
    return list(found.values())


async def _meanings(papers: Sequence[Paper], keep: Path) -> Mapping[str, Vector]:
    """Return the vectors of all papers; a second run finds them in the folder."""
    engine = SearchByMeaning(keep)
    await engine.build(papers, len(papers))
    try:
        return await engine.vectors_of([paper.id for paper in papers])
    finally:
        await engine.close()


def _readers(papers: Sequence[Paper], number: int, dice: random.Random) -> list[Reader]:
    by_day = sorted(
        (paper for paper in papers if paper.daily),
        key=lambda paper: (paper.daily or date.min, paper.id),
    )
    place = {paper.id: n for n, paper in enumerate(by_day)}
    topics: dict[str, list[Paper]] = defaultdict(list)
    for paper in by_day:
        if paper.organization:
            topics[f"{KINDS[0]} {paper.organization.handle}"].append(paper)
        for word in paper.keywords:
            topics[f"{KINDS[1]} {word.lower()}"].append(paper)
    wanted = sorted(name for name, found in topics.items() if 5 <= len(found) <= 60)
    readers: list[Reader] = []
    for name in dice.sample(wanted, min(number, len(wanted))):
        found = topics[name]
        newest = dice.randrange(4, len(found))
        hidden, kept = found[newest], found[max(0, newest - KEPT) : newest]
        there = {paper.id for paper in kept} | {hidden.id}
        first = max(0, place[hidden.id] - AMONG // 2)
        around = [
            paper
            for paper in by_day[first : first + AMONG + len(there) + 1]
            if paper.id not in there
        ][:AMONG]
        # shuffled, so that papers with as many upvotes stand in no order
        readers.append(Reader(name, kept, hidden, dice.sample([*around, hidden], len(around) + 1)))
    return readers


def _mixed(readers: Sequence[Reader], interests: int) -> list[Reader]:
    """Let each reader keep also what the next ones do, in turn."""
    found = []
    for n, reader in enumerate(readers):
        shelves = [readers[(n + m) % len(readers)].kept for m in range(interests)]
        turns = (paper for turn in zip_longest(*shelves) for paper in turn if paper)
        kept = list({paper.id: paper for paper in turns if paper.id != reader.hidden.id}.values())
        there = {paper.id for paper in kept}
        among = [paper for paper in reader.among if paper.id not in there]
        found.append(reader._replace(kept=kept, among=among))
    return found


def _bare(papers: Sequence[Paper]) -> list[Paper]:
    return [replace(paper, keywords=(), organization=None) for paper in papers]


def _without_topic(reader: Reader) -> tuple[list[Paper], list[Paper]]:
    """Return what is kept and what it is hidden among, without what the reader was made by."""
    kind, _, name = reader.topic.partition(" ")

    def bare(paper: Paper) -> Paper:
        if kind == "organisation":
            return replace(paper, organization=None)
        others = tuple(word for word in paper.keywords if word.lower() != name)
        return replace(paper, keywords=others)

    return [bare(paper) for paper in reader.kept], [bare(paper) for paper in reader.among]


def _ranked(
    kept: Sequence[Paper], among: Sequence[Paper], meanings: Mapping[str, Vector] | None = None
) -> list[Paper]:
    there = {paper.id for paper in (*kept, *among)}
    known = {id_: vector for id_, vector in (meanings or {}).items() if id_ in there}
    ranked = [paper for paper, _ in rank_for(kept[::-1], among, meanings=known)]
    there = {paper.id for paper in ranked}
    return [*ranked, *(paper for paper in among if paper.id not in there)]


if __name__ == "__main__":
    main()
