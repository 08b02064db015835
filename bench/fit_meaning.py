"""Fits what nearness in meaning counts beside words, and writes bot/search/ranking/meaning.json.

    python bench/fit_meaning.py --corpus papers.jsonl.xz --collections FOLDER --keep FOLDER

It needs the model of `make model`. What words count stays as it is; queries are those of `bench/fit.py`.
With `--keep` the vectors stay in a folder, and a second run takes a minute.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # sums are added up in the same order each time

import argparse
import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench import kinds, queries
from bench.corpora import Corpus
from bench.engines import SearchByMeaning
from bench.fit import understood, wanted_of
from bench.queries import Wanted
from bench.training import Array, Bounds, Judged, fit
from bot.search import Query
from bot.search.analysis.tokenizer import tokenize
from bot.search.index.snapshot import Snapshot
from bot.search.query.spelling import prepare_speller
from bot.search.ranking.context import SearchContext
from bot.search.ranking.filters import passing_rows
from bot.search.ranking.interpretation import find_interpretation
from bot.search.ranking.meaning import Meaning
from bot.search.ranking.reranking import telling_words
from bot.search.ranking.weights import WORD_COUNTS

TARGET = Path(__file__).parents[1] / "bot" / "search" / "ranking" / "meaning.json"
# All collections together count so much beside all other queries together.
COLLECTIONS_IMPORTANCE = 1.0
# The most that nearness may count for each word count: few words name a paper, which what they mean
# must not hide, and beyond 1 no collection gains.
MOST = (0.05, 0.1, 0.2, 0.5, 1.0, 1.0)


def main() -> None:
    """Fit the weights, and write them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--collections", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--keep", type=Path, help="a folder for the indexes and vectors")
    parser.add_argument("--per-kind", type=int, default=8)
    parser.add_argument("--target", type=Path, default=TARGET)
    args = parser.parse_args()
    papers = list(Corpus(args.corpus))
    wanted = [
        query
        for seed in kinds.DEVELOPMENT_SEEDS
        for made in wanted_of(papers, seed, args.per_kind)
        for query in made
    ]
    with TemporaryDirectory() as folder:
        keep = args.keep or Path(folder)
        judged = asyncio.run(_learn(Corpus(args.corpus), keep, wanted, 1.0))
        paths = sorted(args.collections.glob("*.jsonl.xz"))
        for path in paths:
            importance = COLLECTIONS_IMPORTANCE / len(paths)
            judged += asyncio.run(_learn(Corpus(path), keep, queries.halves(path)[0], importance))
    write(fitted(judged), args.target)


async def _learn(
    corpus: Corpus, keep: Path, wanted: Sequence[Wanted], importance: float
) -> list[Judged]:
    """Return the candidates of each query that has one to gain by; together they count `importance`."""
    folder = keep / corpus.path.name.partition(".")[0]
    folder.mkdir(parents=True, exist_ok=True)
    papers, engine = list(corpus), SearchByMeaning(folder)
    await engine.build(papers, len(papers))
    try:
        return [each async for each in _ask(engine, wanted, importance / len(wanted))]
    finally:
        await engine.close()


async def _ask(
    engine: SearchByMeaning, wanted: Sequence[Wanted], importance: float
) -> AsyncIterator[Judged]:
    for one in wanted:
        query = understood(one.text)
        meaning = await engine.meaning_of(query)
        if meaning is None:
            continue
        features, ids = await engine.read(_candidates, query, meaning)
        gains = np.array([one.gold.get(id_, 0.0) for id_ in ids], np.float32)
        if gains.any():
            yield Judged(features, gains, importance)


def _candidates(
    connection: sqlite3.Connection, snapshot: Snapshot, query: Query, meaning: Meaning
) -> tuple[Array, list[str]]:
    """Return a line for each candidate: what its words score, and how near it is by word count."""
    words = tuple(tokenize(query.text))
    context = SearchContext(connection, snapshot, query, words, meaning=meaning)
    passing = passing_rows(context, None)
    context = replace(context, passing=passing, near=meaning.nearest(passing))
    ranked = find_interpretation(
        context, prepare_speller(snapshot.lexicons, snapshot.row_count, words)
    ).ranked
    number = telling_words(words)
    nearness = meaning.nearness(np.array([each.candidate.row for each in ranked], np.int64))
    by_words = np.array([each.score for each in ranked]) - meaning.weight_of(number) * nearness
    counts = range(len(WORD_COUNTS))
    near = [np.interp(number, WORD_COUNTS, [float(n == m) for m in counts]) for n in counts]
    columns = np.column_stack([by_words, *(nearness * share for share in near)])
    return columns.astype(np.float32), [each.candidate.id for each in ranked]


def fitted(judged: Sequence[Judged]) -> Array:
    """Return the weights by word count, what words score counting 1."""
    size = len(WORD_COUNTS)
    bounds = Bounds(np.array([1.0] + [0.0] * size), np.array([1.0, *MOST]))
    return fit(judged, np.array([1.0] + [0.0] * size), bounds)[1:]


def write(weights: Array, target: Path) -> None:
    """Write the weights, on a line each."""
    lines = {
        "written_by": "bench/fit_meaning.py",
        "word_counts": list(WORD_COUNTS),
        "weights": [round(float(weight), 2) for weight in weights],
    }
    rows = ",\n".join(f'  "{name}": {json.dumps(value)}' for name, value in lines.items())
    target.write_text(f"{{\n{rows}\n}}\n", "utf-8")
    sys.stdout.write(target.read_text("utf-8"))


if __name__ == "__main__":
    main()
