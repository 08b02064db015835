"""Recent papers, by likeness to what a person keeps."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from bot import cards
from bot.chat.views import Button, Buttons, Outcome, Spans, View, line
from bot.features.arguments import PAGE
from bot.features.pages import Page, listing
from bot.features.services import Context
from bot.library.recommendations import suggest

RECENT = timedelta(days=14)
MAX_RECENT = 600
MAX_KEPT = 200  # the newest: what was kept years ago tells less


async def for_me(ctx: Context, *, page: Annotated[int, PAGE] = 1) -> View:
    """Show recent papers like those you saved, best matches first.

    page: Page [1]
    """
    last = ctx.library.today()
    recent = await ctx.library.known(last - RECENT, last, limit=MAX_RECENT)
    suggested = await suggest(
        ctx.services.store,
        ctx.library.vectors_of,
        ctx.person,
        recent.papers,
        by=MAX_KEPT,
        among=MAX_RECENT,
    )
    if suggested is None:
        said = line("Save a few papers first: recommendations come from your shelf.")
        return View((said, Buttons((Button("Today’s papers", "today"),))), outcome=Outcome.NOTHING)
    ranked = suggested.papers
    shown = ranked[ctx.offset(page) :][: ctx.page_size]
    remarks: dict[str, Spans] = {paper.id: (cards.because(kept),) for paper, kept in shown}
    return await listing(
        ctx,
        [paper for paper, _ in shown],
        len(ranked),
        Page(
            "for-me",
            number=page,
            title="For you" if ranked else "",
            above=()
            if ranked
            else (line("No recent papers match your shelf yet. Save a few more."),),
            buttons=(Button("My shelf", "saved"),),
            remarks=remarks,
            arranged="row",
        ),
    )
