"""Shelves out of Paperboy, as files."""

from __future__ import annotations

import asyncio
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Literal

from bot.chat.views import Attachment, Outcome, Strong, View, line
from bot.errors import UsageError
from bot.features.arguments import FILE
from bot.features.services import Context
from bot.models import Kept, ShelfFilter
from bot.papers import Paper
from bot.text import count, listed, shorten

if TYPE_CHECKING:
    from bot.exchange import Entry, Format


async def export(
    ctx: Context,
    whose: Literal["mine", "ours"] = "mine",
    *,
    format: Literal["bibtex", "ris", "csv", "json", "csl", "markdown"] | None = None,  # noqa: A002  # a command's argument is its name
    to: Annotated[str, FILE] = "",
) -> View:
    """Export your shelf, or your team's, as a file.

    whose: mine, or ours for the team's
    format: bibtex (unless the file's name says otherwise), ris, csv, json, csl or markdown
    to: the name of the file, as in shelf.bib

    Your own shelf comes with your tags and notes, the team's without anyone's.
    """
    from bot.exchange import NAMES, write  # start-up time
    from bot.exchange.formats import suffix_of

    if whose == "ours" and ctx.alone:
        raise UsageError("You have no team here. Type this in one of its channels.")
    wanted = format or _format_of(to)
    entries = await (_mine(ctx) if whose == "mine" else _ours(ctx))
    if not entries:
        shelf = "Your shelf" if whose == "mine" else "Your team’s shelf"
        return View((line(f"{shelf} is empty."),), outcome=Outcome.NOTHING)
    content = await asyncio.to_thread(write, wanted, entries)
    file = Attachment(
        to or f"{'shelf' if whose == 'mine' else 'team-shelf'}{suffix_of(wanted)}", content
    )
    name = Strong(PurePath(file.name).name)
    said = line(f"Exported {count(len(entries), 'paper')} as ", name, f" ({NAMES[wanted]}).")
    data = {"file": file.name, "format": wanted, "papers": len(entries)}
    return View((said,), data=data, file=file)


def _format_of(name: str) -> Format:
    """Return the format that the name of a file asks for."""
    from bot.exchange import SUFFIXES, format_of

    if known := format_of(name):
        return known
    if not name:
        return "bibtex"
    raise UsageError(
        f"“{shorten(PurePath(name).name, 60)}” doesn’t end in {listed(tuple(SUFFIXES), 'or')}. "
        "Choose one of these, or say the format too, as in format:bibtex."
    )


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

    ids = await ctx.tenant.shelf.ids(ShelfFilter(shared=True))
    keepers = await ctx.tenant.shelf.keepers(ids)
    papers = await ctx.library.papers(ids)
    return [
        Entry(paper, keepers[paper.id][0].saved)
        for paper in reversed(papers)
        if paper.id in keepers
    ]
