"""What the meaning of papers adds to a digest, where a language model is set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from bot.digests.selection import select_matching
from bot.digests.topics import LEAST_NEARNESS, questions
from bot.library.library import Library
from bot.models import DigestOptions
from bot.papers import Paper

# So many papers of the order are compared for each that a digest shows.
COMPARED = 2


async def find_matching(
    library: Library, options: DigestOptions, papers: Sequence[Paper]
) -> tuple[tuple[Paper, ...], frozenset[str]]:
    """Return the papers that match the options, and those that may once their meaning is known."""
    today = library.today()
    asked = questions(options, today) if library.has_model else ()
    if not asked:
        return select_matching(options, papers, today), frozenset()
    ids = [paper.id for paper in papers]
    nearness = await library.nearness(asked, ids, min(LEAST_NEARNESS.values()))
    found = select_matching(options, papers, today, nearness)
    return found, nearness.unread.difference(paper.id for paper in found)


async def take_first(
    library: Library, papers: Sequence[Paper], number: int
) -> tuple[tuple[Paper, ...], Mapping[str, tuple[Paper, ...]]]:
    """Return the first papers that say no more than an earlier one, and by these, those that do."""
    compared = [paper.id for paper in papers[: number * COMPARED]]
    alike = await library.near_duplicates(compared) if library.has_model else {}
    first: list[Paper] = []
    twins: dict[str, tuple[Paper, ...]] = defaultdict(tuple)
    for paper in papers:
        others = alike.get(paper.id, frozenset())
        if shown := next((one.id for one in first if one.id in others), None):
            twins[shown] += (paper,)
        elif len(first) < number:
            first.append(paper)
    return tuple(first), twins
