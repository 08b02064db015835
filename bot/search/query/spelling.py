"""Words as they were meant: slips, words run together or taken apart, beginnings of words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log

from bot.search.index.lexicon import FREQUENT, LONGEST, Lexicon
from bot.search.query.tokenizer import COMMON

# More words than this say nothing more about which paper is meant, and each costs time.
MOST_WORDS = 24
# How well a reading stands for what was typed: the word itself, two words written as one, one or
# many of it, one word that should be two, slips.
EXACT, JOINED, NUMBER, APART, ONE_SLIP, ONE_SLIP_BEGUN, TWO_SLIPS = (
    1.0,
    0.95,
    0.75,
    0.85,
    0.85,
    0.75,
    0.65,
)
# What a reading is worth less where the word as it was typed is known too, and where that is as
# short as abbreviations are: "LTOAD" is nobody's slip for "load".
DOUBT, DOUBT_OF_SHORT, SHORT = 0.1, 0.25, 6
# A word in no more papers than this may be a slip for one in so many times as many.
ODD, LIKELIER = 3, FREQUENT
# What was typed may be the beginning of many words; so many are looked for.
COMPLETIONS = 16
READINGS = 10
# A word of two letters in as many papers as this may be run together with another.
COMMONPLACE = 50
# A word so much rarer than its two halves is more likely these, run together; one in such a share
# of papers is not.
RARER, OFTEN = 5, 0.01


@dataclass(frozen=True, slots=True)
class Reading:
    """A way to read a typed word: the words that stand for it, how well (0 to 1), in how many papers, if by a slip."""

    words: tuple[str, ...]
    worth: float
    papers: int
    slipped: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A word as it was typed and the ways to read it, the best first.

    `begun` are the most frequent words that begin with it, if it may not be typed to its end, and
    `more` says whether there are others. `weight` says how much it tells.
    """

    typed: str
    readings: tuple[Reading, ...]
    begun: tuple[str, ...]
    more: bool
    papers: int
    weight: float
    known: bool

    def only(self, words: Collection[str]) -> Slot:
        """Return the slot with those readings only that are among these words."""
        return replace(
            self, readings=tuple(reading for reading in self.readings if reading.words[0] in words)
        )

    @property
    def meant(self) -> str:
        """The best reading, as text."""
        return (
            self.typed
            if self.known or self.begun or not self.readings
            else " ".join(self.readings[0].words)
        )


