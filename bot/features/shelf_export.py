"""Shelves out of Paperboy, as files."""

from __future__ import annotations

import asyncio
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Literal

from bot.chat.views import Attachment, Outcome, Strong, View, line
from bot.errors import UsageError
from bot.features.arguments import FILE
from bot.features.services import Context
from bot.models import Kept, Wanted
from bot.papers import Paper
from bot.text import count

if TYPE_CHECKING:
    from bot.exchange import Entry


async def export(
    ctx: Context,
    whose: Literal["mine", "ours"] = "mine",
    *,
    format: Literal["bibtex", "ris", "csv", "json", "markdown"] | None = None,  # noqa: A002  # a command's argument is its name
    to: Annotated[str, FILE] = "",
) -> View:
    """Give you your shelf, or your team's, as a file.

    whose: mine, or ours for the team's
    format: bibtex (unless the file's name says otherwise), ris, csv, json or markdown
    to: the name of the file, as in shelf.bib

    Your own shelf goes with your tags and notes, the team's without what anybody said.
    """
    from bot.exchange import format_of, write  # start-up time
    from bot.exchange.formats import suffix_of

    if whose == "ours" and ctx.alone:
        raise UsageError("There is no team here: ask in one of its channels.")
    wanted = format or format_of(to) or "bibtex"
    entries = await (_mine(ctx) if whose == "mine" else _ours(ctx))
    if not entries:
        shelf = "Your shelf" if whose == "mine" else "Your team’s shelf"
        return View(
            (line(f"{shelf} is empty: there is nothing to export."),), outcome=Outcome.NOTHING
        )
    content = await asyncio.to_thread(write, wanted, entries)
    file = Attachment(
        to or f"{'shelf' if whose == 'mine' else 'team-shelf'}{suffix_of(wanted)}", content
    )
    said = line(Strong(PurePath(file.name).name), f" holds {count(len(entries), 'paper')}.")
    data = {"file": file.name, "format": wanted, "papers": len(entries)}
    return View((said,), data=data, file=file)


async def _mine(ctx: Context) -> list[Entry]:
    from bot.exchange import Entry

    ids = await ctx.tenant.shelf.ids(ctx.person.id)
    kept = await ctx.tenant.shelf.entries(ctx.person.id, ids)
    tags = await ctx.tenant.tags.of(ctx.person.id, ids)
    notes = {one.paper: one.note for one in await ctx.tenant.notes.by(ctx.person.id)}
    papers = await ctx.library.papers(ids)

    def entry(paper: Paper) -> Entry:
        one: Kept = kept[paper.id]
        note = notes.get(paper.id, "")
        return Entry(
            paper, one.saved, one.read is not None, one.private, tags.get(paper.id, ()), note
        )

    return [entry(paper) for paper in reversed(papers) if paper.id in kept]


async def _ours(ctx: Context) -> list[Entry]:
    from bot.exchange import Entry

    ids = await ctx.tenant.shelf.ids(Wanted(shared=True))
    keepers = await ctx.tenant.shelf.keepers(ids)
    papers = await ctx.library.papers(ids)
    return [
        Entry(paper, keepers[paper.id][0].saved)
        for paper in reversed(papers)
        if paper.id in keepers
    ]
