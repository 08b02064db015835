"""From a query to papers: interpreted, retrieved, ranked, one page of them returned."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.search.analysis.tokenizer import tokenize
from bot.search.index.arrays import Places
from bot.search.index.columns import Columns
from bot.search.index.documents import ids_of, text_of
from bot.search.index.snapshot import Snapshot
from bot.search.query.query import MAX_KEYWORDS, Query, Sort
from bot.search.query.spelling import QueryTerm, prepare_speller
from bot.search.ranking.bm25 import answer
from bot.search.ranking.context import SearchContext
from bot.search.ranking.filters import passing_rows
from bot.search.ranking.interpretation import Interpretation, find_interpretation, is_question
from bot.search.ranking.reranking import Ranked

# A paper that answers less of the query than this is only near it; more is asked where others
# answer all of it.
MIN_COVER, MIN_COVER_BESIDE_COMPLETE = 0.35, 0.6


@dataclass(frozen=True, slots=True)
class Page:
    """Which of the papers found are returned: so many after an offset."""

    limit: int
    offset: int = 0

    @property
    def end(self) -> int:
        """The place after its last."""
        return self.offset + self.limit


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found.

    `total` counts all that match, of the answers to a question 200 at most. `corrected` is the
    query as understood, where words were replaced. `nearest` are papers that come close when none
    matches.
    """

    ids: tuple[str, ...] = ()
    total: int = 0
    corrected: str | None = None
    nearest: tuple[str, ...] = ()


def execute(
    connection: sqlite3.Connection,
    snapshot: Snapshot,
    query: Query,
    page: Page,
    within: tuple[str, ...] | None,
    *,
    thorough: bool = True,
) -> Hits:
    """Find the papers that a query asks for, all or among the ids `within`.

    A `thorough` search also answers questions, and looks for frequent words in abstracts.
    """
    words = tuple(tokenize(query.text))
    context = SearchContext(connection, snapshot, query, words, thorough=thorough)
    context = replace(context, passing=passing_rows(context, within))
    if not words:
        return _list(context, page)
    hits = _search(context, page)
    if hits.total or not query.filtered:
        return hits
    plain = replace(context, query=Query(query.text))  # the paper meant may use other words
    around = _search(replace(plain, passing=passing_rows(plain, within)), Page(page.limit))
    return replace(hits, corrected=around.corrected, nearest=around.ids or around.nearest)


def _list(context: SearchContext, page: Page) -> Hits:
    """Return all papers that pass the filters, in the order that is asked for."""
    # text without a word in it, such as "?!", asks for nothing; no text asks for everything
    if context.query.text and not context.query.filtered:
        return Hits()
    columns = context.snapshot.columns(context.connection)
    rows = np.flatnonzero(columns.present if context.passing is None else context.passing)
    ordered = _order(columns, rows, context.query.sort)
    return Hits(_page_ids(context, ordered, page), len(rows))


def _order(columns: Columns, rows: Places, sort: Sort) -> list[int]:
    """Return rows with most votes first, or the newest first."""
    keys = (columns.votes, columns.day) if sort == "votes" else (columns.day, columns.votes)
    order = np.lexsort((-rows, -keys[1][rows], -keys[0][rows]))
    ordered: list[int] = rows[order].tolist()
    return ordered


def _page_ids(context: SearchContext, rows: Sequence[int], page: Page) -> tuple[str, ...]:
    return ids_of(context.connection, rows[page.offset : page.end])


def _search(context: SearchContext, page: Page) -> Hits:
    """Find what is remembered of a paper, or what answers a question; a sentence is one."""
    snapshot = context.snapshot
    speller = prepare_speller(snapshot.lexicons, snapshot.row_count, context.words)
    terms = speller.terms()
    is_sentence = len(context.words) > MAX_KEYWORDS
    if not (context.thorough and context.query.sort == "best" and is_sentence):
        found = find_interpretation(context, speller, terms)
        if not is_question(context, found):
            return _page(context, found, page)
    rows = answer(context, terms)
    corrected = _corrected(context, terms, rows[0]) if rows else None
    return Hits(_page_ids(context, rows, page), len(rows), corrected)


def _page(context: SearchContext, found: Interpretation, page: Page) -> Hits:
    """Return one page of what was found, or what is nearest where nothing matches."""
    candidates = found.candidates
    corrected = None
    if found.ranked and context.thorough:
        corrected = _corrected(context, candidates.terms, found.ranked[0].candidate.row)
    complete = set(candidates.best_complete)
    matching = _matching(found.ranked, complete)
    if not matching:
        nearest = tuple(each.candidate.id for each in found.ranked[: page.limit])
        return Hits(corrected=corrected, nearest=nearest)
    if context.query.sort != "best":
        rows = candidates.complete_rows if complete else np.array(matching, np.int64)
        columns = context.snapshot.columns(context.connection)
        ordered = _order(columns, rows, context.query.sort)
        return Hits(_page_ids(context, ordered, page), len(rows), corrected)
    total = candidates.total + len(set(matching) - complete)
    return Hits(_page_ids(context, _best_first(found, matching, page), page), total, corrected)


def _matching(ranked: Sequence[Ranked], complete: Collection[int]) -> list[int]:
    """Return the rows that contain all terms or enough of the query."""
    least = MIN_COVER_BESIDE_COMPLETE if complete else MIN_COVER
    rows = ((each.candidate.row, each.cover) for each in ranked)
    return [row for row, cover in rows if row in complete or cover >= least]


def _best_first(found: Interpretation, matching: Sequence[int], page: Page) -> list[int]:
    """Return the rows that match, and then further ones with all terms if the page needs them."""
    complete = found.candidates.best_complete
    near = set(matching)
    rows = [*matching, *(row for row in complete if row not in near)]
    if len(rows) < page.end and len(complete) < found.candidates.total:
        # people read no further: the newest first
        rows += np.setdiff1d(found.candidates.complete_rows, rows)[::-1].tolist()
    return rows


def _corrected(context: SearchContext, terms: Sequence[QueryTerm], best: int) -> str | None:
    """Return the query in the words of the best paper, None where it has them as typed."""
    text = text_of(context.connection, best)
    meant = [_used_spelling(term, text) for term in terms]
    if meant == [term.typed for term in terms]:
        return None
    return " ".join(dict.fromkeys(" ".join(meant).split()))


def _used_spelling(term: QueryTerm, text: str) -> str:
    """Return a term as the text has it; as typed where it has none of its corrections."""
    if f" {term.typed} " in text or (term.completions and f" {term.typed}" in text):
        return term.typed
    # a word that is known can be meant as another, but is not run together with its neighbour
    meant = next(
        (
            " ".join(each.words)
            for each in term.corrections
            if (each.is_slip or not term.known) and all(f" {word} " in text for word in each.words)
        ),
        term.typed,
    )
    # the plural or singular is no other word
    return term.typed if meant.rstrip("s") == term.typed.rstrip("s") else meant
