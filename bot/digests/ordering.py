"""Which of the papers that fit come into a digest: in the order that is wished for, with what is to be said of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.digests.selection import choose
from bot.errors import PaperboyError
from bot.library.library import Library
from bot.library.recommendations import suggest
from bot.models import DigestOptions, Subscription
from bot.papers import Paper
from bot.store import Store

log = logging.getLogger(__name__)

MOST_TRENDING = 50
BY_KEPT, AMONG = (
    100,
    300,
)  # the last papers that a reader kept, and those that are ranked by them: some 100 ms
NOTHING_KEPT = "You keep no paper yet; once you do, those most like it come first."


@dataclass(frozen=True, slots=True)
class OrderedPapers:
    """The papers of a digest, the options by which they were put in order in the end, and what is said of them."""

    options: DigestOptions
    papers: tuple[Paper, ...]
    remark: str = ""
    because: Mapping[str, Paper] = field(default_factory=dict)


async def chosen(
    store: Store, library: Library, subscription: Subscription, papers: Sequence[Paper]
) -> OrderedPapers:
    """Choose among papers that fit, most upvotes first as they are given."""
    options = subscription.options
    match options.order:
        case "upvotes" | "new":
            return OrderedPapers(options, choose(options, papers))
        case "trending":
            return OrderedPapers(options, choose(options, papers, await _trending(library)))
        case "for-me":
            return await _for_reader(store, subscription, papers)


async def _for_reader(
    store: Store, subscription: Subscription, papers: Sequence[Paper]
) -> OrderedPapers:
    """Put first what is like the papers that the subscriber keeps, and leave those out."""
    options, person = subscription.options, subscription.person
    shelf = store.tenant(person.platform, person.tenant).shelf
    suggested = await suggest(shelf, person.id, papers, by=BY_KEPT, among=AMONG)
    if suggested is None:
        usual = replace(options, order="upvotes")
        return OrderedPapers(usual, choose(usual, papers), NOTHING_KEPT)
    because = {paper.id: kept for paper, kept in suggested.papers}
    first = choose(
        options, [paper for paper in papers if paper.id not in suggested.kept], tuple(because)
    )
    return OrderedPapers(
        options,
        first,
        because={paper.id: because[paper.id] for paper in first if paper.id in because},
    )


async def _trending(library: Library) -> tuple[str, ...]:
    try:
        return tuple(paper.id for paper in (await library.trending(limit=MOST_TRENDING)).papers)
    except PaperboyError as error:
        log.info("ordered by upvotes instead of what is trending: %s", error)
        return ()
