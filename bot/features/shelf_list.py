"""The shelves as lists: a person's own, and their team's, whole or searched."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from bot.cards import day_name
from bot.chat.arguments import yes_or_no
from bot.chat.views import Button, Buttons, Spans, View, line, note
from bot.errors import UsageError
from bot.features.arguments import PAGE, PERSON, TAG, WORDS
from bot.features.pages import Page, listing
from bot.features.services import Context
from bot.features.shelf import SHELF
from bot.features.shelf_records import own_records, team_records
from bot.features.team import keepers_named, names_of
from bot.models import Kept, ShelfFilter, ShelfSort
from bot.papers import Paper
from bot.text import count, shorten

OURS = Button("Our shelf", "shelf")


async def saved(
    ctx: Context,
    words: Annotated[str, WORDS] = "",
    *,
    sort: Literal["new", "votes", "title", "touched"] | None = None,
    tag: Annotated[str, TAG] = "",
    read: bool | None = None,
    page: Annotated[int, PAGE] = 1,
) -> View:
    """Show your shelf, or search it.

    words: Search [everything] – words and filters, as for find
    sort: Sort by [new] – new (last saved first), votes, title or touched (last changed first)
    tag: Tag [any] – only papers with this tag of yours
    read: Read? [either] – yes for what you have read, no for the rest
    page: Page [1]
    """
    wanted = ShelfFilter(ctx.person.id, tag=tag, read=read)
    asked = {"sort": sort or "", "tag": tag, "read": "" if read is None else yes_or_no(read)}
    if words:
        return await _search(ctx, wanted, words, "saved", asked, page)
    found = await ctx.tenant.shelf.page(
        wanted, sort=sort or "new", limit=ctx.page_size, offset=ctx.offset(page)
    )
    if not found.total and not tag and read is None:
        return _EMPTY
    return await listing(
        ctx,
        found.papers,
        found.total,
        Page(
            _line("saved", asked),
            number=page,
            title=f"Your shelf: {count(found.total, 'paper')}",
            above=() if found.total else (line("Nothing on your shelf matches that."),),
            buttons=_order_buttons("saved", asked, found.total),
            remarks=await _mine(ctx, found.papers),
            records=await own_records(ctx, found.papers),
        ),
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
            "There is no team in a direct message. Ask in a channel, or use “saved” for your own "
            "shelf."
        )
    asked = {"by": by, "sort": sort or "", "tag": tag}
    keeper = await _find_person(ctx, by) if by else ""
    wanted = ShelfFilter(keeper, shared=True, tag=tag)
    if words:
        return await _search(ctx, wanted, words, "shelf", asked, page)
    found = await ctx.tenant.shelf.page(
        wanted, sort=sort or "new", limit=ctx.page_size, offset=ctx.offset(page)
    )
    if not found.total:
        nothing, empty = "Nothing on your team’s shelf matches that.", "Your team’s shelf is empty."
        blocks = (
            line(f"{nothing if by or tag else empty} Papers saved in a channel appear here."),
            Buttons((SHELF,)),
        )
        return View(blocks, data={"total": 0, "page": 1, "papers": []})
    return await listing(
        ctx,
        found.papers,
        found.total,
        Page(
            _line("shelf", asked),
            number=page,
            title=f"Your team’s shelf: {count(found.total, 'paper')}",
            buttons=_order_buttons("shelf", asked, found.total),
            remarks=await _kept_by(ctx, found.papers),
            records=await team_records(ctx, found.papers),
        ),
    )


async def _search(
    ctx: Context, wanted: ShelfFilter, words: str, command: str, asked: Mapping[str, str], page: int
) -> View:
    """Search a part of the shelves, by relevance unless the person asks for another order."""
    sort = asked["sort"]
    mine = command == "saved"
    ids = await ctx.tenant.shelf.ids(wanted, _ORDERS_OF_SHELVES.get(sort, "new"))
    text = f"{words} sort:votes" if sort == "votes" else words
    found = await ctx.library.search(
        text,
        limit=ctx.page_size,
        offset=ctx.offset(page),
        within=ids,
        in_order=sort not in {"", "votes"},
    )
    searched = found.corrected or words
    whose = "your shelf" if mine else "your team’s shelf"
    nothing = line(f"Nothing on {whose} matches “{shorten(searched, 120)}”.")
    own = SHELF if mine else OURS
    return await listing(
        ctx,
        found.papers,
        found.total,
        Page(
            _line(f"{command} {words}", asked),
            number=page,
            title=f"On {whose}: {shorten(searched, 80)}",
            above=() if found.total else (nothing, note("Search all papers instead?")),
            buttons=(own,) if found.total else (own, Button("Search all papers", f"find {words}")),
            remark=found.remark,
            data={"query": words, **found.said()},
            remarks=await (_mine if mine else _kept_by)(ctx, found.papers),
            records=await (own_records if mine else team_records)(ctx, found.papers),
        ),
    )


async def _mine(ctx: Context, papers: tuple[Paper, ...]) -> Mapping[str, Spans]:
    """Return what the person noted about their own papers."""
    ids = [paper.id for paper in papers]
    entries = await ctx.tenant.shelf.entries(ctx.person.id, ids)
    tags = await ctx.tenant.tags.of(ctx.person.id, ids)
    return {id_: (_facts(one, tags.get(id_, ())),) for id_, one in entries.items()}


def _facts(one: Kept, tags: Sequence[str]) -> str:
    facts = [f"Saved {day_name(one.saved.date())}"]
    facts += ["private"] if one.private else []
    facts += ["read"] if one.read else []
    return " · ".join([*facts, *tags])


async def _kept_by(ctx: Context, papers: tuple[Paper, ...]) -> Mapping[str, Spans]:
    """Return who saved the team's papers."""
    keepers = await ctx.tenant.shelf.keepers([paper.id for paper in papers])
    names = await names_of(ctx, [one.person for kept in keepers.values() for one in kept])
    return {id_: ("Saved by ", *keepers_named(kept, names)) for id_, kept in keepers.items()}


async def _find_person(ctx: Context, by: str) -> str:
    """Return the id of a person who is named, mentioned, or given by id. Raises UsageError."""
    mentioned = re.fullmatch(r"<@!?(\w+)(?:\|[^>]*)?>", by)
    name = mentioned[1] if mentioned else by.removeprefix("@")
    if name.lower() == "me":
        return ctx.person.id
    found = await ctx.tenant.people.called(name)
    if found is None:
        raise UsageError(f"“{shorten(name, 40)}” hasn’t saved anything here.", argument="by")
    return found


def _line(command: str, asked: Mapping[str, str]) -> str:
    return " ".join(
        [command, *(f"{name}:{_quote(value)}" for name, value in asked.items() if value)]
    )


def _quote(value: str) -> str:
    return f'"{value}"' if " " in value else value


def _order_buttons(command: str, asked: Mapping[str, str], total: int) -> tuple[Button, ...]:
    if total < 2:
        return ()
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
_ORDERS_OF_SHELVES: Mapping[str, ShelfSort] = {"touched": "touched", "title": "title"}
_EMPTY = View(
    (
        line("Your shelf is empty. Press Save under a paper to add it."),
        Buttons((Button("Today’s papers", "today"), Button("Trending", "trending"))),
    ),
    data={"total": 0, "page": 1, "papers": []},
)
