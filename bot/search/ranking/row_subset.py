"""Some rows of a segment, and where they are in the lists of words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bot.search.index.arrays import Mask, Places, Rows, intersect

# So many rows are sorted rather than marked one by one.
MAX_SORTED_ROWS = 1 << 14
# In a list so many times as long it is faster to search for each of the rows than to look at all
# entries.
SEARCH_RATIO = 20


class RowSubset(NamedTuple):
    """Rows in ascending order, as a mask of all, and for many of them also the place of each."""

    rows: Rows
    mask: Mask
    places: npt.NDArray[np.int32] | None

    @classmethod
    def of(cls, lists: Sequence[Rows], size: int) -> RowSubset:
        """Return the rows in any of these lists, in a segment of this size."""
        mask = np.zeros(size, bool)
        if sum(map(len, lists)) <= MAX_SORTED_ROWS:
            rows = np.concatenate(lists)
            rows.sort()
            rows = rows[np.append(True, rows[1:] != rows[:-1])]
            mask[rows] = True
            return cls(rows, mask, None)
        for each in lists:
            mask[each] = True
        rows = np.flatnonzero(mask).astype(np.uint32)
        places = np.empty(size, np.int32)
        places[rows] = np.arange(len(rows), dtype=np.int32)
        return cls(rows, mask, places)

    def find(self, listed: Rows) -> tuple[Places, Places | npt.NDArray[np.int32]]:
        """Return the places in a list where it has one of these rows, and which of them it is."""
        if len(listed) > SEARCH_RATIO * len(self.rows):
            return intersect(listed, self.rows)
        here = np.flatnonzero(self.mask[listed])
        found = listed[here]
        return here, self.rows.searchsorted(found) if self.places is None else self.places[found]
