"""Lists of papers by word: made from what papers say, written down a stretch of rows at a time, and read again.

For each word there is a list over titles, names, keywords and terms (`HEAD`), with the place where
the word stands, and for each word stem one over all that papers say (`BODY`), with how much a paper
says it. A row takes two bytes in a list, four where its stretch has more than 65,536 rows, and its
mark one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from bot.search.index.documents import BETWEEN
from bot.search.index.schema import Said
from bot.search.query.stems import stem
from bot.search.query.tokenizer import FUNCTION_WORDS

LONGEST = 1 << 19  # rows of a stretch
SHORT = 1 << 16  # rows that two bytes can tell apart
ROW = 20  # bits that a row takes while lists are made
HEAD, BODY = 0, 1
# A mark of HEAD is the word's place in the title, counted from 0, or says where else it stands
# first.
LAST_PLACE, PERSON, KEYWORD, TERM = 249, 250, 251, 252
# A mark of BODY is tf / (tf + k1 · (1 - b + b · length / average)) in 255ths: what BM25 multiplies
# the word's rarity by (S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and
# Beyond", 2009), with tf and length summed over the fields by their weights, as in BM25F. Names
# make no paper longer: one has 664 authors.
K1, B = 1.5, 0.6
FIELDS = (2, 1, 2, 1, 1)  # title, people, keywords, terms, abstract
LENGTHS = (2, 0, 2, 1, 1)

_ROWS = (1 << ROW) - 1

Rows: TypeAlias = npt.NDArray[np.uint16 | np.uint32]
Marks: TypeAlias = npt.NDArray[np.uint8]
_Sorted: TypeAlias = npt.NDArray[np.integer[Any]]


def row_type(size: int) -> np.dtype[np.uint16 | np.uint32]:
    """Return what a row is in the lists of a stretch with so many rows."""
    return np.dtype("<u2" if size <= SHORT else "<u4")


def among(some: _Sorted, others: _Sorted) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return where rows that stand in both stand in the one and in the other; both are sorted."""
    if not len(some) or not len(others):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    if len(some) > len(others):
        other, one = among(others, some)
        return one, other
    at = others.searchsorted(some.astype(others.dtype, copy=False))
    at[at == len(others)] = 0
    here = np.flatnonzero(others[at] == some)
    return here, at[here]


class _Numbers(dict[str, int]):
    """Numbers words as they come."""

    def __missing__(self, word: str) -> int:
        self[word] = number = len(self)
        return number


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists of one kind: those of `words[n]` are `rows` and `marks` from `starts[n]` to `starts[n + 1]`."""

    words: Sequence[str]
    starts: npt.NDArray[np.int64]
    rows: Rows
    marks: Marks

    def by_word(self) -> dict[str, tuple[Rows, Marks]]:
        """Return each word's rows and marks."""
        ends = self.starts.tolist()
        parts = zip(self.words, ends[:-1], ends[1:], strict=True)
        return {word: (self.rows[start:end], self.marks[start:end]) for word, start, end in parts}

    def written(self) -> Iterator[tuple[str, bytes, bytes]]:
        """Yield each word with its rows and marks as they are written down."""
        rows, marks, size = self.rows.tobytes(), self.marks.tobytes(), self.rows.itemsize
        for word, start, end in zip(
            self.words, self.starts[:-1].tolist(), self.starts[1:].tolist(), strict=True
        ):
            yield word, rows[size * start : size * end], marks[start:end]


@dataclass(frozen=True, slots=True)
class Made:
    """The lists of some papers, how many words their titles have, and in how many of them each word stands."""

    head: Lists
    body: Lists
    lengths: Marks
    papers: dict[str, int]


