"""Fits the weights by which a typed word is taken for a slip, and writes them down.

    python bench/fit_slips.py --corpus PAPERS --others MORE > bot/search/query/slip_weights.json

Slips are made in words of the titles of PAPERS, with the seed. What is no slip are words of titles in
MORE that PAPERS does not contain, each beside some other words of its title. The same files and seed
give the same weights. Tables of what the weights do go to standard error.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import numpy.typing as npt

from bench.corpora import SAMPLE, Corpus
from bench.queries import slipped
from bot.papers import Paper
from bot.search.analysis.stemmer import stem
from bot.search.analysis.tokenizer import FUNCTION_WORDS, tokenize
from bot.search.index.lexicon import MAX_SLIP_CHARS, Lexicon, build_lexicon
from bot.search.query.slips import MAX_SLIPS, Company, Slip, SlipKind, singular, title_company
from bot.search.query.word_list import is_word

FEATURES = (
    "bias",
    "log_share",
    "letters",
    "meant_is_word",
    "typed_is_word",
    "typed_is_acronym",
    "unfinished",
    *get_args(SlipKind),
    *get_args(Company),
)
# So many words of each sort; so many of the other words of a title beside each.
EXAMPLES, BESIDE = 3000, (0, 0, 1, 2, 3)
# A second slip in a long word is so likely, and so is it that its end is missing.
TWO_SLIPS, UNFINISHED, LONG_CHARS = 0.08, 0.1, 7
ROUNDS, STEPS, RIDGE = 3, 60, 0.3
# People hit a neighbouring key more often than any other, and rarely slip in the first letter.
KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
FIRST_LETTER, VOWELS = 0.05, "aeiou"


@dataclass(frozen=True, slots=True)
class Example:
    """A word with the words beside it; `meant` where it is a slip."""

    typed: str
    beside: Sequence[str]
    meant: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What the papers contain: words, rows of titles and of text by word and by stem."""

    lexicon: Lexicon
    papers: int
    titles: Sequence[set[str]]
    in_titles: Mapping[str, set[int]]
    in_texts: Mapping[str, set[int]]

    def company(self, meant: str, beside: Sequence[str]) -> Company:
        """Say how a word occurs with the known ones beside it."""
        known = self.lexicon.paper_counts(beside)
        if not known:
            return "alone"
        titles = self.in_titles.get(singular(meant), set())
        most = max(
            (len(self.titles[row].intersection(map(singular, known))) for row in titles), default=0
        )
        if most:
            return title_company(most, len(known))
        texts = [self.in_texts.get(stem(word), set()) for word in (meant, *known)]
        return "in_text" if set.intersection(*texts) else "apart"

    def slips(self, example: Example) -> list[Slip]:
        """Return what the word may be a slip for."""
        typed, size = example.typed, len(example.typed)
        near = self.lexicon.neighbours(typed, 1) if size > 2 else []
        if 3 < size <= MAX_SLIP_CHARS:
            begun = self.lexicon.near_completions(typed, 10)
            near += [(word, 1, papers) for word, papers in begun if len(word) - size > MAX_SLIPS]
        if not near and size > 5:
            near = self.lexicon.neighbours(typed, 2)
        return [
            Slip(
                typed,
                meant,
                papers / self.papers,
                is_word(typed),
                is_word(meant),
                self.company(meant, example.beside),
            )
            for meant, _, papers in near
        ]


