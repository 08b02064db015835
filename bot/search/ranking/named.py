"""A query that is a person's name finds that person's papers, not those where two share it."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from bot.search.index.arrays import Places, contains
from bot.search.index.documents import SEPARATOR
from bot.search.ranking.context import SearchContext
from bot.search.ranking.interpretation import Interpretation
from bot.search.ranking.name_features import best_names, name_term

# Spellings of one name that are looked for beyond the candidates.
MAX_SPELLINGS = 20


def only_named(context: SearchContext, found: Interpretation) -> Interpretation:
    """Return what was found of the people with that name; the best candidate is by one of them."""
    named = [each for each in found.ranked if each.is_named]
    terms = [name_term(term) for term in found.candidates.terms]
    names = {name for each in named for name in best_names(each.candidate.people, terms)}
    ranked = np.sort(np.array([each.candidate.row for each in found.ranked], np.int64))
    every = np.sort(found.candidates.complete_rows)
    beyond = every[~contains(ranked, every)]
    rows = _rows_by(context, beyond, sorted(names)[:MAX_SPELLINGS])
    # none of them must not make floats of the others
    numbers = np.array([*(each.candidate.row for each in named), *rows], np.int64)
    complete = np.sort(numbers)
    return replace(
        found,
        ranked=named,
        candidates=found.candidates.restrict(complete),
        answers=found.answers[:0],
    )


def _rows_by(context: SearchContext, rows: Places, names: Collection[str]) -> Sequence[int]:
    """Return those of the rows that have an author with one of these names."""
    bounded = [f"{SEPARATOR} {name} {SEPARATOR}" for name in names]
    found = context.connection.execute(
        "SELECT DISTINCT paper.row FROM json_each(?) AS wanted "
        "CROSS JOIN paper ON paper.row = wanted.value JOIN json_each(?) AS name "
        "ON instr(? || ' ' || people || ' ' || ?, name.value)",
        (json.dumps(rows.tolist()), json.dumps(bounded), SEPARATOR, SEPARATOR),
    )
    return [row for (row,) in found]