class Speller:
    """Reads the words of one query in the light of the words that papers have."""

    def __init__(self, lexicons: Sequence[Lexicon], papers: int, typed: Sequence[str]) -> None:
        self._lexicons = lexicons
        self._typed = list(dict.fromkeys(typed))[:MOST_WORDS]
        self._total = papers
        self._counts = self._known(
            {*self._typed, *map(_one_or_many, self._typed), *map("".join, pairwise(self._typed))}
        )
        self._rare = {
            word for word in self._typed if self._counts.get(word, 0) <= max(ODD, OFTEN * papers)
        }
        cuts = [(word[:cut], word[cut:]) for word in self._rare for cut in range(2, len(word) - 1)]
        self._counts |= self._known({start for start, _ in cuts})
        self._counts |= self._known({rest for start, rest in cuts if start in self._counts})

    def slots(self) -> tuple[Slot, ...]:
        """Read each word: one that is known as it stands, any other in the ways that it may be misspelt."""
        return tuple(self._slot(n) for n in range(len(self._typed)))

    def doubting(self, slots: Sequence[Slot], most: int = READINGS) -> tuple[Slot, ...]:
        """Read known words as slips too: "fed forward" may be "feed forward".

        For when nothing holds them all.
        """
        return tuple(self._doubted(slot, most) for slot in slots)

    def _slot(self, n: int) -> Slot:
        word, last = self._typed[n], n == len(self._typed) - 1
        known, readings = word in self._counts, self._as_it_stands(n)
        # a single letter begins too many words to look for, and tells as little
        letter = last and n > 0 and len(word) == 1 and word.isascii() and word.isalpha()
        begun = self._begun(word) if last and len(word) > 1 else []
        if not known and not begun:
            readings += self._slips(word, unfinished=last)
        elif known and self._counts[word] <= ODD and len(word) > 4:
            readings += self._likelier(word)
        counts = [r.papers for r in readings] + [count for _, count in begun[:1]]
        papers = self._total if letter else max(counts, default=0)
        return Slot(
            typed=word,
            readings=tuple(sorted(readings, key=lambda r: (-r.worth, -r.papers))[:READINGS]),
            begun=tuple(found for found, _ in begun[:COMPLETIONS]),
            more=len(begun) > COMPLETIONS or letter,
            papers=papers,
            weight=log(1 + self._total / (1 + papers)) * (0.1 if word in COMMON else 1.0),
            known=known,
        )

    def _as_it_stands(self, n: int) -> list[Reading]:
        """Read a word without a slip: itself, one with its neighbour, one or many, two that were run together."""
        word, around = self._typed[n], self._typed[max(0, n - 1) : n + 2]
        ways = [(word, EXACT), *((a + b, JOINED) for a, b in pairwise(around))]
        ways += [(_one_or_many(word), NUMBER)] if len(word) > 4 else []
        found = [
            Reading((way,), worth, self._counts[way]) for way, worth in ways if way in self._counts
        ]
        return found + (_apart(word, self._counts) if word in self._rare else [])

    def _doubted(self, slot: Slot, most: int) -> Slot:
        if slot.typed in COMMON or not (slot.known or slot.begun or most > READINGS):
            return slot
        present = {reading.words for reading in slot.readings}
        others = [r for r in self._one_slip(slot.typed)[:most] if r.words not in present]
        return replace(
            slot, readings=(*slot.readings, *(replace(r, worth=r.worth - DOUBT) for r in others))
        )

    def _likelier(self, word: str) -> list[Reading]:
        """Read a word that hardly any paper has as a slip for a frequent one: its authors may have slipped, too."""
        common = LIKELIER * self._counts[word]
        near = [one for each in self._lexicons for one in each.near(word, 1, frequent=True)]
        worth = ONE_SLIP - (DOUBT_OF_SHORT if len(word) <= SHORT else DOUBT)
        return [
            Reading((other,), worth, papers, slipped=True)
            for other, _, papers in near
            if papers > common
        ]

    def _slips(self, word: str, *, unfinished: bool) -> list[Reading]:
        """Words one slip away, or two where there is none and the word is long enough to tell."""
        found = self._one_slip(word)
        if unfinished and 3 < len(word) <= LONGEST:
            near = {reading.words for reading in found}
            begun = [one for each in self._lexicons for one in each.near_begun(word, READINGS)]
            found += [
                Reading((other,), ONE_SLIP_BEGUN, papers, slipped=True)
                for other, papers in begun
                if (other,) not in near
            ]
        if not found and 5 < len(word) <= LONGEST:
            twice = [one for each in self._lexicons for one in each.near(word, 2)]
            found = [
                Reading((other,), TWO_SLIPS, papers, slipped=True) for other, _, papers in twice
            ]
        return sorted(found, key=lambda r: (-r.worth, -r.papers))[:READINGS]

    def _one_slip(self, word: str) -> list[Reading]:
        """Words one slip away, the most frequent first."""
        if not 3 <= len(word) <= LONGEST:
            return []
        near = [one for each in self._lexicons for one in each.near(word, 1)]
        found = [
            Reading((other,), ONE_SLIP, papers, slipped=True)
            for other, _, papers in near
            if other != word
        ]
        return sorted(found, key=lambda r: -r.papers)

    def _known(self, wanted: Iterable[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for each in self._lexicons:
            found |= each.counts(wanted)
        return found

    def _begun(self, word: str) -> list[tuple[str, int]]:
        """Return longer words that begin with what was typed, the most frequent first, one more than are looked for."""
        found = [one for each in self._lexicons for one in each.begun(word, COMPLETIONS + 1)]
        return sorted(found, key=lambda one: (-one[1], one[0]))[: COMPLETIONS + 1]


def _one_or_many(word: str) -> str:
    """Return the plural of a singular and the other way round, as far as that is an s."""
    return word.removesuffix("s") if word.endswith("s") else word + "s"


def _apart(word: str, counts: Mapping[str, int]) -> list[Reading]:
    """Two known words that were run together; where that is a word as well, only if they are much more frequent."""
    cuts = [(word[:cut], word[cut:]) for cut in range(2, len(word) - 1)]
    found = [(min(counts[a], counts[b]), a, b) for a, b in cuts if a in counts and b in counts]
    # nearly any word falls apart if one of the parts may be two letters
    likely = [
        (papers, a, b)
        for papers, a, b in found
        if papers > RARER * counts.get(word, 0)
        and (papers > COMMONPLACE or min(len(a), len(b)) > 2)
    ]
    worth = APART - DOUBT_OF_SHORT if word in counts and len(word) <= SHORT else APART
    return [Reading((a, b), worth, papers) for papers, a, b in sorted(likely, reverse=True)[:2]]
