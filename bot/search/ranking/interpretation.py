"""How the words of a query are meant: as typed, as slips, as a name; the best of these counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.search.analysis.tokenizer import FUNCTION_WORDS, STOP_WORDS
from bot.search.index.people import find_people
from bot.search.query.spelling import QueryTerm, Speller
from bot.search.ranking.candidates import load_candidates
from bot.search.ranking.context import SearchContext
from bot.search.ranking.reranking import Ranked, rerank
from bot.search.ranking.retrieval import ENOUGH_PAPERS, Candidates, retrieve

# Known words are taken for slips only in queries of so many terms: in longer ones the others tell
# enough.
MAX_DOUBTED_TERMS = 8
# With less of the query in its title, names and aliases, the best paper is one whose abstract
# answers it.
MIN_HEAD_COVER = 0.5
# A question has as many telling words.
MIN_QUESTION_WORDS = 4
# In so many ways a word of a name is spelt, to find one that an author has.
MAX_NAME_SPELLINGS = 60
# A person's name has no more words than this.
MAX_NAME_WORDS = 3


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What was found for the words of a query as they are meant."""

    candidates: Candidates
    ranked: Sequence[Ranked] = ()

    @property
    def is_sure(self) -> bool:
        """Whether the best paper is what was meant, by its title or a person's name."""
        return bool(self.ranked) and (self.ranked[0].is_clear or self.ranked[0].is_named)


def find_interpretation(
    context: SearchContext, speller: Speller, terms: tuple[QueryTerm, ...]
) -> Interpretation:
    """Return what is found for a query in the way that it is most likely meant."""
    # a question is answered out of all texts anyway
    looks_like_question = _is_long(context) or _has_function_words(context)
    context = replace(context, thorough=context.thorough and not looks_like_question)
    can_doubt = len(terms) <= MAX_DOUBTED_TERMS
    candidates = retrieve(context, terms)
    if not candidates.total and can_doubt:
        candidates = retrieve(context, speller.doubt(terms))
    found = _rank(context, candidates)
    if can_doubt and not found.is_sure:
        found = _try_slips(context, speller, found)
    if _looks_like_name(terms) and not found.is_sure:
        found = _try_name(context, speller, found)
    return found


def is_question(context: SearchContext, found: Interpretation) -> bool:
    """Whether a query is a question rather than what is remembered of a title."""
    if not context.thorough or context.query.sort != "best":
        return False
    if found.ranked and found.ranked[0].is_clear:
        return False
    in_abstracts = found.candidates.total and found.ranked[0].head_cover < MIN_HEAD_COVER
    return _is_long(context) or _has_function_words(context) or bool(in_abstracts)


def _telling_words(context: SearchContext) -> list[str]:
    return [word for word in dict.fromkeys(context.words) if word not in FUNCTION_WORDS]


def _is_long(context: SearchContext) -> bool:
    return len(_telling_words(context)) >= MIN_QUESTION_WORDS


def _has_function_words(context: SearchContext) -> bool:
    telling = len(_telling_words(context))
    return telling > 1 and len(context.words) - telling > 1


def _looks_like_name(terms: Sequence[QueryTerm]) -> bool:
    return 1 < len(terms) <= MAX_NAME_WORDS and all(
        len(term.typed) > 1 and term.typed not in STOP_WORDS for term in terms
    )


def _rank(context: SearchContext, candidates: Candidates) -> Interpretation:
    ranked = rerank(load_candidates(context, candidates), candidates.terms, context.words)
    return Interpretation(candidates, ranked)


def _try_slips(context: SearchContext, speller: Speller, found: Interpretation) -> Interpretation:
    """Look for a title that has more of the query if known words are slips.

    A word that is still being typed is none yet.
    """
    if not 0 < found.candidates.total < ENOUGH_PAPERS:
        return found
    *before, last = found.candidates.terms
    cover = found.ranked[0].head_cover
    terms = speller.doubt(found.candidates.terms)
    if last.completions:
        terms = (*speller.doubt(before), last)
    return _try(context, found, terms, lambda best: best.head_cover > cover)


def _try_name(context: SearchContext, speller: Speller, found: Interpretation) -> Interpretation:
    """Look for a person whose name is nearly that.

    "ruoqi lui" are words of two people's names, and slips for a third's.
    """
    if not found.candidates.total:
        return found
    terms = speller.doubt(found.candidates.terms, MAX_NAME_SPELLINGS)
    people = find_people(context.connection, [term.spellings for term in terms])
    words = {word for _, name in people for word in name.split()}
    if not words:
        return found
    restricted = tuple(term.restrict(words) for term in terms)
    return _try(context, found, restricted, lambda best: best.is_named)


def _try(
    context: SearchContext,
    before: Interpretation,
    terms: tuple[QueryTerm, ...],
    is_better: Callable[[Ranked], bool],
) -> Interpretation:
    """Return what other corrections find if they differ and their best paper is better."""
    if terms == before.candidates.terms:
        return before
    found = _rank(context, retrieve(context, terms))
    return found if found.ranked and is_better(found.ranked[0]) else before
