"""What changes in the store is written into the index."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from bot.papers import Paper
from bot.search.index import schema
from bot.search.index.abbreviations import count_abbreviations
from bot.search.index.connection import transaction
from bot.search.index.documents import document, write
from bot.search.index.lexicon_file import write_lexicon
from bot.search.index.segment_merge import merge_segments
from bot.search.index.segments import add_segments

# Lists the store's papers that changed after a revision, in order, each with its own revision.
ListChanges: TypeAlias = Callable[[int, int], Awaitable[Sequence[tuple[int, Paper]]]]

# Returns the store's random mark of a revision, which no other history of papers has.
ReadMark: TypeAlias = Callable[[int], Awaitable[str]]

# Papers that are read from the store at once.
BATCH_PAPERS = 500


async def read_changes(changed: ListChanges, after: int, limit: int) -> list[tuple[int, Paper]]:
    """Read the next papers that changed after a revision, in batches until the limit is reached."""
    batch: list[tuple[int, Paper]] = []
    while len(batch) < limit:
        found = await changed(batch[-1][0] if batch else after, BATCH_PAPERS)
        batch += found
        if len(found) < BATCH_PAPERS:
            break
    return batch


def add_papers(
    connection: sqlite3.Connection,
    after: int,
    reached: int,
    papers: Sequence[Paper],
    *,
    compact: bool,
    lock_seconds: float,
) -> int:
    """Write papers and how far they reach in one transaction; return how far the index is then.

    Nothing is written where another process was quicker.
    """
    documents = [document(paper) for paper in papers]
    with transaction(connection, lock_seconds):
        at = schema.revision(connection)
        if at != after:
            return at
        count_abbreviations(connection, _new_abstracts(connection, papers))
        write(connection, documents)
        add_segments(connection)
        merge_segments(connection, compact=compact)
        write_lexicon(connection, compact=compact)
        connection.execute("UPDATE about SET value = ? WHERE name = 'revision'", (reached,))
    return reached


def _new_abstracts(connection: sqlite3.Connection, papers: Sequence[Paper]) -> list[str]:
    """Return the abstracts of those papers that the index does not have in any version."""
    new = {paper.id: paper.abstract for paper in papers}
    known = connection.execute(
        "SELECT paper.id FROM json_each(?) CROSS JOIN paper ON paper.id = value",
        (json.dumps(list(new)),),
    )
    for (paper_id,) in known.fetchall():
        del new[paper_id]
    return list(new.values())
