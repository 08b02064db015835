"""From a query to papers: interpreted, retrieved, ranked, one page of them returned."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bot.search.analysis.spellings import LANGUAGES
from bot.search.analysis.stemmer import stem
from bot.search.analysis.tokenizer import FUNCTION_WORDS, tokenize
from bot.search.index.arrays import NO_PLACES, Places, contains
from bot.search.index.columns import Columns
from bot.search.index.documents import ids_of
from bot.search.index.snapshot import Snapshot
from bot.search.query.foreign_filters import write_as_typed
from bot.search.query.query import Query, Sort
from bot.search.query.query_term import QueryTerm
from bot.search.query.spelling import prepare_speller
from bot.search.query.synonyms import find_synonyms, rename
from bot.search.ranking.bm25 import MAX_ANSWERS, bm25_of_stems
from bot.search.ranking.context import SearchContext
from bot.search.ranking.corrected_text import corrected_text
from bot.search.ranking.filters import passing_rows
from bot.search.ranking.interpretation import Interpretation, find_interpretation
from bot.search.ranking.named import only_named
from bot.search.ranking.reranking import MIN_QUESTION_WORDS, Ranked, is_question, telling_words

if TYPE_CHECKING:
    from bot.search.ranking.meaning import Meaning

# A paper that has no more of the query than so many words of it is only near it; more is asked
# where others have all of it. A query counts as having as many words as a question at least.
MIN_WORDS, MIN_WORDS_BELOW_COMPLETE = 1.4, 2.4


@dataclass(frozen=True, slots=True)
class PageRange:
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

    `total` counts all that match, of those that only answer a question 200 at most. `corrected` is
    the query as understood, where words were replaced. `nearest` are papers that come close when
    none matches. `absent` are words as typed that no paper mentions, `suggestion` is the query with
    what was probably meant by them. `by_meaning` are those that only their meaning found,
    `synonyms` other names that were searched too.
    """

    ids: tuple[str, ...] = ()
    total: int = 0
    corrected: str | None = None
    nearest: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    suggestion: str | None = None
    by_meaning: frozenset[str] = frozenset()
    synonyms: tuple[str, ...] = ()


def execute(
    connection: sqlite3.Connection,
    snapshot: Snapshot,
    query: Query,
    page: PageRange,
    within: tuple[str, ...] | None,
    *,
    thorough: bool = True,
    meaning: Meaning | None = None,
) -> Hits:
    """Find the papers that a query asks for, all or among the ids `within`.

    A `thorough` search also answers questions, and looks for frequent words in abstracts. With a
    `meaning`, it finds papers that say the same in other words, too.
    """
    words = tuple(tokenize(query.text))
    context = SearchContext(connection, snapshot, query, words, thorough=thorough)
    if meaning and meaning.vectors.build == snapshot.build:
        context = replace(context, meaning=meaning)
    context = _narrow(context, within)
    if not words:
        return _list(context, page)
    hits = _search(context, page)
    if hits.total:
        return hits
    if not query.filtered:
        return _near_suggestion(context, hits, page)
    plain = replace(context, query=Query(query.text))  # the paper meant may use other words
    around = _search(_narrow(plain, within), PageRange(page.limit))
    corrected = None if query.exact_words else around.corrected
    return replace(hits, corrected=corrected, nearest=around.ids or around.nearest)


def _narrow(context: SearchContext, within: tuple[str, ...] | None) -> SearchContext:
    """Let only the rows pass that the filters ask for, and look for the nearest of them."""
    passing = passing_rows(context, within)
    if passing is None and context.passing is None and not context.meaning:
        return context
    near = context.meaning.nearest(passing) if context.meaning else NO_PLACES
    return replace(context, passing=passing, near=near)


def _near_suggestion(context: SearchContext, hits: Hits, page: PageRange) -> Hits:
    """Return as the nearest what is found for the words that were probably meant."""
    if not hits.suggestion or hits.nearest:
        return hits
    words = tuple(tokenize(hits.suggestion))
    meant = replace(context, query=Query(hits.suggestion), words=words)
    return replace(hits, nearest=_search(meant, PageRange(page.limit)).ids)


