"""Columns: the values of all papers that filters and orders look at, one array for each."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.search.index.arrays import Mask


@dataclass(frozen=True, slots=True)
class Columns:
    """Values by row; rows of deleted papers are not `present`."""

    present: Mask
    day: npt.NDArray[np.int32]  # as a number, 20260514; 0 where it is not known
    votes: npt.NDArray[np.int32]
    code: Mask
    organization: npt.NDArray[np.int32]  # its place in `organizations`, -1 where there is none
    organizations: Mapping[str, int]


def read_columns(connection: sqlite3.Connection, size: int) -> Columns:
    """Read the columns of all papers; their rows are below `size`.

    sqlite3.DatabaseError where the values make no sense.
    """
    try:
        return _read(connection, size)
    except (AttributeError, IndexError, OverflowError, TypeError, ValueError) as error:
        raise sqlite3.DatabaseError("the columns of a paper make no sense") from error


def _read(connection: sqlite3.Connection, size: int) -> Columns:
    present, code = np.zeros((2, size), bool)
    day, votes = np.zeros((2, size), np.int32)
    organization = np.full(size, -1, np.int32)
    found = connection.execute(
        "SELECT row, coalesce(day, 0), votes, code, organization FROM paper INDEXED BY columns"
    ).fetchall()
    handles = dict.fromkeys(handle for *_, handle in found if handle is not None)
    numbers = {handle: n for n, handle in enumerate(handles)}
    if found:
        rows, days, upvotes, with_code, owners = zip(*found, strict=True)
        at = np.array(rows, np.int64)
        present[at], day[at], votes[at], code[at] = True, days, upvotes, with_code
        organization[at] = [-1 if handle is None else numbers[handle] for handle in owners]
    return Columns(present, day, votes, code, organization, numbers)
