"""The lexicon in the file of the index."""

import sqlite3
from collections.abc import Iterator

import pytest

from bot.search.index import schema
from bot.search.index.lexicon_file import (
    add_late_words,
    read_late_words,
    read_lexicon,
    write_lexicon,
)


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.prepare(connection, "a store")
    yield connection
    connection.close()


def add(connection: sqlite3.Connection, first: int, last: int) -> None:
    """Add the words of a new segment, as `segments` does."""
    words = {f"word{n:04}": 1 for n in range(first, last)}
    connection.executemany("INSERT INTO word (word, papers) VALUES (?, ?)", words.items())
    add_late_words(connection, words)
    write_lexicon(connection, compact=False)


def test_many_later_words_go_into_the_lexicon_and_few_wait(connection: sqlite3.Connection):
    def counts() -> tuple[int, int]:
        return len(read_lexicon(connection).words), len(read_late_words(connection))

    add(connection, 0, 1000)
    assert counts() == (1000, 0)
    add(connection, 1000, 1300)
    assert counts() == (1000, 300)
    add(connection, 1300, 1600)
    assert counts() == (1600, 0)
