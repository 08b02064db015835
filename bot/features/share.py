"""Showing a paper to everyone in the place."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from bot import cards
from bot.chat.signatures import shared
from bot.chat.views import View
from bot.features.arguments import PAPER
from bot.features.paper_references import resolve
from bot.features.services import Context
from bot.papers import record


@shared
async def share(ctx: Context, paper: Annotated[str, PAPER]) -> View:
    """Show a paper to everyone here, and how many saved it and voted for it.

    paper: Paper – its arXiv id, a link, or words from the title
    """
    found = await resolve(ctx, paper, "share")
    # what the sharer saved is private
    return replace(cards.card(found, kept=False), data={"paper": record(found)})
