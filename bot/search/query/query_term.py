"""A word of a query, and what may be meant by it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from bot.search.analysis.tokenizer import STOP_WORDS


@dataclass(frozen=True, slots=True)
class Correction:
    """Words that may be meant by one that was typed, with a confidence from 0 to 1.

    `papers` is the number of papers that contain them; `is_slip` tells a slip from another
    spelling.
    """

    words: tuple[str, ...]
    confidence: float
    papers: int
    is_slip: bool = False


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A word as it was typed, and what may be meant by it, the likeliest first.

    `completions` are the most frequent words that begin with it, if it may be unfinished, and
    `has_more` says whether there are others. `weight` is how much it tells about a paper. `offers`
    are corrections that are too doubtful to be searched unasked; an `is_exact` word was quoted; one
    that `is_organization` is part of an organisation's name.
    """

    typed: str
    corrections: tuple[Correction, ...]
    completions: tuple[str, ...]
    has_more: bool
    papers: int
    weight: float
    known: bool
    offers: tuple[Correction, ...] = ()
    is_exact: bool = False
    is_organization: bool = False

    @property
    def is_absent(self) -> bool:
        """Whether no paper contains it, nor anything that may be meant by it."""
        return not (self.known or self.completions or self.has_more or self.corrections)

    @property
    def may_be_doubted(self) -> bool:
        """Whether it may be a slip although papers contain it, or words that begin so."""
        is_known = self.known or bool(self.completions)
        return is_known and not self.is_exact and self.typed not in STOP_WORDS

    def restrict(self, words: Collection[str]) -> QueryTerm:
        """Return the term with those corrections only that begin with one of these words."""
        return replace(
            self, corrections=tuple(each for each in self.corrections if each.words[0] in words)
        )

    @property
    def best_text(self) -> str:
        """The word itself where it is known or begins one, else the likeliest correction."""
        if self.known or self.completions or not self.corrections:
            return self.typed
        return " ".join(self.corrections[0].words)

    @property
    def spellings(self) -> tuple[str, ...]:
        """The word itself, and the single words that may be meant by it."""
        others = (each.words[0] for each in self.corrections if len(each.words) == 1)
        return (self.typed, *others)
