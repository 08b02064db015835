"""The words that papers have, in memory: whether one is known, which begin with it, which are a slip or two away."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

# Nobody mistypes a longer word and expects it to be found.
LONGEST = 24
# rapidfuzz compares so many words in less than a millisecond.
LOOKED_AT = 6000
# Words in more papers than this are frequent.
FREQUENT = 50
# Letters of each word in which a slip is looked for at once, in all words.
FIRST = 12
_END = "\U0010ffff"


class Lexicon:
    """Words and in how many papers each stands. It never changes: a new one takes its place."""

    def __init__(self, words: Sequence[str], papers: Sequence[int]) -> None:
        """Take words, sorted, and for each the number of its papers."""
        self._words = words
        self._papers = np.array(papers, np.int32)
        self._sizes = np.array([min(len(word), LONGEST + 1) for word in self._words], np.int8)
        # by length, so that those of about the same length stand together, the frequent ones first
        group = 2 * self._sizes + (self._papers <= FREQUENT).astype(np.int8)
        self._order = np.argsort(group, kind="stable").astype(np.int32)
        self._starts = np.searchsorted(group[self._order], np.arange(2 * LONGEST + 4))
        self._letters, self._first = _letters(self._words)
        self._by_length = self._letters[self._order]

    def counts(self, wanted: Iterable[str]) -> dict[str, int]:
        """Return in how many papers those of the wanted words stand that are known."""
        found = {}
        words, papers, end = self._words, self._papers, len(self._words)
        for word in wanted:
            place = bisect_left(words, word)
            if place < end and words[place] == word:
                found[word] = int(papers[place])
        return found

    def begun(self, start: str, most: int) -> list[tuple[str, int]]:
        """Return longer words that begin with what was typed, the most frequent first."""
        low = bisect_left(self._words, start)
        if low < len(self._words) and self._words[low] == start:
            low += 1
        return self._frequent(np.arange(low, bisect_left(self._words, start + _END)), most)

    def alike(self, start: str) -> Sequence[str]:
        """Return all words that begin with these letters."""
        return self._words[slice(*self._range(start))]

    def near(self, word: str, slips: int, *, frequent: bool = False) -> list[tuple[str, int, int]]:
        """Return words no more than so many slips away, with the number of slips and of papers.

        Of two slips none is in the first letter: hardly anybody makes that one. `frequent` leaves
        all others out if it is about one slip.
        """
        found = (
            self._begun_may_be(word, slips) if slips > 1 else self._may_be(word, frequent=frequent)
        )
        words = [self._words[n] for n in found]
        distances = process.cdist(
            [word], words, scorer=OSA.distance, score_cutoff=slips, dtype=np.uint8
        )[0]
        return [
            (words[n], int(distances[n]), int(self._papers[found[n]]))
            for n in np.flatnonzero(distances <= slips).tolist()
        ]

    def near_begun(self, start: str, most: int) -> list[tuple[str, int]]:
        """Return words that begin with something one slip away from what was typed, the most frequent first."""
        # hardly anybody mistypes the first letter
        low, high = self._range(start[0])
        found = np.flatnonzero(_one_slip(self._first[:, low:high], start[: FIRST - 1])) + low
        words = [self._words[n] for n in found.tolist()]
        # a letter less, another or two swapped, a letter more
        cuts = [word[: len(start) + more] for more in (-1, 0, 1) for word in words]
        near = (
            process.cdist([start], cuts, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8)[0]
            <= 1
        )
        return self._frequent(found[near.reshape(3, -1).any(axis=0)], most)

    def _range(self, start: str) -> tuple[int, int]:
        """Return where the words that begin with these letters stand."""
        return bisect_left(self._words, start), bisect_left(self._words, start + _END)

    def _may_be(self, word: str, *, frequent: bool) -> list[int]:
        """Return words of such a length and with such letters that they may be a slip away."""
        typed, size = _letters_of(word), len(word)
        parts = []
        for length in range(max(0, size - 1), min(LONGEST, size + 1) + 1):
            here = slice(
                self._starts[2 * length], self._starts[2 * length + (1 if frequent else 2)]
            )
            # a slip changes two letters of the set, or one and the length
            fitting = np.bitwise_count(self._by_length[here] ^ typed) <= 2 - abs(size - length)
            parts.append(self._order[here][fitting])
        return self._most(np.concatenate(parts))

    def _begun_may_be(self, word: str, slips: int) -> list[int]:
        """Return words with the same first letter that may be so many slips away."""
        low, high = self._range(word[0])
        longer = np.abs(self._sizes[low:high] - len(word))
        fitting = (
            np.bitwise_count(self._letters[low:high] ^ _letters_of(word)) + longer <= 2 * slips
        )
        return self._most(
            np.flatnonzero(fitting & (longer <= slips) & (self._sizes[low:high] <= LONGEST)) + low
        )

    def _most(self, found: npt.NDArray[np.integer[Any]]) -> list[int]:
        """Return as many as are looked at, the most frequent."""
        if len(found) > LOOKED_AT:
            found = found[np.argpartition(-self._papers[found], LOOKED_AT)[:LOOKED_AT]]
        numbers: list[int] = found.tolist()
        return numbers

    def _frequent(self, numbers: npt.NDArray[np.int64], most: int) -> list[tuple[str, int]]:
        papers = self._papers[numbers]
        if len(papers) > most:
            numbers = numbers[np.argpartition(-papers, most)[:most]]
        found = [(self._words[n], int(self._papers[n])) for n in numbers.tolist()]
        return sorted(found, key=lambda one: (-one[1], one[0]))


def _letters(words: Sequence[str]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint8]]:
    """Return for each word a bit for each letter in it, figures and other scripts sharing some, and its first letters.

    These have a line for each place in a word, 0 where it is shorter; of a letter the lower byte is
    enough.
    """
    codes = np.frombuffer("".join(words).encode("utf-32-le"), "<u4")
    sizes = np.array([len(word) for word in words], np.int64)
    if not len(codes):
        return np.zeros(len(words), np.uint32), np.zeros((FIRST, len(words)), np.uint8)
    small = (codes >= ord("a")) & (codes <= ord("z"))
    bits = np.left_shift(
        np.uint32(1), np.where(small, codes - ord("a"), 26 + codes % 6).astype(np.uint32)
    )
    starts = np.cumsum(sizes) - sizes
    bytes_ = codes.astype(np.uint8)
    places = [np.where(sizes > n, bytes_.take(starts + n, mode="clip"), 0) for n in range(FIRST)]
    return np.bitwise_or.reduceat(bits, starts), np.array(places, np.uint8)


def _letters_of(word: str) -> np.uint32:
    """Return the same for one word, quicker."""
    bits = 0
    for letter in set(word):
        code = ord(letter)
        bits |= 1 << (code - ord("a") if "a" <= letter <= "z" else 26 + code % 6)
    return np.uint32(bits)


def _one_slip(first: npt.NDArray[np.uint8], typed: str) -> npt.NDArray[np.bool_]:
    """Return which words begin with what was typed but for one slip, which is not in the first letter.

    `first` has a line for each place in a word, one more at least than was typed.
    """
    start = [np.uint8(ord(letter) & 0xFF) for letter in typed]
    same = [line == letter for line, letter in zip(first, start, strict=False)]
    # whether all that follows a place is as it was typed, also from the next one on; whether it
    # stands a place further, since a letter was left out, or a place before, since one is too many
    level = after_next = longer = shorter = np.ones(first.shape[1], bool)
    follows = []
    for n in reversed(range(1, len(start))):
        longer = longer & (first[n + 1] == start[n])
        follow = level | shorter | longer
        if n + 1 < len(start):
            follow |= (first[n] == start[n + 1]) & (first[n + 1] == start[n]) & after_next
        follows.append(follow)
        after_next, level = level, level & same[n]
        shorter = shorter & (first[n - 1] == start[n])
    found, before = np.zeros(first.shape[1], bool), np.ones(first.shape[1], bool)
    for as_typed, follow in zip(same[1:], reversed(follows), strict=True):
        found |= before & follow
        before = before & as_typed
    return found | before
