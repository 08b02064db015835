"""English and scientific words, so that none of them is taken for a slip.

`words.txt.gz` holds 160,000 words, made by `bench/word_list.py`; `words-license.txt` tells where
they come from and under which licences.
"""

from __future__ import annotations

import gzip
from functools import cache, lru_cache
from importlib.resources import files


@lru_cache(maxsize=4096)
def is_word(word: str) -> bool:
    """Whether a folded word is in the list."""
    return word.isalpha() and _contains(_words(), word.encode())


def _contains(words: bytes, word: bytes) -> bool:
    """Search sorted lines by halves: a set of all words would take 100 ms to build."""
    low, high = 0, len(words)
    while low < high:
        start = words.rfind(b"\n", 0, (low + high) // 2) + 1
        end = words.index(b"\n", start)
        found = words[start:end]
        if found == word:
            return True
        if found < word:
            low = end + 1
        else:
            high = start
    return False


@cache
def _words() -> bytes:
    return gzip.decompress(files("bot.search.query").joinpath("words.txt.gz").read_bytes())
