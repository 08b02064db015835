"""Words as they were meant: slips, words run together or taken apart, beginnings of words."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from itertools import pairwise
from math import log

from rapidfuzz.distance import OSA

from bot.search.words import COMMON, words

# More words than this say nothing more about which paper is meant, and each costs time.
MOST_WORDS = 24
# How far a word counts for what was typed: as it stands, beginning with it, one slip away, two slips away …
EXACT, BEGINS, ONE_SLIP, TWO_SLIPS, JOINED = 1.0, 0.9, 0.85, 0.65, 0.95


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a typed word: the words that stand for it, and how well they do (0 to 1)."""

    words: tuple[str, ...]
    worth: float
    papers: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A word as it was typed and the ways to read it, the best first. `weight` says how much it tells."""

    typed: str
    readings: tuple[Reading, ...]
    weight: float
    known: bool
    open: bool = False  # the last word, which may not be typed to its end


def understand(connection: sqlite3.Connection, text: str) -> tuple[Slot, ...]:
    """Read each word of a query in the light of the words that the index knows."""
    typed = list(dict.fromkeys(words(text)))[:MOST_WORDS]
    if not typed:
        return ()
    (total,) = connection.execute("SELECT coalesce(max(row), 0) FROM paper").fetchone()
    counts = _counts(connection, _lookups(typed))
    return tuple(_slot(connection, typed, n, counts, total) for n in range(len(typed)))


def understand_names(connection: sqlite3.Connection, name: str) -> tuple[Slot, ...]:
    """Read the words of a person's name."""
    return understand(connection, name)


def _lookups(typed: list[str]) -> set[str]:
    """Return what to look up: the words, two of them run together, each taken apart."""
    parts = {part for word in typed for cut in range(2, len(word) - 1) for part in (word[:cut], word[cut:])}
    return {*typed, *(a + b for a, b in pairwise(typed)), *parts}


def _counts(connection: sqlite3.Connection, wanted: set[str]) -> dict[str, int]:
    marks = ",".join("?" * len(wanted))
    return dict(
        connection.execute(f"SELECT word, papers FROM word WHERE word IN ({marks}) AND papers > 0", tuple(wanted))  # noqa: S608
    )


def _slot(connection: sqlite3.Connection, typed: list[str], n: int, counts: dict[str, int], total: int) -> Slot:
    word, last = typed[n], n == len(typed) - 1
    readings = []
    if word in counts:
        readings.append(Reading((word,), EXACT, counts[word]))
    neighbours = [typed[n - 1] + word] * (n > 0) + [word + follower for follower in typed[n + 1 : n + 2]]
    readings += [Reading((joined,), JOINED, counts[joined]) for joined in neighbours if joined in counts]
    if last and len(word) > 1:
        readings += _begun(connection, word)
    if word not in counts:
        readings += _apart(word, counts)
        if not (last and readings):
            readings += _slips(connection, word, last=last)
    readings = sorted(readings, key=lambda r: -r.worth)
    papers = max((r.papers for r in readings), default=0)
    weight = log(1 + total / (1 + papers)) * (0.1 if word in COMMON else 1)
    return Slot(word, tuple(readings[:8]), weight, known=word in counts, open=last)


def _begun(connection: sqlite3.Connection, word: str) -> list[Reading]:
    """Words that begin with what was typed, the most frequent first."""
    rows = connection.execute(
        "SELECT word, papers FROM word WHERE word > ? AND word < ? AND papers > 0 ORDER BY papers DESC LIMIT 12",
        (word, word + "\U0010ffff"),
    )
    return [Reading((found,), BEGINS - 0.1 * (1 - len(word) / len(found)), papers) for found, papers in rows]


def _apart(word: str, counts: dict[str, int]) -> list[Reading]:
    """Two known words that were run together."""
    cuts = [(word[:cut], word[cut:]) for cut in range(2, len(word) - 1)]
    found = [(min(counts[a], counts[b]), a, b) for a, b in cuts if a in counts and b in counts]
    return [Reading((a, b), JOINED, papers) for papers, a, b in sorted(found, reverse=True)[:2]]


def _slips(connection: sqlite3.Connection, word: str, *, last: bool) -> list[Reading]:
    """Words one slip away, or two where there is none and the word is long enough to tell."""
    if len(word) < 3:
        return []
    near = _near(connection, word)
    found: list[Reading] = []
    for candidate, papers in near:
        distance: float = OSA.distance(word, candidate, score_cutoff=2)
        if last and distance > 1 and len(candidate) > len(word):
            # what was typed of a longer word can hold a slip too
            distance = 0.5 + min(
                OSA.distance(word, candidate[:end]) for end in (len(word) - 1, len(word), len(word) + 1)
            )
        if distance <= 1:
            found.append(Reading((candidate,), ONE_SLIP, papers))
        elif distance <= 2 and len(word) >= 5:
            found.append(Reading((candidate,), TWO_SLIPS - (0.05 if distance < 2 else 0), papers))
    best = max((r.worth for r in found), default=0)
    return sorted((r for r in found if r.worth > best - 0.1), key=lambda r: (-r.worth, -r.papers))[:6]


def _near(connection: sqlite3.Connection, word: str) -> list[tuple[str, int]]:
    """Return the words that share a beginning or an end with `word`: one slip leaves one of the two halves whole."""
    start, end = max(1, (len(word) - 1) // 2), max(1, len(word) // 2)
    head, tail = word[:start], word[::-1][:end]
    return connection.execute(
        "SELECT word, papers FROM word WHERE word >= ?1 AND word < ?2 AND length(word) BETWEEN ?5 AND ?6 "
        "AND papers > 0 "
        "UNION SELECT word, papers FROM word WHERE back >= ?3 AND back < ?4 AND length(word) BETWEEN ?5 AND ?6 "
        "AND papers > 0",
        (head, head + "\U0010ffff", tail, tail + "\U0010ffff", len(word) - 2, len(word) + 6),
    ).fetchall()
