"""Text becomes words: what a paper says and what a person types are taken apart in the same way."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

# Letters that have no decomposition in Unicode but are typed without their stroke.
_STROKES = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
# Chinese and Japanese are written without spaces: each character is a word there.
_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_IDEOGRAPHS}]|[^\W_{_IDEOGRAPHS}]+")
_BREAKS = {code: " " for code in range(128) if not chr(code).isalnum()}
_JOINTS = frozenset("-‐‑–/+")
_COMPOUND = re.compile(r"[^\W_]+(?:[-‐‑–/+][^\W_]+)+")
# A name that an abstract introduces in brackets: "(CTM)", "(LLMs)", "(DeepSeek-R1)".
_DEFINED = re.compile(r"\(((?=[^()\s]*[A-Z])[A-Za-z][A-Za-z0-9-]{1,11})\)")
# No word that anybody types is longer; what is longer is cut in the same way on both sides.
LONGEST = 40

# Words that say nothing about which paper is meant.
COMMON = frozenset(
    "a an the of for in on with and to via by from using is are at as be or its it into towards "
    "toward we how can do "
    "does what this that which their our about when where why than then them they these those such also papers".split()
)

# Words that say nothing about what a question is about.
FUNCTION_WORDS = COMMON | frozenset(
    "after again against all although among any because been before being below between both but "
    "can't could did doing "
    "down during each either few further had has have having he her here him his however i if its "
    "itself just may me "
    "might more most must my no nor not off one only onto or other out over own per same shall "
    "she should since "
    "so some such through throughout thus too under until up upon us use used using very was were "
    "whether which "
    "while who whom whose why will within without would you your".split()
)


def fold(text: str) -> str:
    """Return `text` in lower case and without accents, so that Schölkopf and scholkopf are the same."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_STROKES))
    # once more: some compatibility forms become capitals
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn").casefold()


def words(text: str) -> list[str]:
    """Return the words of `text`, folded, in their order."""
    folded = fold(text)
    # the same rule twice: a translation is five times as quick as an expression that knows all
    # scripts
    found = folded.translate(_BREAKS).split() if folded.isascii() else _WORD.findall(folded)
    return [word[:LONGEST] for word in found] if len(folded) > LONGEST else found


def compounds(text: str) -> list[str]:
    """Return what "pre-training" is when it is written as one word; for three parts, each two neighbours as well."""
    joined: list[str] = []
    # the expression is slow where there is nothing to find
    jointed = " ".join([part for part in text.split() if not _JOINTS.isdisjoint(part)])
    for compound in _COMPOUND.findall(jointed):
        parts = words(compound)
        joined += map("".join, pairwise(parts))
        if len(parts) > 2:
            joined.append("".join(parts))
    return [word[:LONGEST] for word in joined]


def defined(abstract: str) -> list[str]:
    """Return the names that an abstract introduces in brackets, in the singular too."""
    names: list[str] = []
    for name in _DEFINED.findall(abstract):
        names += words(name) + compounds(name)
        if name.endswith("s") and len(name) > 3:
            names += words(name[:-1])
    return names
