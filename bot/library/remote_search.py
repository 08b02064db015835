"""Hugging Face's own search: when to ask it, which results fit, and how to merge them."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.errors import SourceError, StoreError
from bot.library.cooldown import Cooldown
from bot.papers import Paper
from bot.search import Hits, Query, matches
from bot.sources.hugging_face import MAX_FOUND, Patience
from bot.sources.items import Batch

log = logging.getLogger(__name__)

WAIT = 1.5  # seconds that a search waits for Hugging Face in all
HURRY = Patience(total=WAIT, request=WAIT, connect=WAIT, read=WAIT, tries=1)
# papers that are taken from one answer: it has no end, but what comes late is hardly about it
MOST = 20
FEW = 5  # good hits that are enough: a page full
REMEMBERED, KEPT_FOR = (
    200,
    timedelta(minutes=10),
)  # answers, so that one page goes on where the other ended
K = 60  # as in the paper that `fused` names

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_ASKING = frozenset("how what when where which who whose why".split())
# Words that somebody says who asks or describes, and that titles have few of.
_SPOKEN = _ASKING | frozenset(
    "about any anything are be been being can could did do does doesn't don't find has have i is "
    "it its like looking "
    "may me might must my need our paper papers she should show some someone something that their "
    "them there these "
    "they this those us was we were want whom will without would you your".split()
)
LONG = 5  # words of a sentence


class RemoteSource(Protocol):
    """Whoever searches by meaning."""

    async def search(self, text: str, limit: int, patience: Patience) -> Batch:
        """Return papers, best first; SourceError where that cannot be had."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The papers of a search, ours and theirs in one order, and which were found there only.

    Without ids, our own answer stands; `here` is how we understood the query. `failed` says that
    Hugging Face did not answer.
    """

    ids: tuple[str, ...] = ()
    online: frozenset[str] = frozenset()
    here: Hits = field(default_factory=Hits)
    failed: bool = False


def reads_like_a_question(text: str) -> bool:
    """Whether somebody asks, or describes what they look for, rather than remembers words of it.

    >>> reads_like_a_question("papers about agents that use tools"), reads_like_a_question("tool use
    in agents") (True, False)
    """
    said = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    if len(said) < 3:
        return False
    if text.rstrip().endswith(("?", "？")):
        return True
    spoken = sum(word in _SPOKEN for word in said)
    return (said[0] in _ASKING and len(said) > 3) or (len(said) >= LONG and spoken > 1)


def finds_little(text: str, papers: Sequence[Paper]) -> bool:
    """Whether the best papers for `text`, as it was understood, are few that say all of it.

    They need not be many where the first is the one that was meant: its title and authors have it
    all, or its title begins with the one word that was typed.
    """
    if text and papers and _meant(text.split(), papers[0]):
        return False
    return (
        sum(matches(Query(text), replace(paper, title=_name(paper))) for paper in papers[:FEW])
        < FEW
    )


def _meant(typed: Sequence[str], paper: Paper) -> bool:
    name = _name(paper)
    # the last word may be only begun
    last = next(
        (word for word in name.split() if word.casefold().startswith(typed[-1].casefold())),
        typed[-1],
    )
    has_all = matches(Query(" ".join([*typed[:-1], last])), Paper(paper.id, name))
    return has_all and (len(typed) > 1 or name.startswith(last))


def _name(paper: Paper) -> str:
    return f"{paper.title} {' '.join(paper.authors)}"


async def fitting(query: Query, papers: Sequence[Paper]) -> tuple[Paper, ...]:
    """Return the papers that pass the filters; loose words need not match literally."""
    if not query.filtered:
        return tuple(papers)
    filters = replace(query, text="")
    # half a millisecond each, that the event loop need not wait for
    return await asyncio.to_thread(
        lambda: tuple(paper for paper in papers if matches(filters, paper))
    )


def asked(query: Query) -> str:
    """Return the query text: loose words and phrases, alternatives too, without filters."""
    either = [
        term.text
        for group in query.wanted
        if len(group) > 1
        for term in group
        if term.place == "anywhere"
    ]
    return " ".join([query.text, *either]).strip()


def fused(*rankings: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of several rankings in one order, by reciprocal rank fusion.

    Each ranking gives 1 / (60 + rank) to what it ranks. Cormack, Clarke and Büttcher, "Reciprocal
    Rank Fusion Outperforms Condorcet and Individual Rank Learning Methods", SIGIR 2009. Of equals,
    those of the first stand first.
    """
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, id_ in enumerate(dict.fromkeys(ranking), 1):
            scores[id_] = scores.get(id_, 0.0) + 1 / (K + rank)
    return tuple(sorted(scores, key=scores.__getitem__, reverse=True))


class Online:
    """Asks Hugging Face, never for long, and not at all for a while after it failed.

    `keep` keeps what it found, so that it is found here the next time.
    """

    def __init__(
        self,
        source: RemoteSource,
        keep: Callable[[Sequence[Paper]], Awaitable[object]],
        lists: Cooldown,
        now: Callable[[], datetime],
    ) -> None:
        self._source = source
        self._keep = keep
        self._lists = lists
        self._rest = Cooldown(now)

    def can_be_asked(self, query: Query) -> bool:
        """Tell whether a query can be asked there: it has text, and no order of its own."""
        return (
            query.sort == "best"
            and bool(asked(query))
            and not (self._rest.reason or self._lists.reason)
        )

    async def ask(self, query: Query) -> tuple[Paper, ...] | None:
        """Return what is found there and passes the filters, best first; None if it failed."""
        try:
            async with asyncio.timeout(WAIT):
                found = await self._source.search(
                    asked(query), MAX_FOUND if query.filtered else MOST, HURRY
                )
                papers = (await fitting(query, found.papers))[:MOST]
                await self._keep(papers)
        except (SourceError, StoreError, TimeoutError) as error:
            log.info(
                "Hugging Face was asked in vain: %s",
                self._rest.begin(str(error) or "it takes too long"),
            )
            return None
        return papers


class AnswerCache:
    """The last merged answers, for some minutes."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._kept: dict[Query, tuple[datetime, Merged]] = {}

    def get(self, query: Query) -> Merged | None:
        """Return the answer to a query, None where there is none or it is too old."""
        at, merged = self._kept.get(query, (None, None))
        return merged if at and self._now() - at < KEPT_FOR else None

    def keep(self, query: Query, merged: Merged) -> Merged:
        """Remember an answer, dropping the oldest if there are too many; return the valid one.

        That is the first, where several people asked the same at once.
        """
        known = self.get(query)
        if known and not known.failed:
            return known
        self._kept.pop(query, None)
        self._kept[query] = (self._now(), merged)
        if len(self._kept) > REMEMBERED:
            del self._kept[next(iter(self._kept))]
        return merged
