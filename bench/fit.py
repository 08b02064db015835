"""Fits the weights of search's ranking, and writes them to bot/search/ranking/weights.json.

    python bench/fit.py --corpus papers.jsonl.xz --collections FOLDER --page PAGE.txt

It asks queries of the development seeds, known items and those of `bench/kinds`, the half of each
test collection that is there to tune on, and half of the questions of `bench/page.py`. Run again on
the same papers, it writes the same.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # sums are added up in the same order each time

import argparse
import asyncio
import json
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from bench import kinds, page, queries
from bench.corpora import Corpus
from bench.engines import TODAY, Search
from bench.queries import Wanted
from bench.training import Array, Bounds, Judged, fit
from bot.errors import UsageError
from bot.papers import Paper
from bot.search import Query, parse
from bot.search.analysis.tokenizer import tokenize
from bot.search.index.snapshot import Snapshot
from bot.search.query.spelling import prepare_speller
from bot.search.ranking.context import SearchContext
from bot.search.ranking.executor import with_synonyms
from bot.search.ranking.filters import passing_rows
from bot.search.ranking.interpretation import find_interpretation
from bot.search.ranking.reranking import Ranked, telling_words
from bot.search.ranking.weights import FEATURES, WORD_COUNTS, RankingWeights

TARGET = Path(__file__).parents[1] / "bot" / "search" / "ranking" / "weights.json"
# What all queries of a source count together.
KINDS_IMPORTANCE, KNOWN_ITEMS_IMPORTANCE = 0.7, 0.4
COLLECTIONS_IMPORTANCE, PAGE_IMPORTANCE = 0.25, 0.08
# What queries are first ranked with, to gather candidates; other features start with nothing.
START = {
    "title": 4.0, "person": 3.0, "alias": 3.0, "text": 2.0, "similarity": 2.0, "starts": 1.0,
    "contains": 1.0, "words_matched": 2.0, "one_name": 2.0, "bm25": 2.0, "namesake": 3.0,
}  # fmt: skip
# More of a feature never counts against a paper, with one exception.
ANY_SIGN = ("length",)
# Queries say nothing about what they hardly ever ask for: ties are decided by votes, then newness,
# and a title that begins with what was typed is meant.
FIXED = {"votes": 0.15, "newness": 0.05}
LEAST = {"starts": 3.0, "namesake": 1.0, "year": 0.5}

# So many candidates of a query, and all that gain, are enough to learn from.
MAX_LEARNT = 60


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query's candidates: features and gains, and how many telling words it has."""

    features: npt.NDArray[np.float32]
    gains: npt.NDArray[np.float32]
    words: int


