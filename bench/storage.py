"""Settles whether tantivy should hold what our own lists of papers by word hold.

    python bench/storage.py compare --corpus papers.jsonl.xz --enlarge 228000    the same search over both
    python bench/storage.py damage --corpus papers.jsonl.xz                      tantivy's files cut short or flipped

Spelling stands in front of both, and the same ranking behind. Over tantivy only the papers that it finds first are
ranked. Times are processor time of the candidates alone, in milliseconds.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bench import queries
from bench.corpora import SAMPLE, Corpus
from bench.engines import Search, plain_title
from bench.metrics import Spread
from bench.search import say, success
from bench.stages import alone, ask, build
from bot.papers import Paper
from bot.search.analysis.stemmer import stem
from bot.search.analysis.tokenizer import tokenize
from bot.search.index.arrays import Places
from bot.search.query.query_term import QueryTerm
from bot.search.ranking import interpretation, retrieval
from bot.search.ranking.context import SearchContext
from bot.search.ranking.scoring import TEXT_SCORE, ScoringPlan, plan_scoring

DAMAGES, WORDS = 200, ("diffusion", "language models", "reinforcement learning", "graph networks")
HEAP_BYTES = 128_000_000


class Timed(Search):
    """Paperboy's search, which also notes how long its candidates took, in milliseconds."""

    name = "our lists"
    kept = "storage"
    took: list[float]

    async def open(self) -> None:
        """Open the index, and time what is retrieved from it."""
        await super().open()
        self.took = []
        interpretation.retrieve = self.retrieve  # type: ignore[attr-defined]

    async def close(self) -> None:
        """Write the times down, and close the index."""
        if hasattr(self, "took"):
            (self._folder / "took.json").write_text(json.dumps(self.took))
            interpretation.retrieve = retrieval.retrieve  # type: ignore[attr-defined]
        await super().close()

    def retrieve(
        self, context: SearchContext, terms: Sequence[QueryTerm], answers: Places
    ) -> retrieval.Candidates:
        """Retrieve as always."""
        before = time.thread_time()
        found = retrieval.retrieve(context, terms, answers)
        self.took.append((time.thread_time() - before) * 1000)
        return found


class OverTantivy(Timed):
    """The same search, where only the papers that tantivy finds first are candidates."""

    name = "tantivy's first 300"
    most = 300

    async def build(self, papers: Iterable[Paper], number: int) -> None:
        """Write the papers into both, in the same order."""
        taken = list(papers)
        await super().build(taken, number)
        _write(self._folder / "tantivy", taken)

    async def open(self) -> None:
        """Open both."""
        import tantivy

        await super().open()
        if (self._folder / "tantivy").exists():
            self._tantivy = tantivy.Index.open(str(self._folder / "tantivy"))
            self._searcher = self._tantivy.searcher()
            self._rows: dict[str, int] | None = None

    def retrieve(
        self, context: SearchContext, terms: Sequence[QueryTerm], answers: Places
    ) -> retrieval.Candidates:
        """Retrieve among what tantivy finds, and the papers whose text says most of the query."""
        if self._rows is None:
            listed = context.connection.execute("SELECT id, row FROM paper")
            self._rows = dict(listed.fetchall())
        before = time.thread_time()
        query = _query(self._tantivy.schema, plan_scoring(terms, thorough=context.thorough))
        hits = self._searcher.search(query, self.most, count=False).hits
        ids = [self._searcher.doc(address)["id"][0] for _, address in hits]
        self.took.append((time.thread_time() - before) * 1000)
        passing = np.zeros_like(context.snapshot.columns(context.connection).present)
        passing[[self._rows[paper] for paper in ids if paper in self._rows]] = True
        passing[answers] = True
        if context.passing is not None:
            passing &= context.passing
        return retrieval.retrieve(replace(context, passing=passing), terms, answers)


class OverTantivyHundred(OverTantivy):
    """The same with fewer candidates."""

    name = "tantivy's first 100"
    most = 100


def _write(folder: Path, papers: Iterable[Paper]) -> None:
    import tantivy

    folder.mkdir(exist_ok=True)
    schema = tantivy.SchemaBuilder().add_text_field("id", stored=True, tokenizer_name="raw")
    for field in ("head", "body"):
        schema = schema.add_text_field(field, tokenizer_name="whitespace")
    if tantivy.Index.exists(str(folder)):
        index = tantivy.Index.open(str(folder))
    else:
        index = tantivy.Index(schema.build(), path=str(folder))
    writer = index.writer(heap_size=HEAP_BYTES, num_threads=1)
    for paper in papers:
        head = " ".join((plain_title(paper), *paper.authors, *paper.keywords))
        body = " ".join(map(stem, tokenize(f"{plain_title(paper)} {paper.abstract}")))
        writer.add_document(tantivy.Document(id=paper.id, head=" ".join(tokenize(head)), body=body))
    writer.commit()
    writer.wait_merging_threads()


