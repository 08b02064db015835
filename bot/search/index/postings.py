"""Postings: for each word the papers that contain it, built for one segment of rows at a time.

There are two kinds of list. `HEAD` has one for each word of titles, names, keywords and aliases,
with the place where the word is; `BODY` has one for each word stem of all text, with how much the
paper says it. A row takes two bytes in a list, four where its segment has more than 65,536 rows;
its impact takes one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from bot.search.analysis.stemmer import stem
from bot.search.analysis.tokenizer import FUNCTION_WORDS
from bot.search.index.arrays import Impacts, Rows, row_type
from bot.search.index.documents import SEPARATOR
from bot.search.index.schema import Fields

MAX_SEGMENT_ROWS = 1 << 19
HEAD, BODY = 0, 1
# An impact of HEAD is the word's place in the title, counted from 0, or says where else it is
# first.
LAST_PLACE, PERSON, KEYWORD, ALIAS = 249, 250, 251, 252
# An impact of BODY is tf / (tf + k1 · (1 - b + b · length / average)) in 255ths: what BM25
# multiplies the word's rarity by (S. Robertson, H. Zaragoza, "The Probabilistic Relevance
# Framework: BM25 and Beyond", 2009), with tf and length summed over the fields by their weights, as
# in BM25F. What names and words about a text say, a text without them does not lack: there a word
# counts once where the text has it nowhere.
BM25_K1, BM25_B = 1.5, 0.6
FIELD_WEIGHTS = (2, 0, 0, 0, 1, 0)  # title, people, keywords, aliases, abstract, what repeats it
_FIELD_COUNT, _HEAD_FIELDS = len(FIELD_WEIGHTS), 4

_ROW_BITS = 20  # that a row takes while lists are built
_ROW_MASK = (1 << _ROW_BITS) - 1
_Numbers: TypeAlias = npt.NDArray[np.int64]


class _Numbering(dict[str, int]):
    """Numbers words as they come."""

    def __missing__(self, word: str) -> int:
        self[word] = number = len(self)
        return number


@dataclass(frozen=True, slots=True)
class PostingLists:
    """The lists of one kind.

    Those of `words[n]` are `rows` and `impacts` from `starts[n]` to `starts[n + 1]`.
    """

    words: Sequence[str]
    starts: _Numbers
    rows: Rows
    impacts: Impacts

    def by_word(self) -> dict[str, tuple[Rows, Impacts]]:
        """Return each word's rows and impacts."""
        ends = self.starts.tolist()
        parts = zip(self.words, ends[:-1], ends[1:], strict=True)
        return {word: (self.rows[start:end], self.impacts[start:end]) for word, start, end in parts}

    def encode(self) -> Iterator[tuple[str, bytes, bytes]]:
        """Yield each word with its rows and impacts as bytes."""
        rows, impacts, size = self.rows.tobytes(), self.impacts.tobytes(), self.rows.itemsize
        ends = self.starts.tolist()
        for word, start, end in zip(self.words, ends[:-1], ends[1:], strict=True):
            yield word, rows[size * start : size * end], impacts[start:end]


@dataclass(frozen=True, slots=True)
class SegmentContent:
    """The lists of some papers, the lengths of their titles in words, and each word's papers."""

    head: PostingLists
    body: PostingLists
    title_lengths: Impacts
    paper_counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Tokens:
    """All words of some papers, one after the other: number, row, field and place in its field."""

    words: Sequence[str]
    word: _Numbers
    row: _Numbers
    field: _Numbers
    place: _Numbers

    def __getitem__(self, which: npt.NDArray[np.bool_]) -> _Tokens:
        return _Tokens(
            self.words, self.word[which], self.row[which], self.field[which], self.place[which]
        )


def build(papers: Sequence[tuple[int, Fields]]) -> SegmentContent:
    """Build the lists of papers, each with its row, counted from the segment's first row."""
    rows = np.array([row for row, _ in papers], np.int64)
    tokens, lengths = _number(papers, rows)
    as_row = row_type(len(lengths))
    words, counts = _count(_distinct((tokens.word << _ROW_BITS) | tokens.row) >> _ROW_BITS)
    paper_counts = zip([tokens.words[n] for n in words.tolist()], counts.tolist(), strict=True)
    return SegmentContent(
        _head(tokens, as_row), _body(tokens, rows, as_row), lengths, dict(paper_counts)
    )


