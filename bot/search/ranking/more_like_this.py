"""More like this: papers that share the words that tell most about a paper."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from math import log

from bot.papers import Paper
from bot.search.deadline import Deadline
from bot.search.index.documents import BETWEEN, Entry, entry
from bot.search.index.snapshot import Snapshot
from bot.search.query.stems import stem
from bot.search.query.tokenizer import FUNCTION_WORDS
from bot.search.ranking.bm25 import best
from bot.search.ranking.candidates import ids

# Words that are compared: more cost time and change little.
TELLING = 40
# A word of the title or a keyword tells more about a paper than one of its abstract.
TITLE, TERM = 3, 2
# Words that say why.
SHARED = 4


@dataclass(frozen=True, slots=True)
class Alike:
    """A paper that is like another, and the words that tell most among those that they share."""

    id: str
    words: tuple[str, ...]


def similar(
    connection: sqlite3.Connection, snapshot: Snapshot, paper: Paper, limit: int
) -> tuple[Alike, ...]:
    """Return the papers most like this one, itself left out."""
    weights, spelt = _telling(snapshot, entry(paper))
    # one more, for the paper itself
    rows = best(
        snapshot.lists(connection, (), weights), weights, snapshot, None, limit + 1, Deadline.soon()
    )
    found = [other for other in ids(connection, rows) if other != paper.id][:limit]
    return tuple(Alike(other, _shared(connection, other, weights, spelt)) for other in found)


def _telling(snapshot: Snapshot, said: Entry) -> tuple[dict[str, float], dict[str, str]]:
    """Weigh the word stems of a paper by how often it uses them and how few others do; return a word for each, too."""
    uses: Counter[str] = Counter()
    for text, bonus in (
        (said.abstract, 0),
        (said.keywords, TERM),
        (said.terms, TERM),
        (said.title, TITLE),
    ):
        spoken = [
            word
            for word in text.split()
            if len(word) > 1 and word not in FUNCTION_WORDS and word != BETWEEN
        ]
        uses.update(spoken)
        for word in set(spoken):
            uses[word] += bonus
    known = {word: n for each in snapshot.lexicons for word, n in each.counts(uses).items()}
    tells = {
        word: log(1 + uses[word]) * log(1 + snapshot.papers / max(1, n))
        for word, n in known.items()
    }
    weights: dict[str, float] = {}
    spelt: dict[str, str] = {}
    for word in sorted(tells, key=lambda word: (-tells[word], word)):
        if len(weights) < TELLING or stem(word) in weights:
            weights[stem(word)] = weights.get(stem(word), 0.0) + log(1 + uses[word])
            spelt.setdefault(stem(word), word)
    return weights, spelt


def _shared(
    connection: sqlite3.Connection, other: str, weights: dict[str, float], spelt: dict[str, str]
) -> tuple[str, ...]:
    found = connection.execute(
        "SELECT title || ' ' || keywords || ' ' || terms || ' ' || abstract FROM paper JOIN said "
        "USING (row) "
        "WHERE id = ?",
        (other,),
    ).fetchone()
    present = {stem(word) for word in found[0].split()} if found else set()
    # `weights` has the words that tell most first
    return tuple(spelt[root] for root in weights if root in present)[:SHARED]
