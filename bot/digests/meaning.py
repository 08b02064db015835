"""What the meaning of papers adds to a digest, where a language model is set."""

from __future__ import annotations

from collections.abc import Sequence

from bot.digests.selection import select_matching
from bot.digests.topics import LEAST_NEARNESS, questions
from bot.library.library import Library
from bot.models import DigestOptions
from bot.papers import Paper


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
