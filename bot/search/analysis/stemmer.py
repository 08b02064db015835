"""Words become stems: "networks" and "networked" have the same.

American and British spellings have the same stem, too. The other rules are those of M. F. Porter,
"An algorithm for suffix stripping" (1980), with those that he added in his own program later. His
stemmer "english" ranks the benchmark's collections no better.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache

import Stemmer

# Shorter words have no endings: "as", "cs".
MIN_WORD_CHARS = 3
# "departures" in Porter's program: "pathology" and "pathological", "flexibly" and "flexible"
_DEPARTURES = (("logies", "log"), ("logy", "log"), ("bly", "ble"))
# British spellings by their endings, and what stands there in American ones. "Precise" and
# "revise" keep theirs: "precision" has the same stem.
_BRITISH = {
    # normalisation, incentivise
    r"(?:(?<=[a-z]{2}[dlmnrst])|(?<=tiv))is(?=(?:e[drs]?|ers|ing|ations?|able)$)": "iz",
    r"lys(?:es|is)$": "lyze",  # analyses, and analysis besides
    r"(?<=[a-z]{2}ly)s(?=(?:e[dr]?|ers|ing)$)": "z",  # analyse
    r"(?<=[a-z]{3})our(?=(?:s|ed|ing|al|ally|able|ful|hoods?)?$)": "or",  # behaviour
    r"(?<=[a-z]{2}[bt])re(?=[ds]?$)": "er",  # centre
    r"logue(?=s?$)": "log",  # dialogue
}
_ENDING = re.compile("|".join(f"({pattern})" for pattern in _BRITISH))
_AMERICAN = tuple(_BRITISH.values())


class _Local(threading.local):
    """A stemmer for each thread: one must not work for two at once."""

    def __init__(self) -> None:
        self.stemmer = Stemmer.Stemmer("porter", maxCacheSize=0)  # `lru_cache` serves all threads


_LOCAL = _Local()


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return the stem of a folded word."""
    if len(word) < MIN_WORD_CHARS:
        return word
    word = american(word)
    for ending, replacement in _DEPARTURES:
        if word.endswith(ending):
            word = word.removesuffix(ending) + replacement
    stemmed: str = _LOCAL.stemmer.stemWord(word)
    return stemmed


def american(word: str) -> str:
    """Return a folded word as Americans spell its ending: "normalisation" gives "normalization"."""
    if not (_may_be_british(word) and (found := _ENDING.search(word))):
        return word
    return word[: found.start()] + _AMERICAN[(found.lastindex or 1) - 1] + word[found.end() :]


def _may_be_british(word: str) -> bool:
    """Whether a word has letters of a British ending, which is found out ten times as fast."""
    return "is" in word or "lys" in word or "our" in word or "re" in word or "logue" in word


def stem_start(word: str) -> str:
    """Return the letters that a folded word and its stem begin with, and so do its other forms."""
    root = stem(word)
    size = min(len(word), len(root))
    return word[: next((n for n in range(size) if word[n] != root[n]), size)]
