"""More like this: papers that share the words that tell most about a paper."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from math import log

from bot.papers import Paper
from bot.search.expressions import quoted
from bot.search.filling import BETWEEN, Entry, entry
from bot.search.words import COMMON

# Words that are compared: more cost time and change little.
TELLING = 30
# A word in more papers than this tells little about any of them.
FREQUENT = 3000
# A word of the title or a keyword tells more about a paper than one of its abstract.
TITLE, TERM = 3, 2


def similar(connection: sqlite3.Connection, paper: Paper, limit: int) -> tuple[str, ...]:
    """Return the ids of the papers most like this one, itself left out."""
    alike: dict[int, float] = defaultdict(float)
    for word, weight in _telling(connection, entry(paper)).items():
        for row in _holding(connection, word):
            alike[row] += weight
    # one more, for the paper itself
    best = sorted(zip(alike.values(), alike, strict=True), reverse=True)[: limit + 1]
    ids = [_id(connection, row) for _, row in best]
    return tuple(other for other in ids if other != paper.id)[:limit]


def _telling(connection: sqlite3.Connection, spoken: Entry) -> dict[str, float]:
    """Weigh the words of a paper: how often it uses them, and how few others do."""
    uses = Counter(word for word in spoken.text.split() if word != BETWEEN)
    uses.subtract(spoken.people.split())
    for bonus, said in ((TITLE, spoken.title), (TERM, spoken.terms)):
        for word in set(said.split()):
            uses[word] += bonus
    wanted = [word for word, number in uses.items() if number > 0 and word not in COMMON and len(word) > 1]
    marks = ",".join("?" * len(wanted))
    known = connection.execute(
        f"SELECT word, papers FROM word WHERE word IN ({marks}) AND papers BETWEEN 2 AND ?",  # noqa: S608
        (*wanted, FREQUENT),
    ).fetchall()
    (total,) = connection.execute("SELECT coalesce(max(row), 0) FROM paper").fetchone()
    weights = {word: log(1 + uses[word]) * log(1 + total / papers) for word, papers in known}
    return dict(sorted(weights.items(), key=lambda item: -item[1])[:TELLING])


def _holding(connection: sqlite3.Connection, word: str) -> list[int]:
    (rows,) = connection.execute(
        "SELECT group_concat(found) FROM (SELECT rowid AS found FROM body WHERE body MATCH ? LIMIT ?)",
        (quoted(word), FREQUENT),
    ).fetchone()
    return list(map(int, rows.split(","))) if rows else []


def _id(connection: sqlite3.Connection, row: int) -> str:
    (paper_id,) = connection.execute("SELECT id FROM paper WHERE row = ?", (row,)).fetchone()
    return str(paper_id)
