"""Words as they were meant: slips, words run together or split, beginnings of words."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from math import log

from bot.search.analysis.spellings import from_russian_keys
from bot.search.analysis.tokenizer import STOP_WORDS
from bot.search.index.lexicon import FREQUENT_PAPERS, MAX_SLIP_CHARS, Lexicon
from bot.search.query.query_term import Correction, QueryTerm
from bot.search.query.slips import keeps_numbers

# More words than this say nothing more about which paper is meant, and each costs time.
MAX_TERMS = 24
# Confidence, 0 to 1, that a correction is what was typed: the word itself, two words written as
# one, the plural or singular, one word that should be two, one or two slips.
EXACT, JOINED, OTHER_NUMBER, SPLIT = 1.0, 0.95, 0.75, 0.85
ONE_SLIP, ONE_SLIP_UNFINISHED, TWO_SLIPS = 0.85, 0.75, 0.65
SPLIT_IN_THREE = 0.8
# What a correction loses where the word as typed is known too, and where that has no more letters
# than acronyms have: "LTOAD" is no slip for "load".
KNOWN_WORD_PENALTY, KNOWN_ACRONYM_PENALTY, MAX_ACRONYM_CHARS = 0.1, 0.25, 6
# A word in no more papers than this may be a slip for one in so many times as many.
RARE_PAPERS, LIKELIER_RATIO = 3, FREQUENT_PAPERS
# What was typed may be the beginning of many words; so many are searched.
MAX_COMPLETIONS = 16
MAX_CORRECTIONS = 10
# A word of two letters in more papers than this may be run together with another.
SHORT_WORD_PAPERS = 50
# A word so many times rarer than its two halves is more likely these, run together; one in such a
# share of papers is not.
SPLIT_RATIO, FREQUENT_SHARE = 5, 0.01
# Three words run together have so many letters at least, each of them so many; so many ways to
# split them are tried.
MIN_CHARS_OF_THREE, MIN_THIRD_CHARS, MAX_SPLITS_IN_THREE = 12, 3, 6
# Weights of words that say little, as a share of what their rarity says.
STOP_WORD_WEIGHT, YEAR_OR_LETTER_WEIGHT = 0.1, 0.25
# An unfinished word has so many letters at least, the last one fewer. A word that is known too is
# taken for the beginning of one in so many times as many papers.
MIN_PREFIX_CHARS, MIN_LAST_PREFIX_CHARS, COMPLETION_RATIO = 3, 2, 8
_CITATION_WORDS = ("et", "al")
_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Speller:
    """Interprets the words of one query by the words that papers contain.

    `counts` has the papers of words, their neighbours joined and their halves, as far as known.
    """

    lexicons: Sequence[Lexicon]
    papers: int
    typed: Sequence[str]
    counts: Mapping[str, int]
    # whether a known word may be a slip for another
    allows_doubt: Callable[[str, str], bool] = lambda _typed, _meant: True

    def terms(self) -> tuple[QueryTerm, ...]:
        """Interpret each word: a known one as it is, any other by its likeliest corrections."""
        return tuple(self._term(n) for n in range(len(self.typed)))

    def doubt(
        self, terms: Sequence[QueryTerm], limit: int = MAX_CORRECTIONS
    ) -> tuple[QueryTerm, ...]:
        """Take known words for slips too, for when nothing contains them all.

        "fed forward" may be "feed forward".
        """
        return tuple(self._doubt(term, limit) for term in terms)

    def _term(self, n: int) -> QueryTerm:
        word, last = self.typed[n], n == len(self.typed) - 1
        # a single letter begins too many words to look for, and tells as little
        single_letter = last and n > 0 and _is_letter(word)
        completions = self._likely_completions(word, last=last)
        corrections = self._corrections(n, has_completions=last and bool(completions))
        papers = self.papers
        if not single_letter:
            unfinished = completions[:1] if last or word not in self.counts else []
            papers = _most_papers(corrections, unfinished)
        return QueryTerm(
            typed=word,
            corrections=tuple(sorted(corrections, key=_likelihood)[:MAX_CORRECTIONS]),
            completions=tuple(found for found, _ in completions[:MAX_COMPLETIONS]),
            has_more=len(completions) > MAX_COMPLETIONS or single_letter,
            papers=papers,
            weight=self._weight(word, papers),
            known=word in self.counts,
        )

    def _weight(self, word: str, papers: int) -> float:
        rarity = log(1 + self.papers / (1 + papers))
        if word in STOP_WORDS or word in _CITATION_WORDS:
            return rarity * STOP_WORD_WEIGHT
        return rarity * (YEAR_OR_LETTER_WEIGHT if _is_letter(word) or is_year(word) else 1.0)

    def _likely_completions(self, word: str, *, last: bool) -> list[tuple[str, int]]:
        """Return what a word may be the beginning of: the last one of any word.

        A known word before it is the beginning only of one that is much more frequent.
        """
        if word.isdigit() or len(word) < (MIN_LAST_PREFIX_CHARS if last else MIN_PREFIX_CHARS):
            return []
        if last:
            return self._completions(word)
        papers = self.counts.get(word, 0)
        if papers > FREQUENT_SHARE * self.papers:
            return []
        found = self._completions(word)
        return found if found and found[0][1] >= COMPLETION_RATIO * papers else []

    def _corrections(self, n: int, *, has_completions: bool) -> list[Correction]:
        word = self.typed[n]
        corrections = self._other_spellings(n)
        if word not in self.counts and not has_completions:
            corrections += self._slips(word, unfinished=n == len(self.typed) - 1)
        elif self.counts.get(word, RARE_PAPERS + 1) <= RARE_PAPERS and len(word) > 4:
            corrections += self._likelier_words(word)
        return corrections

    def _other_spellings(self, n: int) -> list[Correction]:
        """Interpret a word without a slip.

        It is itself, one with its neighbour, plural or singular, or two that were run together.
        """
        word, around = self.typed[n], self.typed[max(0, n - 1) : n + 2]
        joined = [a + b for a, b in pairwise(around)]
        joined += ["".join(three) for three in _threes(self.typed) if word in three]
        spellings = [(word, EXACT), *((each, JOINED) for each in joined)]
        spellings += [(from_russian_keys(word), JOINED)] if not word.isascii() else []
        spellings += [(_other_number(word), OTHER_NUMBER)] if len(word) > 4 else []
        known = [
            Correction((spelling,), confidence, self.counts[spelling])
            for spelling, confidence in spellings
            if spelling in self.counts
        ]
        if self.counts.get(word, 0) <= max(RARE_PAPERS, FREQUENT_SHARE * self.papers):
            known += _split(word, self.counts) + _split_in_three(word, self.counts)
        return known

    def _doubt(self, term: QueryTerm, limit: int) -> QueryTerm:
        is_for_names = limit > MAX_CORRECTIONS
        if not (term.may_be_doubted or (is_for_names and not term.is_exact)):
            return term
        present = {each.words for each in term.corrections}
        others = [each for each in self._one_slip(term.typed)[:limit] if each.words not in present]
        if not is_for_names:
            others = [each for each in others if self.allows_doubt(term.typed, each.words[0])]
        return replace(term, corrections=(*term.corrections, *map(_as_doubt, others)))

    def _likelier_words(self, word: str) -> list[Correction]:
        """Take a word that hardly any paper has for a slip, its authors' too, for frequent ones."""
        min_papers = LIKELIER_RATIO * self.counts[word]
        is_short = len(word) <= MAX_ACRONYM_CHARS
        confidence = ONE_SLIP - (KNOWN_ACRONYM_PENALTY if is_short else KNOWN_WORD_PENALTY)
        return [
            Correction((other,), confidence, papers, is_slip=True)
            for lexicon in self.lexicons
            for other, _, papers in lexicon.neighbours(word, 1, frequent=True)
            if papers > min_papers and keeps_numbers(word, other)
        ]

    def _slips(self, word: str, *, unfinished: bool) -> list[Correction]:
        """Return words one slip away, or two where there is none and the word is long enough."""
        slips = self._one_slip(word)
        if unfinished and 3 < len(word) <= MAX_SLIP_CHARS:
            slips += self._unfinished_slips(word, {each.words for each in slips})
        if not slips and 5 < len(word) <= MAX_SLIP_CHARS:
            slips = [
                Correction((other,), TWO_SLIPS, papers, is_slip=True)
                for lexicon in self.lexicons
                for other, _, papers in lexicon.neighbours(word, 2)
            ]
        return sorted(slips, key=_likelihood)[:MAX_CORRECTIONS]

    def _unfinished_slips(
        self, word: str, present: Collection[tuple[str, ...]]
    ) -> list[Correction]:
        """Return words that begin with something one slip away."""
        return [
            Correction((other,), ONE_SLIP_UNFINISHED, papers, is_slip=True)
            for lexicon in self.lexicons
            for other, papers in lexicon.near_completions(word, MAX_CORRECTIONS)
            if (other,) not in present
        ]

    def _one_slip(self, word: str) -> list[Correction]:
        """Return words one slip away, the most frequent first."""
        if not 3 <= len(word) <= MAX_SLIP_CHARS:
            return []
        slips = [
            Correction((other,), ONE_SLIP, papers, is_slip=True)
            for lexicon in self.lexicons
            for other, _, papers in lexicon.neighbours(word, 1)
            if other != word and keeps_numbers(word, other)
        ]
        return sorted(slips, key=lambda each: -each.papers)

    def _completions(self, word: str) -> list[tuple[str, int]]:
        """Return longer words that begin with what was typed, the most frequent first.

        There is one more than are searched, to know whether there are others.
        """
        limit = MAX_COMPLETIONS + 1
        found = [one for each in self.lexicons for one in each.completions(word, limit)]
        return sorted(found, key=lambda one: (-one[1], one[0]))[:limit]


