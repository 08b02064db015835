"""Recommendations of papers by what is on a person's shelf."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from bot.models import Person
    from bot.papers import Paper
    from bot.semantic.encoder import Vector
    from bot.store import Store

# Returns the vectors of papers by their ids, as far as there are some.
VectorsOf: TypeAlias = "Callable[[Sequence[str]], Awaitable[Mapping[str, Vector]]]"

MAX_FEEDBACK = 100  # papers, those that were rated last


@dataclass(frozen=True, slots=True)
class Suggested:
    """Papers like those on a shelf, most similar first, each with the saved one it resembles.

    `kept` are those papers which they keep already.
    """

    papers: tuple[tuple[Paper, Paper], ...]
    kept: frozenset[str]


async def suggest(
    store: Store,
    vectors_of: VectorsOf,
    reader: Person,
    papers: Sequence[Paper],
    *,
    by: int,
    among: int,
) -> Suggested | None:
    """Rank the first `among` papers for a person by the last `by` saved ones; None if none are.

    What they said about papers of their digests counts too.
    """
    tenant, person = store.tenant(reader.platform, reader.tenant), reader.id
    shelf = tenant.shelf
    lately = (await shelf.page(person, limit=by)).papers
    if not lately:
        return None
    kept = await shelf.kept(person, [paper.id for paper in papers])
    new = [paper for paper in papers if paper.id not in kept][:among]
    useful, useless = [
        await store.papers.get(await tenant.feedback.last(person, MAX_FEEDBACK, useful=useful))
        for useful in (True, False)
    ]
    from bot.search.ranking.profile import rank_for  # start-up time: little else needs it

    meanings = await vectors_of([paper.id for paper in (*lately, *new)])
    ranked = await asyncio.to_thread(
        rank_for, lately, new, useful, useless, meanings
    )  # some 100 ms, which nobody else shall wait for
    return Suggested(tuple(ranked), kept)
