"""The search service: from a query to one page of papers, with Hugging Face's results."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.library.remote_search import (
    FEW,
    AnswerCache,
    Merged,
    asked,
    finds_little,
    fitting,
    fused,
    reads_like_a_question,
)
from bot.papers import Paper, record
from bot.search import Highlights, Hits, highlights

if TYPE_CHECKING:
    from bot.library.remote_search import Online
    from bot.search import Index, Query
    from bot.store.papers import Papers

MERGED = 200  # papers of ours that are merged with theirs: nobody reads further
PROVISIONAL = 100  # titles that stand in for an index that is being made anew
ALONE = Merged()
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found.

    `filters` says in words how it was narrowed; `corrected` is the query as understood where words
    were replaced; `absent` are words that no paper mentions, and `suggestion` is the query with
    what was probably meant by them; `synonyms` are other names that were searched too. `nearest`
    stands in where nothing was found; `ms` is the time that the index took. `online` are the papers
    that only Hugging Face found, `by_meaning` those that have hardly a word of the query, but say
    the same. It is `provisional` while the index is being rebuilt.
    """

    papers: tuple[Paper, ...]
    total: int
    filters: str
    corrected: str | None
    nearest: tuple[Paper, ...]
    ms: float
    highlights: tuple[Highlights, ...] = ()  # one for each of the papers
    online: frozenset[str] = frozenset()
    provisional: bool = False
    absent: tuple[str, ...] = ()
    suggestion: str | None = None
    by_meaning: frozenset[str] = frozenset()
    synonyms: tuple[str, ...] = ()

    @property
    def remark(self) -> str:
        """What a person should know about the answer as a whole."""
        if not self.provisional:
            return ""
        return "The search index is being rebuilt, so these results are provisional."

    def said(self) -> dict[str, object]:
        """Return what is said of the answer as a whole, as JSON values."""
        rare = {
            "absent": list(self.absent),
            "suggestion": self.suggestion,
            "synonyms": list(self.synonyms),
            "provisional": self.provisional,
        }
        return {
            "corrected": self.corrected,
            "total": self.total,
            "ms": self.ms,
            **{name: value for name, value in rare.items() if value},
        }

    def records(self) -> list[dict[str, object]]:
        """Return the papers as JSON values, each with why it was found."""
        return [
            {
                **record(paper),
                "highlights": {
                    "title": list(why.title),
                    "abstract": "".join(part for part, _ in why.passage) or None,
                },
                "online": paper.id in self.online,
                "by_meaning": paper.id in self.by_meaning,
            }
            for paper, why in zip(self.papers, self.highlights, strict=True)
        ]


class Searches:
    """Searches of one collection of papers, its index being up to date."""

    def __init__(
        self, papers: Papers, index: Index, online: Online | None, now: Callable[[], datetime]
    ) -> None:
        self._papers = papers
        self._index = index
        self._online = online
        self._memory = AnswerCache(now)

    async def everywhere(self, query: Query, limit: int, offset: int, *, online: bool) -> Found:
        """Find among all papers, asking Hugging Face too where that is wanted and worth it."""
        index, merged = _Index(self._index), ALONE
        if online and self._online and not index.behind:
            merged = await self._merged(index, self._online, query, offset)
        if merged.ids:
            hits = replace(
                merged.here, ids=merged.ids[offset : offset + limit], total=len(merged.ids)
            )
        elif index.behind:
            hits = await self._provisional(index, query, limit, offset)
        else:
            hits = await index.search(query, limit=limit, offset=offset)
        return await self._found(query, hits, index, merged.online)

    async def among(
        self, query: Query, within: Sequence[str], limit: int, offset: int, *, in_order: bool
    ) -> Found:
        """Find among these papers, best first or in the order in which they stand there."""
        index = _Index(self._index)
        if index.behind:
            hits = await self._provisional(index, query, limit, offset, within)
        elif in_order:
            hits = await index.search(query, limit=len(within), within=within)
            hits = replace(hits, ids=_in_order(hits.ids, within)[offset : offset + limit])
        else:
            hits = await index.search(query, limit=limit, offset=offset, within=within)
        return await self._found(query, hits, index)

    async def _merged(self, index: _Index, online: Online, query: Query, offset: int) -> Merged:
        """Return our and their results merged, if theirs are worth asking for."""
        known = self._memory.get(query)
        if known and (offset or not known.failed):
            return known
        question = reads_like_a_question(asked(query))
        if not online.can_be_asked(query) or (offset and not question):
            return ALONE
        if not question and not await self._finds_little(index, query):
            return ALONE
        here, there = await asyncio.gather(index.search(query, limit=MERGED), online.ask(query))
        merged = ALONE
        if there:
            theirs = [paper.id for paper in there]
            only = frozenset(theirs).difference(here.ids)
            said = here if here.ids else replace(here, corrected=None)
            merged = Merged(fused(here.ids, theirs), only, replace(said, nearest=()))
        return self._memory.keep(query, replace(merged, failed=there is None))

    async def _finds_little(self, index: _Index, query: Query) -> bool:
        here = await index.search(query, limit=FEW)
        papers = await self._papers.get(here.ids)
        return bool(here.absent) or finds_little(here.corrected or query.text, papers)

    async def _provisional(
        self,
        index: _Index,
        query: Query,
        limit: int,
        offset: int,
        within: Sequence[str] | None = None,
    ) -> Hits:
        """Return what the index has already, and then titles from the store."""
        hits = await index.search(query, limit=MERGED, within=within)
        # as it was typed first: the index may not know the words yet
        titled = await self._papers.titled(_WORD.findall(query.text), PROVISIONAL)
        titled = titled or await self._papers.titled(
            _WORD.findall(hits.corrected or ""), PROVISIONAL
        )
        among = None if within is None else set(within)
        further = [
            paper.id for paper in await fitting(query, titled) if among is None or paper.id in among
        ]
        ids = tuple(dict.fromkeys([*hits.ids, *further]))
        total = hits.total + len(ids) - len(hits.ids)
        return replace(hits, ids=ids[offset : offset + limit], total=total)

    async def _found(
        self, query: Query, hits: Hits, index: _Index, online: frozenset[str] = frozenset()
    ) -> Found:
        papers = await self._papers.get(hits.ids)
        nearest = await self._papers.get(hits.nearest)
        sought = " ".join([query.sought, hits.corrected or "", *hits.synonyms])
        why = tuple(highlights(paper, sought) for paper in papers)
        return Found(
            papers,
            hits.total,
            query.describe(),
            hits.corrected,
            nearest,
            round(index.ms, 1),
            why,
            online,
            index.behind,
            hits.absent,
            hits.suggestion,
            hits.by_meaning,
            hits.synonyms,
        )


class _Index:
    """The index for one search: asked for nothing twice, and the time that it took."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._said: dict[tuple[int, int], Hits] = {}
        # whether it is far behind the store, being made anew
        self.behind: bool = getattr(index, "behind", False)
        self.ms = 0.0

    async def search(
        self, query: Query, *, limit: int, offset: int = 0, within: Sequence[str] | None = None
    ) -> Hits:
        if (limit, offset) not in self._said:
            start = time.perf_counter()
            self._said[limit, offset] = await self._index.search(
                query, limit=limit, offset=offset, within=within
            )
            self.ms += (time.perf_counter() - start) * 1000
        return self._said[limit, offset]


def _in_order(ids: tuple[str, ...], order: Sequence[str]) -> tuple[str, ...]:
    found = frozenset(ids)
    return tuple(id_ for id_ in order if id_ in found)
