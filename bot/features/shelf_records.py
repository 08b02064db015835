"""What people say of papers on the shelves, as JSON values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from bot.features.services import Context
from bot.features.team import names_of
from bot.models import Kept
from bot.papers import Paper


async def own_records(ctx: Context, papers: Sequence[Paper]) -> Mapping[str, Mapping[str, object]]:
    """Return for each paper on a person's shelf what is known of it there."""
    ids = [paper.id for paper in papers]
    entries = await ctx.tenant.shelf.entries(ctx.person.id, ids)
    tags = await ctx.tenant.tags.of(ctx.person.id, ids)
    return await _records(ctx, {id_: (one,) for id_, one in entries.items()}, tags)


async def team_records(ctx: Context, papers: Sequence[Paper]) -> Mapping[str, Mapping[str, object]]:
    """Return for each paper on the team's shelf what the person may know of it."""
    ids = [paper.id for paper in papers]
    keepers = await ctx.tenant.shelf.keepers(ids)
    return await _records(ctx, keepers, await ctx.tenant.tags.on_papers(ids, ctx.person.id))


async def _records(
    ctx: Context, kept: Mapping[str, Sequence[Kept]], tags: Mapping[str, Sequence[str]]
) -> Mapping[str, Mapping[str, object]]:
    notes = defaultdict(list)
    for one in await ctx.tenant.notes.on_papers(list(kept), ctx.person.id):
        notes[one.paper].append(one)
    people = [one.person for several in kept.values() for one in several]
    people += [one.person for several in notes.values() for one in several]
    names = await names_of(ctx, people)
    mine = await ctx.tenant.shelf.entries(ctx.person.id, list(kept))
    return {
        id_: {
            "shelf": {
                "saved": several[0].saved.isoformat(),
                "by": [_keeper(one, names) for one in several],
                "tags": list(tags.get(id_, ())),
                "notes": [
                    {"by": names[one.person], "note": one.note, "private": one.private}
                    for one in notes[id_]
                ],
                "read": _when_read(mine.get(id_)),
                "private": all(one.private for one in several),
            }
        }
        for id_, several in kept.items()
    }


def _keeper(one: Kept, names: Mapping[str, str]) -> dict[str, str]:
    return {"name": names[one.person], "saved": one.saved.isoformat(), "where": one.place}


def _when_read(mine: Kept | None) -> str | None:
    return mine.read.isoformat() if mine and mine.read else None
