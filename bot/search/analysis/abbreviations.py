"""Abbreviations that a text defines: "language models (LMs)", "LM (language model)"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.search.analysis.stemmer import stem
from bot.search.analysis.tokenizer import FUNCTION_WORDS, tokenize

# What an abbreviation stands for has so many words, within so many characters before the bracket.
MIN_WORDS, MAX_WORDS, MAX_CHARS = 2, 7, 120
_SHORT = r"(?=[^()\s]*[A-Z])[A-Za-z0-9][A-Za-z0-9-]{1,8}"
_BRACKETS = re.compile(rf"(?:(?<![^\s(])({_SHORT}) )?\(([^()]{{2,{MAX_CHARS}}})\)")
_ABBREVIATION = re.compile(rf"({_SHORT})(?:[,;:].*)?")
_BREAK = re.compile(r"[.;:()]\s")


class Definition(NamedTuple):
    """An abbreviation and what it stands for, in folded words; `stems` are those of the words."""

    short: str
    stems: str
    words: str


def stems_of(words: Sequence[str]) -> str:
    """Return the stems of words, with single spaces."""
    return " ".join(map(stem, words))


def definitions(text: str) -> Iterator[Definition]:
    """Yield the abbreviations that a text defines."""
    for match in _BRACKETS.finditer(text):
        before, inside = match.groups()
        if name := _ABBREVIATION.fullmatch(inside):
            ahead = text[max(0, match.start(2) - MAX_CHARS) : match.start(2) - 1]
            yield from _define(name[1], _BREAK.split(ahead)[-1].split()[-MAX_WORDS:])
        elif before:
            yield from _define(before, inside.split(), whole=True)


def _define(name: str, parts: Sequence[str], *, whole: bool = False) -> Iterator[Definition]:
    """Yield what a name stands for: the last of these parts that spell it, or only all of them."""
    short = "".join(tokenize(name.removesuffix("s") if len(name) > 2 else name))
    starts = (0,) if whole else range(len(parts) - 1, -1, -1)
    spelt = [words for at in starts if _spells(short, words := tokenize(" ".join(parts[at:])))]
    if spelt:
        words = next((each for each in spelt if _initials(each) == short), spelt[0])
        yield Definition(short, stems_of(words), " ".join(words))


def _spells(short: str, words: Sequence[str]) -> bool:
    """Whether words have the letters of an abbreviation in this order; "2" stands for "to".

    After A. Schwartz and M. Hearst, "A simple algorithm for identifying abbreviation definitions in
    biomedical text" (2003).
    """
    if not MIN_WORDS <= len(words) <= MAX_WORDS or words[0] in FUNCTION_WORDS or short in words:
        return False
    text, at = " ".join(words), 0
    for letter in short.replace("2", "t"):
        at = text.find(letter, at) + 1
        if not at:
            return False
    return short[0] == text[0]


def _initials(words: Sequence[str]) -> str:
    return "".join(word[0] for word in words if word not in FUNCTION_WORDS)
