"""English and scientific words, so that none of them is taken for a slip.

`words.txt.gz` holds 160,000 words, made by `bench/word_list.py`; `words-license.txt` tells where
they come from and under which licences.
"""

from __future__ import annotations

import gzip
from functools import cache
from importlib.resources import files


def is_word(word: str) -> bool:
    """Whether a folded word is in the list."""
    # half a millisecond; a set of all would take a hundred to build
    return word.isalpha() and f"\n{word}\n".encode() in _words()


@cache
def _words() -> bytes:
    return b"\n" + gzip.decompress(files("bot.search.query").joinpath("words.txt.gz").read_bytes())