def prepare_speller(lexicons: Sequence[Lexicon], papers: int, words: Sequence[str]) -> Speller:
    """Return a speller for the words of one query, with what the lexicons know about them."""
    typed = list(dict.fromkeys(words))[:MAX_TERMS]
    joined = [*map("".join, pairwise(typed)), *map("".join, _threes(typed))]
    others = [*map(_other_number, typed), *map(from_russian_keys, typed)]
    counts = _paper_counts(lexicons, {*typed, *others, *joined})
    frequent = max(RARE_PAPERS, FREQUENT_SHARE * papers)
    rare = [word for word in typed if counts.get(word, 0) <= frequent]
    halves = [half for word in rare for half in _halves(word)]
    counts |= _paper_counts(lexicons, {part for half in halves for part in half})
    middles = {middle for word in rare for _, middle, _ in _thirds(word, counts)}
    counts |= _paper_counts(lexicons, middles)
    return Speller(lexicons, papers, typed, counts)


def interpret(
    lexicons: Sequence[Lexicon], papers: int, words: Sequence[str]
) -> tuple[QueryTerm, ...]:
    """Return the words of a query with what may be meant by each."""
    return prepare_speller(lexicons, papers, words).terms()


def _paper_counts(lexicons: Sequence[Lexicon], words: Iterable[str]) -> dict[str, int]:
    wanted = set(words)
    counts: dict[str, int] = {}
    for lexicon in lexicons:
        counts |= lexicon.paper_counts(wanted)
    return counts


