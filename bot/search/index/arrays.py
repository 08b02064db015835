"""The arrays that postings are made of."""

from __future__ import annotations

from typing import Any, TypeAlias

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
    at[at == len(others)] = 0
    here = np.flatnonzero(others[at] == some)
    return here, at[here]
