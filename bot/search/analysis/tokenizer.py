"""Text becomes words: papers and queries are split in the same way."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from bot.mathematics import plain_mathematics
from bot.search.analysis.spellings import join_indices, spell_languages, spell_symbols

# Letters that have no decomposition in Unicode but are typed without their stroke.
_STROKES = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
# Chinese and Japanese are written without spaces: each character is a word there.
_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_IDEOGRAPHS}]|[^\W_{_IDEOGRAPHS}]+")
_BREAKS = {code: " " for code in range(128) if not chr(code).isalnum()}
_SIGNS = re.compile(r"[\^_{}$\\]+")
_JOINTS = frozenset("-‐‑–/+")
_COMPOUND = re.compile(r"[^\W_]+(?:[-‐‑–/+][^\W_]+)+")
# A name that an abstract introduces in brackets: "(CTM)", "(LLMs)", "(DeepSeek-R1)".
_ACRONYM = re.compile(r"\(((?=[^()\s]*[A-Z])[A-Za-z][A-Za-z0-9-]{1,11})\)")
# Real words are shorter; longer ones are cut in papers and in queries alike.
MAX_WORD_CHARS = 40

# Words that say nothing about which paper is meant.
STOP_WORDS = frozenset(
    "a an the of for in on with and to via by from using is are at as be or its it into towards "
    "toward we how can do does what this that which their our about when where why than then them "
    "they these those such also papers".split()
)

# Words that say nothing about what a question is about.
FUNCTION_WORDS = STOP_WORDS | frozenset(
    "after again against all although among any because been before being below between both but "
    "can't could did doing down during each either few further had has have having he her here "
    "him his however i if its itself just may me might more most must my no nor not off one only "
    "onto or other out over own per same shall she should since so some such through throughout "
    "thus too under until up upon us use used using very was were whether which while who whom "
    "whose why will within without would you your".split()
)


def fold(text: str) -> str:
    """Return `text` in lower case and without accents: Schölkopf and scholkopf become the same."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_STROKES))
    # twice, because some compatibility forms decompose into capitals
    folded = "".join(c for c in decomposed if unicodedata.category(c) != "Mn").casefold()
    return folded if folded.isascii() else spell_symbols(folded)


def tokenize(text: str) -> list[str]:
    """Return the words of `text`, folded, in their order."""
    folded = fold(join_indices(spell_languages(plain_mathematics(text))))
    # the same rule twice: translating is five times as fast as an expression for all scripts
    tokens = folded.translate(_BREAKS).split() if folded.isascii() else _WORD.findall(folded)
    return [token[:MAX_WORD_CHARS] for token in tokens] if len(folded) > MAX_WORD_CHARS else tokens


def compound_spellings(text: str) -> list[str]:
    """Return each hyphenated word of `text` written as one: "pre-training" gives "pretraining".

    Of three parts or more, each two neighbours are joined as well.
    """
    spellings: list[str] = []
    # the expression is slow where there is nothing to find
    hyphenated = " ".join([part for part in text.split() if not _JOINTS.isdisjoint(part)])
    for compound in _COMPOUND.findall(hyphenated):
        parts = tokenize(compound)
        spellings += map("".join, pairwise(parts))
        if len(parts) > 2:
            spellings.append("".join(parts))
    return [spelling[:MAX_WORD_CHARS] for spelling in spellings]


def formula_spellings(title: str) -> list[str]:
    """Return the words that a title joins with signs of mathematics, but the first, and all as one.

    "A^2FM" gives 2fm and a2fm.
    """
    spellings: list[str] = []
    for part in title.split() if _SIGNS.search(title) else ():
        if _SIGNS.search(part):
            words = _WORD.findall(fold(_SIGNS.sub(" ", part)))
            # a number alone stands beside the name, as its title has both in one
            spellings += [word for word in words[1:] if not word.isdigit()]
            spellings.append("".join(words))
    return [spelling[:MAX_WORD_CHARS] for spelling in spellings]


def acronyms(abstract: str) -> list[str]:
    """Return the words of the names that an abstract introduces in brackets, also as singulars."""
    names: list[str] = []
    for name in _ACRONYM.findall(abstract):
        names += tokenize(name) + compound_spellings(name)
        if name.endswith("s") and len(name) > 3:
            names += tokenize(name[:-1])
    return names