def is_year(word: str) -> bool:
    """Return whether a word is a year from 1900 to 2099."""
    return _YEAR.fullmatch(word) is not None


def _is_letter(word: str) -> bool:
    return len(word) == 1 and word.isascii() and word.isalpha()


def _most_papers(corrections: Sequence[Correction], completions: Sequence[tuple[str, int]]) -> int:
    counts = [each.papers for each in corrections]
    return max([*counts, *(papers for _, papers in completions)], default=0)


def _threes(words: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Yield each three neighbours."""
    return zip(words, words[1:], words[2:], strict=False)


def _as_doubt(correction: Correction) -> Correction:
    return replace(correction, confidence=correction.confidence - KNOWN_WORD_PENALTY)


def _likelihood(correction: Correction) -> tuple[float, int]:
    return -correction.confidence, -correction.papers


def _other_number(word: str) -> str:
    """Return the plural of a singular and the other way round, as far as that is an s."""
    return word.removesuffix("s") if word.endswith("s") else word + "s"


def _split(word: str, counts: Mapping[str, int]) -> list[Correction]:
    """Return two known words that were run together.

    Where that is a word as well, they have to be much more frequent.
    """
    min_papers = SPLIT_RATIO * counts.get(word, 0)
    likely = [
        (min(counts[a], counts[b]), a, b)
        for a, b in _halves(word)
        if a in counts and b in counts and _may_split(a, b, counts, min_papers)
    ]
    is_acronym = word in counts and len(word) <= MAX_ACRONYM_CHARS
    confidence = SPLIT - (KNOWN_ACRONYM_PENALTY if is_acronym else 0.0)
    return [
        Correction((a, b), confidence, papers) for papers, a, b in sorted(likely, reverse=True)[:2]
    ]


def _split_in_three(word: str, counts: Mapping[str, int]) -> list[Correction]:
    """Return three known words that were run together, the likeliest first."""
    likely = [
        (min(map(len, words)), min(counts[each] for each in words), words)
        for words in _thirds(word, counts)
        if words[1] in counts
    ]
    return [
        Correction(words, SPLIT_IN_THREE, papers)
        for _, papers, words in sorted(likely, reverse=True)[:MAX_SPLITS_IN_THREE]
    ]


def _halves(word: str) -> Iterator[tuple[str, str]]:
    return ((word[:cut], word[cut:]) for cut in range(2, len(word) - 1))


def _thirds(word: str, counts: Mapping[str, int]) -> Iterator[tuple[str, str, str]]:
    """Yield a long unknown word in three parts, the first and the last of which are known."""
    if word in counts or len(word) < MIN_CHARS_OF_THREE:
        return
    cuts = range(MIN_THIRD_CHARS, len(word) - MIN_THIRD_CHARS + 1)
    first = [cut for cut in cuts if word[:cut] in counts]
    last = [cut for cut in cuts if word[cut:] in counts]
    for one, other in product(first, last):
        if other - one >= MIN_THIRD_CHARS:
            yield word[:one], word[one:other], word[other:]


def _may_split(a: str, b: str, counts: Mapping[str, int], min_papers: int) -> bool:
    papers = min(counts[a], counts[b])
    # nearly any word falls apart if one of the parts may be two letters
    return papers > min_papers and (papers > SHORT_WORD_PAPERS or min(len(a), len(b)) > 2)
