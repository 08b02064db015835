"""The lexicon in the file: one row with its arrays as bytes, and small ones of later segments.

Reading it takes a twentieth of the time of reading each word's row.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from bot.search.index.lexicon import PREFIX_CHARS, Lexicon, build_lexicon
from bot.search.index.schema import checksum, verify

# With the words of more segments written down after the lexicon, a new one is written: reading
# their words takes as long as they are many.
MAX_LATE_SEGMENTS = 8
# So it is where they have more letters than this share of the lexicon's.
MAX_LATE_SHARE = 0.5


def write_lexicon(connection: sqlite3.Connection, *, compact: bool) -> None:
    """Write a new lexicon if many words came later, or to be `compact`.

    This happens inside the transaction that is open.
    """
    late, letters = connection.execute(
        "SELECT count(*), total(length(words)) FROM late_words"
    ).fetchone()
    (known,) = connection.execute("SELECT total(length(words)) FROM lexicon").fetchone()
    many = late > MAX_LATE_SEGMENTS or letters > MAX_LATE_SHARE * known
    if late and (many or compact):
        parts = _encode(_count_words(connection))
        connection.execute("DELETE FROM lexicon")
        connection.execute(
            "INSERT INTO lexicon (words, papers, sizes, letters, prefix, sorted, starts, checksum) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*parts, checksum(*parts)),
        )
        connection.execute("DELETE FROM late_words")


def add_late_words(connection: sqlite3.Connection, papers: Mapping[str, int]) -> None:
    """Write down the words of a new segment, each with the number of its papers."""
    words = "\n".join(papers).encode()
    counts = array("i", papers.values()).tobytes()
    connection.execute(
        "INSERT INTO late_words (words, papers, checksum) VALUES (?, ?, ?)",
        (words, counts, checksum(words, counts)),
    )


def read_lexicon(connection: sqlite3.Connection) -> Lexicon:
    """Return the lexicon; sqlite3.DatabaseError where it is not what was written."""
    found = connection.execute(
        "SELECT words, papers, sizes, letters, prefix, sorted, starts, checksum FROM lexicon"
    ).fetchone()
    if found is None:
        return build_lexicon([], [])
    *parts, expected = found
    verify(expected, *parts)
    return _decode(parts)


def read_late_words(connection: sqlite3.Connection) -> Counter[str]:
    """Return the words of segments that came after the lexicon; sqlite3.DatabaseError as above."""
    counts: Counter[str] = Counter()
    for words, papers, expected in connection.execute(
        "SELECT words, papers, checksum FROM late_words"
    ):
        verify(expected, words, papers)
        numbers = np.frombuffer(papers, np.int32).tolist()
        counts.update(dict(zip(words.decode().split("\n"), numbers, strict=True)))
    return counts


def _count_words(connection: sqlite3.Connection) -> Lexicon:
    words: list[str] = []
    papers = array("i")
    # one by one: there can be a million
    for word, number in connection.execute(
        "SELECT word, papers FROM word WHERE papers > 0 ORDER BY word"
    ):
        words.append(word)
        papers.append(number)
    return build_lexicon(words, papers)


def _encode(lexicon: Lexicon) -> tuple[bytes, ...]:
    arrays = (
        lexicon.papers.astype("<i4"),
        lexicon.sizes,
        lexicon.letters.astype("<u4"),
        lexicon.prefix,
        lexicon.order.astype("<i4"),
        lexicon.starts.astype("<i8"),
    )
    return ("\n".join(lexicon.words).encode(), *(each.tobytes() for each in arrays))


def _decode(parts: Iterable[bytes]) -> Lexicon:
    words, papers, sizes, letters, prefix, order, starts = parts
    return Lexicon(
        words.decode().split("\n") if words else [],
        np.frombuffer(papers, "<i4"),
        np.frombuffer(sizes, np.int8),
        np.frombuffer(letters, "<u4"),
        np.frombuffer(prefix, np.uint8).reshape(PREFIX_CHARS, -1),
        np.frombuffer(order, "<i4"),
        np.frombuffer(starts, "<i8"),
    )
