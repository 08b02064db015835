"""Why a paper was found: the query's words in its title and in the best passage of its abstract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from bot.papers import Paper
from bot.search.analysis.stemmer import stem
from bot.search.analysis.tokenizer import FUNCTION_WORDS, tokenize

MAX_PASSAGE_CHARS = 160
MAX_ABSTRACT_HITS = 100  # words of an abstract that are looked at
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Highlights:
    """Words of the title, and a passage of the abstract in parts, each with whether it is sought.

    The passage is empty where the title has all of the words that the abstract has.
    """

    title: tuple[str, ...] = ()
    passage: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class _Hit:
    """A sought word in a text, from character `begin` to before `end`."""

    begin: int
    end: int
    stem: str


def highlights(paper: Paper, sought: str) -> Highlights:
    """Find the words of `sought` in a paper, whatever their endings."""
    wanted = {stem(word) for word in tokenize(sought) if word not in FUNCTION_WORDS}
    in_title = list(_hits(paper.title, wanted))
    text = paper.abstract or paper.summary
    in_text = list(islice(_hits(text, wanted), MAX_ABSTRACT_HITS))
    in_title_too = {hit.stem for hit in in_title}
    has_more = any(hit.stem not in in_title_too for hit in in_text)
    return Highlights(
        tuple(dict.fromkeys(paper.title[hit.begin : hit.end] for hit in in_title)),
        tuple(_passage(text, in_text)) if has_more else (),
    )


def _hits(text: str, wanted: set[str]) -> Iterator[_Hit]:
    for match in _WORD.finditer(text):
        for found in _stems(match[0]) & wanted:
            yield _Hit(match.start(), match.end(), found)


@lru_cache(maxsize=1 << 15)
def _stems(word: str) -> frozenset[str]:
    """Return the stems of a word as it is written."""
    return frozenset(map(stem, tokenize(word)))


def _passage(text: str, hits: list[_Hit]) -> Iterator[tuple[str, bool]]:
    """Yield the parts of the first passage with most different words."""
    begin, stop = _best_range(text, hits)
    at = begin
    if begin:
        yield "… ", False
    for hit in hits:
        if at <= hit.begin and hit.end <= stop:
            if at < hit.begin:
                yield text[at : hit.begin], False
            yield text[hit.begin : hit.end], True
            at = hit.end
    yield text[at:stop] + (" …" if stop < len(text) else ""), False


def _best_range(text: str, hits: list[_Hit]) -> tuple[int, int]:
    """Return where the passage begins and ends, in characters."""

    def richness(first: _Hit) -> int:
        end = first.begin + MAX_PASSAGE_CHARS
        return len({hit.stem for hit in hits if first.begin <= hit.begin and hit.end <= end})

    start = max(hits, key=richness).begin
    # from the beginning of its sentence where that is near
    before = text.rfind(". ", 0, start)
    sentence = before + 2 if before >= 0 else 0
    begin = sentence if start - sentence < MAX_PASSAGE_CHARS // 3 else start
    if len(text) - begin <= MAX_PASSAGE_CHARS:
        return begin, len(text)
    return begin, max(text.rfind(" ", begin, begin + MAX_PASSAGE_CHARS), start)