def _list(context: SearchContext, page: PageRange) -> Hits:
    """Return all papers that pass the filters, in the order that is asked for."""
    # text without a word in it, such as "?!", asks for nothing; no text asks for everything
    if context.query.text and not context.query.filtered:
        return Hits()
    columns = context.snapshot.columns(context.connection)
    rows = np.flatnonzero(columns.present if context.passing is None else context.passing)
    ordered = _order(columns, rows, context.query.sort)
    if context.query.sort == "best":
        ordered = list(dict.fromkeys([*_best_for_phrases(context), *ordered]))
    return Hits(_page_ids(context, ordered, page), len(rows))


def _best_for_phrases(context: SearchContext) -> list[int]:
    """Return rows that pass and say most of what the phrases of a query ask for."""
    words = [word for word in tokenize(context.query.sought) if word not in FUNCTION_WORDS]
    weights = dict.fromkeys(map(stem, words), 1.0)
    if not weights:
        return []
    rows: list[int] = bm25_of_stems(context, weights).best(context, MAX_ANSWERS).tolist()
    return rows


def _order(columns: Columns, rows: Places, sort: Sort) -> list[int]:
    """Return rows with most votes first, or the newest first."""
    keys = (columns.votes, columns.day) if sort == "votes" else (columns.day, columns.votes)
    order = np.lexsort((-rows, -keys[1][rows], -keys[0][rows]))
    ordered: list[int] = rows[order].tolist()
    return ordered


def _page_ids(context: SearchContext, rows: Sequence[int], page: PageRange) -> tuple[str, ...]:
    return ids_of(context.connection, rows[page.offset : page.end])


def _search(context: SearchContext, page: PageRange) -> Hits:
    """Return one page of what was found, or what is nearest where nothing matches."""
    snapshot = context.snapshot
    if context.thorough:
        context = with_synonyms(context)
    speller = prepare_speller(snapshot.lexicons, snapshot.row_count, context.words)
    found = find_interpretation(context, speller)
    hits = name_absent_words(_page_of(context, found, page), found.terms)
    return _as_typed(hits, context)


def with_synonyms(context: SearchContext) -> SearchContext:
    """Return a search with the short name of what has several."""
    synonyms = find_synonyms(context.connection, context.words, context.query.exact_words)
    if not synonyms:
        return context
    (text,) = rename([f" {context.text} "], synonyms)
    return replace(context, words=tuple(text.split()), synonyms=synonyms)


def _as_typed(hits: Hits, context: SearchContext) -> Hits:
    """Say what was searched besides, and write what was typed instead of our names for it."""
    synonyms, query = context.synonyms, context.query.text
    typed = LANGUAGES | {one.short: one.typed for one in synonyms}
    corrected, suggestion = (
        text and write_as_typed(" ".join(typed.get(word, word) for word in text.split()), query)
        for text in (hits.corrected, hits.suggestion)
    )
    absent = tuple(typed.get(word, word) for word in hits.absent)
    others = tuple(name for one in synonyms for name in one.others)
    return replace(hits, corrected=corrected, suggestion=suggestion, absent=absent, synonyms=others)


def name_absent_words(hits: Hits, terms: Sequence[QueryTerm]) -> Hits:
    """Say which words no paper mentions, and what was probably meant by them."""
    absent = tuple(
        term.typed for term in terms if term.is_absent and term.typed not in FUNCTION_WORDS
    )
    offered = [term for term in terms if term.offers and term.best_text == term.typed]
    if not (absent or offered):
        return hits
    suggestion = " ".join(map(_probable_text, terms)) if offered else None
    return replace(hits, absent=absent, suggestion=suggestion)


