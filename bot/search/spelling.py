"""Words as they were meant: slips, words run together or taken apart, beginnings of words."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.search.words import COMMON

# More words than this say nothing more about which paper is meant, and each costs time.
MOST_WORDS = 24
# How well a reading stands for what was typed: the word itself, two words written as one, one or many of it, one word
# that should be two, slips.
EXACT, JOINED, NUMBER, APART, ONE_SLIP, ONE_SLIP_BEGUN, TWO_SLIPS = 1.0, 0.95, 0.75, 0.85, 0.85, 0.75, 0.65
# What a reading is worth less where the word as it was typed is known too.
DOUBT = 0.1
# What was typed may be the beginning of these; more of them make no difference to which paper is found.
COMPLETIONS = 16
READINGS = 6
# rapidfuzz compares so many words in less than a millisecond, in which nothing else runs.
LOOKED_AT = 5000
# Letters that a slip can put in; letters of other scripts are those of the word itself.
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
# Nobody mistypes a longer word and expects it to be found.
LONGEST = 24
# A word of two letters in as many papers as this may be run together with another.
COMMONPLACE = 50
# A word so much rarer than its two halves is more likely these, run together.
RARER = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a typed word: the words that stand for it, how well (0 to 1), and in how many papers."""

    words: tuple[str, ...]
    worth: float
    papers: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A word as it was typed and the ways to read it, the best first.

    `begun` are the words that begin with it, if it may not be typed to its end. `weight` says how much it tells.
    """

    typed: str
    readings: tuple[Reading, ...]
    begun: tuple[str, ...]
    papers: int
    weight: float
    known: bool

    @property
    def readable(self) -> bool:
        """Whether any paper has a word for it."""
        return bool(self.readings or self.begun)

    @property
    def meant(self) -> str:
        """The best reading, as text."""
        return self.typed if self.known or self.begun or not self.readings else " ".join(self.readings[0].words)


class Speller:
    """Reads the words of one query in the light of the words that the index knows."""

    def __init__(self, connection: sqlite3.Connection, typed: Sequence[str]) -> None:
        self._connection = connection
        self._typed = list(dict.fromkeys(typed))[:MOST_WORDS]
        self._total = connection.execute("SELECT coalesce(max(row), 0) FROM paper").fetchone()[0]
        self._counts = _counts(connection, _lookups(self._typed))

    def slots(self) -> tuple[Slot, ...]:
        """Read each word: one that is known as it stands, any other in the ways that it may be misspelt."""
        return tuple(self._slot(n) for n in range(len(self._typed)))

    def doubting(self, slots: Sequence[Slot]) -> tuple[Slot, ...]:
        """Read known words as slips too: "fed forward" may be "feed forward". For when nothing holds them all."""
        return tuple(self._doubted(slot) for slot in slots)

    def _slot(self, n: int) -> Slot:
        word, last = self._typed[n], n == len(self._typed) - 1
        known, readings = word in self._counts, self._as_it_stands(n)
        # a single letter begins too many words to tell anything
        begun = _begun(self._connection, word) if last and len(word) > 1 else []
        if not known and not begun:
            readings += self._slips(word, unfinished=last)
        papers = max([r.papers for r in readings] + [count for _, count in begun[:1]], default=0)
        return Slot(
            typed=word,
            readings=tuple(sorted(readings, key=lambda r: (-r.worth, -r.papers))[:READINGS]),
            begun=tuple(found for found, _ in begun),
            papers=papers,
            weight=log(1 + self._total / (1 + papers)) * (0.1 if word in COMMON else 1.0),
            known=known,
        )

    def _as_it_stands(self, n: int) -> list[Reading]:
        """Read a word without a slip: itself, one with its neighbour, one or many, two that were run together."""
        word, around = self._typed[n], self._typed[max(0, n - 1) : n + 2]
        ways = [(word, EXACT), *((a + b, JOINED) for a, b in pairwise(around))]
        ways += [(_one_or_many(word), NUMBER)] if len(word) > 4 else []
        found = [Reading((way,), worth, self._counts[way]) for way, worth in ways if way in self._counts]
        return found + _apart(word, self._counts)

    def _doubted(self, slot: Slot) -> Slot:
        if slot.typed in COMMON or not (slot.known or slot.begun):
            return slot
        others = [r for r in self._slips(slot.typed, unfinished=False) if r.worth >= ONE_SLIP]
        return replace(slot, readings=(*slot.readings, *(replace(r, worth=r.worth - DOUBT) for r in others)))

    def _slips(self, word: str, *, unfinished: bool) -> list[Reading]:
        """Words one slip away, or two where there is none and the word is long enough to tell."""
        if not 3 <= len(word) <= LONGEST:
            return []
        slipped = _slipped(word)
        near = dict(_spelt(self._connection, slipped))
        found = [Reading((other,), ONE_SLIP, papers) for other, papers in near.items() if other != word]
        if unfinished and len(word) > 3:
            begun = _spelt_begun(self._connection, [spelt for spelt in slipped if len(spelt) >= len(word)])
            found += [Reading((other,), ONE_SLIP_BEGUN, papers) for other, papers in begun if other not in near]
        if not found and len(word) > 4:
            found = [Reading((near,), TWO_SLIPS, papers) for near, papers in _two_slips(self._connection, word)]
        return sorted(found, key=lambda r: (-r.worth, -r.papers))[:READINGS]


def _lookups(typed: list[str]) -> set[str]:
    """Return what to look up: the words, two of them run together, each taken apart."""
    parts = {part for word in typed for cut in range(2, len(word) - 1) for part in (word[:cut], word[cut:])}
    return {*typed, *map(_one_or_many, typed), *(a + b for a, b in pairwise(typed)), *parts}


def _one_or_many(word: str) -> str:
    """Return the plural of a singular and the other way round, as far as that is an s."""
    return word.removesuffix("s") if word.endswith("s") else word + "s"


def _counts(connection: sqlite3.Connection, wanted: set[str]) -> dict[str, int]:
    marks = ",".join("?" * len(wanted))
    return dict(
        connection.execute(
            f"SELECT word, papers FROM word WHERE word IN ({marks}) AND papers > 0",  # noqa: S608
            sorted(wanted),
        )
    )


def _begun(connection: sqlite3.Connection, word: str) -> list[tuple[str, int]]:
    """Return longer words that begin with what was typed, the most frequent first."""
    return connection.execute(
        "SELECT word, papers FROM word WHERE word > ? AND word < ? AND papers > 0 ORDER BY papers DESC LIMIT ?",
        (word, word + "\U0010ffff", COMPLETIONS),
    ).fetchall()


def _apart(word: str, counts: dict[str, int]) -> list[Reading]:
    """Two known words that were run together; where that is a word as well, only if they are much more frequent."""
    cuts = [(word[:cut], word[cut:]) for cut in range(2, len(word) - 1)]
    found = [(min(counts[a], counts[b]), a, b) for a, b in cuts if a in counts and b in counts]
    # nearly any word falls apart if one of the parts may be two letters
    likely = [
        (papers, a, b)
        for papers, a, b in found
        if papers > RARER * counts.get(word, 0) and (papers > COMMONPLACE or min(len(a), len(b)) > 2)
    ]
    return [Reading((a, b), APART, papers) for papers, a, b in sorted(likely, reverse=True)[:2]]


def _slipped(word: str) -> list[str]:
    """Return all that `word` can have been one slip ago: a letter more, less, another, or two letters swapped."""
    letters = sorted({*LETTERS, *word})
    cuts = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    shorter = [a + b[1:] for a, b in cuts if b]
    swapped = [a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1]
    other = [a + c + b[1:] for a, b in cuts if b for c in letters]
    longer = [a + c + b for a, b in cuts for c in letters]
    return sorted({*shorter, *swapped, *other, *longer})


def _spelt(connection: sqlite3.Connection, spelt: list[str]) -> list[tuple[str, int]]:
    """Return those that are words, the most frequent."""
    return connection.execute(
        "SELECT word, papers FROM json_each(?) CROSS JOIN word ON word.word = value WHERE papers > 0 "
        "ORDER BY papers DESC LIMIT ?",
        (json.dumps(spelt), READINGS),
    ).fetchall()


def _spelt_begun(connection: sqlite3.Connection, spelt: list[str]) -> list[tuple[str, int]]:
    """Return words that begin with one of these, the most frequent."""
    return connection.execute(
        "SELECT DISTINCT word, papers FROM json_each(?) CROSS JOIN word ON word.word >= value "
        "AND word.word < value || char(0x10ffff) WHERE papers > 0 ORDER BY papers DESC LIMIT ?",
        (json.dumps(spelt), READINGS),
    ).fetchall()


def _two_slips(connection: sqlite3.Connection, word: str) -> list[tuple[str, int]]:
    """Return words two slips away that begin with the same two letters: hardly anybody mistypes these."""
    rows = connection.execute(
        "SELECT word, papers FROM word WHERE word >= ? AND word < ? AND length(word) BETWEEN ? AND ? AND papers > 0 "
        "LIMIT ?",
        (word[:2], word[:2] + "\U0010ffff", len(word) - 2, len(word) + 2, LOOKED_AT),
    ).fetchall()
    near = process.extract(word, [found for found, _ in rows], scorer=OSA.distance, score_cutoff=2, limit=None)
    return [rows[n] for _, _, n in near]
