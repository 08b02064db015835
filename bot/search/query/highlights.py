"""Why a paper was found: its words that were looked for, in the title and in the passage of the abstract with most."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bot.papers import Paper
from bot.search.query.stems import stem
from bot.search.query.tokenizer import FUNCTION_WORDS, words

PASSAGE = 160  # characters
MOST = 100  # words of an abstract that are looked at
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Highlights:
    """Words of the title, and a passage of the abstract in parts, each with whether it was looked for.

    The passage is empty where the title has all of the words that the abstract has.
    """

    title: tuple[str, ...] = ()
    passage: tuple[tuple[str, bool], ...] = ()


def highlights(paper: Paper, sought: str) -> Highlights:
    """Find the words of `sought` in a paper, whatever their endings."""
    wanted = {stem(word) for word in words(sought) if word not in FUNCTION_WORDS}
    in_title = list(_found(paper.title, wanted))
    text = paper.abstract or paper.summary
    in_text = list(islice(_found(text, wanted), MOST))
    titled = {said for *_, said in in_title}
    further = any(said not in titled for *_, said in in_text)
    return Highlights(
        tuple(dict.fromkeys(paper.title[begin:end] for begin, end, _ in in_title)),
        tuple(_passage(text, in_text)) if further else (),
    )


def _found(text: str, wanted: set[str]) -> Iterator[tuple[int, int, str]]:
    """Yield where each of the words begins and ends, and which it is."""
    for match in _WORD.finditer(text):
        for said in {stem(word) for word in words(match[0])} & wanted:
            yield match.start(), match.end(), said


def _passage(text: str, found: list[tuple[int, int, str]]) -> Iterator[tuple[str, bool]]:
    """Yield the parts of the passage with most different words, the first of these."""

    def richness(first: int) -> int:
        return len(
            {
                said
                for begin, end, said in found
                if found[first][0] <= begin and end <= found[first][0] + PASSAGE
            }
        )

    start = found[max(range(len(found)), key=richness)][0]
    # from the beginning of its sentence where that is near
    before = text.rfind(". ", 0, start)
    sentence = before + 2 if before >= 0 else 0
    begin = sentence if start - sentence < PASSAGE // 3 else start
    stop = (
        len(text)
        if len(text) - begin <= PASSAGE
        else max(text.rfind(" ", begin, begin + PASSAGE), start)
    )
    at = begin
    if begin:
        yield "… ", False
    for first, last, _ in found:
        if at <= first and last <= stop:
            if at < first:
                yield text[at:first], False
            yield text[first:last], True
            at = last
    yield text[at:stop] + (" …" if stop < len(text) else ""), False
