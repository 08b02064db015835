"""Which rows pass the filters of a query."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import assert_never

import numpy as np

from bot.search.index.arrays import Mask
from bot.search.index.columns import Columns
from bot.search.index.documents import day_number
from bot.search.query.query import Phrase, Query
from bot.search.ranking.context import SearchContext
from bot.search.ranking.name_filters import rows_by_author, rows_of_organization
from bot.search.ranking.phrase_filters import rows_with_phrase


def passing_rows(context: SearchContext, within: tuple[str, ...] | None) -> Mask | None:
    """Return for each row whether it passes, None where all do; `within` only among these ids."""
    query = context.query
    if not query.filtered and within is None:
        return None
    columns = context.snapshot.columns(context.connection)
    passing = columns.present.copy()
    if within is not None:
        passing &= _rows_of(context, within)
    _apply_values(query, columns, passing)
    for group in query.wanted:
        masks = [_having(context, phrase, passing, doubt=False) for phrase in group]
        passing &= reduce(np.bitwise_or, masks)
    for phrase in query.unwanted:
        passing &= ~_having(context, replace(phrase, quoted=True), passing, doubt=True)
    return passing


def _rows_of(context: SearchContext, ids: tuple[str, ...]) -> Mask:
    mask = np.zeros(context.snapshot.row_count + 1, bool)
    mask[context.snapshot.rows_of(context.connection, ids)] = True
    return mask


def _apply_values(query: Query, columns: Columns, passing: Mask) -> None:
    """Take rows out of `passing` whose day, votes or code the query does not ask for."""
    if query.after:
        passing &= columns.day >= day_number(query.after)
    if query.before:
        passing &= (columns.day < day_number(query.before)) & (columns.day > 0)
    if query.votes:
        passing &= columns.votes >= query.votes
    if query.has_code is not None:
        passing &= columns.code == query.has_code


def _having(context: SearchContext, phrase: Phrase, passing: Mask, *, doubt: bool) -> Mask:
    """Return for each row whether its paper has this, `doubt` where there is no time to look.

    Rows that do not pass anyway are not looked at.
    """
    match phrase.place:
        case "author":
            return rows_by_author(context, phrase, passing, doubt=doubt)
        case "organization":
            return rows_of_organization(context, phrase.text)
        case "anywhere" | "title" | "abstract" | "keyword":
            return rows_with_phrase(context, phrase, passing, doubt=doubt)
        case _:
            assert_never(phrase.place)
