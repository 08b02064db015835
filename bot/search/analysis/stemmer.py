"""Words become stems: what is left of "networks" and "networked" is the same.

The rules are those of M. F. Porter, "An algorithm for suffix stripping" (1980), as SQLite's
tokenizer "porter" follows them, which the tests compare with.
"""

from __future__ import annotations

import re
from functools import lru_cache

# Nobody's words are longer; SQLite leaves longer ones alone.
LONGEST = 64


def _longest_first(endings: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Group endings, each with what replaces it, by their last two letters: most words have none of these."""
    grouped: dict[str, list[tuple[str, str]]] = {}
    for ending in sorted(endings, key=len, reverse=True):
        grouped.setdefault(ending[-2:], []).append((ending, endings[ending]))
    return grouped


_SECOND = _longest_first({
    "ational": "ate", "tional": "tion", "enci": "ence", "anci": "ance", "izer": "ize", "logi": "log", "bli": "ble",
    "alli": "al", "entli": "ent", "eli": "e", "ousli": "ous", "ization": "ize", "ation": "ate", "ator": "ate",
    "alism": "al", "iveness": "ive", "fulness": "ful", "ousness": "ous", "aliti": "al", "iviti": "ive",
    "biliti": "ble",
})  # fmt: skip
_THIRD = _longest_first(
    {"icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": ""}
)
_FOURTH = _longest_first(
    dict.fromkeys(
        "al ance ence er ic able ible ant ement ment ent ion ou ism ate iti ous ive ize".split(), ""
    )
)
_VOWELS = re.compile("[aeiou]")
_CONSONANTS = re.compile("[^V]")
_TURNS = re.compile("V+C+")


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return the stem of a folded word."""
    if not 3 <= len(word.encode()) <= LONGEST:
        return word
    word = _past_and_running(_plural(word))
    if word.endswith("y") and "V" in _shape(word[:-1]):
        word = word[:-1] + "i"
    word = _replaced(word, _SECOND, 1)
    word = _replaced(word, _THIRD, 1)
    word = _replaced(word, _FOURTH, 2)
    if word.endswith("e") and (
        _turns(word[:-1]) > 1 or (_turns(word[:-1]) == 1 and not _short(word[:-1]))
    ):
        word = word[:-1]
    return word[:-1] if word.endswith("ll") and _turns(word[:-1]) > 1 else word


def _plural(word: str) -> str:
    if not word.endswith("s"):
        return word
    if (word.endswith("sses") and len(word) > 4) or (word.endswith("ies") and len(word) > 3):
        return word[:-2]
    return word if word.endswith("ss") else word[:-1]


def _past_and_running(word: str) -> str:
    if word.endswith("eed") and len(word) > 3:
        return word[:-1] if _turns(word[:-3]) else word
    for ending in ("ed", "ing"):
        if word.endswith(ending) and "V" in _shape(word[: -len(ending)]):
            return _mended(word[: -len(ending)])
    return word


def _mended(word: str) -> str:
    """Give back what an ending took: "hop" from "hopp", "file" from "fil"."""
    if word.endswith(("at", "bl", "iz")):
        return word + "e"
    # a y is a consonant here; SQLite looks at bytes, and a letter of more than one is never twice
    # the same
    if word[-1:] == word[-2:-1] and word[-1].isascii() and word[-1] not in "aeioulsz":
        return word[:-1]
    return word + "e" if _turns(word) == 1 and _short(word) else word


def _replaced(word: str, endings: dict[str, list[tuple[str, str]]], least: int) -> str:
    """Replace the longest ending that fits, where what stands before it is long enough."""
    for ending, other in endings.get(word[-2:], ()):
        if word.endswith(ending) and len(word) > len(ending):
            before = word.removesuffix(ending)
            fits = _turns(before) >= least and (ending != "ion" or before[-1] in "st")
            return before + other if fits else word
    return word


def _shape(word: str) -> str:
    """Write a vowel as V and a consonant as C; y is a vowel after a consonant."""
    if "y" not in word:
        return _CONSONANTS.sub("C", _VOWELS.sub("V", word))
    shape = ""
    for letter in word:
        shape += "V" if letter in "aeiou" or (letter == "y" and shape[-1:] == "C") else "C"
    return shape


def _turns(word: str) -> int:
    """Count how often vowels are followed by consonants."""
    return len(_TURNS.findall(_shape(word)))


def _short(word: str) -> bool:
    """Whether a word ends as "hop" does: consonant, vowel, consonant that is neither w, x nor y."""
    return _shape(word).endswith("CVC") and word[-1].isascii() and word[-1] not in "wxy"
