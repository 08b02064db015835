"""Showing a paper to everyone in the place."""

from __future__ import annotations

from typing import Annotated

from bot.app import Context
from bot.commands import shared
from bot.features import finding
from bot.features.arguments import PAPER
from bot.views import View


@shared
async def share(ctx: Context, paper: Annotated[str, PAPER]) -> View:
    """Show a paper to everyone here.

    paper: its id, a link to it, or part of its title
    """
    return await finding.paper(ctx, paper)