def main() -> None:
    """Print the fitted weights as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, default=SAMPLE)
    parser.add_argument("--others", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=8)
    args = parser.parse_args()
    chance = random.Random(args.seed)
    papers = list(Corpus(args.corpus))
    words = _words(papers)
    titles = [_telling(paper) for paper in papers]
    others = _other_titles(Corpus(args.others), papers, words)
    examples = [*_slips(words, titles, chance), *_no_slips(others, chance)]
    weights = _fit(words, examples)
    named = dict(zip(FEATURES, weights.round(2).tolist(), strict=True))
    sys.stdout.write(json.dumps(named, indent=2) + "\n")
    unseen = [*_slips(words, titles, chance), *_no_slips(others, chance)]
    _report(words, unseen, weights)


def _telling(paper: Paper) -> list[str]:
    words = dict.fromkeys(tokenize(paper.title))
    return [word for word in words if word not in FUNCTION_WORDS and len(word) > 1]


def _words(papers: Sequence[Paper]) -> Words:
    counts: dict[str, int] = defaultdict(int)
    in_titles: dict[str, set[int]] = defaultdict(set)
    in_texts: dict[str, set[int]] = defaultdict(set)
    for row, paper in enumerate(papers):
        title, text = tokenize(paper.title), tokenize(paper.abstract)
        for word in {*title, *text, *tokenize(" ".join(paper.authors))}:
            counts[word] += 1
        for word in title:
            in_titles[singular(word)].add(row)
        for root in set(map(stem, [*title, *text])):
            in_texts[root].add(row)
    titles = [set(map(singular, tokenize(paper.title))) for paper in papers]
    known = sorted(counts)
    lexicon = build_lexicon(known, [counts[word] for word in known])
    return Words(lexicon, len(papers), titles, in_titles, in_texts)


def _other_titles(
    others: Iterable[Paper], papers: Sequence[Paper], words: Words
) -> list[tuple[list[str], list[str]]]:
    """Return titles of other papers, each with those of its words that the papers do not contain."""
    ids = {paper.id for paper in papers}
    titles = [_telling(paper) for paper in others if paper.id not in ids]
    known = words.lexicon.paper_counts({word for title in titles for word in title})
    found = []
    for title in titles:
        absent = [w for w in title if w not in known and w.isascii() and w.isalpha()]
        if absent:
            found.append((title, absent))
    return found


def _slips(words: Words, titles: Sequence[list[str]], chance: random.Random) -> list[Example]:
    found: list[Example] = []
    while len(found) < EXAMPLES:
        title = chance.choice(titles)
        if len(title) < 2:
            continue
        meant, *beside = chance.sample(title, min(len(title), chance.choice(BESIDE) + 1))
        typed = _slip(chance, meant)
        if chance.random() < UNFINISHED and len(typed) > LONG_CHARS:
            typed = typed[: chance.randint(4, len(typed) - 3)]
        if meant.isalpha() and typed != meant and not words.lexicon.paper_counts([typed]):
            found.append(Example(typed, beside, meant))
    return found


def _no_slips(
    titles: Sequence[tuple[list[str], list[str]]], chance: random.Random
) -> list[Example]:
    found = []
    for title, absent in chance.choices(titles, k=EXAMPLES):
        typed = chance.choice(absent)
        beside = [word for word in title if word != typed]
        found.append(Example(typed, chance.sample(beside, min(len(beside), chance.choice(BESIDE)))))
    return found


def _slip(chance: random.Random, word: str) -> str:
    """Return a word with a slip: half of them of any letter, half as fingers make them."""
    typed = slipped(chance, word) if chance.random() < 0.5 else _mistyped(chance, word)
    if len(word) > LONG_CHARS and chance.random() < TWO_SLIPS:
        return slipped(chance, typed)
    return typed


def _mistyped(chance: random.Random, word: str) -> str:
    if len(word) < 4:
        return word
    at = 0 if chance.random() < FIRST_LETTER else chance.randrange(1, len(word))
    head, letter, tail = word[:at], word[at], word[at + 1 :]
    row = next((row for row in KEYS if letter in row), letter)
    near = row[max(0, row.index(letter) - 1) : row.index(letter) + 2].replace(letter, "") or letter
    slips: list[Callable[[], str]] = [
        lambda: head + chance.choice(near) + tail,
        lambda: head + tail,
        lambda: head + tail[:1] + letter + tail[1:],
        lambda: head + letter * 2 + tail,
        lambda: head + chance.choice(near) + letter + tail,
        lambda: head + (chance.choice(VOWELS) if letter in VOWELS else letter) + tail,
        lambda: _undoubled(word),
    ]
    return chance.choices(slips, (0.25, 0.2, 0.18, 0.08, 0.12, 0.07, 0.1))[0]()


def _undoubled(word: str) -> str:
    at = next((n for n in range(1, len(word)) if word[n] == word[n - 1]), None)
    return word if at is None else word[:at] + word[at + 1 :]


def _fit(words: Words, examples: Sequence[Example]) -> npt.NDArray[np.float64]:
    """Return the weights by logistic regression on the likeliest slip of each example."""
    slips = [words.slips(example) for example in examples]
    weights = np.zeros(len(FEATURES))
    for turn in range(ROUNDS):
        chosen, is_slip = [], []
        for example, found in zip(examples, slips, strict=True):
            meant = [slip for slip in found if turn == 0 and slip.meant == example.meant]
            if found:
                chosen.append(_row(meant[0] if meant else _best(found, weights)))
                is_slip.append(example.meant is not None)
        weights = _regress(np.array(chosen), np.array(is_slip, float))
    return weights


def _regress(
    rows: npt.NDArray[np.float64], is_slip: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the weights of a logistic regression with a ridge, by Newton's steps."""
    weights = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-rows @ weights))
        curve = (rows.T * (likely * (1 - likely))) @ rows + RIDGE * np.eye(len(weights))
        weights += np.linalg.solve(curve, rows.T @ (is_slip - likely) - RIDGE * weights)
    return weights


def _row(slip: Slip) -> list[float]:
    features = slip.features
    return [float(features.get(name, 0)) for name in FEATURES]


def _best(slips: Sequence[Slip], weights: npt.NDArray[np.float64]) -> Slip:
    return max(slips, key=lambda slip: (float(np.dot(_row(slip), weights)), slip.share, slip.meant))


def _report(words: Words, examples: Sequence[Example], weights: npt.NDArray[np.float64]) -> None:
    """Print which shares of slips and of other words are corrected from which odds on."""
    odds: dict[tuple[bool, bool], list[float]] = defaultdict(list)
    for example in examples:
        found = words.slips(example)
        best = np.dot(_row(_best(found, weights)), weights) if found else -np.inf
        odds[example.meant is not None, bool(example.beside)].append(float(best))
    sys.stderr.write("log odds  slip alone  slip beside  word alone  word beside\n")
    for least in (-2, -1, 0, 0.5, 1, 1.5, 2, 2.5, 3):
        shares = [
            np.mean(np.array(odds[is_slip, beside]) > least)
            for is_slip in (True, False)
            for beside in (False, True)
        ]
        cells = "  ".join(f"{share:10.4f}" for share in shares)
        sys.stderr.write(f"{least:8}  {cells}\n")


if __name__ == "__main__":
    main()
