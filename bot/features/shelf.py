"""The shelf: papers are saved to it, removed, and marked as read."""

from __future__ import annotations

from typing import Annotated

from bot import cards
from bot.chat.signatures import also_named
from bot.chat.views import Button, Buttons, Outcome, Spans, Strong, View, line
from bot.features.arguments import PAPER, PASTED
from bot.features.pages import Page, listing
from bot.features.paper_references import resolve
from bot.features.services import Context
from bot.features.team import introduce
from bot.identifiers import paper_ids
from bot.papers import Paper, record
from bot.text import count

MAX_COLLECTED = 5
SHELF = Button("My shelf", "saved")
OURS = Button("Our shelf", "shelf")


@also_named("bookmark")
async def save(ctx: Context, paper: Annotated[str, PAPER], *, private: bool | None = None) -> View:
    """Save a paper to your shelf, where your team sees it too.

    paper: Paper – its arXiv id, a link, or words from the title
    private: Only for you? [no] – yes hides it from your team

    What you save in a direct message is private.
    """
    found = await resolve(ctx, paper, "save")
    new = await keep(ctx, found, private=private)
    alone = (await ctx.tenant.shelf.entries(ctx.person.id, [found.id]))[found.id].private
    said = "Saved: " if new else "Already on your shelf: "
    seen = " (only you see it)" if alone else " (your team sees it)"
    told: Spans = (said, Strong(cards.title(found)), *([seen] if private is not None else []))
    buttons = Buttons(
        (
            SHELF,
            Button("Undo", f"unsave {found.id}", turns=True),
            Button("Similar papers", f"similar {found.id}"),
        )
    )
    data = {"saved": True, "new": new, "private": alone, "paper": record(found)}
    return View(
        (line(*told), buttons),
        data=data,
        becomes=cards.keep_button(found, kept=True),
        undo=f"unsave {found.id}" if new else "",
    )


async def unsave(ctx: Context, paper: Annotated[str, PAPER]) -> View:
    """Remove a paper from your shelf.

    paper: Paper – its arXiv id, a link, or words from the title
    """
    found = await resolve(ctx, paper, "unsave")
    was = (await ctx.tenant.shelf.entries(ctx.person.id, [found.id])).get(found.id)
    gone = await ctx.tenant.shelf.remove(ctx.person.id, found.id)
    ctx.counts_changed(found.id)
    said = "Removed from your shelf: " if gone else "Not on your shelf: "
    again = (
        f"save {found.id} private:yes"
        if was and was.private and not ctx.place.private
        else f"save {found.id}"
    )
    buttons = Buttons((*([Button("Undo", again, turns=True)] if gone else []), SHELF))
    data = {"removed": gone, "paper": record(found)}
    return View(
        (line(said, Strong(cards.title(found))), buttons),
        data=data,
        becomes=cards.keep_button(found, kept=False),
        undo=again if gone else "",
    )


async def read(ctx: Context, paper: Annotated[str, PAPER]) -> View:
    """Mark a paper as read (adds it to your shelf).

    paper: Paper – its arXiv id, a link, or words from the title
    """
    return await _mark(ctx, paper, read=True)


async def unread(ctx: Context, paper: Annotated[str, PAPER]) -> View:
    """Mark a paper as unread.

    paper: Paper – its arXiv id, a link, or words from the title
    """
    return await _mark(ctx, paper, read=False)


async def collect(ctx: Context, text: Annotated[str, PASTED]) -> View:
    """Save the paper that a message links to.

    text: Message – text with links to papers or their arXiv ids
    """
    ids = paper_ids(text, MAX_COLLECTED)
    if len(ids) == 1:
        return await save(ctx, ids[0])
    papers = [paper for one in ids if (paper := await ctx.library.paper(one))]
    if not papers:
        blocks = (line("No paper link found. Paste an arXiv or Hugging Face link."),)
        return View((*blocks, Buttons((Button("Find one", "help find"),))), outcome=Outcome.NOTHING)
    above = (line(f"{count(len(papers), 'paper')} found. Which do you want to save?"),)
    return await listing(ctx, papers, len(papers), Page("saved", above=above))


async def keep(ctx: Context, paper: Paper, *, private: bool | None = None) -> bool:
    """Save a paper to the person's shelf; return whether it is new there.

    What is saved in a private place is private, unless `private` says otherwise.
    """
    await introduce(ctx)
    new = await _keep(ctx, paper, private=private)
    ctx.counts_changed(paper.id)
    return new


async def _keep(ctx: Context, paper: Paper, *, private: bool | None) -> bool:
    shelf, place, me = ctx.tenant.shelf, ctx.place, ctx.person.id
    if private is None and place.private:
        if paper.id in await shelf.kept(me, [paper.id]):
            return False
        return await shelf.save(me, paper.id, ctx.now, private=True)
    chosen = None if private is None else private or ctx.alone
    return await shelf.save(
        me, paper.id, ctx.now, private=chosen, address=place.address, place=place.name
    )


async def _mark(ctx: Context, text: str, *, read: bool) -> View:
    found = await resolve(ctx, text, "read" if read else "unread")
    before = (await ctx.tenant.shelf.entries(ctx.person.id, [found.id])).get(found.id)
    if read:
        await keep(ctx, found)
    marked = await ctx.tenant.shelf.mark(ctx.person.id, found.id, ctx.now, read=read)
    if read:
        said, other = "Marked as read: ", Button("Mark as unread", f"unread {found.id}")
    else:
        said = "Marked as unread: " if marked else "Not on your shelf: "
        other = Button("Mark as read", f"read {found.id}")
    blocks = (line(said, Strong(cards.title(found))), Buttons((other, SHELF)))
    undo = f"{'unread' if read else 'read'} {found.id}" if before else f"unsave {found.id}"
    changed = read != bool(before and before.read)
    return View(
        blocks,
        data={"read": read and marked, "paper": record(found)},
        undo=undo if changed else "",
    )
