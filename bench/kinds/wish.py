"""What a maker of one kind of query works with."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bench.catalog import Catalog, Ids, telling_words
from bot.papers import Paper

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is typed, and the papers that fit what it means."""

    text: str
    gold: Ids


@dataclass(frozen=True, slots=True)
class Draw:
    """One paper that is remembered, the catalog it is in, and chance."""

    chance: random.Random
    catalog: Catalog
    paper: Paper

    def remember(self, number: int, *, shortest: int = 3) -> list[str] | None:
        """Return so many telling words of the title in their order; None where it has too few."""
        found = [word for word in telling_words(self.paper) if len(word) >= shortest]
        if len(found) < number:
            return None
        return [found[n] for n in sorted(self.chance.sample(range(len(found)), number))]

    def stranger(self) -> Paper:
        """Return any other paper."""
        while (other := self.chance.choice(self.catalog.papers)) is self.paper:
            pass
        return other

    def wish(self, text: str, words: Sequence[str]) -> Wish:
        """Return a query for all papers with these words in the title."""
        return Wish(text, self.catalog.titled(words))


# A kind makes a query for a paper, or none where the paper has not what it needs.
Kind: TypeAlias = Callable[[Draw], Wish | None]


def slip(chance: random.Random, word: str, first: int = 1) -> str:
    """Return a word with one letter dropped, added, changed or swapped, at `first` or later."""
    at = chance.randrange(first, len(word))
    letter = chance.choice(_LETTERS)
    ways = (
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
    )
    return chance.choice(ways)


def insert(chance: random.Random, words: Sequence[str], other: str) -> str:
    """Return words with another one put in anywhere."""
    at = chance.randint(0, len(words))
    return " ".join([*words[:at], other, *words[at:]])
