"""Which papers fit what a query means: by words of the title, people, house, year or short name.

It folds text by a rule of its own, so that a fault of the engine's does not hide in the answers.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property, reduce
from typing import TypeAlias, TypeVar

from bot.papers import Paper

STOP_WORDS = frozenset(
    "a an and are as at be by can do does for from how in into is it its of on or that the their this to toward "
    "towards using via we what when where which why with your you".split()
)
# Titles write Greek letters as signs or by their names.
GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "λ": "lambda", "μ": "mu", "π": "pi",
    "σ": "sigma", "τ": "tau", "φ": "phi", "ψ": "psi", "ω": "omega", "∇": "nabla",
}  # fmt: skip
# Parts between spaces that a name has at most.
MAX_NAME_PARTS = 5
_PARTS = re.compile(r"[\s/:–—-]+")
_WORD = re.compile(r"[^\W_]+")
_SHORT_NAME = re.compile(r"([^:–—]{3,24})(?::| [–—] )")

Ids: TypeAlias = frozenset[str]
Key = TypeVar("Key")


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case and without accents, in their order."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return _WORD.findall("".join(c for c in decomposed if not unicodedata.combining(c)))


def telling_words(paper: Paper) -> list[str]:
    """Return the words of a title that say which paper it is, each once."""
    found = [word for word in words_of(paper.title) if len(word) > 2 and word not in STOP_WORDS]
    return list(dict.fromkeys(found))


def short_name(paper: Paper) -> str:
    """Return what stands before the colon of a title, where that is one to three words; "" elsewhere."""
    found = _SHORT_NAME.match(paper.title)
    return found[1].strip() if found and len(found[1].split()) <= 3 else ""


def glued(text: str) -> str:
    """Return a text's letters and digits only, Greek ones by name: "tau2bench" for "τ^2-Bench"."""
    named = "".join(GREEK.get(sign, sign) for sign in unicodedata.normalize("NFKC", text).lower())
    return "".join(words_of(named))


def surname(name: str) -> str:
    """Return the last word of a person's name."""
    return words_of(name)[-1] if words_of(name) else ""


class Catalog:
    """All papers of a corpus, to look up which of them fit."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        self.papers: Sequence[Paper] = list(papers)

    def titled(self, words: Iterable[str]) -> Ids:
        """Return the papers with all these words in their titles."""
        return self._all(self._by_title_word, words)

    def called(self, name: str) -> Ids:
        """Return the papers with this short name, however it is joined or written."""
        return self._by_short_name.get(glued(name), frozenset())

    def by(self, *parts: str) -> Ids:
        """Return the papers with an author whose name has all these parts; a letter is an initial."""
        found = [name for name in self._by_surname.get(parts[0], ()) if _named(name, parts[1:])]
        return frozenset(paper for name in found for paper in self._by_person[name])

    def of_year(self, year: int) -> Ids:
        """Return the papers that were published in a year."""
        return self._by_year.get(year, frozenset())

    def of_house(self, name: str) -> Ids:
        """Return the papers of an organisation."""
        return self._by_house.get(name, frozenset())

    def knows(self, word: str) -> bool:
        """Return whether a title or an abstract has the word."""
        return word in self._vocabulary

    def mentions(self, name: str) -> Ids:
        """Return the papers whose titles hold a name anywhere, spaces and joints left out."""
        wanted = glued(name)
        return frozenset(
            paper
            for paper, parts in self._titles
            if wanted in "".join(parts) and wanted in _joined_parts(parts)
        )

    @staticmethod
    def _all(table: dict[str, Ids], keys: Iterable[str]) -> Ids:
        return reduce(frozenset.intersection, [table.get(key, frozenset()) for key in keys])

    @cached_property
    def _by_title_word(self) -> dict[str, Ids]:
        return _table((word, paper.id) for paper in self.papers for word in words_of(paper.title))

    @cached_property
    def _by_short_name(self) -> dict[str, Ids]:
        named = ((short_name(paper), paper.id) for paper in self.papers)
        return _table((glued(name), paper) for name, paper in named if name)

    @cached_property
    def _by_person(self) -> dict[str, Ids]:
        return _table((name, paper.id) for paper in self.papers for name in paper.authors)

    @cached_property
    def _by_surname(self) -> dict[str, frozenset[str]]:
        return _table((surname(name), name) for name in self._by_person)

    @cached_property
    def _by_year(self) -> dict[int, Ids]:
        return _table((paper.published.year, paper.id) for paper in self.papers if paper.published)

    @cached_property
    def _by_house(self) -> dict[str, Ids]:
        return _table((p.organization.name, p.id) for p in self.papers if p.organization)

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        said = (f"{paper.title} {paper.abstract}" for paper in self.papers)
        return frozenset(word for text in said for word in words_of(text))

    @cached_property
    def _titles(self) -> Sequence[tuple[str, list[str]]]:
        split = ((paper.id, _PARTS.split(paper.title)) for paper in self.papers)
        return [(paper, list(map(glued, parts))) for paper, parts in split]


def _joined_parts(words: Sequence[str]) -> set[str]:
    """Return what some neighbours among words are, written as one."""
    ends = range(1, MAX_NAME_PARTS + 1)
    return {"".join(words[n : n + size]) for n in range(len(words)) for size in ends}


def _table(pairs: Iterable[tuple[Key, str]]) -> dict[Key, Ids]:
    found: dict[Key, set[str]] = defaultdict(set)
    for key, one in pairs:
        found[key].add(one)
    return {key: frozenset(ones) for key, ones in found.items()}


def _named(name: str, parts: Sequence[str]) -> bool:
    """Return whether the given names have all parts: whole, or begun."""
    given = words_of(name)[:-1]
    return all(any(word.startswith(part) for word in given) for part in parts)
