"""The arrays that postings are made of."""

from __future__ import annotations

from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

# Rows of papers, counted from the first row of their segment, in ascending order.
Rows: TypeAlias = npt.NDArray[np.uint16 | np.uint32]
# One byte for each row of a postings list: see `postings` for what it says.
Impacts: TypeAlias = npt.NDArray[np.uint8]
# One truth value for each row.
Mask: TypeAlias = npt.NDArray[np.bool_]
# Where something stands in another array, or rows of the whole index.
Places: TypeAlias = npt.NDArray[np.int64]
T = TypeVar("T", bound=np.integer[Any])

NO_PLACES: Places = np.empty(0, np.int64)
_Sorted: TypeAlias = npt.NDArray[np.integer[Any]]

SHORT_ROWS = 1 << 16  # rows that two bytes can tell apart


def row_type(size: int) -> np.dtype[np.uint16 | np.uint32]:
    """Return the type of a row in a segment with `size` rows."""
    return np.dtype("<u2" if size <= SHORT_ROWS else "<u4")


def intersect(some: _Sorted, others: _Sorted) -> tuple[Places, Places]:
    """Return the places of the rows that both arrays contain, in the one and in the other."""
    if not len(some) or not len(others):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    if len(some) > len(others):
        other, one = intersect(others, some)
        return one, other
    at = others.searchsorted(some.astype(others.dtype, copy=False))
    here = (others.take(at, mode="clip") == some).nonzero()[0]
    return here, at[here]


def contains(ordered: _Sorted, numbers: npt.NDArray[np.integer[Any]]) -> Mask:
    """Return which of the numbers are in an array in ascending order."""
    if not len(ordered):
        return np.zeros(len(numbers), bool)
    found: Mask = ordered.take(ordered.searchsorted(numbers), mode="clip") == numbers
    return found


def unite(some: npt.NDArray[T], others: npt.NDArray[T]) -> npt.NDArray[T]:
    """Return what is in either of two arrays in ascending order, each number once."""
    if not len(some):
        return others
    if not len(others):
        return some
    both = np.concatenate([some, others])
    both.sort()
    united: npt.NDArray[T] = both[np.append(True, both[1:] != both[:-1])]
    return united
