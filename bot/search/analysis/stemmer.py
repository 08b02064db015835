"""Words become stems: "networks" and "networked" have the same.

The rules are those of M. F. Porter, "An algorithm for suffix stripping" (1980), with those that he
added in his own program later. His stemmer "english" ranks the benchmark's collections no better.
"""

from __future__ import annotations

import threading
from functools import lru_cache

import Stemmer

# Shorter words have no endings: "as", "cs".
MIN_WORD_CHARS = 3
# "departures" in Porter's program: "pathology" and "pathological", "flexibly" and "flexible"
_DEPARTURES = (("logies", "log"), ("logy", "log"), ("bly", "ble"))


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
    for ending, replacement in _DEPARTURES:
        if word.endswith(ending):
            word = word.removesuffix(ending) + replacement
    stemmed: str = _LOCAL.stemmer.stemWord(word)
    return stemmed
