"""Measures `similar` on pairs of documents that the same question of a test collection asks for.

    python bench/similar.py --collections FOLDER --keep FOLDER [--queries 150]

A document is shown, and the others of its question are to be found: nDCG@10 of the reporting half, by
words, and by meaning too with the model of `make model`. `--keep` has the vectors for the next time.
"""

# ruff: noqa: T201  # a program on its own

from __future__ import annotations

import argparse
import asyncio
import random
from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from bench import queries
from bench.corpora import Corpus
from bench.engines import Search, SearchByMeaning
from bench.metrics import ndcg
from bench.queries import Wanted
from bot.papers import Paper

FOUND = 10


def main() -> None:
    """Measure each collection, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--collections", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--keep", type=Path, required=True)
    parser.add_argument("--queries", type=int, default=150)
    parser.add_argument("--half", choices=("development", "reporting"), default="reporting")
    args = parser.parse_args()
    print("| collection | documents shown | by words | by meaning too |\n| --- | --- | --- | --- |")
    for path in sorted(args.collections.glob("*.jsonl.xz")):
        half = queries.halves(path)[args.half == "reporting"]
        pairs = _pairs(half, args.queries)
        if pairs:
            asyncio.run(_measure(Corpus(path), args.keep, pairs))


def _pairs(wanted: Sequence[Wanted], number: int) -> list[Wanted]:
    """Return documents, each with the others that its question asks for."""
    found = []
    for query in wanted:
        gold = {id_: gain for id_, gain in query.gold.items() if gain > 0}
        found += [
            Wanted(query.kind, id_, {other: g for other, g in gold.items() if other != id_})
            for id_ in gold
            if len(gold) > 1
        ]
    return random.Random(1).sample(found, min(number, len(found)))


async def _measure(corpus: Corpus, keep: Path, pairs: Sequence[Wanted]) -> None:
    papers = {paper.id: paper for paper in corpus}
    folder = keep / corpus.path.name.partition(".")[0]
    folder.mkdir(parents=True, exist_ok=True)
    cells = [
        await _score(engine, papers, pairs) for engine in (SearchByMeaning(folder), Search(folder))
    ]
    print(f"| {folder.name} | {len(pairs)} | {cells[1]:.3f} | {cells[0]:.3f} |")


async def _score(engine: Search, papers: dict[str, Paper], pairs: Sequence[Wanted]) -> float:
    await engine.build(papers.values(), len(papers))
    try:
        return mean(
            [
                ndcg(await engine.similar(papers[one.text], FOUND), one.gold)
                for one in pairs
                if one.text in papers
            ]
        )
    finally:
        await engine.close()


if __name__ == "__main__":
    main()