def _page_of(context: SearchContext, found: Interpretation, page: PageRange) -> Hits:
    if found.ranked and found.ranked[0].is_named:
        found = only_named(context, found)
    corrected = _corrected(context, found)
    complete = _complete_rows(found)
    matching = _matching(context, found, complete)
    if not matching:
        return Hits(corrected=corrected, nearest=_ids(found.ranked[: page.limit]))
    if context.query.sort != "best":
        rows = found.candidates.complete_rows
        chosen = rows if len(rows) else np.array([each.candidate.row for each in matching])
        ordered = _order(context.snapshot.columns(context.connection), chosen, context.query.sort)
        return Hits(_page_ids(context, ordered, page), len(chosen), corrected)
    ids = _ids(matching[page.offset : page.end])
    beyond = PageRange(page.limit - len(ids), max(0, page.offset - len(matching)))
    further, number = _further(context, found, beyond)
    return Hits(
        ids + ids_of(context.connection, further),
        len(matching) + number,
        corrected,
        by_meaning=_by_meaning(context, matching),
    )


def _complete_rows(found: Interpretation) -> set[int]:
    """Return the rows of candidates that contain all terms."""
    rows = np.array([each.candidate.row for each in found.ranked], np.int64)
    return set(rows[contains(np.sort(found.candidates.complete_rows), rows)].tolist())


def _matching(
    context: SearchContext, found: Interpretation, complete: Collection[int]
) -> list[Ranked]:
    """Return the candidates that have enough of the query or answer a question, the best first.

    Below the first that has all terms, more is asked.
    """
    least, matching = _share(context, MIN_WORDS), []
    answers = set(found.answers.tolist() if _is_question(context, found) else ())
    for each in found.ranked:
        if each.candidate.row in complete:
            least = _share(context, MIN_WORDS_BELOW_COMPLETE)
        elif each.cover < least and not (each.is_near or each.candidate.row in answers):
            continue
        matching.append(each)
    return matching


def _by_meaning(context: SearchContext, matching: Sequence[Ranked]) -> frozenset[str]:
    """Return the ids of those that have hardly a word of the query."""
    least = _share(context, MIN_WORDS)
    return frozenset(each.candidate.id for each in matching if each.is_near and each.cover < least)


def _share(context: SearchContext, words: float) -> float:
    """Return what share of the query so many words are."""
    return words / max(telling_words(context.words), MIN_QUESTION_WORDS)


def _further(
    context: SearchContext, found: Interpretation, beyond: PageRange
) -> tuple[list[int], int]:
    """Return a page of the rows that match beside the candidates, and how many there are in all.

    They are those with all terms, the newest first since people read no further, and for a question
    those whose text says most of it.
    """
    ranked = np.array(sorted(each.candidate.row for each in found.ranked), np.int64)
    every = np.sort(found.candidates.complete_rows)
    others: Places = every[~contains(ranked, every)][::-1]
    if context.thorough and _is_question(context, found):
        known = contains(ranked, found.answers) | contains(every, found.answers)
        rows: list[int] = [*others.tolist(), *found.answers[~known].tolist()]
        return rows[beyond.offset : beyond.end], len(rows)
    return others[beyond.offset : beyond.end].tolist() if beyond.limit else [], len(others)


def _corrected(context: SearchContext, found: Interpretation) -> str | None:
    if not (found.ranked and context.thorough):
        return None
    return corrected_text(context, found.candidates.terms, found.ranked[0].candidate.row)


def _is_question(context: SearchContext, found: Interpretation) -> bool:
    is_long = telling_words(context.words) >= MIN_QUESTION_WORDS
    return is_long or (is_question(context.words) and not found.is_sure)


def _ids(ranked: Sequence[Ranked]) -> tuple[str, ...]:
    return tuple(each.candidate.id for each in ranked)


def _probable_text(term: QueryTerm) -> str:
    """Return what was probably meant: the correction that is searched, else the best offer."""
    if term.offers and term.best_text == term.typed:
        return " ".join(term.offers[0].words)
    return term.best_text
