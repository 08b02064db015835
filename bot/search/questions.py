"""Questions in whole sentences: the papers that say most of what is asked, by BM25 over all that they say."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from itertools import accumulate

from bot.search.expressions import any_of
from bot.search.filters import Filter
from bot.search.spelling import Slot
from bot.search.words import FUNCTION_WORDS

# Title, names, keywords, terms, abstract.
WEIGHTS = "3.0, 1.0, 2.0, 1.0, 1.0"
# BM25 takes microseconds for each paper with one of the words: words of more papers than RARE are looked for only as
# long as the papers with them and with all rarer words are no more than LOOKED_AT.
RARE, LOOKED_AT = 2000, 6000
# A question has no more; each costs time.
MOST_WORDS = 64
# Nobody reads further.
MOST = 200


def answers(connection: sqlite3.Connection, typed: Sequence[str], slots: Sequence[Slot], wanted: Filter) -> list[int]:
    """Return the rows of the papers that answer best, the best first; `slots` say how the first words are meant."""
    meant = {slot.typed: slot.typed if slot.known else slot.meant for slot in slots}
    asked = " ".join(meant.get(word, word) for word in dict.fromkeys(typed) if word not in FUNCTION_WORDS)
    sought = _rarest(connection, asked.split()[:MOST_WORDS])
    if not sought:
        return []
    paper = "CROSS JOIN paper ON paper.row = body.rowid" if wanted.sql else ""
    (rows,) = connection.execute(
        "SELECT json_group_array(found) FROM (SELECT body.rowid AS found "  # noqa: S608
        f"FROM body {paper} WHERE body MATCH ?{wanted.sql} ORDER BY bm25(body, {WEIGHTS}) LIMIT ?)",
        (any_of(sought), *wanted.args, MOST),
    ).fetchone()
    found: list[int] = json.loads(rows)
    return found


def _rarest(connection: sqlite3.Connection, asked: Sequence[str]) -> list[str]:
    """Return the words that papers have, as many as there is time for."""
    known = connection.execute(
        "SELECT word, papers FROM word WHERE papers > 0 AND word IN (SELECT value FROM json_each(?)) "
        "ORDER BY papers, word",
        (json.dumps(asked),),
    ).fetchall()
    reached = accumulate(papers for _, papers in known)
    found = [word for (word, papers), sum_ in zip(known, reached, strict=True) if papers <= RARE or sum_ <= LOOKED_AT]
    return found or [word for word, _ in known[:1]]
