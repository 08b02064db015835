"""Measures search: what it finds, how soon and at what cost, beside what one could use instead, in one run.

    make bench                                          the sample that comes with Paperboy
    python bench/search.py --corpus papers.jsonl.xz     any file for `paperboy import`, or a folder with a store
    python bench/search.py --corpus … --enlarge 1000000 …  its titles and abstracts recombined to so many
    python bench/search.py --corpus … --kinds           queries of more kinds, with a table by kind and engine
    python bench/search.py --collections FOLDER         test collections (.jsonl.xz) of corpus, queries and judgements

Queries are for papers that somebody half remembers, made with a seed; success@1 tells how often the right paper is
first. Those that cannot be answered within `--patience` seconds are left out, in the same order for each engine.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from bench import kinds, queries
from bench.corpora import SAMPLE, Corpus
from bench.engines import ENGINES, READERS, Engine
from bench.metrics import Spread
from bench.peers import PEERS
from bench.picture import Point, draw
from bench.queries import Wanted
from bench.stages import Answer, Answered, Built, alone, ask, build, type_together

LARGER = "the captured days (8,206 papers), papers-95k, 1,000,000 and 2,800,000 recombined papers, the test collections"
TYPED = (
    "title",
    "exact",
    "three slips",
    "typo23",
    "browser tab",
    "question",
)  # that people are seen to type
HEAD = (
    "| engine | asked | @1 | @5 | MRR | nDCG@10 | p50 ms | p95 ms | max ms | build s | disk MB | memory MB "
    "| 50 more ms | ready ms | lag p99 ms | lag max ms |"
)


def main() -> None:
    """Measure what was asked for, and print tables in Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, default=SAMPLE)
    parser.add_argument("--enlarge", type=int, default=0, metavar="N")
    parser.add_argument("--collections", type=Path, metavar="FOLDER")
    parser.add_argument(
        "--reporting", action="store_true", help="ask only the half that nothing was tuned on"
    )
    parser.add_argument(
        "--seed", type=int, nargs="+", default=[1], help="one, or the queries of several together"
    )
    parser.add_argument(
        "--kinds", action="store_true", help="ask queries of the kinds in bench/kinds"
    )
    parser.add_argument("--per-kind", type=int, default=60)
    parser.add_argument("--queries", type=Path, help='lines of {"kind", "text", "gold": [ids]}')
    parser.add_argument(
        "--maker", type=Path, help="a program that makes such lines from plain records"
    )
    parser.add_argument(
        "--engines", default="", help="only those with one of these in their names, with commas"
    )
    parser.add_argument(
        "--patience", type=float, default=60, help="seconds of questions for each engine"
    )
    parser.add_argument("--seconds", type=float, default=5, help="that eight people type")
    parser.add_argument("--worst", type=int, default=0, help="print so many queries that fail")
    parser.add_argument("--picture", type=Path)
    parser.add_argument(
        "--keep", type=Path, help="a folder for the indexes; without it they are removed"
    )
    args = parser.parse_args()
    everything = ENGINES + (PEERS if args.kinds else ())
    chosen = [
        one for one in everything if any(part in one.name for part in args.engines.split(","))
    ]
    for one in chosen:
        if lacking := one.missing():
            say(f"Skipped: {one.name} needs {lacking}.")
    chosen = [one for one in chosen if not one.missing()]
    if args.collections:
        readers = [one for one in READERS if one in chosen]
        collections(args.collections, readers, reporting=args.reporting)
        return
    with TemporaryDirectory(dir=args.keep) as folder:
        corpus(args, chosen, Path(folder))
    if args.corpus == SAMPLE:
        say(f"Skipped: {LARGER}. CONTRIBUTING.md tells how to measure them.")


def corpus(args: argparse.Namespace, chosen: Sequence[type[Engine]], folder: Path) -> None:
    """Measure the engines on one corpus."""
    papers = Corpus(args.corpus, args.enlarge)
    number = sum(1 for _ in papers)
    wanted = wanted_of(args, papers)
    typed = [query.text for query in wanted if query.kind in TYPED][:50]
    say(f"## {number:,} papers ({papers}), {len(wanted):,} queries\n\n{HEAD}\n{'| --- ' * 16}|")
    points: list[Point] = []
    costs: dict[str, Built] = {}
    ours: Answered | None = None
    found: dict[str, tuple[Answer, ...]] = {}
    for kind in chosen:
        place = folder / kind.kept
        if not place.exists():
            place.mkdir()
            costs[kind.kept] = alone(build, kind, papers, number, place)
        built = costs[kind.kept]
        answered = alone(ask, kind, place, wanted, args.patience)
        lag = alone(type_together, kind, place, typed, args.seconds)
        ms = Spread.of([answer.ms for answer in answered.answers])
        first = success(answered.answers, 1)
        points.append(Point(kind.name, ms.p50, ms.p95, first))
        ours = ours or answered
        found[kind.name] = answered.answers
        say(
            f"| {kind.name} | {len(answered.answers)} | {first:.3f} | {success(answered.answers, 5):.3f} "
            f"| {mean(1 / a.rank if a.rank else 0 for a in answered.answers):.3f} "
            f"| {mean(a.ndcg for a in answered.answers):.3f} | {ms.p50:.1f} | {ms.p95:.1f} | {ms.most:.1f} "
            f"| {built.seconds:.1f} | {built.megabytes:.0f} | {answered.megabytes:.0f} "
            f"| {'anew' if built.update is None else f'{built.update:.1f}'} | {answered.ready:.0f} "
            f"| {lag.p99:.1f} | {lag.most:.1f} |"
        )
    if args.kinds:
        beside(found)
    elif ours:
        by_kind(chosen[0].name, ours.answers)
    if ours:
        worst(ours.answers, args.worst)
    if args.picture:
        draw(points, f"{number:,} papers, {len(wanted):,} queries half remembered", args.picture)


