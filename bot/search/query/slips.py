"""How likely a typed word is a slip for another one: a logistic model over what speaks for it.

Which slips are likely follows the keyboard, the order of letters and the sound of vowels. The
weights are fitted by `bench/fit_slips.py` on slips of words in titles, and on words of other titles
that no paper here contains.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log
from typing import Literal, TypeAlias

from rapidfuzz.distance import OSA

SlipKind: TypeAlias = Literal[
    "first_letter",
    "swapped",
    "next_key",
    "other_vowel",
    "other_letter",
    "doubled",
    "extra_next_key",
    "extra_letter",
    "not_doubled",
    "vowel_left_out",
    "letter_left_out",
    "two_slips",
]
# How the other words of a query occur with the word meant: there are none; not all in one paper;
# all in the text of one; the only one in a title; one of several, or more of them, in a title.
Company: TypeAlias = Literal[
    "alone", "apart", "in_text", "in_title", "one_of_several_in_title", "several_in_title"
]

# Longer words are no likelier to be slips.
MAX_WEIGHED_CHARS = 10
# A word that is longer by more letters was not typed to its end.
MAX_SLIPS = 2
# Acronyms have no more letters.
MAX_ACRONYM_CHARS = 3
_VOWELS = frozenset("aeiouy")
_KEY_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
# Each row stands so many keys further to the right than the one above.
_ROW_SHIFTS = (0.0, 0.25, 0.75)
_KEYS = {
    letter: (row, column + _ROW_SHIFTS[row])
    for row, letters in enumerate(_KEY_ROWS)
    for column, letter in enumerate(letters)
}
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Slip:
    """A word that was typed and one that may be meant, with what speaks for it.

    `share` is the share of papers that contain the word meant; the flags say whether the two are in
    the list of English and scientific words.
    """

    typed: str
    meant: str
    share: float
    typed_is_word: bool
    meant_is_word: bool
    company: Company = "alone"

    @property
    def features(self) -> Mapping[str, float]:
        """What speaks for it and against it, each with the factor for its weight."""
        return {
            "bias": 1.0,
            "log_share": log(self.share),
            "letters": min(len(self.typed), MAX_WEIGHED_CHARS),
            "meant_is_word": self.meant_is_word,
            "typed_is_word": self.typed_is_word,
            "typed_is_acronym": len(self.typed) <= MAX_ACRONYM_CHARS,
            slip_kind(self.typed, _begun_as(self.typed, self.meant)): 1.0,
            "unfinished": len(self.meant) - len(self.typed) > MAX_SLIPS,
            self.company: 1.0,
        }

    @property
    def log_odds(self) -> float:
        """The logarithm of the odds that the one word is a slip for the other."""
        weights = _weights()
        return sum(weights[name] * factor for name, factor in self.features.items())


def title_company(together: int, others: int) -> Company:
    """Say how words occur with one in a title: so many of the others of a query."""
    if together > 1:
        return "several_in_title"
    return "in_title" if others == 1 else "one_of_several_in_title"


def singular(word: str) -> str:
    """Return a word without the s of a plural."""
    return word.removesuffix("s")


def keeps_numbers(typed: str, meant: str) -> bool:
    """Whether both words have the same numbers in them: numbers are never corrected."""
    # "65b" is a number too
    return _DIGITS.findall(typed) == _DIGITS.findall(meant) and not typed[:1].isdigit()


def slip_kind(typed: str, meant: str) -> SlipKind:
    """Return what was done to the word meant: the one slip, or "two_slips" where it takes more."""
    if typed[0] != meant[0]:
        return "first_letter"
    at = _common_prefix(typed, meant)
    if len(typed) == len(meant):
        return _replacement(typed, meant, at)
    if len(typed) == len(meant) + 1 and typed[at + 1 :] == meant[at:]:
        return _addition(typed, at)
    if len(typed) == len(meant) - 1 and typed[at:] == meant[at + 1 :]:
        return _omission(meant, at)
    return "two_slips"


def _begun_as(typed: str, meant: str) -> str:
    """Return the word meant, or its beginning where the typed word is unfinished."""
    if len(meant) - len(typed) <= MAX_SLIPS:
        return meant
    sizes = (len(typed), len(typed) + 1, len(typed) - 1)
    return min((meant[:size] for size in sizes), key=lambda cut: OSA.distance(typed, cut))


def _common_prefix(one: str, other: str) -> int:
    """Return how many first letters are the same."""
    size = min(len(one), len(other))
    return next((n for n in range(size) if one[n] != other[n]), size)


def _replacement(typed: str, meant: str, at: int) -> SlipKind:
    if typed[at + 2 :] == meant[at + 2 :] and typed[at : at + 2] == meant[at : at + 2][::-1]:
        return "swapped"
    if typed[at + 1 :] != meant[at + 1 :]:
        return "two_slips"
    if _are_near(typed[at], meant[at]):
        return "next_key"
    return "other_vowel" if {typed[at], meant[at]} <= _VOWELS else "other_letter"


def _addition(typed: str, at: int) -> SlipKind:
    if typed[at] == typed[at - 1]:
        return "doubled"
    neighbours = typed[at - 1] + typed[at + 1 : at + 2]
    is_near = any(_are_near(typed[at], letter) for letter in neighbours)
    return "extra_next_key" if is_near else "extra_letter"


def _omission(meant: str, at: int) -> SlipKind:
    if meant[at] == meant[at - 1]:
        return "not_doubled"
    return "vowel_left_out" if meant[at] in _VOWELS else "letter_left_out"


def _are_near(one: str, other: str) -> bool:
    """Whether two letters are neighbours on the keyboard."""
    if one not in _KEYS or other not in _KEYS:
        return False
    (row, column), (other_row, other_column) = _KEYS[one], _KEYS[other]
    return abs(row - other_row) <= 1 and abs(column - other_column) <= 1


@cache
def _weights() -> Mapping[str, float]:
    text = files("bot.search.query").joinpath("slip_weights.json").read_text("utf-8")
    weights: dict[str, float] = json.loads(text)
    return weights