def make(papers: Sequence[tuple[int, Said]]) -> Made:
    """Make the lists of papers, each with its row, counted from the first of the stretch."""
    numbers = _Numbers()
    between = numbers[BETWEEN]
    tokens: list[int] = []
    counts: list[int] = []  # of each field of each paper
    lengths = np.zeros(papers[-1][0] + 1, np.uint8)
    for at, said in papers:
        for text in said:
            found = [numbers[spoken] for spoken in text.split()]
            tokens += found
            counts.append(len(found))
        lengths[at] = min(255, counts[-5])
    words = list(numbers)
    word = np.array(tokens, np.int64)
    per_field = np.array(counts, np.int64)
    rows = np.array([at for at, _ in papers], np.int64)
    row = np.repeat(np.repeat(rows, 5), per_field)
    field = np.repeat(np.tile(np.arange(5), len(papers)), per_field)
    place = np.arange(len(word)) - np.repeat(np.cumsum(per_field) - per_field, per_field)
    kept = word != between
    word, row, field, place = word[kept], row[kept], field[kept], place[kept]
    spoken, papers_with = _counted(_sorted_once((word << ROW) | row) >> ROW)
    as_row = row_type(len(lengths))
    return Made(
        _head(words, word, row, field, place, as_row),
        _body(words, word, row, field, rows, as_row),
        lengths,
        dict(zip([words[n] for n in spoken.tolist()], papers_with.tolist(), strict=True)),
    )


_Numbered: TypeAlias = npt.NDArray[np.int64]


def _head(
    words: Sequence[str],
    word: _Numbered,
    row: _Numbered,
    field: _Numbered,
    place: _Numbered,
    as_row: np.dtype[np.uint16 | np.uint32],
) -> Lists:
    ahead = field < 4
    mark = np.choose(field[ahead], [np.minimum(place[ahead], LAST_PLACE), PERSON, KEYWORD, TERM])
    # the best place of a word in a paper has the lowest mark
    found = np.sort((((word[ahead] << ROW) | row[ahead]) << 8) | mark)
    first = (
        np.concatenate([[True], found[1:] >> 8 != found[:-1] >> 8])
        if len(found)
        else np.empty(0, bool)
    )
    found = found[first]
    return _lists(words, found >> 8, found & 0xFF, as_row)


def _body(
    words: Sequence[str],
    word: _Numbered,
    row: _Numbered,
    field: _Numbered,
    rows: _Numbered,
    as_row: np.dtype[np.uint16 | np.uint32],
) -> Lists:
    stems = _Numbers()
    stemmed = np.array(
        [-1 if said in FUNCTION_WORDS else stems[stem(said)] for said in words], np.int64
    )[word]
    length = np.bincount(row, np.array(LENGTHS)[field], int(rows[-1]) + 1)
    norm = K1 * (1 - B + B * length / max(1.0, float(length[rows].mean())))
    told = stemmed >= 0
    # the weight of the field in the low bits, so that one sort brings together what is added up
    uses = np.sort((((stemmed[told] << ROW) | row[told]) << 8) | np.array(FIELDS)[field[told]])
    pairs, starts = uses >> 8, np.flatnonzero(np.diff(uses >> 8, prepend=-1))
    tf = np.add.reduceat(uses & 0xFF, starts) if len(starts) else np.empty(0, np.int64)
    pairs = pairs[starts]
    mark = np.maximum(1, np.rint(255 * tf / (tf + norm[pairs & _ROWS])))
    return _lists(list(stems), pairs, mark, as_row)


def _sorted_once(numbers: _Numbered) -> _Numbered:
    ordered = np.sort(numbers)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=-1))]


def _counted(numbers: _Numbered) -> tuple[_Numbered, _Numbered]:
    """Return each of the sorted numbers once, and how often it is there."""
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    return numbers[starts], np.diff(np.append(starts, len(numbers)))


def _lists(
    words: Sequence[str],
    pairs: _Numbered,
    mark: npt.NDArray[np.generic],
    as_row: np.dtype[np.uint16 | np.uint32],
) -> Lists:
    word = pairs >> ROW
    starts = np.flatnonzero(np.diff(word, prepend=-1))
    return Lists(
        [words[n] for n in word[starts].tolist()],
        np.append(starts, len(word)),
        (pairs & _ROWS).astype(as_row),
        mark.astype(np.uint8),
    )
