"""Votes: what a team finds worth its time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from bot import cards
from bot.chat.views import Button, Buttons, Strong, View, line
from bot.features.arguments import PAPER
from bot.features.paper_references import resolve
from bot.features.services import Context
from bot.features.team import introduce, votes_for
from bot.papers import Paper, record
from bot.text import count


async def vote(ctx: Context, paper: Annotated[str, PAPER]) -> View:
    """Vote for a paper in your team.

    paper: Paper – its arXiv id, a link, or words from the title
    """
    found = await resolve(ctx, paper, "vote")
    await introduce(ctx)
    new = await ctx.tenant.votes.add(ctx.person.id, found.id, ctx.now)
    said = "Your vote counts: " if new else "You have voted for it: "
    view = await _counted(ctx, found, said, {"voted": True, "new": new})
    return replace(view, undo=f"unvote {found.id}" if new else "")


async def unvote(ctx: Context, paper: Annotated[str, PAPER]) -> View:
    """Take back your vote for a paper.

    paper: Paper – its arXiv id, a link, or words from the title
    """
    found = await resolve(ctx, paper, "unvote")
    gone = await ctx.tenant.votes.remove(ctx.person.id, found.id)
    said = "Vote taken back: " if gone else "You had no vote for it: "
    view = await _counted(ctx, found, said, {"voted": False})
    return replace(view, undo=f"vote {found.id}" if gone else "")


async def _counted(ctx: Context, paper: Paper, said: str, data: Mapping[str, bool]) -> View:
    ctx.counts_changed(paper.id)
    votes = await votes_for(ctx, paper.id)
    button = cards.vote_button(paper, voted=data["voted"])
    blocks = (
        line(said, Strong(cards.title(paper)), f" has {count(votes, 'vote')} here."),
        Buttons((button, Button("Details", f"paper {paper.id}"))),
    )
    return View(blocks, data={"votes": votes, **data, "paper": record(paper)}, becomes=button)
