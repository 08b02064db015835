"""Makes the list of English and scientific words that are never taken for slips.

    python bench/word_list.py SCOWL WORDNET > bot/search/query/words.txt.gz

SCOWL is the folder of Debian's package `scowl` (/usr/share/dict/scowl), WORDNET that of
`wordnet-base` (/usr/share/wordnet). Both licences stand in bot/search/query/words-license.txt.
"""

from __future__ import annotations

import argparse
import gzip
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from bot.search.analysis.tokenizer import tokenize

# SCOWL's sizes go from 10, the most frequent words, to 95, the strangest; larger ones than this
# contain words that are slips for frequent ones.
MAX_SCOWL_SIZE = 70
# Shorter words are taken for acronyms, longer ones for words in any case.
MIN_CHARS, MAX_CHARS = 4, 20
_SIZE = re.compile(r"\.(\d+)$")


def main() -> None:
    """Write the list, compressed, to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scowl", type=Path)
    parser.add_argument("wordnet", type=Path)
    args = parser.parse_args()
    lines = [*_scowl(args.scowl), *_wordnet(args.wordnet)]
    words = {word for line in lines for word in tokenize(line) if _fits(word)}
    text = "\n".join(sorted(words)) + "\n"
    sys.stdout.buffer.write(gzip.compress(text.encode(), 9, mtime=0))


def _fits(word: str) -> bool:
    return word.isascii() and word.isalpha() and MIN_CHARS <= len(word) <= MAX_CHARS


def _scowl(folder: Path) -> Iterator[str]:
    for path in sorted(folder.iterdir()):
        size = _SIZE.search(path.name)
        if size and int(size[1]) <= MAX_SCOWL_SIZE:
            for line in path.read_text("latin-1").splitlines():
                word = line.removesuffix("'s")
                if "'" not in word:
                    yield word


def _wordnet(folder: Path) -> Iterator[str]:
    for path in sorted([*folder.glob("index.*"), *folder.glob("*.exc")]):
        for line in path.read_text("utf-8").splitlines():
            if not line.startswith(" ") and "." not in line.split()[0]:
                yield line.split()[0].replace("_", " ").replace("'s", "")


if __name__ == "__main__":
    main()
