"""How well the words of a query match the words of titles, misspelt and unfinished ones too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from bot.search.analysis.tokenizer import FUNCTION_WORDS

# Words less similar than this do not match; neighbours count from the second on.
MIN_SIMILARITY, MIN_NEIGHBOUR_SIMILARITY = 0.6, 0.75
# What a word gets for beginning another, and how much more for being nearly all of it.
PREFIX_SIMILARITY, PREFIX_LENGTH_GAIN = 0.8, 0.2
# What a function word counts of a title beside any other.
FUNCTION_WORD_SHARE = 0.1
# Words of a title whose length is 1.
LONG_TITLE_WORDS = 30

Column: TypeAlias = npt.NDArray[np.float32]
_Table: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Titles:
    """The words of many titles one after the other, as numbers of different words."""

    words: Sequence[str]
    numbers: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]

    @property
    def starts(self) -> npt.NDArray[np.int64]:
        starts: npt.NDArray[np.int64] = np.cumsum(self.sizes) - self.sizes
        return starts


def title_features(
    titles: Sequence[Sequence[str]], typed: Sequence[str], order: Sequence[int], shares: Column
) -> Mapping[str, Column]:
    """Return features of titles, given in words, against the different words that were typed.

    `order` has the places of the words of the query in `typed`, `shares` what each of them counts.
    """
    found = _number(titles)
    table = _similarities(typed, found.words)[:, found.numbers]
    starts = found.starts
    telling = np.array([word not in FUNCTION_WORDS for word in found.words])
    counts = np.where(telling, np.float32(1), np.float32(FUNCTION_WORD_SHARE))[found.numbers]
    covered = np.add.reduceat(table.max(axis=0) * counts, starts)
    return {
        "words_matched": shares @ np.maximum.reduceat(table, starts, axis=1),
        "title_covered": (covered / np.add.reduceat(counts, starts)).astype(np.float32),
        "in_order": _in_order(table, starts, order),
        "length": (np.minimum(found.sizes, LONG_TITLE_WORDS) / LONG_TITLE_WORDS).astype(np.float32),
    }


def _number(titles: Sequence[Sequence[str]]) -> _Titles:
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    # a title without words has one that nothing matches
    found = [numbers[word] for title in titles for word in title or ("",)]
    sizes = np.array([len(title) or 1 for title in titles], np.int64)
    return _Titles(list(numbers), np.array(found, np.int64), sizes)


def _similarities(typed: Sequence[str], words: Sequence[str]) -> _Table:
    """Return how similar each typed word is to each other word, from 0 to 1."""
    least = 100 * MIN_SIMILARITY
    table: _Table = process.cdist(
        typed, words, scorer=fuzz.ratio, score_cutoff=least, dtype=np.float32
    )
    table /= 100
    text = "\n" + "\n".join(words)
    for word, line in zip(typed, table, strict=True):
        for n in _begun_with(text, word) if len(word) > 1 else ():
            whole = len(word) / len(words[n])
            line[n] = max(line[n], PREFIX_SIMILARITY + PREFIX_LENGTH_GAIN * whole)
    return table


def _begun_with(lines: str, start: str) -> Iterator[int]:
    """Yield the numbers of lines, each after a line break, that begin so."""
    number, before, at = -1, 0, lines.find(f"\n{start}")
    while at >= 0:
        number += lines.count("\n", before, at + 1)
        yield number
        before = at + 1
        at = lines.find(f"\n{start}", before)


def _in_order(table: _Table, starts: npt.NDArray[np.int64], order: Sequence[int]) -> Column:
    """Return for each title which share of the query's neighbours are neighbours in it."""
    total = np.zeros(len(starts), np.float32)
    if len(order) < 2:
        return total
    matched = table >= MIN_NEIGHBOUR_SIMILARITY
    followed = np.zeros_like(matched)
    followed[:, :-1] = matched[:, 1:]
    followed[:, starts[1:] - 1] = False  # by a word of the next title
    for one, other in pairwise(order):
        total += np.logical_or.reduceat(matched[one] & followed[other], starts)
    return total / np.float32(len(order) - 1)
