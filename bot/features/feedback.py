"""What people say about the papers of a digest; `for-me` learns from it."""

from __future__ import annotations

from typing import Annotated, Literal

from bot.chat.views import Button, Buttons, View, line
from bot.errors import UsageError
from bot.features.arguments import PAPERS
from bot.features.services import Context
from bot.identifiers import paper_ids
from bot.text import count

MAX_RATED = 25  # papers


async def rate(
    ctx: Context,
    verdict: Literal["useful", "not-for-us"],
    papers: Annotated[str, PAPERS],
) -> View:
    """Say whether papers are useful to you, for better recommendations.

    verdict: Verdict – useful or not-for-us
    papers: Papers – their arXiv ids or links
    """
    known = await ctx.library.papers(paper_ids(papers, MAX_RATED))
    if not known:
        raise UsageError("No known paper in that. Give arXiv ids or links.", argument="papers")
    useful = verdict == "useful"
    ids = [paper.id for paper in known]
    await ctx.tenant.feedback.record(ctx.person.id, ids, ctx.now, useful=useful)
    what = "more" if useful else "fewer"
    those = count(len(known), "paper")
    said = f"Thanks. for-me and digests in your order will show you {what} like these {those}."
    buttons = Buttons((Button("For me", "for-me"), Button("My digests", "subscriptions")))
    return View((line(said), buttons), data={"useful": useful, "papers": ids})
