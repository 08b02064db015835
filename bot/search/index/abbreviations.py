"""The abbreviations that papers define, with how many papers do so."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence

from bot.search.analysis.abbreviations import Definition, definitions

# A pair that fewer papers define may be the name of one system; one that is a smaller share of what
# its abbreviation stands for is not what people mean by it; a word that fewer of its papers define
# is one of everyday language, such as "clip" and "is".
MIN_PAPERS, MIN_SHARE, MIN_DEFINED_SHARE = 3, 0.15, 0.06
_FOUND = """
    WITH found AS (
        SELECT short, stems, words, papers, (
            SELECT sum(papers) FROM abbreviation AS other WHERE other.short = this.short
        ) AS total
        FROM json_each(?) CROSS JOIN abbreviation AS this ON {} = value WHERE papers >= ?
    )
    SELECT short, stems, words FROM found LEFT JOIN word ON word.word = short
    WHERE found.papers >= ? * total AND total >= ? * coalesce(word.papers, 0)
    ORDER BY found.papers DESC, words
"""
_BY_SHORT, _BY_STEMS = _FOUND.format("short"), _FOUND.format("stems")


def count_abbreviations(connection: sqlite3.Connection, abstracts: Iterable[str]) -> None:
    """Count the pairs that new abstracts define, each once in an abstract."""
    counts: Counter[tuple[str, str]] = Counter()
    spelt: dict[tuple[str, str], str] = {}
    for abstract in abstracts:
        found = {(one.short, one.stems): one.words for one in definitions(abstract)}
        counts.update(found.keys())
        spelt |= found
    connection.executemany(
        "INSERT INTO abbreviation (short, stems, words, papers) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (short, stems) DO UPDATE SET papers = papers + excluded.papers",
        [(*pair, spelt[pair], number) for pair, number in counts.items()],
    )


def find_abbreviations(
    connection: sqlite3.Connection, shorts: Sequence[str], stems: Sequence[str]
) -> list[Definition]:
    """Return the pairs that several papers define, by either side, the most frequent first."""
    return [
        Definition(*row)
        for statement, values in ((_BY_SHORT, shorts), (_BY_STEMS, stems))
        for row in connection.execute(
            statement, (json.dumps(values), MIN_PAPERS, MIN_SHARE, MIN_DEFINED_SHARE)
        )
    ]
