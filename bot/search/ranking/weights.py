"""What each feature of a candidate counts: `bench/fit.py` fits it and writes `weights.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

# Telling words of a query for which weights are given: in between they are interpolated, beyond
# they are those of the nearest.
WORD_COUNTS = (1, 2, 3, 4, 6, 10)
# The features of a candidate, in the order of their columns. Shares, similarities and truth values
# go from 0 to 1.
FEATURES = (
    "title",  # share of the query in the title
    "person",  # in authors' names
    "alias",  # in keywords and other spellings
    "text",  # in the abstract only
    "title_squared",
    "title_and_person",  # the lesser of the two shares
    "held",  # share of the telling words that the paper has anywhere, each the same
    "complete",  # whether it has all of them
    "similarity",  # of the whole title with the query as understood
    "starts",  # whether the title begins with the query
    "contains",  # whether the title has the telling words in a row
    "words_matched",  # how well each word of the query matches a word of the title
    "title_covered",  # how well each word of the title matches a word of the query
    "in_order",  # share of the query's neighbours that are neighbours in the title
    "length",  # words of the title, 30 being 1
    "one_name",  # share of the query in one author's name
    "first_author",  # in the first author's
    "bm25",  # score as a share of the best candidate's
    "bm25_lead",  # the fourth power of that: high for those near the best only
    "bm25_share",  # score as a share of the highest that a paper could have
    "bm25_untitled",  # the first and the third of these where no title or name has much of the
    "bm25_share_untitled",  # query: by the share of it that the best of them lacks
    "bm25_asked",  # these two where the query is a sentence: by its share of function words beyond
    "bm25_share_asked",  # the first, half of them being 1
    "namesake",  # whether the query is the paper's own short name or whole title
    "name_part",  # share of the query that is the paper's own short name
    "year",  # whether the query names the paper's year
    "votes",  # log(1 + upvotes) / 6, so that 400 upvotes are 1
    "newness",  # share of the candidates that are not newer
)

Weights: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RankingWeights:
    """Weights of a search and of completion: a line for each number of words, from 0 on."""

    search: Weights
    completion: Weights

    def of_query(self, words: int, *, thorough: bool) -> Weights:
        """Return the weight of each feature for a query of so many telling words."""
        table = self.search if thorough else self.completion
        found: Weights = table[min(words, len(table) - 1)]
        return found


def interpolate(table: Weights) -> Weights:
    """Return a line for each number of words of a table with a column for each of `WORD_COUNTS`."""
    places = np.interp(range(WORD_COUNTS[-1] + 1), WORD_COUNTS, range(len(WORD_COUNTS)))
    before = places.astype(int)
    after = np.minimum(before + 1, len(WORD_COUNTS) - 1)
    share = (places - before).astype(np.float32)
    lines: Weights = (table[:, before] * (1 - share) + table[:, after] * share).T
    return np.ascontiguousarray(lines)


@cache
def fitted_weights() -> RankingWeights:
    """Read the weights that `bench/fit.py` wrote, once."""
    found = json.loads((files("bot.search.ranking") / "weights.json").read_text("utf-8"))
    search, completion = (
        interpolate(np.array([found[use][feature] for feature in FEATURES], np.float32))
        for use in ("search", "completion")
    )
    return RankingWeights(search, completion)