def main() -> None:
    """Fit the weights of a search and of completion, and write them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--collections", type=Path, metavar="FOLDER")
    parser.add_argument("--page", type=Path)
    parser.add_argument("--per-kind", type=int, default=24)
    parser.add_argument("--seeds", type=int, nargs="+", default=kinds.DEVELOPMENT_SEEDS)
    parser.add_argument("--target", type=Path, default=TARGET)
    args = parser.parse_args()
    papers = list(Corpus(args.corpus))
    wanted = [wanted_of(papers, seed, args.per_kind) for seed in args.seeds]
    made = [query for new, _ in wanted for query in new]
    known = [query for _, old in wanted for query in old]
    with TemporaryDirectory() as folder, closing(built(papers, Path(folder))) as index:
        found, typed = (
            [(list(ask(index, made, thorough=thorough)), KINDS_IMPORTANCE),
             (list(ask(index, known, thorough=thorough)), KNOWN_ITEMS_IMPORTANCE)]
            for thorough in (True, False)
        )  # fmt: skip
    collections = sorted(args.collections.glob("*.jsonl.xz")) if args.collections else []
    judged = _share_importance([list(asked_of(path)) for path in collections])
    if args.page:
        judged.append((list(asked_of_page(args.page, papers)), PAGE_IMPORTANCE))
    tables = {"search": fitted([*found, *judged]), "completion": fitted(typed)}
    write(tables, args.target)


def wanted_of(
    papers: Sequence[Paper], seed: int, per_kind: int
) -> tuple[list[Wanted], list[Wanted]]:
    """Make queries of all kinds, and for known items, but by ids, which are not ranked."""
    known = queries.made(papers, seed, per_kind)
    return kinds.make_queries(papers, seed, per_kind), [q for q in known if q.kind != "id"]


def built(papers: Sequence[Paper], folder: Path) -> sqlite3.Connection:
    """Build an index of papers, and open it."""

    async def build() -> None:
        engine = Search(folder)
        await engine.build(papers, len(papers))
        await engine.close()

    asyncio.run(build())
    return sqlite3.connect(folder / "search.sqlite3", isolation_level=None)


def ask(
    connection: sqlite3.Connection, wanted: Iterable[Wanted], *, thorough: bool
) -> Iterator[_Asked]:
    """Yield the candidates of each query with their features."""
    snapshot = Snapshot()
    snapshot.refresh(connection)
    start = np.array([[START.get(name, 0.0) for name in FEATURES]], np.float32)
    for query in wanted:
        parsed = understood(query.text) if thorough else Query(query.text)
        words = tuple(tokenize(parsed.text))
        context = SearchContext(
            connection,
            snapshot,
            parsed,
            words,
            thorough=thorough,
            weights=RankingWeights(start, start),
        )
        context = replace(context, passing=passing_rows(context, None))
        context = with_synonyms(context) if thorough else context
        speller = prepare_speller(snapshot.lexicons, snapshot.row_count, context.words)
        if words:
            found = find_interpretation(context, speller)
            yield _asked(query, telling_words(context.words), found.ranked)


def _asked(wanted: Wanted, words: int, ranked: Sequence[Ranked]) -> _Asked:
    gains = np.array([wanted.gold.get(one.candidate.id, 0.0) for one in ranked], np.float32)
    kept = np.union1d(np.arange(min(len(ranked), MAX_LEARNT)), np.flatnonzero(gains))
    features = [ranked[n].features for n in kept.tolist()]
    table = np.array(features, np.float32).reshape(-1, len(FEATURES))
    return _Asked(table, gains[kept], words)


def understood(text: str) -> Query:
    """Parse a query; what looks like a wrong filter is words."""
    try:
        return parse(text, TODAY)
    except UsageError:
        return Query(text)


def asked_of(collection: Path) -> Iterator[_Asked]:
    """Ask the half of a collection that is there to tune on."""
    development, _ = queries.halves(collection)
    return _ask_among(list(Corpus(collection)), development)


def asked_of_page(path: Path, papers: Sequence[Paper]) -> Iterator[_Asked]:
    """Ask the questions about a page that are there to tune on."""
    of_page = list(page.read(path))
    gold = {paper.id: 1.0 for paper in of_page}
    wanted = [Wanted("page", question, gold) for question in page.DEVELOPMENT]
    return _ask_among([*of_page, *papers], wanted)


def _ask_among(papers: Sequence[Paper], wanted: Sequence[Wanted]) -> Iterator[_Asked]:
    with TemporaryDirectory() as folder, closing(built(papers, Path(folder))) as index:
        yield from ask(index, wanted, thorough=True)


def _share_importance(
    collections: Sequence[Sequence[_Asked]],
) -> list[tuple[Sequence[_Asked], float]]:
    """Give each collection its importance: a few queries tell less than many, but not as much less."""
    roots = [len(asked) ** 0.5 for asked in collections]
    return [
        (asked, COLLECTIONS_IMPORTANCE * root / sum(roots))
        for asked, root in zip(collections, roots, strict=True)
    ]


def fitted(found: Sequence[tuple[Sequence[_Asked], float]]) -> Array:
    """Return the weights of each feature by word count; each group of queries has its importance."""
    judged = [one for asked, importance in found for one in _judged(asked, importance)]
    table = fit(judged, np.zeros(len(FEATURES) * len(WORD_COUNTS)), _bounds())
    return table.reshape(len(FEATURES), len(WORD_COUNTS))


def _judged(found: Sequence[_Asked], importance: float) -> Iterator[Judged]:
    """Yield those queries that have a candidate to gain by; together they count `importance`."""
    for asked in found:
        if asked.gains.any():
            features = _by_count(asked.features, asked.words)
            yield Judged(features, asked.gains, importance / len(found))


def _by_count(features: npt.NDArray[np.float32], words: int) -> npt.NDArray[np.float32]:
    """Return each feature once for each word count, as much as the query's number is near it."""
    counts = range(len(WORD_COUNTS))
    near = [np.interp(words, WORD_COUNTS, [float(n == m) for m in counts]) for n in counts]
    columns = features[:, :, None] * np.array(near, np.float32)
    return columns.reshape(len(features), -1)


def _bounds() -> Bounds:
    least = [
        FIXED.get(name, -np.inf if name in ANY_SIGN else LEAST.get(name, 0.0)) for name in FEATURES
    ]
    greatest = [FIXED.get(name, np.inf) for name in FEATURES]
    return Bounds(np.repeat(least, len(WORD_COUNTS)), np.repeat(greatest, len(WORD_COUNTS)))


def write(tables: dict[str, Array], target: Path) -> None:
    """Write the weights with names, a line for each feature."""
    lines = ['{\n  "written_by": "bench/fit.py",', f'  "word_counts": {json.dumps(WORD_COUNTS)},']
    for use, table in tables.items():
        rows = [
            f'    "{name}": {json.dumps([round(float(weight), 2) + 0.0 for weight in line])}'
            for name, line in zip(FEATURES, table, strict=True)
        ]
        lines.append(f'  "{use}": {{\n' + ",\n".join(rows) + "\n  },")
    text = "\n".join(lines).removesuffix(",") + "\n}\n"
    target.write_text(text, "utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