def _query(schema: Any, plan: ScoringPlan) -> Any:
    """Return all ways to read each term, each boosted by its share and its confidence."""
    import tantivy

    parts = []
    for share, variants in zip(plan.shares, plan.variants, strict=True):
        ways = []
        for variant in variants:
            field = "head" if variant.in_head else "body"
            weight = variant.confidence * (1 if variant.in_head else TEXT_SCORE)
            terms = [tantivy.Query.term_query(schema, field, word) for word in variant.words]
            whole = tantivy.Query.boolean_query([(tantivy.Occur.Must, term) for term in terms])
            ways.append(tantivy.Query.boost_query(whole, max(weight * share, 1e-6)))
        if ways:
            parts.append((tantivy.Occur.Should, tantivy.Query.disjunction_max_query(ways)))
    return tantivy.Query.boolean_query(parts)


# --- compare ---


def compare(args: argparse.Namespace) -> None:
    """Print how often the right paper is found, and how long the candidates took."""
    papers = Corpus(args.corpus, args.enlarge)
    number = sum(1 for _ in papers)
    wanted = [query for seed in args.seed for query in queries.made(papers, seed, args.per_kind)]
    say(f"## {number:,} papers, {len(wanted):,} queries\n")
    say("| candidates from | @1 | @5 | p50/p95 ms |\n| --- | --- | --- | --- |")
    with TemporaryDirectory(dir=args.keep) as name:
        folder = Path(name)
        alone(build, OverTantivy, papers, number, folder)
        for kind in (Timed, OverTantivy, OverTantivyHundred):
            answers = alone(ask, kind, folder, wanted, args.patience).answers
            ms = Spread.of(json.loads((folder / "took.json").read_text()))
            say(
                f"| {kind.name} | {success(answers, 1):.3f} | {success(answers, 5):.3f} "
                f"| {ms.p50:.1f}/{ms.p95:.1f} |"
            )


# --- damage ---


def damage(args: argparse.Namespace) -> None:
    """Print what became of searches after one of tantivy's files was cut short or had bytes flipped."""
    with TemporaryDirectory(dir=args.keep) as name:
        whole, copy = Path(name) / "whole", Path(name) / "copy"
        _write(whole, Corpus(args.corpus))
        right = _answers(whole)
        seen: Counter[str] = Counter()
        chance = random.Random(args.seed[0])
        for number in range(DAMAGES):
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(whole, copy)
            if number % 4:
                how, answers = _harm(chance, copy), _answers(copy)
            else:
                how, answers = "cut short while open", _answers(copy, "--cut")
            seen[f"{how}: {_outcome(answers, right)}"] += 1
    for outcome, times in sorted(seen.items()):
        say(f"- {outcome}: {times}")


def _harm(chance: random.Random, folder: Path) -> str:
    """Cut a file short or flip some of its bytes; those with more bytes are likelier."""
    files = [
        file for file in sorted(folder.iterdir()) if file.stat().st_size and file.suffix != ".lock"
    ]
    [file] = chance.choices(files, [each.stat().st_size for each in files])
    data = bytearray(file.read_bytes())
    if chance.random() < 0.5:
        file.write_bytes(data[: chance.randrange(len(data))])
        return "cut short"
    start = chance.randrange(len(data))
    for place in range(start, min(start + 16, len(data))):
        data[place] ^= 0xFF
    file.write_bytes(data)
    return "bytes flipped"


def _answers(folder: Path, *more: str) -> str:
    """Search in a process of its own; return its answers, or how it ended."""
    command = [sys.executable, __file__, "answer", str(folder), *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    return done.stdout if done.returncode == 0 else f"ended with {done.returncode}"


def _outcome(answers: str, right: str) -> str:
    if answers.startswith("ended"):
        signal = answers.startswith("ended with -")
        return "the process died" if signal else "an exception"
    return "the right answers" if answers == right else "wrong answers, unnoticed"


def answer(args: argparse.Namespace) -> None:
    """Print what tantivy finds for some words, with the papers' ids."""
    import tantivy

    index = tantivy.Index.open(str(args.folder))
    searcher = index.searcher()
    if args.cut:
        for file in args.folder.iterdir():
            os.truncate(file, file.stat().st_size // 2)
    for words in WORDS:
        found = searcher.search(index.parse_query(words, ["head", "body"]), 1000, count=True)
        ids = [searcher.doc(address)["id"][0] for _, address in found.hits]
        say(json.dumps([found.count, ids, [round(score, 4) for score, _ in found.hits]]))


def main() -> None:
    """Do what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parsers = parser.add_subparsers(required=True)
    for work in (compare, damage):
        one = parsers.add_parser(work.__name__)
        one.add_argument("--corpus", type=Path, default=SAMPLE)
        one.add_argument("--enlarge", type=int, default=0, metavar="N")
        one.add_argument("--seed", type=int, nargs="+", default=[21])
        one.add_argument("--per-kind", type=int, default=20)
        one.add_argument("--patience", type=float, default=300)
        one.add_argument("--keep", type=Path, help="a folder for the indexes")
        one.set_defaults(work=work)
    one = parsers.add_parser(answer.__name__)
    one.add_argument("folder", type=Path)
    one.add_argument("--cut", action="store_true", help="cut its files short once they are open")
    one.set_defaults(work=answer)
    args = parser.parse_args()
    args.work(args)


if __name__ == "__main__":
    main()
