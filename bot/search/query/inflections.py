"""Other forms of a word: "networks" and "networked", "normalisation" and "normalization"."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.search.analysis.stemmer import american, stem, stem_start
from bot.search.analysis.tokenizer import FUNCTION_WORDS
from bot.search.index.lexicon import Lexicon
from bot.search.query.query_term import Correction, QueryTerm

# How much another spelling of the same word counts, and another form beside the one that was typed,
# and where no paper has either.
OTHER_SPELLING, OTHER_FORM, ONLY_OTHER_FORM = 0.98, 0.65, 0.95
# So many letters must all forms have in common; so many forms are searched.
MIN_COMMON_CHARS, MAX_FORMS = 4, 4


def add_inflections(
    lexicons: Sequence[Lexicon], terms: Sequence[QueryTerm], exact: Collection[str]
) -> tuple[QueryTerm, ...]:
    """Let terms mean the other forms of their words, too; one that has any is no slip."""
    return tuple(term if term.typed in exact else _inflect(lexicons, term) for term in terms)


def _inflect(lexicons: Sequence[Lexicon], term: QueryTerm) -> QueryTerm:
    papers = _forms(lexicons, term.typed)
    if not papers:
        return term
    forms = sorted(papers, key=lambda form: -papers[form])[:MAX_FORMS]
    others = [
        each
        for each in term.corrections
        if each.words[0] not in papers and (term.known or not each.is_slip)
    ]
    spellings = [form for form in papers if american(form) == american(term.typed)]
    other = OTHER_FORM if term.known or spellings else ONLY_OTHER_FORM
    confidences = dict.fromkeys(forms, other) | dict.fromkeys(spellings, OTHER_SPELLING)
    inflected = (Correction((form,), each, papers[form]) for form, each in confidences.items())
    corrections = sorted((*others, *inflected), key=lambda each: -each.confidence)
    return replace(term, corrections=tuple(corrections), papers=max(term.papers, papers[forms[0]]))


def _forms(lexicons: Sequence[Lexicon], word: str) -> dict[str, int]:
    """Return the other words with the same stem, each with its papers."""
    root, start = stem(word), stem_start(word)
    if len(start) < MIN_COMMON_CHARS or word in FUNCTION_WORDS:
        return {}
    forms: dict[str, int] = {}
    for lexicon in lexicons:
        alike = [each for each in lexicon.with_prefix(start) if stem(each) == root]
        forms |= lexicon.paper_counts(alike)
    forms.pop(word, None)
    return forms
