"""The shelves: the papers that a person keeps, and those that the team does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from bot import cards
from bot.cards import day_name
from bot.chat.commands import also_named
from bot.chat.views import Button, Buttons, Outcome, Spans, Strong, View, line, note
from bot.errors import UsageError
from bot.features.arguments import PAGE, PAPER, PASTED, PERSON, TAG, WORDS
from bot.features.pages import PAGE_SIZE, listing, offset
from bot.features.search import resolve
from bot.features.services import Context
from bot.features.team import introduce, keepers_named, names_of
from bot.identifiers import paper_ids
from bot.models import ShelfSort, Wanted
from bot.papers import Paper, record
from bot.text import count, shorten

MOST_COLLECTED = 5
SHELF = Button("My shelf", "saved")
OURS = Button("Our shelf", "shelf")


@also_named("bookmark")
async def save(
    ctx: Context, paper: Annotated[str, PAPER], *, private: Literal["yes", "no"] | None = None
) -> View:
    """Save a paper to your shelf, where your team sees it too.

    paper: Paper – its arXiv id, a link, or words from the title
    private: Only for you? [no] – yes hides it from your team

    What you save in a direct message is private.
    """
    found = await resolve(ctx, paper, "save")
    new = await keep(ctx, found, private=private and private == "yes")
    said = (
        ("Saved: ", Strong(cards.title(found)))
        if new
        else ("Already on your shelf: ", Strong(cards.title(found)))
    )
    alone = (await ctx.tenant.shelf.entries(ctx.person.id, [found.id]))[found.id].private
    told = (
        (" (only you see it)",)
        if private and alone
        else (" (your team sees it)",)
        if private
        else ()
    )
    buttons = Buttons(
        (
            SHELF,
            Button("Undo", f"unsave {found.id}", turns=True),
            Button("Similar papers", f"similar {found.id}"),
        )
    )
    data = {"saved": True, "new": new, "private": alone, "paper": record(found)}
    return View(
        (line(*said, *told), buttons), data=data, becomes=cards.keep_button(found, kept=True)
    )


async def unsave(ctx: Context, paper: Annotated[str, PAPER]) -> View:
    """Remove a paper from your shelf.

    paper: Paper – its arXiv id, a link, or words from the title
    """
    found = await resolve(ctx, paper, "unsave")
    was = (await ctx.tenant.shelf.entries(ctx.person.id, [found.id])).get(found.id)
    gone = await ctx.tenant.shelf.remove(ctx.person.id, found.id)
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
    )


async def read(ctx: Context, paper: Annotated[str, PAPER]) -> View:
    """Mark a paper as read (adds it to your shelf).

    paper: Paper – its arXiv id, a link, or words from the title
    """
    return await _marked(ctx, paper, read=True)


async def unread(ctx: Context, paper: Annotated[str, PAPER]) -> View:
    """Mark a paper as unread.

    paper: Paper – its arXiv id, a link, or words from the title
    """
    return await _marked(ctx, paper, read=False)


async def collect(ctx: Context, text: Annotated[str, PASTED]) -> View:
    """Save the paper that a message links to.

    text: Message – text with links to papers or their arXiv ids
    """
    ids = paper_ids(text, MOST_COLLECTED)
    if len(ids) == 1:
        return await save(ctx, ids[0])
    papers = [paper for one in ids if (paper := await ctx.library.paper(one))]
    if not papers:
        blocks = (line("No paper link found. Paste an arXiv or Hugging Face link."),)
        return View((*blocks, Buttons((Button("Find one", "help find"),))), outcome=Outcome.NOTHING)
    above = (line(f"{count(len(papers), 'paper')} found. Which do you want to save?"),)
    return await listing(ctx, papers, len(papers), line="saved", above=above)


async def saved(
    ctx: Context,
    words: Annotated[str, WORDS] = "",
    *,
    sort: Literal["new", "votes", "title", "touched"] | None = None,
    tag: Annotated[str, TAG] = "",
    read: Literal["yes", "no"] | None = None,
    page: Annotated[int, PAGE] = 1,
) -> View:
    """Show your shelf, or search it.

    words: Search [everything] – words and filters, as for find
    sort: Sort by [new] – new (last saved first), votes, title or touched (last changed first)
    tag: Tag [any] – only papers with this tag of yours
    read: Read? [either] – yes for what you have read, no for the rest
    page: Page [1]
    """
    wanted = Wanted(ctx.person.id, tag=tag, read=None if read is None else read == "yes")
    asked = {"sort": sort or "", "tag": tag, "read": read or ""}
    if words:
        return await _found(ctx, wanted, words, "saved", asked, page)
    found = await ctx.tenant.shelf.page(
        wanted, sort=sort or "new", limit=PAGE_SIZE, offset=offset(page)
    )
    if not found.total and not (tag or read):
        blocks = (
            line("Your shelf is empty. Press Save under a paper to add it."),
            Buttons((Button("Today’s papers", "today"), Button("Trending", "trending"))),
        )
        return View(blocks, data={"total": 0, "page": 1, "papers": []})
    return await listing(
        ctx,
        found.papers,
        found.total,
        line=_line("saved", asked),
        page=page,
        title=f"Your shelf: {count(found.total, 'paper')}",
        above=() if found.total else (line("Nothing on your shelf matches that."),),
        buttons=_orders("saved", asked) if found.total > 1 else (),
        remarks=await _mine(ctx, found.papers),
    )


async def shelf(
    ctx: Context,
    words: Annotated[str, WORDS] = "",
    *,
    by: Annotated[str, PERSON] = "",
    sort: Literal["new", "votes", "title", "touched"] | None = None,
    tag: Annotated[str, TAG] = "",
    page: Annotated[int, PAGE] = 1,
) -> View:
    """Show your team's shelf, or search it.

    words: Search [everything] – words and filters, as for find
    by: Saved by [anyone] – only papers saved by this person
    sort: Sort by [new] – new (last saved first), votes (your team's), title or touched
    tag: Tag [any] – only papers with this tag
    page: Page [1]
    """
    if ctx.alone:
        raise UsageError(
            "There is no team in a direct message. Ask in a channel, or use “saved” for your own shelf."
        )
    asked = {"by": by, "sort": sort or "", "tag": tag}
    keeper = await _person(ctx, by) if by else ""
    wanted = Wanted(keeper, shared=True, tag=tag)
    if words:
        return await _found(ctx, wanted, words, "shelf", asked, page)
    found = await ctx.tenant.shelf.page(
        wanted, sort=sort or "new", limit=PAGE_SIZE, offset=offset(page)
    )
    if not found.total:
        empty = (
            "Nothing on your team’s shelf matches that."
            if by or tag
            else "Your team’s shelf is empty."
        )
        blocks = (line(f"{empty} Papers saved in a channel appear here."), Buttons((SHELF,)))
        return View(blocks, data={"total": 0, "page": 1, "papers": []})
    return await listing(
        ctx,
        found.papers,
        found.total,
        line=_line("shelf", asked),
        page=page,
        title=f"Your team’s shelf: {count(found.total, 'paper')}",
        buttons=_orders("shelf", asked) if found.total > 1 else (),
        remarks=await _kept_by(ctx, found.papers),
    )


async def keep(ctx: Context, paper: Paper, *, private: bool | None = None) -> bool:
    """Put a paper on the person's shelf, for them alone where nobody else listens; False where it stood there."""
    await introduce(ctx)
    shelf, place = ctx.tenant.shelf, ctx.place
    if private is not None:
        return await shelf.save(
            ctx.person.id,
            paper.id,
            ctx.now,
            private=private or ctx.alone,
            address=place.address,
            place=place.name,
        )
    if place.private:
        if paper.id in await shelf.kept(ctx.person.id, [paper.id]):
            return False
        return await shelf.save(ctx.person.id, paper.id, ctx.now, private=True)
    return await shelf.save(
        ctx.person.id, paper.id, ctx.now, address=place.address, place=place.name
    )


async def _marked(ctx: Context, text: str, *, read: bool) -> View:
    found = await resolve(ctx, text, "read" if read else "unread")
    if read:
        await keep(ctx, found)
    there = await ctx.tenant.shelf.mark(ctx.person.id, found.id, ctx.now, read=read)
    said = "Marked as read: " if read else "Marked as unread: " if there else "Not on your shelf: "
    other = (
        Button("Mark as unread", f"unread {found.id}")
        if read
        else Button("Mark as read", f"read {found.id}")
    )
    blocks = (line(said, Strong(cards.title(found))), Buttons((other, SHELF)))
    return View(blocks, data={"read": read and there, "paper": record(found)})


async def _found(
    ctx: Context, wanted: Wanted, words: str, command: str, asked: Mapping[str, str], page: int
) -> View:
    """Search what is wanted of the shelves; an order that only shelves know is that of the shelf."""
    sort = asked["sort"]
    mine = command == "saved"
    order: ShelfSort = "touched" if sort == "touched" else "title" if sort == "title" else "new"
    ids = await ctx.tenant.shelf.ids(wanted, order)
    text = f"{words} sort:votes" if sort == "votes" else words
    found = await ctx.library.search(
        text, limit=PAGE_SIZE, offset=offset(page), within=ids, in_order=sort not in {"", "votes"}
    )
    searched = found.corrected or words
    whose = "your shelf" if mine else "your team’s shelf"
    nothing = line(f"Nothing on {whose} matches “{shorten(searched, 120)}”.")
    own = SHELF if mine else OURS
    return await listing(
        ctx,
        found.papers,
        found.total,
        line=_line(f"{command} {words}", asked),
        page=page,
        title=f"On {whose}: {shorten(searched, 80)}",
        above=() if found.total else (nothing, note("Search all papers instead?")),
        buttons=(own,) if found.total else (own, Button("Search all papers", f"find {words}")),
        remark=found.remark,
        data={"query": words, **found.said()},
        remarks=await (_mine if mine else _kept_by)(ctx, found.papers),
    )


async def _mine(ctx: Context, papers: tuple[Paper, ...]) -> Mapping[str, Spans]:
    """Say of the person's own papers what they know of them."""
    ids = [paper.id for paper in papers]
    entries = await ctx.tenant.shelf.entries(ctx.person.id, ids)
    tags = await ctx.tenant.tags.of(ctx.person.id, ids)
    return {
        id_: (
            " · ".join(
                [
                    f"Saved {day_name(one.saved.date())}",
                    *(["private"] if one.private else []),
                    *(["read"] if one.read else []),
                    *tags.get(id_, ()),
                ]
            ),
        )
        for id_, one in entries.items()
    }


async def _kept_by(ctx: Context, papers: tuple[Paper, ...]) -> Mapping[str, Spans]:
    """Say of the team's papers who keeps them."""
    keepers = await ctx.tenant.shelf.keepers([paper.id for paper in papers])
    names = await names_of(ctx, [one.person for kept in keepers.values() for one in kept])
    return {id_: ("Saved by ", *keepers_named(kept, names)) for id_, kept in keepers.items()}


async def _person(ctx: Context, by: str) -> str:
    """Return the id of the person that is meant: by name, by id, or as a platform writes who is mentioned."""
    mentioned = re.fullmatch(r"<@!?(\w+)(?:\|[^>]*)?>", by)
    name = mentioned[1] if mentioned else by.removeprefix("@")
    if name.lower() == "me":
        return ctx.person.id
    found = await ctx.tenant.people.called(name)
    if found is None:
        raise UsageError(f"Nobody called “{shorten(name, 40)}” has saved anything here.")
    return found


def _line(command: str, asked: Mapping[str, str]) -> str:
    return " ".join(
        [command, *(f"{name}:{_quoted(value)}" for name, value in asked.items() if value)]
    )


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value


def _orders(command: str, asked: Mapping[str, str]) -> tuple[Button, ...]:
    others = [(label, by) for label, by in _ORDERS if by != (asked["sort"] or "new")]
    return tuple(
        Button(label, _line(command, {**asked, "sort": by}), turns=True) for label, by in others
    )


_ORDERS = (
    ("Last saved first", "new"),
    ("Most votes first", "votes"),
    ("By title", "title"),
    ("Last touched first", "touched"),
)
