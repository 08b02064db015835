"""The order of the papers in a digest: by votes, date, trend, or the reader's shelf."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.digests.selection import rank_papers
from bot.errors import PaperboyError
from bot.library.library import Library
from bot.library.recommendations import suggest
from bot.models import DigestOptions, Subscription
from bot.papers import Paper
from bot.store import Store

log = logging.getLogger(__name__)

MAX_TRENDING = 50
# the last papers that a reader saved, and the papers ranked by them: about 100 ms
BY_KEPT, AMONG = 100, 300
NOTHING_KEPT = "Your shelf is empty. Save papers, and similar ones come first."


@dataclass(frozen=True, slots=True)
class OrderedPapers:
    """Papers in order, the options that ordered them in the end, and remarks about them."""

    options: DigestOptions
    papers: tuple[Paper, ...]
    remark: str = ""
    because: Mapping[str, Paper] = field(default_factory=dict)


async def order_papers(
    store: Store, library: Library, subscription: Subscription, papers: Sequence[Paper]
) -> OrderedPapers:
    """Order matching papers, which are given by upvotes."""
    options = subscription.options
    match options.order:
        case "upvotes" | "new":
            return OrderedPapers(options, rank_papers(options, papers))
        case "trending":
            return OrderedPapers(options, rank_papers(options, papers, await _trending(library)))
        case "for-me":
            return await _for_reader(store, library, subscription, papers)


async def _for_reader(
    store: Store, library: Library, subscription: Subscription, papers: Sequence[Paper]
) -> OrderedPapers:
    """Put first what resembles the subscriber's shelf, and leave out what is on it."""
    options, person = subscription.options, subscription.person
    suggested = await suggest(store, library.vectors_of, person, papers, by=BY_KEPT, among=AMONG)
    if suggested is None:
        usual = replace(options, order="upvotes")
        return OrderedPapers(usual, rank_papers(usual, papers), NOTHING_KEPT)
    because = {paper.id: kept for paper, kept in suggested.papers}
    first = rank_papers(
        options, [paper for paper in papers if paper.id not in suggested.kept], tuple(because)
    )
    return OrderedPapers(options, first, because=because)


async def _trending(library: Library) -> tuple[str, ...]:
    try:
        return tuple(paper.id for paper in (await library.trending(limit=MAX_TRENDING)).papers)
    except PaperboyError as error:
        log.info("ordered by upvotes instead of what is trending: %s", error)
        return ()
