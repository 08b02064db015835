"""Whether words are the name of an organisation or an author that the index knows."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bot.search.analysis.tokenizer import tokenize
from bot.search.index.people import people_called
from bot.search.index.snapshot import Snapshot

# of a name they say only what sort of organisation it is
_SORTS = frozenset(
    "the of at for and university institute technology science research lab labs laboratory group "
    "team inc ai national college school".split()
)
MIN_LETTERS = 4  # shorter names are words or abbreviations of other things


# the telling words of names of organisations, each with the number of papers by those called so
Organizations: TypeAlias = Mapping[tuple[str, ...], int]


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The organisations and authors of an index."""

    connection: sqlite3.Connection
    snapshot: Snapshot
    organizations: Organizations

    def is_organization(self, words: Sequence[str]) -> bool:
        """Tell whether an organisation is called so, as it is or after its owner."""
        if self._papers(words):
            return True
        return any(
            self._papers(words[:n]) and self._papers(words[n:]) for n in range(1, len(words))
        )

    def organization_share(self, words: Sequence[str]) -> float:
        """Return which share of the papers that have these words is by the organisation."""
        if len("".join(words)) < MIN_LETTERS or not (papers := self._papers(words)):
            return 0.0
        return papers / max(papers, self._mentions(words))

    def is_author(self, words: Sequence[str]) -> bool:
        """Tell whether an author's name has all these words."""
        return bool(words) and bool(people_called(self.connection, words))

    def _papers(self, words: Sequence[str]) -> int:
        return self.organizations.get(_core(words), 0)

    def _mentions(self, words: Sequence[str]) -> int:
        """Count the papers that have the rarest of these words."""
        counts = [
            sum(lexicon.paper_counts([word]).get(word, 0) for lexicon in self.snapshot.lexicons)
            for word in _core(words)
        ]
        return min(counts, default=0)


def read_organizations(connection: sqlite3.Connection) -> Organizations:
    """Return all organisations by their names and handles."""
    papers: Counter[tuple[str, ...]] = Counter()
    for handle, name, number in connection.execute("SELECT handle, name, papers FROM organization"):
        for core in {_core(tokenize(name)), _core(tokenize(handle))}:
            papers[core] += number
    return papers


def _core(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words of a name that tell it from others; all, if none does."""
    return tuple(word for word in words if word not in _SORTS) or tuple(words)