def wanted_of(args: argparse.Namespace, papers: Corpus) -> list[Wanted]:
    """Read the queries, or make those of each seed."""
    if args.queries:
        return queries.read(args.queries)

    def make(seed: int) -> list[Wanted]:
        if args.maker:
            return queries.made_by(args.maker, papers, seed, args.per_kind)
        return (kinds.make_queries if args.kinds else queries.made)(papers, seed, args.per_kind)

    return [query for seed in args.seed for query in make(seed)]


def beside(found: Mapping[str, Sequence[Answer]]) -> None:
    """Print success@1 and @5 of each kind of query for each engine."""
    say(f"\n| kind | asked | {' | '.join(found)} |\n{'| --- ' * (len(found) + 2)}|")
    asked = {name: _grouped(answers) for name, answers in found.items()}
    first = next(iter(asked.values()))
    for kind, answers in first.items():
        cells = [_both(groups[kind]) for groups in asked.values() if groups.get(kind)]
        say(f"| {kind} | {len(answers)} | {' | '.join(cells)} |")
    means = [mean_of_kinds(groups) for groups in asked.values()]
    say(f"| mean of kinds | | {' | '.join(means)} |")


def mean_of_kinds(groups: Mapping[str, Sequence[Answer]]) -> str:
    """Return success@1 and @5, each kind weighing the same."""
    return "/".join(f"{mean(success(g, n) for g in groups.values()):.3f}" for n in (1, 5))


def _both(answers: Sequence[Answer]) -> str:
    return f"{success(answers, 1):.2f}/{success(answers, 5):.2f}"


def _grouped(answers: Sequence[Answer]) -> dict[str, list[Answer]]:
    groups: dict[str, list[Answer]] = defaultdict(list)
    for answer in sorted(answers, key=lambda answer: answer.wanted.kind):
        groups[answer.wanted.kind].append(answer)
    return groups


def by_kind(name: str, answers: Sequence[Answer]) -> None:
    """Print how one engine answers each kind of query."""
    say(f"\n| {name} | asked | @1 | @5 | p50 ms | p95 ms | max ms |\n{'| --- ' * 7}|")
    for kind, found in _grouped(answers).items():
        ms = Spread.of([answer.ms for answer in found])
        say(
            f"| {kind} | {len(found)} | {success(found, 1):.3f} | {success(found, 5):.3f} "
            f"| {ms.p50:.1f} | {ms.p95:.1f} | {ms.most:.1f} |"
        )


def worst(answers: Sequence[Answer], number: int) -> None:
    """Print the queries whose paper came last or not at all."""
    failed = [answer for answer in answers if answer.rank != 1]
    for answer in sorted(failed, key=lambda answer: -(answer.rank or 11))[:number]:
        place = f"place {answer.rank}" if answer.rank else "missed"
        say(f"- {answer.wanted.kind}: {answer.wanted.text!r}, {place}")


def success(answers: Sequence[Answer], places: int) -> float:
    """Return how many of the answers, of 1, have the right paper among the first places."""
    return mean(1 <= answer.rank <= places for answer in answers)


def collections(folder: Path, chosen: Sequence[type[Engine]], *, reporting: bool) -> None:
    """Measure how well the engines rank the documents of test collections."""
    paths = sorted(folder.glob("*.jsonl.xz"))
    names = [path.name.partition(".")[0] for path in paths]
    asked = queries.reported if reporting else queries.judged
    say(
        f"## nDCG@10\n\n| engine | {' | '.join(names)} | mean | p95 ms |\n{'| --- ' * (len(names) + 3)}|"
    )
    for kind in chosen:
        found = [_judge(kind, path, asked(path)) for path in paths]
        means = [mean(answer.ndcg for answer in answers) for answers in found]
        slow = Spread.of([answer.ms for answers in found for answer in answers]).p95
        say(
            f"| {kind.name} | {' | '.join(f'{each:.3f}' for each in means)} | {mean(means):.3f} | {slow:.1f} |"
        )


def _judge(kind: type[Engine], path: Path, wanted: Sequence[Wanted]) -> tuple[Answer, ...]:
    documents = Corpus(path)
    with TemporaryDirectory() as folder:
        alone(build, kind, documents, sum(1 for _ in documents), Path(folder))
        return alone(ask, kind, Path(folder), wanted, 600.0).answers


def say(line: str) -> None:
    """Print a line, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
