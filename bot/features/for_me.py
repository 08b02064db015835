"""Recent papers, by likeness to what a person keeps."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated

from bot import cards
from bot.app import Context
from bot.features.arguments import PAGE
from bot.features.pages import PAGE_SIZE, listing, offset
from bot.text import shorten
from bot.views import Button, Buttons, Outcome, Spans, View, line

RECENT = timedelta(days=14)
MOST_RECENT = 600
MOST_KEPT = 200  # the newest: what was kept years ago tells less


async def for_me(ctx: Context, *, page: Annotated[int, PAGE] = 1) -> View:
    """Show recent papers that are like those you keep, the most alike first.

    page: which page of the list
    """
    ids = await ctx.tenant.shelf.ids(ctx.person.id)
    if not ids:
        said = line("Your shelf is empty, so there is nothing to go by. Save a few papers first.")
        return View((said, Buttons((Button("Today’s papers", "today"),))), outcome=Outcome.NOTHING)
    kept = await ctx.library.papers(ids[:MOST_KEPT])
    last = ctx.library.today()
    recent = await ctx.library.known(last - RECENT, last, limit=MOST_RECENT)
    there = frozenset(ids)
    new = [paper for paper in recent.papers if paper.id not in there]
    from bot.search.interests import rank_for  # start-up time: no other command needs it

    ranked = await asyncio.to_thread(rank_for, kept, new)
    shown = ranked[offset(page) :][:PAGE_SIZE]
    remarks: dict[str, Spans] = {
        paper.id: (f"Because you kept “{shorten(cards.title(because), 90)}”",) for paper, because in shown
    }
    return await listing(
        ctx,
        [paper for paper, _ in shown],
        len(ranked),
        line="for-me",
        page=page,
        title="For you" if ranked else "",
        above=() if ranked else (line("Nothing of the last two weeks is like what you keep."),),
        buttons=(Button("My shelf", "saved"),),
        remarks=remarks,
    )
