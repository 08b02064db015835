"""Papers that Hugging Face lacks: indexed there, and submitted to its Daily Papers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from bot.chat.commands import EarlyAnswer
from bot.chat.views import Block, Button, Buttons, Link, Outcome, Strong, View, line, note
from bot.errors import UsageError
from bot.features.arguments import PAPER
from bot.features.services import Context
from bot.features.team import card
from bot.identifiers import arxiv_month, paper_ids
from bot.papers import Paper, record
from bot.text import shorten

SUBMIT_PAGE = "https://huggingface.co/papers/submit"
# after arXiv's date; Hugging Face takes no older papers
SUBMISSION_DAYS = 14
_LONGEST_MONTH = timedelta(days=31)


async def index_paper(ctx: Context, paper: Annotated[str, PAPER]) -> View:
    """Have Hugging Face index a paper from arXiv that it doesn't know.

    paper: Paper – its arXiv id or a link
    """
    found = paper_ids(paper, 2, bare=True)
    if len(found) != 1:
        raise UsageError(
            f"“{shorten(paper, 80)}” isn’t an arXiv id. Write it as 2401.00001, or paste a link.",
            argument="paper",
        )
    (paper_id,) = found
    if known := await ctx.library.paper(paper_id):
        return await _indexed(ctx, known, "Hugging Face has this paper already.")
    if not ctx.library.can_index:
        raise UsageError("Indexing needs a token of Hugging Face: the operator sets HF_TOKEN.")
    if not await ctx.library.index_remote(paper_id):
        raise UsageError(f"Hugging Face finds no paper {paper_id} on arXiv. Check the id.")
    if known := await ctx.library.paper(paper_id):
        return await _indexed(ctx, known, "Hugging Face has indexed this paper.")
    again = Buttons((Button("Show the paper", f"paper {paper_id}"),))
    said = line(f"Hugging Face is indexing {paper_id}. Ask for it in a minute.")
    return View((said, again), data={"paper": None})


def not_indexed(ctx: Context, paper_id: str) -> EarlyAnswer:
    """Return the answer about an id that Hugging Face doesn't know, with what can be done."""
    arxiv = Link("on arXiv", f"https://arxiv.org/abs/{paper_id}")
    blocks: list[Block] = [
        line(f"Hugging Face has no paper {paper_id}. Look it up ", arxiv, ", or try its title.")
    ]
    if ctx.library.can_index:
        blocks.append(Buttons((Button("Index it", f"index-paper {paper_id}"),)))
    month = arxiv_month(paper_id)
    if month and _is_new(month + _LONGEST_MONTH, ctx.library.today()):
        blocks.append(_submit())
    return EarlyAnswer(View(tuple(blocks), outcome=Outcome.NOTHING, data={"paper": None}))


def submission(paper: Paper, today: date) -> tuple[Block, ...]:
    """Offer to submit a paper to Daily Papers if it was on none and is new enough."""
    new = paper.on_arxiv and paper.published and _is_new(paper.published, today)
    return (_submit(),) if new and paper.daily is None else ()


async def _indexed(ctx: Context, paper: Paper, sentence: str) -> View:
    view, said = await card(ctx, paper)
    blocks = (line(Strong(sentence)), *view.blocks, *submission(paper, ctx.library.today()))
    return View(blocks, data={"paper": record(paper), **said})


def _is_new(published: date, today: date) -> bool:
    return today - published <= timedelta(days=SUBMISSION_DAYS)


def _submit() -> Block:
    return note(
        Link("Submit to Daily Papers", SUBMIT_PAGE),
        f", which takes papers up to {SUBMISSION_DAYS} days after they appeared on arXiv.",
    )
