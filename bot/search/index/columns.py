"""What filters look at, of all papers."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Facts:
    """What filters look at, by row; a row that is no more has no paper."""

    there: npt.NDArray[np.bool_]
    day: npt.NDArray[np.int32]  # as a number, 20260514; 0 where it is not known
    votes: npt.NDArray[np.int32]
    code: npt.NDArray[np.bool_]
    organization: npt.NDArray[np.int32]  # its place in `organizations`, -1 where there is none
    organizations: Mapping[str, int]


def read(connection: sqlite3.Connection, size: int) -> Facts:
    """Read the facts of all papers, with rows below `size`; sqlite3.DatabaseError where they make no sense."""
    try:
        return _read(connection, size)
    except (AttributeError, IndexError, OverflowError, TypeError, ValueError) as error:
        raise sqlite3.DatabaseError("what it says of a paper makes no sense") from error


def _read(connection: sqlite3.Connection, size: int) -> Facts:
    there, code = np.zeros((2, size), bool)
    day, votes = np.zeros((2, size), np.int32)
    organization = np.full(size, -1, np.int32)
    found = connection.execute(
        "SELECT row, coalesce(day, 0), votes, code, organization FROM paper INDEXED BY facts"
    ).fetchall()
    houses = {
        house: n
        for n, house in enumerate(dict.fromkeys(house for *_, house in found if house is not None))
    }
    if found:
        rows, days, liked, coded, owners = zip(*found, strict=True)
        at = np.array(rows, np.int64)
        there[at], day[at], votes[at], code[at] = True, days, liked, coded
        organization[at] = [-1 if house is None else houses[house] for house in owners]
    return Facts(there, day, votes, code, organization, houses)
