"""Asks questions in plain words that a page of papers answers, among many other papers.

    python bench/page.py --page PAGE.txt --corpus papers.jsonl.xz [--engines search,stems] [--reporting]

PAGE is the text of a page of Hugging Face's Daily Papers: a title, its abstract, the number of authors and a day for
each. Shown is how many of the first ten papers are of the page, and how many of the page are among the first sixty.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from bench.corpora import Corpus
from bench.engines import READERS, Engine
from bench.stages import alone
from bot.papers import Paper

FIRST, ALL = 10, 60
QUESTIONS = (
    "how do brains inspire better neural networks",
    "what can artificial networks learn from how neurons work",
    "do single neurons stand for concepts",
    "networks of spiking neurons that learn",
    "how does the brain learn without backpropagation",
    "decoding what people see from their brain activity",
    "are language models like the human brain",
    "how do connections between neurons change while learning",
    "what are the smallest units of thought in a neural network",
    "why do networks learn sparse representations",
    "how does memory work in biological and artificial networks",
    "models of the visual cortex with deep networks",
    "what do the layers of a deep network represent",
    "do neural networks forget like people do",
    "learning rules that are biologically plausible",
    "how do neurons talk to each other in a network",
    "can we understand a network by looking at single units",
    "the geometry of what neurons encode",
    "brain signals such as EEG and fMRI read by deep learning",
    "energy efficient computing like a brain",
    "how does intelligence emerge from simple units",
    "graphs of neurons and how information flows through them",
    "what makes a neuron fire in an artificial network",
    "dynamics of recurrent networks and the brain",
)
# Those to tune on, and those to report.
DEVELOPMENT, REPORTING = QUESTIONS[::2], QUESTIONS[1::2]
# A line so long is an abstract.
ABSTRACT_CHARS = 250


def main() -> None:
    """Ask the questions, and print a table in Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--page", type=Path, required=True)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--engines", default="search,stems", help="parts of their names")
    parser.add_argument(
        "--reporting", action="store_true", help="ask only the half that nothing was tuned on"
    )
    args = parser.parse_args()
    page, questions = list(read(args.page)), REPORTING if args.reporting else QUESTIONS
    print_line(f"{len(page)} papers of the page, {len(questions)} questions\n")
    print_line("| engine | of the first ten | of the page among sixty |\n| --- | --- | --- |")
    for kind in READERS:
        if any(part in kind.name for part in args.engines.split(",")):
            ten, sixty = alone(ask, kind, page, args.corpus, questions)
            print_line(f"| {kind.name} | {ten:.3f} | {sixty:.3f} |")


def read(path: Path) -> Iterator[Paper]:
    """Yield the papers of a page: an abstract is a long line, its title the line before."""
    lines = [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
    for title, abstract in pairwise(lines):
        if len(abstract) > 4 * len(title) and len(abstract) > ABSTRACT_CHARS:
            yield Paper(f"page-{lines.index(abstract)}", title, (), abstract)


async def ask(
    kind: type[Engine], page: Sequence[Paper], corpus: Path, questions: Sequence[str]
) -> tuple[float, float]:
    """Return the two shares, as means over the questions."""
    ids = {paper.id for paper in page}
    papers = [*page, *Corpus(corpus)]
    with TemporaryDirectory() as folder:
        engine = kind(Path(folder))
        await engine.build(papers, len(papers))
        await engine.close()
        await engine.open()
        found = [await engine.find(question, ALL) for question in questions]
        await engine.close()
    ten = mean(len(ids.intersection(each[:FIRST])) / FIRST for each in found)
    return ten, mean(len(ids.intersection(each)) / len(ids) for each in found)


def print_line(line: str) -> None:
    """Print a line, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
