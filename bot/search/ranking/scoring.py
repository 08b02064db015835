"""What papers have of a query: which of its words stand where in which rows, and what that weighs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from bot.search.index.postings import KEYWORD, LAST_PLACE, PERSON, TERM, Marks, Rows, among
from bot.search.index.segment_reader import Stretch
from bot.search.query.spelling import Slot
from bot.search.query.stems import stem
from bot.search.query.tokenizer import FUNCTION_WORDS
from bot.search.ranking.filters import Mask

# What a word counts for in title, name, keywords or terms, and only in the text.
IN_TITLE, IN_NAME, IN_TERMS, IN_TEXT = 1.0, 0.7, 0.78, 0.5
# What the beginning of a word counts for: less where what was typed is a word of its own.
BEGINS, BEGINS_ANOTHER = 0.8, 0.5
# While somebody types, words in the texts of more papers than this are looked for in titles, names
# and terms only.
FREQUENT = 1_000
# A paper that has all of the query weighs so much, which fits into two bytes: all papers are
# weighed, and that takes as long as their bytes do. No word is less than so much of the query.
WHOLE, LEAST = 60_000, 0.003
# In a stretch of more rows than this, only those are weighed that have the rarest words: as many
# words as so few rows have, and more where these are less than such a share of the query, as long
# as no more rows have them.
LONG, FEW_ROWS, MOST_ROWS, ENOUGH = 1 << 16, 1 << 13, 1 << 16, 0.5
# Among millions it may be such a share of them.
MOST_OF = 0.1
# All are, where the other words together weigh more than such a share of what the best row has.
LESS = 0.7
# In a longer query these words tell enough anyway, if they are such a share of it and some row has
# as much.
WORDS, ENOUGH_OF_MANY = 8, 0.35
# So many rows are sorted rather than marked one by one.
SORTED = 1 << 14
# In a list so many times as long it is quicker to search for each of these rows than to look at all
# that it has.
MANY = 20
# The mark of a word that stands in the text only, or nowhere.
TEXT = 255

Gains: TypeAlias = npt.NDArray[np.uint16]
Places: TypeAlias = npt.NDArray[np.int64]

# What a word counts for by its mark.
COUNTS = np.full(256, IN_TEXT, np.float32)
COUNTS[: LAST_PLACE + 1] = IN_TITLE
COUNTS[PERSON] = IN_NAME
COUNTS[[KEYWORD, TERM]] = IN_TERMS


class _Way(NamedTuple):
    """A way for a paper to have a word of the query: all of these words, or all of these stems in its text."""

    spelt: tuple[str, ...]
    ahead: bool  # in title, names or terms
    worth: float


_Listed: TypeAlias = tuple[_Way, Rows, Marks]


class _Some(NamedTuple):
    """Some rows of a stretch: in their order, as a mask of all, and for many of them also where each stands."""

    rows: Rows
    mask: Mask
    places: npt.NDArray[np.int32] | None

    @classmethod
    def of(cls, lists: Sequence[Rows], size: int) -> _Some:
        """Return the rows that are in any of these lists, of a stretch of this size."""
        mask = np.zeros(size, bool)
        if sum(map(len, lists)) <= SORTED:
            rows = np.concatenate(lists)
            rows.sort()
            rows = rows[np.append(True, rows[1:] != rows[:-1])]
            mask[rows] = True
            return cls(rows, mask, None)
        for each in lists:
            mask[each] = True
        rows = np.flatnonzero(mask).astype(np.uint32)
        places = np.empty(size, np.int32)
        places[rows] = np.arange(len(rows), dtype=np.int32)
        return cls(rows, mask, places)

    def found_in(self, listed: Rows) -> tuple[Places, Places | npt.NDArray[np.int32]]:
        """Return where a list has one of these rows, and which of them it is."""
        if len(listed) > MANY * len(self.rows):
            return among(listed, self.rows)
        here = np.flatnonzero(self.mask[listed])
        found = listed[here]
        return here, self.rows.searchsorted(found) if self.places is None else self.places[found]


@dataclass(frozen=True, slots=True)
class Weighed:
    """Rows of a stretch, all where `rows` is None: a line each of marks and gains by word, and what they weigh."""

    rows: Rows | None
    marks: Marks
    gains: Gains
    weights: Gains

    def numbers(self, places: Places) -> Places:
        """Return the rows that stand in these places."""
        return places if self.rows is None else self.rows[places].astype(np.int64)


class Weighing:
    """How the words of one query weigh: `shares` of it, and whether a paper needs each to hold them all."""

    def __init__(self, slots: Sequence[Slot], *, thorough: bool) -> None:
        total = sum(slot.weight for slot in slots) or 1
        self.shares = [max(LEAST, slot.weight / total) for slot in slots]
        self.needed = [_telling(slot, slots) for slot in slots]
        # to find rare words that begin with the last one, rows without it are needed
        self._open = bool(slots and slots[-1].more and len(slots) > 1)
        self._ways = [_ways(slot, thorough=thorough) for slot in slots]

    def words(self, *, ahead: bool) -> list[str]:
        """Return the words whose lists are needed: those `ahead` of the text, or word stems."""
        return [
            word for ways in self._ways for way in ways if way.ahead == ahead for word in way.spelt
        ]

    def weigh(self, stretch: Stretch, passing: Mask | None, floor: int) -> Weighed:
        """Weigh the rows of a stretch that pass; in a long one, those that have the rarest words, if these tell enough.

        What does not weigh more than `floor` is not asked for.
        """
        found = [_lists(stretch, ways) for ways in self._ways]
        if stretch.size > LONG:
            some, rest = self._with_rarest(found, stretch.size)
            if some is not None:
                weighed = self._weigh(
                    found, len(some.rows), some, None if passing is None else passing[some.rows]
                )
                best = int(weighed.weights.max(initial=0))
                # all others have no more than the rest of the query
                if rest * WHOLE <= max(floor, LESS * best) or (
                    len(found) > WORDS and best >= ENOUGH_OF_MANY * WHOLE
                ):
                    return weighed
        return self._weigh(found, stretch.size, None, passing)

    def _with_rarest(
        self, found: Sequence[Sequence[_Listed]], size: int
    ) -> tuple[_Some | None, float]:
        """Return the rows that have the rarest words, and what share of the query all other words are together.

        None instead of rows where too many have them, or what all others have has to be known.
        """
        sizes = [sum(len(rows) for _, rows, _ in lists) for lists in found]
        rest = whole = sum(share for share, size in zip(self.shares, sizes, strict=True) if size)
        enough = whole * (1 - (ENOUGH_OF_MANY if len(sizes) > WORDS else ENOUGH))
        rows: list[Rows] = []
        number, needed = 0, False
        for n in sorted(range(len(sizes) - self._open), key=sizes.__getitem__):
            number += sizes[n]
            if number > (
                FEW_ROWS if needed and rows and rest <= enough else max(MOST_ROWS, MOST_OF * size)
            ):
                break
            if sizes[n]:
                rows += [there for _, there, _ in found[n]]
                rest -= self.shares[n]
            needed |= self.needed[n]
        return (_Some.of(rows, size) if needed and rows and rest <= enough else None), rest

    def _weigh(
        self,
        found: Sequence[Sequence[_Listed]],
        size: int,
        some: _Some | None,
        passing: Mask | None,
    ) -> Weighed:
        """Weigh so many rows: all of a stretch, or some of them."""
        marks = np.full((len(found), size), TEXT, np.uint8)
        gains = np.zeros((len(found), size), np.uint16)
        for lists, share, where, gain in zip(found, self.shares, marks, gains, strict=True):
            for way, rows, said in lists:
                if some is None:
                    _mark(way, share, rows, said, where, gain)
                else:
                    listed, at = some.found_in(rows)
                    _mark(way, share, at, said[listed], where, gain)
        weights = gains.sum(axis=0, dtype=np.uint16)
        if passing is not None:
            weights *= passing
        return Weighed(some.rows if some else None, marks, gains, weights)


def holding(gains: Gains, needed: Sequence[bool]) -> Mask:
    """Return which rows have all the words that are needed."""
    found: Mask = (gains if all(needed) else gains[np.array(needed)]).min(axis=0, initial=WHOLE) > 0
    return found


def _telling(slot: Slot, slots: Sequence[Slot]) -> bool:
    """Whether a paper needs the word to hold all words: common ones only where nothing else is asked for."""
    # the first letter of a word that is still being typed tells nothing yet
    begun = len(slots) > 1 and slot is slots[-1] and len(slot.typed) == 1
    return not begun and (
        slot.typed not in FUNCTION_WORDS or all(one.typed in FUNCTION_WORDS for one in slots)
    )


def _ways(slot: Slot, *, thorough: bool) -> list[_Way]:
    """Return the ways to have a word; where a paper has it in several, the last one counts."""
    begins = BEGINS_ANOTHER if slot.known else BEGINS
    begun = [_Way((word,), ahead=True, worth=begins) for word in slot.begun[::-1]]
    readings = [
        _Way(reading.words, ahead=True, worth=reading.worth) for reading in slot.readings[::-1]
    ]
    if not thorough and slot.papers > FREQUENT:
        return begun + readings
    spelt = [
        way
        for way in (begun + readings if thorough else readings)
        if not FUNCTION_WORDS.intersection(way.spelt)
    ]
    in_text = {tuple(map(stem, way.spelt)): way for way in spelt}
    return [
        *(way._replace(spelt=stems, ahead=False) for stems, way in in_text.items()),
        *begun,
        *readings,
    ]


@lru_cache(maxsize=64)
def _by_mark(worth: float) -> npt.NDArray[np.float32]:
    """Return what a reading weighs by the mark of the word, if that word is all of the query."""
    return np.float32(WHOLE * worth) * COUNTS


def _lists(stretch: Stretch, ways: Sequence[_Way]) -> list[_Listed]:
    """Return for each way to have a word, where any row has it so, the rows and the marks of its first word."""
    listed = []
    for way in ways:
        found = stretch.head if way.ahead else stretch.body
        first, *others = way.spelt
        if first in found and all(other in found for other in others):
            rows, marks = found[first]
            for other in others:
                both, _ = among(rows, found[other][0])
                rows, marks = rows[both], marks[both]
            listed.append((way, rows, marks))
    return listed


def _mark(
    way: _Way,
    share: float,
    rows: npt.NDArray[np.integer[Any]],
    marks: Marks,
    where: Marks,
    gain: Gains,
) -> None:
    """Note where rows have a word in one way, and what that weighs."""
    if way.ahead:
        where[rows] = marks
        gain[rows] = (_by_mark(way.worth) * np.float32(share)).astype(np.uint16).take(marks)
    else:
        gain[rows] = int(WHOLE * IN_TEXT * way.worth * share)
