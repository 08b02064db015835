"""The shelf: the papers that a person keeps."""

from __future__ import annotations

from typing import Annotated, Literal

from bot import cards
from bot.app import Context
from bot.features.arguments import PAGE, PAPER, WORDS
from bot.features.finding import resolve
from bot.features.pages import PAGE_SIZE, listing, offset
from bot.papers import paper_ids, record
from bot.text import count, shorten
from bot.views import Button, Buttons, Outcome, Strong, View, line, note

MOST_COLLECTED = 5
SHELF = Button("My shelf", "saved")


async def save(ctx: Context, paper: Annotated[str, PAPER]) -> View:
    """Keep a paper on your shelf.

    paper: its id, a link to it, or part of its title
    """
    found = await resolve(ctx, paper, "save")
    if isinstance(found, View):
        return found
    new = await ctx.tenant.shelf.save(ctx.person.id, found.id, ctx.now)
    said = ("Saved: ", Strong(cards.title(found))) if new else ("Already on your shelf: ", Strong(cards.title(found)))
    buttons = Buttons(
        (SHELF, Button("Undo", f"unsave {found.id}", turns=True), Button("Similar papers", f"similar {found.id}"))
    )
    data = {"saved": True, "new": new, "paper": record(found)}
    return View((line(*said), buttons), data=data, becomes=cards.keep_button(found, kept=True))


async def unsave(ctx: Context, paper: Annotated[str, PAPER]) -> View:
    """Take a paper off your shelf.

    paper: its id, a link to it, or part of its title
    """
    found = await resolve(ctx, paper, "unsave")
    if isinstance(found, View):
        return found
    gone = await ctx.tenant.shelf.remove(ctx.person.id, found.id)
    said = "Taken off your shelf: " if gone else "Was not on your shelf: "
    buttons = Buttons((*([Button("Undo", f"save {found.id}", turns=True)] if gone else []), SHELF))
    data = {"removed": gone, "paper": record(found)}
    return View(
        (line(said, Strong(cards.title(found))), buttons), data=data, becomes=cards.keep_button(found, kept=False)
    )


async def collect(ctx: Context, text: Annotated[str, WORDS]) -> View:
    """Keep the paper that a message links to.

    text: the message, with links to papers or their ids
    """
    ids = paper_ids(text, MOST_COLLECTED)
    if len(ids) == 1:
        return await save(ctx, ids[0])
    papers = [paper for one in ids if (paper := await ctx.library.paper(one))]
    if not papers:
        blocks = (line("There is no paper in that. A link to arXiv or Hugging Face, or an id, would be one."),)
        return View((*blocks, Buttons((Button("Find one", "help find"),))), outcome=Outcome.NOTHING)
    above = (line(f"{count(len(papers), 'paper')} in that. Which do you want to keep?"),)
    return await listing(ctx, papers, len(papers), line="saved", above=above)


async def saved(
    ctx: Context,
    words: Annotated[str, WORDS] = "",
    *,
    sort: Literal["new", "votes", "title"] | None = None,
    page: Annotated[int, PAGE] = 1,
) -> View:
    """Show your shelf, or what on it fits some words.

    words: what to look for on the shelf, with the filters of find
    sort: new (last saved first), votes or title
    page: which page of the shelf
    """
    shelf = ctx.tenant.shelf
    if words:
        return await _search_shelf(ctx, f"{words} sort:{sort}" if sort else words, page)
    sort = sort or "new"
    found = await shelf.page(ctx.person.id, sort=sort, limit=PAGE_SIZE, offset=offset(page))
    if not found.total:
        blocks = (
            line("Your shelf is empty. Press Save under a paper to keep it here."),
            Buttons((Button("Today’s papers", "today"), Button("Trending", "trending"))),
        )
        return View(blocks, data={"total": 0, "page": 1, "papers": []})
    return await listing(
        ctx,
        found.papers,
        found.total,
        line=f"saved sort:{sort}" if sort != "new" else "saved",
        page=page,
        title=f"Your shelf: {count(found.total, 'paper')}",
        buttons=tuple(
            Button(label, f"saved sort:{by}", turns=True) for label, by in _ORDERS if by != sort and found.total > 1
        ),
    )


_ORDERS = (("Last saved first", "new"), ("Most upvotes first", "votes"), ("By title", "title"))


async def _search_shelf(ctx: Context, words: str, page: int) -> View:
    ids = await ctx.tenant.shelf.ids(ctx.person.id)
    found = await ctx.library.search(words, limit=PAGE_SIZE, offset=offset(page), within=ids)
    searched = found.corrected or words
    nothing = line(f"Nothing on your shelf fits “{shorten(searched, 120)}”.")
    return await listing(
        ctx,
        found.papers,
        found.total,
        line=f"saved {words}",
        page=page,
        title=f"On your shelf: {shorten(searched, 80)}",
        above=() if found.total else (nothing, note("Look everywhere instead?")),
        buttons=(SHELF,) if found.total else (SHELF, Button("Find everywhere", f"find {words}")),
        data={"query": words, "corrected": found.corrected, "ms": found.ms},
    )
