"""Shelves out of Paperboy as files, and into it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Literal

from bot.app import Context
from bot.commands import LONGEST_ARGUMENT, asked_in
from bot.errors import SourceError, UsageError
from bot.features.arguments import ATTACHED, FILE, PASTED
from bot.features.people import introduce
from bot.features.shelf import SHELF
from bot.papers import Paper, paper_id
from bot.shelves import Kept, Wanted
from bot.text import clean, count, shorten
from bot.views import Attachment, Block, Buttons, Code, Item, Outcome, Spans, Strong, View, line

if TYPE_CHECKING:
    from bot.exchange import Entry

MOST_ASKED = 20  # papers of one file that are not known and asked for at Hugging Face
MOST_SEARCHED = 500  # that are looked for by their titles
MOST_REPORTED = 20


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
        return View((line(f"{shelf} is empty: there is nothing to export."),), outcome=Outcome.NOTHING)
    content = await asyncio.to_thread(write, wanted, entries)
    file = Attachment(to or f"{'shelf' if whose == 'mine' else 'team-shelf'}{suffix_of(wanted)}", content)
    said = line(Strong(PurePath(file.name).name), f" holds {count(len(entries), 'paper')}.")
    data = {"file": file.name, "format": wanted, "papers": len(entries)}
    return View((said,), data=data, file=file)


async def _nothing_yet(_: Context, given: Mapping[str, str]) -> Mapping[str, str]:
    return given


@asked_in(_nothing_yet)
async def keep_from(
    ctx: Context,
    text: Annotated[str, PASTED] = "",
    *,
    file: Annotated[str, ATTACHED] = "",
    private: Literal["yes", "no"] = "no",
) -> View:
    """Keep all papers that a text names, or a BibTeX, RIS, CSV, JSON or Markdown file.

    text: links or ids of papers, or the text of such a file; at the prompt, the file's name
    file: a file with them, up to 5 MB
    private: yes keeps them to yourself
    """
    from bot.exchange import read  # start-up time

    given = [one for one in (text, file) if one]
    if not given:
        raise UsageError("“keep-from” needs a file, or links or ids of papers.")
    async with ctx.bot.at_length:
        entries = [entry for one in given for entry in await asyncio.to_thread(read, one)]
    if not entries:
        raise UsageError("There is no paper in that: give links or ids, or the text of a file that “export” can make.")
    found, lost = await _resolved(ctx, entries)
    new = await _keep_all(ctx, found, private=private == "yes")
    there = len(found) - new
    told = f"{count(new, 'paper')} kept" + (f", {there:,} stood on your shelf already." if there else ".")
    blocks: list[Block] = [line(told), *([_report(lost)] if lost else []), Buttons((SHELF,))]
    data = {"kept": new, "there": there, "not_found": [_named(one) for one in lost]}
    return View(tuple(blocks), outcome=Outcome.DONE if found else Outcome.NOTHING, data=data)


def _report(lost: Sequence[Entry]) -> Item:
    lines: list[Spans] = [(Code(_named(one)),) for one in lost[:MOST_REPORTED]]
    if len(lost) > MOST_REPORTED:
        lines.append((f"and {len(lost) - MOST_REPORTED:,} more",))
    return Item((f"{count(len(lost), 'paper')} not found",), tuple(lines))


def _named(one: Entry) -> str:
    return shorten(clean(one.paper.title or one.paper.id) or "an entry without id and title", 120)


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
        return Entry(paper, one.saved, one.read is not None, one.private, tags.get(paper.id, ()), note)

    return [entry(paper) for paper in reversed(papers) if paper.id in kept]


async def _ours(ctx: Context) -> list[Entry]:
    from bot.exchange import Entry

    ids = await ctx.tenant.shelf.ids(Wanted(shared=True))
    keepers = await ctx.tenant.shelf.keepers(ids)
    papers = await ctx.library.papers(ids)
    return [Entry(paper, keepers[paper.id][0].saved) for paper in reversed(papers) if paper.id in keepers]


async def _resolved(ctx: Context, entries: Sequence[Entry]) -> tuple[list[tuple[Entry, Paper]], list[Entry]]:
    """Find the papers that are meant, by id or by the whole title."""
    known = {paper.id: paper for paper in await ctx.library.papers([one.paper.id for one in entries if one.paper.id])}
    found: dict[str, tuple[Entry, Paper]] = {}
    lost: list[Entry] = []
    asked = searched = 0
    for one in entries:
        paper = known.get(one.paper.id)
        if paper is None and paper_id(one.paper.id) and asked < MOST_ASKED:
            asked += 1
            paper = await _asked(ctx, one.paper.id)
        if paper is None and one.paper.title and not paper_id(one.paper.id) and searched < MOST_SEARCHED:
            searched += 1
            paper = await _titled(ctx, one.paper.title)
        if paper:
            found.setdefault(paper.id, (one, paper))
        else:
            lost.append(one)
    return list(found.values()), lost


async def _asked(ctx: Context, id_: str) -> Paper | None:
    try:
        return await ctx.library.paper(id_)
    except SourceError:
        return None


async def _titled(ctx: Context, title: str) -> Paper | None:
    words = " ".join(word for word in clean(title).split() if ":" not in word)
    found = await ctx.library.search(words, limit=3) if words else None
    same = [one for one in found.papers if one.title.casefold() == clean(title).casefold()] if found else []
    return same[0] if same else None


async def _keep_all(ctx: Context, found: Sequence[tuple[Entry, Paper]], *, private: bool) -> int:
    """Keep papers with what the file says of them, in its order; return how many are new."""
    from bot.store.notes import Note

    await introduce(ctx)
    tenant, me, place = ctx.tenant, ctx.person.id, ctx.place
    there = await tenant.shelf.kept(me, [paper.id for _, paper in found])
    rows: list[Kept] = []
    tags: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for n, (one, paper) in enumerate(found):
        if paper.id in there:
            continue
        at = min(one.saved, ctx.now) if one.saved is not None else ctx.now + timedelta(microseconds=n)
        alone = private or one.private or place.private
        rows.append(Kept(paper.id, me, at, at, at if one.read else None, alone, place.address, place.name))
        tags[paper.id] = one.tags
        if one.note:
            await tenant.notes.write(
                Note(paper.id, me, clean(one.note)[:LONGEST_ARGUMENT], private=True, written=ctx.now)
            )
    await tenant.shelf.save_all(rows)
    await tenant.tags.add_all(me, tags)
    return len(rows)
