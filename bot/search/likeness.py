"""More like this: papers that share the words that tell most about a paper."""

from __future__ import annotations

import sqlite3
from collections import Counter
from math import log

from bot.papers import Paper
from bot.search.filling import entry
from bot.search.matching import quoted
from bot.search.words import COMMON

TELLING = 25  # words that are compared; more cost time and change little
CANDIDATES = 100
# A word of the title or a keyword tells more about a paper than one of its abstract.
TITLE, TERM = 3.0, 2.0


def similar(connection: sqlite3.Connection, paper: Paper, limit: int) -> tuple[str, ...]:
    """Return the ids of the papers most like this one, itself left out."""
    weights = _telling(connection, paper)
    if not weights:
        return ()
    rows = connection.execute(
        "SELECT paper.id, said.text FROM (SELECT rowid, rank AS worth FROM body WHERE body MATCH ?) AS found "
        "JOIN paper ON paper.row = found.rowid JOIN said ON said.row = found.rowid "
        "WHERE paper.id <> ? ORDER BY worth LIMIT ?",
        (" OR ".join(map(quoted, weights)), paper.id, max(CANDIDATES, limit)),
    )
    scored = [(sum(w for word, w in weights.items() if f" {word} " in f" {text} "), other) for other, text in rows]
    return tuple(other for _, other in sorted(scored, reverse=True)[:limit])


def _telling(connection: sqlite3.Connection, paper: Paper) -> dict[str, float]:
    """Weigh the words of a paper: how often it uses them, and how few others do."""
    spoken = entry(paper)
    people = set(spoken.people.split())
    uses: Counter[str] = Counter()
    for word in spoken.text.split():
        uses[word] += 1.0 if word not in people else 0.0  # type: ignore[assignment]
    for bonus, said in ((TITLE, spoken.title), (TERM, spoken.terms)):
        for word in set(said.split()):
            uses[word] += bonus  # type: ignore[assignment]
    wanted = [word for word in uses if word not in COMMON and len(word) > 1]
    marks = ",".join("?" * len(wanted))
    known = connection.execute(
        f"SELECT word, papers FROM word WHERE word IN ({marks}) AND papers > 1",  # noqa: S608
        wanted,
    ).fetchall()
    (total,) = connection.execute("SELECT coalesce(max(row), 0) FROM paper").fetchone()
    weights = {word: log(1 + uses[word]) * log(1 + total / papers) for word, papers in known}
    return dict(sorted(weights.items(), key=lambda item: -item[1])[:TELLING])
