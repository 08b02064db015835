"""What the people of a team say of papers: who kept them, votes, notes and tags."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot import cards
from bot.cards import day_name
from bot.chat.outlet import Adapter
from bot.chat.views import Block, Item, Spans, Strong, View, note
from bot.features.services import Context
from bot.models import Kept
from bot.papers import Paper
from bot.text import count, listed

if TYPE_CHECKING:  # start-up time
    from bot.store.notes import Note

MAX_NAMED = 3
TEAMMATE, YOU = "a teammate", "you"  # for people whose name the platform does not tell
MAX_ASKED = 10  # people whose names the platform is asked for at once
PATIENCE_SECONDS = 1.5  # that it has to answer


async def introduce(ctx: Context) -> None:
    """Remember what the person is called, for what others will see of them."""
    if ctx.person.name:
        await ctx.tenant.people.know(ctx.person.id, ctx.person.name)


async def votes_for(ctx: Context, paper: str) -> int:
    """Count the team's votes, or the person's own where there is no team."""
    if ctx.alone:
        return int(await ctx.tenant.votes.voted(ctx.person.id, paper))
    return await ctx.tenant.votes.count(paper)


async def card(ctx: Context, paper: Paper) -> tuple[View, Mapping[str, object]]:
    """Show a paper with all that the person may know of it; the same as JSON values."""
    tenant, me = ctx.tenant, ctx.person.id
    kept = (await tenant.shelf.kept(me, [paper.id])) != frozenset()
    keepers = () if ctx.alone else (await tenant.shelf.keepers([paper.id])).get(paper.id, ())
    notes = await tenant.notes.on(paper.id, me)
    tags = await tenant.tags.on(paper.id, me)
    people = [*(one.person for one in keepers), *(one.person for one in notes)]
    names = await names_of(ctx, people)
    blocks: list[Block] = [note("Saved by ", *keepers_named(keepers, names))] if keepers else []
    if notes:
        lines = tuple(_note_line(one, me, names) for one in notes)
        blocks.append(Item((Strong("Notes"),), lines))
    if tags:
        blocks.append(note("Tags: ", ", ".join(tags)))
    voted = await tenant.votes.voted(me, paper.id)
    votes = await votes_for(ctx, paper.id)
    view = cards.card(paper, kept=kept, votes=votes, voted=voted, said=blocks)
    return view, {
        "saved": kept,
        "votes": votes,
        "voted": voted,
        "kept_by": [names[one.person] for one in keepers],
        "notes": [
            {"by": names[one.person], "note": one.note, "private": one.private} for one in notes
        ],
        "tags": list(tags),
    }


def _note_line(one: Note, me: str, names: Mapping[str, str]) -> Spans:
    writer = "You" if one.person == me else names[one.person]
    private = ["  (only you see this)"] if one.private else []
    return (Strong(writer), "  ", one.note, *private)


async def names_of(ctx: Context, people: Sequence[str]) -> Mapping[str, str]:
    """Return a name for each of these people."""
    known = {ctx.person.id: YOU, **await ctx.tenant.people.names(people)}
    unknown = [one for one in dict.fromkeys(people) if one not in known]
    known |= await _ask_names(ctx, unknown[:MAX_ASKED])
    return {person: known.get(person, TEAMMATE) for person in people}


async def _ask_names(ctx: Context, people: Sequence[str]) -> Mapping[str, str]:
    """Ask the platform what these people are called, and remember what it tells."""
    adapter = ctx.services.outlets.get(ctx.person.platform)
    if not people or not isinstance(adapter, Adapter):
        return {}
    asked = [replace(ctx.person, id=one, name="") for one in people]
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            names = await asyncio.gather(*map(adapter.name, asked))
    except TimeoutError:
        return {}
    told = {one: name for one, name in zip(people, names, strict=True) if name}
    for one, name in told.items():
        await ctx.tenant.people.know(one, name)
    return told


def keepers_named(keepers: Sequence[Kept], names: Mapping[str, str]) -> Spans:
    """Say who saved a paper, when and where."""
    if len(keepers) == 1:
        (one,) = keepers
        where = f" in {one.place}" if one.place else ""
        return (f"{names[one.person]}{where}, {day_name(one.saved.date())}",)
    more = len(keepers) - MAX_NAMED
    shown = list(_named(keepers[:MAX_NAMED], names))
    since = f", since {day_name(keepers[0].saved.date())}"
    return (listed([*shown, count(more, "other")] if more > 0 else shown) + since,)


def _named(keepers: Iterable[Kept], names: Mapping[str, str]) -> Iterable[str]:
    return dict.fromkeys(names[one.person] for one in keepers)
