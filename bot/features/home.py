"""The place to begin: what is mine and what is new."""

from __future__ import annotations

from typing import Annotated

from bot import cards
from bot.chat.views import Block, Button, Buttons, Field, Item, Strong, View, line, note
from bot.errors import SourceError
from bot.features.arguments import PAGE
from bot.features.first_steps import first_steps
from bot.features.pages import turn_buttons
from bot.features.services import Context
from bot.features.subscriptions import at_home
from bot.text import count

NEWEST = 3  # papers of today


async def home(ctx: Context, *, page: Annotated[int, PAGE] = 1) -> View:
    """Show your shelf, today's top papers and your digests.

    page: Page [1]
    """
    shelf = await ctx.tenant.shelf.page(ctx.person.id, limit=ctx.page_size, offset=ctx.offset(page))
    digests = await at_home(ctx)
    has_digests = any(isinstance(block, Item) for block in digests)
    is_new = not shelf.total and not has_digests
    blocks: list[Block] = list(_tour(ctx)) if is_new else []
    if shelf.total:
        kept = {paper.id for paper in shelf.papers}
        blocks += [
            line(Strong("Your shelf"), f"  {count(shelf.total, 'paper')}"),
            Field("Search your shelf", "saved"),
        ]
        blocks += cards.items(shelf.papers, kept)
        if buttons := turn_buttons(ctx, "home", page, len(shelf.papers), shelf.total):
            blocks.append(Buttons(buttons))
    blocks += await _today(ctx)
    blocks += () if is_new else digests
    blocks.append(
        Buttons((Button("Today", "today"), Button("Trending", "trending"), Button("Help", "help")))
    )
    return View(tuple(blocks), title="Paperboy", data={"saved": shelf.total}, arranged="row")


def _tour(ctx: Context) -> tuple[Block, ...]:
    can_subscribe = ctx.person.platform in ctx.services.outlets
    return (
        line("Welcome! This page fills with what you save and your digests. To begin:"),
        *first_steps(can_subscribe=can_subscribe),
    )


async def _today(ctx: Context) -> list[Block]:
    day = await ctx.library.latest_day()
    if day is None:
        return [note("No papers yet. They come with the next sync.")]
    try:
        listing = await ctx.library.between(day, day, limit=NEWEST)
    except SourceError as error:
        return [note(str(error))]
    kept = await ctx.tenant.shelf.kept(ctx.person.id, [paper.id for paper in listing.papers])
    return [
        line(Strong("Most upvoted"), f"  {cards.day_name(day)}"),
        *cards.items(listing.papers, kept),
    ]
