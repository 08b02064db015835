"""Spellings that people type for what papers write: Greek letters, look-alikes, compound names."""

from __future__ import annotations

import re
from itertools import pairwise

from bot.mathematics import GREEK_NAMES

_VARIANTS = {"ς": "sigma", "ϕ": "phi", "ϑ": "theta", "ϵ": "epsilon", "ϱ": "rho", "ϖ": "pi"}
_GREEK = GREEK_NAMES | _VARIANTS
_LETTERS = "".join(_GREEK)
# A letter on its own is a symbol; several in a row are a word in Greek.
_SYMBOL = re.compile(rf"(?<![{_LETTERS}])[{_LETTERS}](?![{_LETTERS}])")
# Languages told apart by signs, as words of their own.
LANGUAGES = {"cpp": "c++", "csharp": "c#", "fsharp": "f#"}
_LANGUAGE = re.compile(r"(?<![^\W_])(?:[cC]\+\+|[cCfF]#)(?![^\W_])")
_LANGUAGE_WORDS = {name: word for word, name in LANGUAGES.items()}
# "tau^2" and "pi_0" as people type them.
_INDEX = re.compile(r"(?<=[^\W_])[_^]\{?(\d+)\}?")
# Letters of the Cyrillic alphabet that look like Latin ones, in words that have both.
_LOOK_ALIKES = dict(zip("аеосрхуікмтвнѕјԁһ", "aeocpxyikmtbhsjdh", strict=True))
_MIXED = re.compile(r"\b(?=\w*[a-z])(?=\w*[а-яіѕјԁһ])\w+")
_RUSSIAN_KEYS = str.maketrans("йцукенгшщзфывапролдячсмить", "qwertyuiopasdfghjklzxcvbnm")
_NAME = re.compile(r"[A-Za-z0-9]+")
# "GameNGen" has three parts, and so has "InternVL3".
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z]{2})|[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[A-Z]|\d+")
# Shorter names are not taken apart, and two parts are not if one is shorter.
MIN_NAME_CHARS, MIN_PART_CHARS = 5, 3


def spell_languages(text: str) -> str:
    """Return text with "C++" and "C#" as words of their own: cpp, csharp."""
    if "+" not in text and "#" not in text:
        return text
    return _LANGUAGE.sub(lambda match: _LANGUAGE_WORDS[match[0].lower()], text)


def join_indices(text: str) -> str:
    """Return text with "tau^2" and "pi_0" as one word: tau2, pi0."""
    return _INDEX.sub(r"\1", text) if "^" in text or "_" in text else text


def spell_symbols(folded: str) -> str:
    """Return folded text with single Greek letters spelt out, and look-alikes as Latin letters."""
    spelt = _SYMBOL.sub(lambda match: _GREEK[match[0]], folded)
    return _MIXED.sub(_as_latin, spelt)


def _as_latin(word: re.Match[str]) -> str:
    return "".join(_LOOK_ALIKES.get(letter, letter) for letter in word[0])


def from_russian_keys(word: str) -> str:
    """Return what the keys of a word would have typed on an English keyboard."""
    return word.translate(_RUSSIAN_KEYS)


def name_parts(title: str) -> list[str]:
    """Return other spellings of the compound names in a title, in lower case.

    "InternVL3" gives intern, vl, 3 and internvl; "Tulu 3" gives tulu3.
    """
    names = _NAME.findall(title)
    spellings: list[str] = []
    for name in names:
        parts = [part.lower() for part in _PART.findall(name)]
        if len(name) >= MIN_NAME_CHARS and _is_compound(parts):
            spellings += parts
            spellings += ["".join(parts[:-1])] if len(parts) > 2 else []
    for name, number in pairwise(names):
        if number.isdigit() and name.isalpha():
            spellings.append(f"{name}{number}".lower())
    return spellings


def _is_compound(parts: list[str]) -> bool:
    if len(parts) == 2:
        return min(map(len, parts)) >= MIN_PART_CHARS
    # "GPTs" and "LLMs" end in a part of one small letter
    return len(parts) > 2 and max(map(len, parts)) >= MIN_PART_CHARS
