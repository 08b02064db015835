"""Which rows contain words in a row, somewhere or in one field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np

from bot.search.analysis.stemmer import stem
from bot.search.analysis.tokenizer import FUNCTION_WORDS, tokenize
from bot.search.index.arrays import Mask
from bot.search.index.documents import SEPARATOR
from bot.search.index.postings import ALIAS, KEYWORD, LAST_PLACE
from bot.search.index.segment_reader import SegmentPostings
from bot.search.query.query import Phrase, Place
from bot.search.query.spelling import MAX_TERMS, interpret
from bot.search.ranking.context import SearchContext

# Texts that are read at once.
TEXT_BATCH = 2000
# Word stems with fewer letters have too many words.
MIN_STEM_CHARS = 3
_ALL_FIELDS = f" || ' {SEPARATOR} ' || ".join(
    ("title", "people", "keywords", "aliases", "abstract")
)
_FIELDS = {
    "anywhere": _ALL_FIELDS,
    "title": "title",
    "keyword": "keywords",
    "abstract": "abstract",
}

# The spellings of one word, itself first.
_Spellings: TypeAlias = Sequence[str]


def rows_with_phrase(context: SearchContext, phrase: Phrase, passing: Mask, *, doubt: bool) -> Mask:
    """Return which rows contain a phrase; a single unquoted word that no paper has is a slip.

    `passing` are the rows to look at, `doubt` is the answer where there is no time to look.
    """
    typed = tokenize(phrase.text)[:MAX_TERMS]
    sure, unsure = np.zeros((2, len(passing)), bool)
    if not typed:
        return sure
    wanted = _wanted(context, typed, quoted=phrase.quoted)
    words = [word for spellings in wanted for word in spellings]
    for segment in context.snapshot.postings(context.connection, words, map(stem, words)):
        here = slice(segment.first, segment.first + segment.size)
        sure[here], unsure[here] = _containing(segment, wanted, phrase.place)
    choices = ("(?:" + "|".join(map(re.escape, spellings)) + ")" for spellings in wanted)
    pattern = f" {' '.join(choices)} "
    return sure | rows_matching(
        context, unsure & passing, _FIELDS[phrase.place], pattern, doubt=doubt
    )


def rows_matching(
    context: SearchContext, rows: Mask, text: str, pattern: str, *, doubt: bool
) -> Mask:
    """Return which of the rows match a pattern in a text, which is an expression of SQL.

    The newest are read first; `doubt` is the answer for those that there is no time for.
    """
    expression = re.compile(pattern)
    left = np.flatnonzero(rows)[::-1]
    found = np.zeros(len(rows), bool)
    while len(left) and not context.deadline.over:
        texts = context.connection.execute(
            f"SELECT paper.row, ' ' || {text} || ' ' FROM json_each(?) "  # noqa: S608
            "CROSS JOIN paper ON paper.row = value JOIN abstract ON abstract.row = value",
            (json.dumps(left[:TEXT_BATCH].tolist()),),
        )
        found[[row for row, written in texts if expression.search(written)]] = True
        left = left[TEXT_BATCH:]
    found[left] = doubt
    return found


def has_word(segment: SegmentPostings, spellings: Iterable[str], last: int, first: int = 0) -> Mask:
    """Return which rows have one of the words with an impact in the head from `first` to `last`."""
    found = np.zeros(segment.size, bool)
    for word in spellings:
        if word in segment.head:
            rows, impacts = segment.head[word]
            found[rows[(impacts <= last) & (impacts >= first)]] = True
    return found


def _wanted(context: SearchContext, typed: Sequence[str], *, quoted: bool) -> list[_Spellings]:
    if len(typed) == 1 and not quoted:
        snapshot = context.snapshot
        (term,) = interpret(snapshot.lexicons, snapshot.row_count, typed)
        if not term.known:
            return [term.spellings]
    return [_same_stem(context, word) for word in typed]


def _same_stem(context: SearchContext, word: str) -> _Spellings:
    """Return the words with the same stem, itself first."""
    root = stem(word)
    # "study" and "studies" are of "studi"
    start = root[:-1] if len(root) > MIN_STEM_CHARS else root
    if len(start) < MIN_STEM_CHARS or word in FUNCTION_WORDS:
        return [word]
    others = [
        other
        for lexicon in context.snapshot.lexicons
        for other in lexicon.with_prefix(start)
        if stem(other) == root
    ]
    return list(dict.fromkeys([word, *others]))


def _containing(
    segment: SegmentPostings, wanted: Sequence[_Spellings], place: Place
) -> tuple[Mask, Mask]:
    """Return which rows contain the words there for sure, and which have to be read."""
    containing = np.ones(segment.size, bool)
    for spellings in wanted:
        if place not in ("anywhere", "abstract"):
            containing &= has_word(segment, spellings, LAST_PLACE if place == "title" else KEYWORD)
        elif spellings[0] not in FUNCTION_WORDS:  # no list has these
            containing &= has_word(segment, spellings, ALIAS) | _has_stem(segment, spellings)
    if len(wanted) > 1:
        return np.zeros(segment.size, bool), containing
    sure = _surely_containing(segment, wanted[0], place, containing)
    return sure, containing & ~sure


def _surely_containing(
    segment: SegmentPostings, spellings: _Spellings, place: Place, containing: Mask
) -> Mask:
    """Return which of the rows contain a word in this place without doubt.

    A list tells only the first place of a word: title, names, keywords, aliases.
    """
    is_function_word = spellings[0] in FUNCTION_WORDS
    match place:
        case "keyword":
            return containing & has_word(segment, spellings, KEYWORD, KEYWORD)
        case "abstract" if is_function_word:
            return np.zeros(segment.size, bool)
        case "abstract":
            return containing & ~has_word(segment, spellings, ALIAS)
        case "anywhere" if is_function_word:
            return has_word(segment, spellings, ALIAS)
        case _:
            return containing


def _has_stem(segment: SegmentPostings, spellings: Iterable[str]) -> Mask:
    found = np.zeros(segment.size, bool)
    for root in set(map(stem, spellings)):
        if root in segment.body:
            found[segment.body[root][0]] = True
    return found
