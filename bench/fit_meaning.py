"""Fits what nearness in meaning counts beside words, and writes bot/search/ranking/meaning.json.

    python bench/fit_meaning.py --corpus papers.jsonl.xz --collections FOLDER --keep FOLDER

It needs the model of `make model`. What words count stays as it is; queries are those of `bench/fit.py`
and the questions of `bench/themes.py`. What is nearest depends a little on the weights, so that a second
run changes them once more. With `--keep` the vectors stay in a folder, and it takes minutes.
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

from bench import kinds, queries, themes
from bench.corpora import Corpus
from bench.engines import SearchByMeaning
from bench.fit import understood, wanted_of
from bench.queries import Wanted
from bench.training import Array, Bounds, Judged, fit
from bot.papers import Paper
from bot.search import Query
from bot.search.analysis.tokenizer import tokenize
from bot.search.index.snapshot import Snapshot
from bot.search.query.spelling import prepare_speller
from bot.search.ranking.context import SearchContext
from bot.search.ranking.executor import with_synonyms
from bot.search.ranking.filters import passing_rows
from bot.search.ranking.interpretation import find_interpretation
from bot.search.ranking.meaning import Meaning
from bot.search.ranking.reranking import telling_words, unmet
from bot.search.ranking.weights import WORD_COUNTS

TARGET = Path(__file__).parents[1] / "bot" / "search" / "ranking" / "meaning.json"
# All collections together count so much beside all known items together: these lose little by it,
# since nearness hardly counts where words leave little open.
COLLECTIONS_IMPORTANCE = 2.0
# No weight comes near it.
MOST, LEAST_SCALE = 100.0, 0.05


def main() -> None:
    """Fit the weights, and write them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--collections", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--keep", type=Path, help="a folder for the indexes and vectors")
    parser.add_argument("--per-kind", type=int, default=8)
    parser.add_argument("--seeds", type=int, nargs="+", default=kinds.DEVELOPMENT_SEEDS)
    parser.add_argument("--target", type=Path, default=TARGET)
    args = parser.parse_args()
    papers = list(Corpus(args.corpus))
    made = (each for seed in args.seeds for each in wanted_of(papers, seed, args.per_kind))
    wanted = [query for group in made for query in group]
    paths = sorted(args.collections.glob("*.jsonl.xz"))
    sets = [(path.name, list(Corpus(path)), queries.halves(path)[0]) for path in paths]
    sets.append(("themes", themes.without_keywords(papers), themes.asked(papers)))
    with TemporaryDirectory() as folder:
        keep = args.keep or Path(folder)
        judged = []
        importance = COLLECTIONS_IMPORTANCE / len(sets)
        for name, each, asked in sets:
            judged += _learnt(keep / name.partition(".")[0], each, asked, importance)
        judged += _learnt(keep / "known", papers, wanted, 1.0)
    write(fitted(judged), args.target)


def _learnt(
    folder: Path, papers: Sequence[Paper], wanted: Sequence[Wanted], importance: float
) -> list[Judged]:
    """Return the candidates of each query that has one to gain by; together they count `importance`."""
    folder.mkdir(parents=True, exist_ok=True)
    return asyncio.run(_learn(folder, papers, wanted, importance))


async def _learn(
    folder: Path, papers: Sequence[Paper], wanted: Sequence[Wanted], importance: float
) -> list[Judged]:
    engine = SearchByMeaning(folder)
    await engine.build(papers, len(papers))
    try:
        return [each async for each in _ask(engine, wanted, importance / max(1, len(wanted)))]
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
    context = with_synonyms(replace(context, passing=passing, near=meaning.nearest(passing)))
    speller = prepare_speller(snapshot.lexicons, snapshot.row_count, context.words)
    ranked = find_interpretation(context, speller).ranked
    number = telling_words(context.words)
    weights = context.weights.of_query(number, thorough=True)
    features = np.array([each.features for each in ranked], np.float32).reshape(-1, len(weights))
    by_words = features @ weights
    if not ranked:
        return np.empty((0, 1), np.float32), []
    lacking = unmet(features, context.words)
    rows = np.array([each.candidate.row for each in ranked], np.int64)
    _, near = meaning.nearness_with_best(rows, by_words, meaning.weight_of(number, lacking))
    if ranked[int(by_words.argmax())].is_named:
        near = np.zeros_like(near)  # the papers of a person are those with the name
    counts = range(len(WORD_COUNTS))
    shares = [np.interp(number, WORD_COUNTS, [float(n == m) for m in counts]) for n in counts]
    columns = [by_words, *(near * share * part for part in lacking for share in shares)]
    return np.column_stack(columns).astype(np.float32), [each.candidate.id for each in ranked]


def fitted(judged: Sequence[Judged]) -> Array:
    """Return the weights by word count, for names and for questions, what words score counting 1."""
    start = np.array([1.0] + [0.0] * 2 * len(WORD_COUNTS))
    # how much all scores differ is fitted too, since it says how sure the words are
    bounds = Bounds(np.where(start, LEAST_SCALE, 0.0), np.where(start, 1.0, MOST))
    scale, *weights = fit(judged, start, bounds).tolist()
    return np.array(weights).reshape(2, -1) / scale


def write(weights: Array, target: Path) -> None:
    """Write the weights, on a line each."""
    lines = {
        "written_by": "bench/fit_meaning.py",
        "word_counts": list(WORD_COUNTS),
        "weights": weights[0].round(2).tolist(),
        "asked": weights[1].round(2).tolist(),
    }
    rows = ",\n".join(f'  "{name}": {json.dumps(value)}' for name, value in lines.items())
    target.write_text(f"{{\n{rows}\n}}\n", "utf-8")
    sys.stdout.write(target.read_text("utf-8"))


if __name__ == "__main__":
    main()
