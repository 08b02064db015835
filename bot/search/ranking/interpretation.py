"""How the words of a query are meant: as typed, as slips, as a name; the best of these counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.search.analysis.tokenizer import STOP_WORDS
from bot.search.index.arrays import NO_PLACES, Places, unite
from bot.search.index.people import find_people
from bot.search.query.evidence import check_slips, gather_evidence
from bot.search.query.foreign_filters import words_like_filters
from bot.search.query.inflections import add_inflections
from bot.search.query.organization_names import MIN_WORDS, organization_names, weigh_organizations
from bot.search.query.query_term import QueryTerm
from bot.search.query.spelling import Speller
from bot.search.ranking.bm25 import MAX_ANSWERS, bm25_of_query
from bot.search.ranking.candidates import load_candidates
from bot.search.ranking.context import SearchContext
from bot.search.ranking.initials import expand_initials
from bot.search.ranking.reranking import Ranked, is_question, rerank
from bot.search.ranking.retrieval import ENOUGH_PAPERS, Candidates, retrieve

# Known words are taken for slips only in queries of so many terms: in longer ones the others tell
# enough.
MAX_DOUBTED_TERMS = 8
# So many of the papers whose text says most of the query are looked at closely, and so many where
# it has as many telling words as a question.
MAX_RANKED_ANSWERS, MAX_RANKED_ANSWERS_OF_QUESTION = 20, 64
# In so many ways a word of a name is spelt, to find one that an author has.
MAX_NAME_SPELLINGS = 60
# A person's name has no more words than this.
MAX_NAME_WORDS = 3


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What was found for the words of a query as they are meant.

    `answers` are the rows whose text says most of it, the best first; `terms` are the words before
    any doubt.
    """

    candidates: Candidates
    ranked: Sequence[Ranked]
    answers: Places
    terms: Sequence[QueryTerm] = ()

    @property
    def is_sure(self) -> bool:
        """Whether the best paper is what was meant, by its title or a person's name."""
        return bool(self.ranked) and (self.ranked[0].is_clear or self.ranked[0].is_named)

    @property
    def is_certain(self) -> bool:
        """Whether it is sure, no word is absent, and a name is whole."""
        is_absent = any(term.is_absent for term in self.candidates.terms)
        return self.is_sure and not (is_absent or self.ranked[0].is_begun_name)

    @property
    def best_score(self) -> float:
        """The score of the best paper."""
        return self.ranked[0].score if self.ranked else -np.inf


def find_interpretation(context: SearchContext, speller: Speller) -> Interpretation:
    """Return what is found for a query in the way that it is most likely meant."""
    terms = speller.terms()
    if context.thorough:  # while a person types, a doubtful completion does no harm
        terms = add_inflections(speller.lexicons, terms, context.query.exact_words)
        synonyms = {one.short: one for one in context.synonyms}
        names = {short: one.typed for short, one in synonyms.items()}
        evidence = gather_evidence(context.connection, context.snapshot, terms, names)
        speller = replace(speller, allows_doubt=evidence.allows_doubt)
        likes = words_like_filters(context.query.text)
        sure = likes.intersection(term.typed for term in terms if term.known)
        terms = check_slips(evidence, terms, context.query.exact_words | sure)
        terms = tuple(
            synonyms[each.typed].widen(each, len(terms)) if each.typed in synonyms else each
            for each in terms
        )
        if len(terms) > MIN_WORDS:
            known = organization_names(context.snapshot.organizations(context.connection))
            terms = weigh_organizations(known, context.words, terms)
    return replace(_find_best(context, speller, terms), terms=terms)


def _find_best(
    context: SearchContext, speller: Speller, terms: tuple[QueryTerm, ...]
) -> Interpretation:
    found = _find(context, terms)
    may_doubt = len(terms) <= MAX_DOUBTED_TERMS and found.candidates.total < ENOUGH_PAPERS
    if may_doubt and not found.is_sure:
        found = _try(context, found, speller.doubt(terms))
    if _looks_like_name(terms) and not found.is_certain:
        found = _try(context, found, _name_spellings(context, speller, terms))
    return found


def _find(context: SearchContext, terms: Sequence[QueryTerm]) -> Interpretation:
    terms = expand_initials(context, terms)
    bm25 = bm25_of_query(context, terms) if context.thorough else None
    answers = bm25.best(context, MAX_ANSWERS) if bm25 else NO_PLACES
    asked = is_question(context.words)
    most = MAX_RANKED_ANSWERS_OF_QUESTION if asked else MAX_RANKED_ANSWERS
    candidates = retrieve(context, terms, unite(np.sort(answers[:most]), np.sort(context.near)))
    ranked = rerank(context, load_candidates(context, candidates), terms, bm25)
    return Interpretation(candidates, ranked, answers)


def _try(
    context: SearchContext, before: Interpretation, terms: Sequence[QueryTerm]
) -> Interpretation:
    """Return what other corrections find, if they are others and their best paper is better."""
    if not terms or terms == before.candidates.terms:
        return before
    found = _find(context, terms)
    return found if found.best_score > before.best_score else before


def _looks_like_name(terms: Sequence[QueryTerm]) -> bool:
    return 1 < len(terms) <= MAX_NAME_WORDS and all(
        len(term.typed) > 1 and term.typed not in STOP_WORDS for term in terms
    )


def _name_spellings(
    context: SearchContext, speller: Speller, terms: Sequence[QueryTerm]
) -> tuple[QueryTerm, ...]:
    """Return the terms as people's names spell them: "ruoqi lui" are slips for a person's.

    Return none where no person has nearly that name.
    """
    doubted = speller.doubt(terms, MAX_NAME_SPELLINGS)
    people = find_people(context.connection, [term.spellings for term in doubted])
    words = {word for _, name in people for word in name.split()}
    return tuple(term.restrict(words) for term in doubted) if words else ()