def _number(papers: Sequence[tuple[int, Fields]], rows: _Numbers) -> tuple[_Tokens, Impacts]:
    """Return the words of the papers, and how many words each row's title has, at most 255."""
    numbers = _Numbering()
    separator = numbers[SEPARATOR]
    token_numbers: list[int] = []
    counts: list[int] = []  # of each field of each paper
    lengths = np.zeros(papers[-1][0] + 1, np.uint8)
    for at, fields in papers:
        *head, text = fields
        abstract, _, repeated = text.partition(SEPARATOR)
        for text in (*head, abstract, repeated):
            found = [numbers[word] for word in text.split()]
            token_numbers += found
            counts.append(len(found))
        lengths[at] = min(255, counts[-_FIELD_COUNT])
    word = np.array(token_numbers, np.int64)
    per_field = np.array(counts, np.int64)
    row = np.repeat(np.repeat(rows, _FIELD_COUNT), per_field)
    field = np.repeat(np.tile(np.arange(_FIELD_COUNT), len(papers)), per_field)
    place = np.arange(len(word)) - np.repeat(np.cumsum(per_field) - per_field, per_field)
    return _Tokens(list(numbers), word, row, field, place)[word != separator], lengths


def _head(tokens: _Tokens, as_row: np.dtype[np.uint16 | np.uint32]) -> PostingLists:
    ahead = tokens[tokens.field < _HEAD_FIELDS]
    title_place = np.minimum(ahead.place, LAST_PLACE)
    impact = np.choose(ahead.field, [title_place, PERSON, KEYWORD, ALIAS])
    # the best place of a word in a paper has the lowest impact
    keys = np.sort((((ahead.word << _ROW_BITS) | ahead.row) << 8) | impact)
    keys = keys[np.flatnonzero(np.diff(keys >> 8, prepend=-1))]
    return _lists(tokens.words, keys >> 8, keys & 0xFF, as_row)


def _body(tokens: _Tokens, rows: _Numbers, as_row: np.dtype[np.uint16 | np.uint32]) -> PostingLists:
    stems = _Numbering()
    stem_numbers = [-1 if word in FUNCTION_WORDS else stems[stem(word)] for word in tokens.words]
    stem_number = np.array(stem_numbers, np.int64)[tokens.word]
    weights = np.array(FIELD_WEIGHTS)[tokens.field]
    length = np.bincount(tokens.row, weights, int(rows[-1]) + 1)
    norm = BM25_K1 * (1 - BM25_B + BM25_B * length / max(1.0, float(length[rows].mean())))
    counted = stem_number >= 0
    # the weight of the field in the low bits, so that one sort brings together what is added up
    pairs = (stem_number[counted] << _ROW_BITS) | tokens.row[counted]
    keys = np.sort((pairs << 8) | weights[counted])
    starts = np.flatnonzero(np.diff(keys >> 8, prepend=-1))
    tf = np.add.reduceat(keys & 0xFF, starts) if len(starts) else np.empty(0, np.int64)
    tf, pairs = np.maximum(1, tf), keys[starts] >> 8
    impact = np.maximum(1, np.rint(255 * tf / (tf + norm[pairs & _ROW_MASK])))
    return _lists(list(stems), pairs, impact, as_row)


def _distinct(numbers: _Numbers) -> _Numbers:
    ordered = np.sort(numbers)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=-1))]


def _count(numbers: _Numbers) -> tuple[_Numbers, _Numbers]:
    """Return each of the sorted numbers once, and how often it occurs."""
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    return numbers[starts], np.diff(np.append(starts, len(numbers)))


def _lists(
    words: Sequence[str],
    pairs: _Numbers,
    impact: npt.NDArray[np.generic],
    as_row: np.dtype[np.uint16 | np.uint32],
) -> PostingLists:
    """Return the lists of sorted pairs of a word's number and a row."""
    word = pairs >> _ROW_BITS
    starts = np.flatnonzero(np.diff(word, prepend=-1))
    return PostingLists(
        [words[n] for n in word[starts].tolist()],
        np.append(starts, len(word)),
        (pairs & _ROW_MASK).astype(as_row),
        impact.astype(np.uint8),
    )
