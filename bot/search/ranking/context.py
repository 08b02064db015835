"""What a search works on: the index as one connection reads it, the query, the deadline."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.search.deadline import Deadline
from bot.search.index.arrays import NO_PLACES, Mask, Places
from bot.search.index.segment_reader import SegmentPostings
from bot.search.index.snapshot import Snapshot
from bot.search.query.query import Query
from bot.search.query.synonyms import Synonym
from bot.search.ranking.weights import RankingWeights, fitted_weights

if TYPE_CHECKING:
    from bot.search.ranking.meaning import Meaning


@dataclass(frozen=True, slots=True)
class SearchContext:
    """One search: `words` are those of the query, `passing` the rows that its filters let through.

    What has `synonyms` has the short name in `words`. All pass where `passing` is None. A
    `thorough` search also answers questions, and looks for frequent words in abstracts; without, it
    is fast enough to run while a person types. `meaning` is that of the query where a language
    model is in use, and `near` are the rows nearest to it.
    """

    connection: sqlite3.Connection
    snapshot: Snapshot
    query: Query = field(default_factory=Query)
    words: tuple[str, ...] = ()
    synonyms: tuple[Synonym, ...] = ()
    passing: Mask | None = None
    thorough: bool = True
    deadline: Deadline = field(default_factory=Deadline.after)
    weights: RankingWeights = field(default_factory=fitted_weights)
    meaning: Meaning | None = None
    near: Places = field(default_factory=lambda: NO_PLACES)

    @property
    def text(self) -> str:
        """The words of the query with single spaces."""
        return " ".join(self.words)

    def visible(self, segment: SegmentPostings) -> Mask | None:
        """Return which rows of a segment may be found, None where all may."""
        return self.snapshot.visible(segment, self.passing)
