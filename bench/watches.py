"""Measures watches: many of them matched with the papers of a day, through their words and one by one.

    python bench/watches.py [--watches 5000] [--papers 50] [--corpus papers.jsonl.xz] [--seed 1]

The watches are made of the papers themselves: words of titles, authors, organisations, repositories
and votes. Processor time is what counts; the clock says more only about what else the machine does.
"""

# ruff: noqa: T201  # a program, which prints

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from datetime import time as clock
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parents[1]))

from bot.calendar.schedule import Schedule
from bot.digests.topics import selector
from bot.digests.watch_index import WatchIndex
from bot.models import DigestOptions, Person, Place, Subscription
from bot.papers import Paper
from bot.search.analysis.tokenizer import STOP_WORDS, tokenize
from bot.search.ranking.matcher import subject
from bot.sources.files import Skipped, read

T = TypeVar("T")
SAMPLE = Path(__file__).parents[1] / "bot" / "sample" / "days.jsonl"
COMPARED = 500  # watches that are also compared one by one
TRIES = 5
MADE = datetime(2026, 6, 1, tzinfo=UTC)


def make_watch(number: int, papers: Sequence[Paper], chance: random.Random) -> Subscription:
    """Make a watch of one kind or another."""
    options = DigestOptions(
        Schedule("daily", clock(9), "UTC"),
        topics=make_topic(chance.choice(papers), chance),
        votes=chance.choice((0, 0, 0, 10, 20)),
    )
    person, place = Person("bench", "T", "ada"), Place("bench", "T", "room")
    return Subscription(number, place, person, options, MADE, watch=True)


def make_topic(paper: Paper, chance: random.Random) -> str:
    """Make a search that a paper may be found by."""
    luck = chance.random()
    if luck < 0.15 and paper.authors:
        return f'author:"{_quotable(chance.choice(paper.authors))}"'
    if luck < 0.25 and paper.organization:
        return f'org:"{_quotable(paper.organization.name)}"'
    if luck < 0.30 and paper.code:
        return paper.code
    if luck < 0.35:
        return f"votes:{chance.choice((20, 50, 100))}"
    words = [word for word in tokenize(paper.title) if word not in STOP_WORDS and len(word) > 2]
    return (
        " ".join(chance.sample(words, min(len(words), chance.choice((1, 1, 2, 2, 3))))) or "robot"
    )


def _quotable(name: str) -> str:
    return name.replace('"', "")


def measure(work: Callable[[], T]) -> tuple[T, float]:
    """Do something several times; return what it gave, and the least processor time in ms."""
    best, result = float("inf"), None
    for _ in range(TRIES):
        began = time.process_time()
        result = work()
        best = min(best, time.process_time() - began)
    return result, best * 1000  # type: ignore[return-value]


def main() -> None:
    """Print how long it takes, and whether both ways find the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--watches", type=int, default=5000)
    parser.add_argument("--papers", type=int, default=50)
    parser.add_argument("--corpus", type=Path, default=SAMPLE)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    papers = [one for one in read(args.corpus) if not isinstance(one, Skipped)]
    chance, today = random.Random(args.seed), max(one.daily or date.min for one in papers)
    watches = [make_watch(number, papers, chance) for number in range(1, args.watches + 1)]
    day = papers[-args.papers :]
    index, building = measure(lambda: WatchIndex(watches, today))
    found, matching = measure(lambda: index.match(day))
    print(f"{len(watches):,} watches, {len(day)} of {len(papers):,} papers")
    print(f"index {building:.0f} ms, matching {matching:.0f} ms: {sum(map(len, found.values())):,}")
    read_papers = [subject(paper) for paper in day]
    some = [(one.id, selector(one.options, today)) for one in watches[:COMPARED]]
    one_by_one, slowly = measure(
        lambda: {
            number: tuple(one.paper for one in read_papers if wanted.matches(one))
            for number, wanted in some
        }
    )
    same = all(found.get(number, ()) == those for number, those in one_by_one.items())
    print(f"one by one {slowly * len(watches) / len(some):.0f} ms; the same found: {same}")


if __name__ == "__main__":
    main()
