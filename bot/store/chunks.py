"""Chunks of values: a statement takes only so many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice


def chunks(values: Sequence[str]) -> Iterator[list[str]]:
    """Yield the distinct values in pieces that fit into the variables of one statement."""
    # 999 are allowed by any SQLite: https://www.sqlite.org/limits.html#max_variable_number
    rest = iter(dict.fromkeys(values))
    while piece := list(islice(rest, 500)):
        yield piece
