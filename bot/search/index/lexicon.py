"""The words that papers contain: which are known, begin with some letters, or are a slip away."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.search.index.arrays import Mask, Places

# Slips are looked for in words of up to so many letters.
MAX_SLIP_CHARS = 24
# rapidfuzz compares so many words in less than a millisecond.
MAX_COMPARED_WORDS = 6000
# Words in more papers than this are frequent.
FREQUENT_PAPERS = 50
# Letters of each word in which a slip is looked for at once, in all words.
PREFIX_CHARS = 12
# Lists of words that are remembered, of a few hundred bytes each.
MAX_REMEMBERED = 4096
_END = "\U0010ffff"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """Sorted words, and for each the number of papers that contain it. It never changes.

    `letters` has a bit for each letter of a word, `prefix` a line for each of the first places in a
    word, with the lower byte of the letter there. `order` sorts words by length, frequent ones
    first; `starts` says where each length, and in it the less frequent words, begin.
    """

    words: Sequence[str]
    papers: npt.NDArray[np.int32]
    sizes: npt.NDArray[np.int8]
    letters: npt.NDArray[np.uint32]
    prefix: npt.NDArray[np.uint8]
    order: npt.NDArray[np.int32]
    starts: Places
    ordered_letters: npt.NDArray[np.uint32] = field(init=False)
    _found: dict[tuple[object, ...], list[Any]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        # side by side, since all words of about a length are looked at for each slip
        object.__setattr__(self, "ordered_letters", self.letters[self.order])

    def paper_counts(self, wanted: Iterable[str]) -> dict[str, int]:
        """Return in how many papers each wanted word occurs, of those that are known."""
        counts = {}
        words, end = self.words, len(self.words)
        for word in wanted:
            place = bisect_left(words, word)
            if place < end and words[place] == word:
                counts[word] = int(self.papers[place])
        return counts

    def completions(self, start: str, limit: int) -> list[tuple[str, int]]:
        """Return longer words that begin with these letters, the most frequent first."""
        return self._once(self._completions, start, limit)

    def with_prefix(self, start: str) -> Sequence[str]:
        """Return all words that begin with these letters."""
        return self.words[slice(*self._range(start))]

    def neighbours(
        self, word: str, slips: int, *, frequent: bool = False
    ) -> list[tuple[str, int, int]]:
        """Return words at most so many slips away: each with its slips and its papers.

        Of two slips neither may be in the first letter, where people rarely slip. `frequent` leaves
        rare words out when looking for one slip.
        """
        return self._once(self._neighbours, word, slips, frequent)

    def near_completions(self, start: str, limit: int) -> list[tuple[str, int]]:
        """Return words that begin with something one slip away, the most frequent first."""
        return self._once(self._near_completions, start, limit)

    def _once(self, find: Callable[..., list[T]], *args: object) -> list[T]:
        """Return what was found before: while a person types, most words stay the same."""
        key = (find.__name__, *args)
        if key not in self._found:
            if len(self._found) >= MAX_REMEMBERED:
                self._found.clear()
            self._found[key] = find(*args)
        return self._found[key]

    def _completions(self, start: str, limit: int) -> list[tuple[str, int]]:
        low, high = self._range(start)
        if low < high and self.words[low] == start:
            low += 1
        if low == high:
            return []
        return self._most_frequent(np.arange(low, high), limit)

    def _neighbours(self, word: str, slips: int, frequent: bool) -> list[tuple[str, int, int]]:  # noqa: FBT001
        if slips > 1:
            places = self._same_first_letter(word, slips)
        else:
            places = self._similar_letters(word, frequent=frequent)
        if not places:
            return []
        words = [self.words[n] for n in places]
        distances = process.cdist(
            [word], words, scorer=OSA.distance, score_cutoff=slips, dtype=np.uint8
        )[0]
        return [
            (words[n], int(distances[n]), int(self.papers[places[n]]))
            for n in np.flatnonzero(distances <= slips).tolist()
        ]

    def _near_completions(self, start: str, limit: int) -> list[tuple[str, int]]:
        # people rarely mistype the first letter
        low, high = self._range(start[0])
        if low == high:
            return []
        places = np.flatnonzero(_one_slip(self.prefix[:, low:high], start[: PREFIX_CHARS - 1]))
        places = places + low
        words = [self.words[n] for n in places.tolist()]
        # a letter less, another or two swapped, a letter more
        cuts = [word[: len(start) + more] for more in (-1, 0, 1) for word in words]
        distances = process.cdist(
            [start], cuts, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8
        )[0]
        near = (distances <= 1).reshape(3, -1).any(axis=0)
        return self._most_frequent(places[near], limit)

    def _range(self, start: str) -> tuple[int, int]:
        """Return where the words that begin with these letters start and end."""
        return bisect_left(self.words, start), bisect_left(self.words, start + _END)

    def _similar_letters(self, word: str, *, frequent: bool) -> list[int]:
        """Return words of such a length and with such letters that they may be a slip away."""
        typed, size = _letter_bits(word), len(word)
        parts = []
        for length in range(max(0, size - 1), min(MAX_SLIP_CHARS, size + 1) + 1):
            end = self.starts[2 * length + (1 if frequent else 2)]
            here = slice(self.starts[2 * length], end)
            # a slip changes two letters of the set, or one and the length
            allowed = 2 - abs(size - length)
            similar = np.bitwise_count(self.ordered_letters[here] ^ typed) <= allowed
            parts.append(self.order[here][similar])
        return self._limit(np.concatenate(parts)) if parts else []

    def _same_first_letter(self, word: str, slips: int) -> list[int]:
        """Return words with the same first letter that may be so many slips away."""
        here = slice(*self._range(word[0]))
        longer = np.abs(self.sizes[here] - len(word))
        differing = np.bitwise_count(self.letters[here] ^ _letter_bits(word)) + longer
        possible = (differing <= 2 * slips) & (longer <= slips)
        return self._limit(
            np.flatnonzero(possible & (self.sizes[here] <= MAX_SLIP_CHARS)) + here.start
        )

    def _limit(self, places: npt.NDArray[np.integer[Any]]) -> list[int]:
        """Return as many as can be compared, the most frequent ones."""
        if len(places) > MAX_COMPARED_WORDS:
            ahead = np.argpartition(-self.papers[places], MAX_COMPARED_WORDS)
            places = places[ahead[:MAX_COMPARED_WORDS]]
        numbers: list[int] = places.tolist()
        return numbers

    def _most_frequent(self, places: Places, limit: int) -> list[tuple[str, int]]:
        papers = self.papers[places]
        if len(papers) > limit:
            places = places[np.argpartition(-papers, limit)[:limit]]
        counts = [(self.words[n], int(self.papers[n])) for n in places.tolist()]
        return sorted(counts, key=lambda one: (-one[1], one[0]))


def build_lexicon(words: Sequence[str], papers: Sequence[int]) -> Lexicon:
    """Build the lexicon of sorted words, each with the number of its papers."""
    counts = np.array(papers, np.int32)
    sizes = np.array([min(len(word), MAX_SLIP_CHARS + 1) for word in words], np.int8)
    # by length, so that words of about the same length are neighbours, the frequent ones first
    group = 2 * sizes + (counts <= FREQUENT_PAPERS).astype(np.int8)
    order = np.argsort(group, kind="stable").astype(np.int32)
    starts = np.searchsorted(group[order], np.arange(2 * MAX_SLIP_CHARS + 4))
    letters, prefix = _letters(words)
    return Lexicon(words, counts, sizes, letters, prefix, order, starts)


def _letters(words: Sequence[str]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint8]]:
    """Return `letters` and `prefix` of a lexicon; digits and other scripts share some bits.

    In `prefix` a place beyond the end of a word has 0.
    """
    codes = np.frombuffer("".join(words).encode("utf-32-le"), "<u4")
    sizes = np.array([len(word) for word in words], np.int64)
    if not len(codes):
        return np.zeros(len(words), np.uint32), np.zeros((PREFIX_CHARS, len(words)), np.uint8)
    latin = (codes >= ord("a")) & (codes <= ord("z"))
    bit = np.where(latin, codes - ord("a"), 26 + codes % 6).astype(np.uint32)
    starts = np.cumsum(sizes) - sizes
    letters = np.bitwise_or.reduceat(np.left_shift(np.uint32(1), bit), starts)
    low = codes.astype(np.uint8)
    prefix = [
        np.where(sizes > n, low.take(starts + n, mode="clip"), 0) for n in range(PREFIX_CHARS)
    ]
    return letters, np.array(prefix, np.uint8)


def _letter_bits(word: str) -> np.uint32:
    """Return the `letters` of one word, faster."""
    bits = 0
    for letter in set(word):
        code = ord(letter)
        bits |= 1 << (code - ord("a") if "a" <= letter <= "z" else 26 + code % 6)
    return np.uint32(bits)


def _one_slip(prefix: npt.NDArray[np.uint8], typed: str) -> Mask:
    """Return which words begin with what was typed but for one slip after the first letter.

    `prefix` has a line for each place in a word, at least one more than was typed.
    """
    start = [np.uint8(ord(letter) & 0xFF) for letter in typed]
    same = [line == letter for line, letter in zip(prefix, start, strict=False)]
    # whether all that follows a place is as it was typed, also from the next one on; whether it
    # stands a place further, since a letter was left out, or a place before, since one is too many
    level = after_next = longer = shorter = np.ones(prefix.shape[1], bool)
    follows = []
    for n in reversed(range(1, len(start))):
        longer = longer & (prefix[n + 1] == start[n])
        follow = level | shorter | longer
        if n + 1 < len(start):
            swapped = (prefix[n] == start[n + 1]) & (prefix[n + 1] == start[n])
            follow |= swapped & after_next
        follows.append(follow)
        after_next, level = level, level & same[n]
        shorter = shorter & (prefix[n - 1] == start[n])
    found, before = np.zeros(prefix.shape[1], bool), np.ones(prefix.shape[1], bool)
    for as_typed, follow in zip(same[1:], reversed(follows), strict=True):
        found |= before & follow
        before = before & as_typed
    return found | before
