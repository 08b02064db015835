"""Which rows are by an author or of an organisation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import reduce

import numpy as np
from rapidfuzz import fuzz

from bot.search.analysis.tokenizer import STOP_WORDS, tokenize
from bot.search.index.arrays import Mask
from bot.search.index.people import find_people, is_name, people_called
from bot.search.index.postings import PERSON
from bot.search.index.segment_reader import SegmentPostings
from bot.search.query.query import Phrase
from bot.search.query.spelling import prepare_speller
from bot.search.ranking.context import SearchContext
from bot.search.ranking.phrase_filters import has_word, rows_matching

# Percent of likeness that one slip in six letters leaves, and "nvid" for nvidia.
MIN_NAME_LIKENESS = 80
_UNKNOWN_ORGANIZATION = -2


def rows_by_author(context: SearchContext, phrase: Phrase, passing: Mask, *, doubt: bool) -> Mask:
    """Return which rows have an author whose name contains all these words.

    They may be misspelt unless quoted. `passing` are the rows to look at, `doubt` is the answer
    where there is no time to look.
    """
    names = [name.split() for name in _names(context, phrase)]
    sure, unsure = np.zeros((2, len(passing)), bool)
    if not names:
        return sure
    words = [word for name in names for word in name]
    for segment in context.snapshot.postings(context.connection, words, ()):
        here = slice(segment.first, segment.first + segment.size)
        for name in names:
            unsure[here] |= reduce(np.bitwise_and, [_in_names(segment, word) for word in name])
            if len(name) == 1:
                sure[here] |= has_word(segment, name, PERSON, PERSON)
    pattern = f" (?:{'|'.join(re.escape(' '.join(name)) for name in names)}) "
    return sure | rows_matching(context, unsure & passing & ~sure, "people", pattern, doubt=doubt)


def _in_names(segment: SegmentPostings, word: str) -> Mask:
    return has_word(segment, [word], PERSON)


def _names(context: SearchContext, phrase: Phrase) -> Sequence[str]:
    """Return the names, or parts of names, that are meant."""
    typed = tokenize(phrase.text)
    if phrase.quoted and len(typed) > 1:
        return [words for _, words in people_called(context.connection, typed)]
    return typed if phrase.quoted or not typed else _similar_names(context, typed)


def _similar_names(context: SearchContext, typed: Sequence[str]) -> Sequence[str]:
    """Return the names with these words or, if there are none, with words that are slips away."""
    speller = prepare_speller(context.snapshot.lexicons, context.snapshot.row_count, typed)
    terms = speller.terms()
    if not is_name(context.connection, [term.spellings for term in terms]):
        terms = speller.doubt(terms)
    people = find_people(context.connection, [term.spellings for term in terms])
    if people and len(terms) == 1:
        # the word itself is looked for: there are more people of one name than are listed
        return terms[0].spellings
    return list(dict.fromkeys(words for _, words in people))


def rows_of_organization(context: SearchContext, name: str) -> Mask:
    """Return which rows are of an organisation, by its name or a part of it, also misspelt.

    Where none has all the words, that counts whose own name has most of them: "google deepmind" is
    Deepmind.
    """
    typed = tokenize(name)
    columns = context.snapshot.columns(context.connection)
    rows = context.connection.execute("SELECT handle, name, words FROM organization").fetchall()
    found: Sequence[str] = [
        handle
        for handle, _, words in rows
        if typed and all(_is_named(word, words.split()) for word in typed)
    ]
    found = found or _named_in(typed, [(handle, tokenize(name)) for handle, name, _ in rows])
    numbers = [columns.organizations.get(one, _UNKNOWN_ORGANIZATION) for one in found]
    mask: Mask = np.isin(columns.organization, numbers)
    return mask


def _named_in(typed: Sequence[str], names: Sequence[tuple[str, Sequence[str]]]) -> Sequence[str]:
    """Return the handles of the longest of these names whose words are all among those typed."""
    telling = [(handle, set(words) - STOP_WORDS) for handle, words in names]
    sizes = {handle: sum(map(len, words)) for handle, words in telling if words <= set(typed)}
    most = max(sizes.values(), default=0)
    # fewer letters than half are an owner or a sort, such as "university"
    return [
        one for one, size in sizes.items() if size == most and 2 * most >= sum(map(len, typed)) > 0
    ]


def _is_named(typed: str, words: Sequence[str]) -> bool:
    return any(
        word.startswith(typed) or fuzz.ratio(typed, word) > MIN_NAME_LIKENESS for word in words
    )
