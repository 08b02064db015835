"""Two names of one thing: "LLM" is searched as "large language model" too, and the other way."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.search.analysis.abbreviations import MAX_WORDS, MIN_WORDS, Definition, stems_of
from bot.search.analysis.stemmer import stem, stem_start
from bot.search.analysis.tokenizer import FUNCTION_WORDS
from bot.search.index.abbreviations import find_abbreviations
from bot.search.index.people import is_name
from bot.search.query.query_term import Correction, QueryTerm

# How much another name counts beside the one that was typed: in a query of few words, which is
# about a subject, and in a longer one, which remembers a title.
OTHER_NAME, OTHER_NAME_IN_LONG_QUERY, MAX_FEW_WORDS = 0.95, 0.8, 2
# So many other names are searched.
MAX_OTHERS = 3
# A query of more words is no person's name.
MAX_NAME_WORDS = 3


@dataclass(frozen=True, slots=True)
class Synonym:
    """Words of a query, as `typed`, for which `short` stands in it, and their other names."""

    short: str
    typed: str
    others: tuple[str, ...]

    @property
    def long_stems(self) -> list[tuple[str, ...]]:
        """The telling stems of each name but the short one."""
        names = (name.split() for name in (self.typed, *self.others))
        return [tuple(map(stem, _telling(words))) for words in names if len(words) > 1]

    @property
    def pattern(self) -> re.Pattern[str]:
        """An expression for any of the names, with a space around."""
        names = dict.fromkeys((self.short, self.typed, *self.others))
        longest = sorted(map(_expression, names), key=len, reverse=True)
        return re.compile(f" (?:{'|'.join(longest)})(?= )")

    def widen(self, term: QueryTerm, words: int) -> QueryTerm:
        """Return a term of a query of so many words that also means the other names."""
        other = OTHER_NAME if words <= MAX_FEW_WORDS else OTHER_NAME_IN_LONG_QUERY
        names = {self.typed: 1.0} | dict.fromkeys(self.others, other)
        found = [
            Correction(words, confidence, term.papers)
            for name, confidence in names.items()
            for words in _spellings(name.split())
        ]
        return replace(term, corrections=tuple(found), known=True)


def find_synonyms(
    connection: sqlite3.Connection,
    words: Sequence[str],
    exact: frozenset[str],
) -> tuple[Synonym, ...]:
    """Return the parts of a query that have other names, which papers define several times.

    Words that are `exact` have none, and people's names neither.
    """
    spans = [span for span in _spans(words) if exact.isdisjoint(span)]
    shorts = [short for span in spans if len(span) == 1 for short in {span[0], _singular(span[0])}]
    stems = [stems_of(span) for span in spans if len(span) > 1]
    known = find_abbreviations(connection, shorts, stems)
    if not known or _is_person(connection, words):
        return ()
    found: list[Synonym] = []
    text = f" {' '.join(words)} "
    for span in spans:  # the longest first
        synonym = _synonym(span, known)
        if synonym and f" {synonym.typed} " in text:
            found.append(synonym)
            text = text.replace(f" {synonym.typed} ", " · ")
    number = Counter(one.short for one in found)
    return tuple(one for one in found if number[one.short] == 1)  # both names were typed


def rename(texts: Sequence[str], synonyms: Sequence[Synonym]) -> Sequence[str]:
    """Return texts, a space around each word, in which all names of a thing are the short one."""
    for synonym in synonyms:
        pattern, short = synonym.pattern, f" {synonym.short}"
        texts = [pattern.sub(short, text) for text in texts]
    return texts


def _spans(words: Sequence[str]) -> list[Sequence[str]]:
    """Return all words in a row that may be a name, the longest first."""
    sizes = (*range(min(MAX_WORDS, len(words)), MIN_WORDS - 1, -1), 1)
    return [words[at : at + size] for size in sizes for at in range(len(words) - size + 1)]


def _synonym(span: Sequence[str], known: Sequence[Definition]) -> Synonym | None:
    typed = " ".join(span)
    if len(span) == 1:
        shorts = {one.short for one in known} & {typed, _singular(typed)}
        short = max(shorts, default="")
        others = [one.words for one in known if one.short == short]
    else:
        stems = stems_of(span)
        others = [one.short for one in known if one.stems == stems and _is_whole(typed, one)][:1]
        short = others[0] if others else ""
    return Synonym(short, typed, tuple(dict.fromkeys(others))[:MAX_OTHERS]) if others else None


def _is_whole(typed: str, one: Definition) -> bool:
    """Whether no ending is missing but that of the plural: "reinforcement learn" may go on."""
    return len(typed) >= len(_singular(one.words))


def _is_person(connection: sqlite3.Connection, words: Sequence[str]) -> bool:
    is_short = 1 < len(words) <= MAX_NAME_WORDS
    return is_short and is_name(connection, [[word] for word in words])


def _telling(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in FUNCTION_WORDS]


def _spellings(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield words with the last one in the plural and in the singular."""
    *ahead, last = words
    yield (*ahead, _singular(last))
    yield (*ahead, _singular(last) + "s")


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) > 2 else word


def _expression(name: str) -> str:
    """Return an expression for a name and its inflections."""
    first, *others = name.split()
    if not others:
        return f"{re.escape(_singular(first))}s?"
    return " ".join(map(_inflected, (first, *others)))


def _inflected(word: str) -> str:
    if word in FUNCTION_WORDS:
        return word
    return re.escape(stem_start(word)) + r"\w{0,6}"
