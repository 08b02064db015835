"""The words of all papers in memory: a large lexicon, and a small one of later words."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping

from bot.search.index.documents import SEPARATOR
from bot.search.index.lexicon import Lexicon, build_lexicon
from bot.search.index.lexicon_file import read_late_words, read_lexicon

# With more words than this that came after the large lexicon, that is read again.
MAX_LATE_WORDS = 10_000
# So it is where more papers than this came in at once.
MAX_LATE_PAPERS = 1000


class Vocabulary:
    """Lexicons that follow the index; counts of the large one may be a little behind.

    Of a word that both have, only the large one counts.
    """

    def __init__(self) -> None:
        self.lexicons: tuple[Lexicon, ...] = ()
        # words that the large lexicon does not have: of the newest papers, and of papers that have
        # gone into a segment since
        self._newest: Counter[str] = Counter()
        self._late: Counter[str] = Counter()

    def is_outdated(self, late_papers: int) -> bool:
        """Whether it has to be read, since so many papers have gone into segments unseen."""
        return (
            not self.lexicons or late_papers > MAX_LATE_PAPERS or len(self._late) > MAX_LATE_WORDS
        )

    def read(self, connection: sqlite3.Connection) -> None:
        """Read the large lexicon, and the words of the segments that came later."""
        self.lexicons = (read_lexicon(connection),)
        self._newest, self._late = Counter(), Counter()
        self.add_late(read_late_words(connection))

    def add_late(self, papers: Mapping[str, int]) -> None:
        """Count the words of papers that are in a segment."""
        self._late += self._unknown(papers)

    def add_newest(self, papers: Mapping[str, int]) -> None:
        """Count the words of papers that are in no segment yet."""
        self._newest += self._unknown(papers)

    def file_newest(self) -> None:
        """Note that the newest papers are in a segment now."""
        self._late += self._newest
        self._newest = Counter()

    def forget_newest(self) -> None:
        """Forget the words of papers that are in no segment, which are counted again."""
        self._newest = Counter()

    def update(self) -> None:
        """Build the small lexicon."""
        counts = self._newest + self._late
        words = sorted(counts)
        self.lexicons = (self.lexicons[0], build_lexicon(words, [counts[word] for word in words]))

    def _unknown(self, papers: Mapping[str, int]) -> Counter[str]:
        known = self.lexicons[0].paper_counts(papers)
        return Counter(
            {
                word: number
                for word, number in papers.items()
                if word not in known and word != SEPARATOR
            }
        )
