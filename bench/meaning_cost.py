"""Measures what search by meaning costs beside search by words, in one run, with the model of `make model`.

    python bench/meaning_cost.py --corpus papers.jsonl.xz --keep FOLDER [--embedded 1000]

The first papers are embedded; the others get vectors made of theirs and noise, which cost a search
the same. Times are processor time of the whole process, so that other programs don't count; each
kind of search has a process of its own, so that its memory is its own. Last, the first pass over
all vectors is timed for up to 2.8 million of them, which are numbers by chance.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles

import numpy as np

from bench import model
from bench.corpora import Corpus
from bench.engines import TODAY, Search, SearchByMeaning
from bench.lag import watched
from bench.page import QUESTIONS, print_line
from bench.stages import alone
from bot.papers import Paper
from bot.search import Index, parse
from bot.search.index.row_vectors import ListedRows, RowVectors, list_rows
from bot.semantic.model import IDLE_SECONDS, Model
from bot.semantic.model_folder import ModelFolder
from bot.semantic.quantization import Bytes, quantize
from bot.semantic.vector_file import VectorFile, write_vectors

ROUNDS, FOUND = 3, 10
SIZES = (95_000, 300_000, 2_800_000)
NEAREST, WORDS_OF_SIGNS = 600, 6  # 384 signs


def main() -> None:
    """Prepare the index and its vectors, and print what is measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--keep", type=Path, required=True, help="a folder for index and vectors")
    parser.add_argument("--embedded", type=int, default=1000)
    args = parser.parse_args()
    papers = list(Corpus(args.corpus))
    args.keep.mkdir(parents=True, exist_ok=True)
    print_line(f"{len(papers)} papers")
    alone(prepare, papers, args.keep, args.embedded)
    queries = [*QUESTIONS, *(paper.title for paper in random.Random(1).sample(papers, 40))]
    alone(measure, Search, args.keep, queries)
    alone(measure, SearchByMeaning, args.keep, queries)
    alone(measure_first_pass)


async def prepare(papers: Sequence[Paper], folder: Path, embedded: int) -> None:
    """Build the index; embed some papers, and fill up the rest, if that has not been done."""
    engine = Search(folder)
    await engine.build(papers, len(papers))
    await engine.close()
    encoder = Model(ModelFolder(model.FOLDER))
    name = f"vectors-{encoder.fingerprint}.sqlite3"
    file = VectorFile(folder / name, encoder.fingerprint)
    if file.path.exists():
        return
    started = time.process_time()
    made = np.array([quantize(encoder.embed_paper(paper)) for paper in papers[:embedded]])
    each = (time.process_time() - started) / len(made) * 1000
    print_line(f"{len(made)} papers embedded, {each:.0f} ms each")
    index = await Index.open(folder / "search.sqlite3", "benchmark")
    connection, listed = file.connect(), ListedRows()
    known = dict(zip([paper.id for paper in papers[:embedded]], made, strict=True))
    while True:
        last = listed.rows[-1][0] if listed.rows else 0
        listed = await index.read(list_rows, listed.build, last, empty=ListedRows())
        if not listed.rows:
            break
        write_vectors(connection, _filled(listed, known).items())
    connection.close()
    await index.close()


def _filled(listed: ListedRows, known: Mapping[str, Bytes]) -> dict[int, Bytes]:
    """Return a vector for each row: its own, or that of another paper with noise."""
    chance = np.random.default_rng(listed.rows[0][0])
    models = list(known.values())
    found = {}
    for _, id_, key in listed.rows:
        like = models[int(chance.integers(len(models)))].astype(np.float32)
        found[key] = known.get(id_, quantize(like + chance.normal(0, 40, like.shape)))
    return found


async def measure(kind: type[Search], folder: Path, queries: Sequence[str]) -> None:
    """Ask all queries several times, and print time, lag and memory."""
    now, has_model = [0.0], kind is SearchByMeaning
    encoder = Model(ModelFolder(model.FOLDER), lambda: now[0]) if has_model else None
    started = time.process_time()
    index = await Index.open(folder / "search.sqlite3", "benchmark", encoder)
    opened = time.process_time() - started
    for text in queries:
        await index.suggest("paper", text, FOUND)
    memory = [_resident()]
    await _ask(index, queries)
    memory.append(_resident())
    async with watched() as lags:
        times = [each for _ in range(ROUNDS) for each in await _ask(index, queries)]
    p50, p95 = median(times), quantiles(times, n=20)[-1]
    print_line(
        f"{kind.name}: opened in {opened * 1000:.0f} ms; find p50 {p50:.1f}, p95 {p95:.1f} ms"
    )
    print_line(
        f"  the loop is late by {quantiles(lags, n=100)[-1]:.1f} ms at p99, {max(lags):.1f} at most"
    )
    if encoder:
        now[0] = IDLE_SECONDS + 1
        encoder.free_if_idle()
        memory.append(_resident())
    names = ("before the first search", "after them", "after ten idle minutes")
    told = [f"{size:.0f} MB {name}" for size, name in zip(memory, names, strict=False)]
    print_line(f"  {', '.join(told)}")
    await index.close()


async def _ask(index: Index, queries: Sequence[str]) -> list[float]:
    """Return the milliseconds that each query took the processor; none has been asked before."""
    found = []
    for text in queries:
        asked = f"{text} {random.randrange(10**6)}"  # a query that is known costs less
        started = time.process_time()
        await index.search(parse(asked, TODAY), limit=FOUND)
        found.append((time.process_time() - started) * 1000)
    return found


async def measure_first_pass() -> None:
    """Print how long the comparison of all signs takes."""
    chance = np.random.default_rng(1)
    query = chance.normal(size=WORDS_OF_SIGNS * 64).astype(np.float32)
    for size in SIZES:
        codes = chance.integers(0, 1 << 63, (size, WORDS_OF_SIGNS)).astype(np.uint64)
        rows = np.arange(size)
        none = np.zeros((1, len(query)), np.float32)
        vectors = RowVectors("", rows, rows, codes, none.astype(np.int8), none[0], none)
        times = []
        for _ in range(5):
            started = time.process_time()
            vectors.nearest(query, None, NEAREST)
            times.append((time.process_time() - started) * 1000)
        print_line(
            f"first pass over {size} vectors: {median(times):.1f} ms, {codes.nbytes / 1e6:.0f} MB"
        )


def _resident() -> float:
    """Return how much memory this process has resident, in megabytes."""
    status = Path("/proc/self/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1e3


if __name__ == "__main__":
    main()
