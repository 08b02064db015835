"""The place to begin: what is mine and what is new."""

from __future__ import annotations

from typing import Annotated

from bot import cards
from bot.chat.views import Block, Button, Buttons, Field, Strong, View, line, note
from bot.errors import SourceError
from bot.features.arguments import PAGE
from bot.features.pages import PAGE_SIZE, offset, turn_buttons
from bot.features.services import Context
from bot.features.subscriptions import at_home
from bot.text import count

NEWEST = 3  # papers of today


async def home(ctx: Context, *, page: Annotated[int, PAGE] = 1) -> View:
    """Show your shelf, today's top papers and your digests.

    page: Page [1]
    """
    shelf = await ctx.tenant.shelf.page(ctx.person.id, limit=PAGE_SIZE, offset=offset(page))
    blocks: list[Block] = [] if shelf.total else list(_welcome())
    if shelf.total:
        kept = {paper.id for paper in shelf.papers}
        blocks += [
            line(Strong("Your shelf"), f"  {count(shelf.total, 'paper')}"),
            Field("Search your shelf", "saved"),
        ]
        blocks += cards.items(shelf.papers, kept)
        if buttons := turn_buttons("home", page, len(shelf.papers), shelf.total):
            blocks.append(Buttons(buttons))
    blocks += await _today(ctx)
    blocks += await at_home(ctx)
    blocks.append(
        Buttons((Button("Today", "today"), Button("Trending", "trending"), Button("Help", "help")))
    )
    return View(tuple(blocks), title="Paperboy", data={"saved": shelf.total})


def _welcome() -> tuple[Block, ...]:
    return (
        line("Browse Hugging Face’s daily papers, and press Save on those you want to keep."),
        line("Your saved papers stay here, and half a title, misspelt, finds them again."),
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
