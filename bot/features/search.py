"""Finding papers: by words, by id or link, by likeness."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from bot import cards
from bot.chat.commands import EarlyAnswer
from bot.chat.signatures import also_named
from bot.chat.views import Block, Button, Buttons, Link, Outcome, Spans, Strong, View, line, note
from bot.features.arguments import PAGE, PAPER, QUERY
from bot.features.contributions import submission
from bot.features.pages import Page, listing
from bot.features.paper_references import find_cited, no_such_id, resolve
from bot.features.query_interpretation import QueryInterpretation, read_query
from bot.features.services import Context
from bot.features.team import card
from bot.features.watches import name_buttons, watch_button
from bot.identifiers import looks_like_id, paper_ids
from bot.papers import Paper, record
from bot.text import listed, shorten

if TYPE_CHECKING:
    from bot.library.search_service import Found
    from bot.search import Highlights

MAX_SIMILAR = 5
MAX_NEAREST = 3  # papers that are shown where nothing was found


@also_named("search")
async def find(
    ctx: Context, query: Annotated[str, QUERY], *, page: Annotated[int, PAGE] = 1
) -> View:
    """Find papers by anything you remember of them, typos included.

    query: Search – words from the title or abstract, names, an arXiv id or a link, and filters
    page: Page [1]

    Filters: author:name, org:name, title:word, abstract:word, keyword:word, after:2025,
    before:2026-05-29, week:2026-W20, month:2026-05, votes:50, has:code, sort:votes, sort:new,
    sort:best. Quote phrases and names with spaces: author:"ada lovelace", "graph networks". Dates
    are those of publication.

    A minus excludes: -survey, -"large language", -author:li, -has:code. OR means either:
    diffusion OR "flow matching". Or say it in words: papers by deepseek about reasoning last month.

    Questions, and searches with few results, also ask Hugging Face’s own search.
    """
    named = paper_ids(query, 2, bare=True)
    if len(named) == 1:  # an id or a link, whatever stands beside it
        return await _find_named(ctx, query, named[0])
    if query.startswith("@") and (cited := await find_cited(ctx, query)):
        return await listing(ctx, cited, len(cited), Page(f"find {query}", data={"query": query}))
    if looks_like_id(query) and not await ctx.library.papers([query]):
        raise no_such_id(query)
    reading = await read_query(ctx, query)
    text = reading.text
    found = await ctx.library.search(
        text, limit=ctx.page_size, offset=ctx.offset(page), online=True
    )
    read_as = {"read_as": text} if text != query else {}
    data: dict[str, object] = {"query": query, **read_as, **found.said()}
    if not found.total:
        return await _nothing(ctx, query, reading, found, data)
    view = await listing(
        ctx,
        found.papers,
        found.total,
        Page(
            f"find {text}",
            number=page,
            above=(
                *([note(reading.remark)] if reading.remark else []),
                *_understood(text, found),
                *_synonyms(found),
            ),
            remark=found.remark,
            buttons=(
                *reading.buttons,
                *_other_queries(text, found),
                *watch_button(ctx, _meant(text, found)),
            ),
            data=data,
            remarks=_remarks(found),
        ),
    )
    return replace(view, data={**(view.data or {}), "papers": found.records()})


async def _find_named(ctx: Context, query: str, paper_id: str) -> View:
    try:
        view = await paper(ctx, paper_id)
    except EarlyAnswer as early:
        view = early.view
    papers = [record(found) for found in await ctx.library.papers([paper_id])]
    data: dict[str, object] = {
        "query": query,
        "corrected": None,
        "total": len(papers),
        "ms": 0.0,
        "page": 1,
        "papers": papers,
    }
    return replace(view, data=data if papers else {**data, "nearest": []})


async def paper(ctx: Context, paper: Annotated[str, PAPER]) -> View:
    """Show everything about one paper.

    paper: Paper – its arXiv id, a link, or words from the title
    """
    found = await resolve(ctx, paper, "paper", reads=True)
    view, said = await card(ctx, found)
    offers = submission(found, ctx.library.today())
    names = name_buttons(ctx, found)
    watching = (Buttons(names),) if names else ()
    return View(
        (*view.blocks, *watching, *offers), view.title, data={"paper": record(found), **said}
    )


async def similar(ctx: Context, paper: Annotated[str, PAPER]) -> View:
    """Show papers on the same topic as another.

    paper: Paper – its arXiv id, a link, or words from the title
    """
    found = await resolve(ctx, paper, "similar", reads=True)
    alike = await ctx.library.similar(found, limit=MAX_SIMILAR)
    papers = tuple(other for other, _ in alike)
    name = cards.title(found)
    to = Link(name, found.url) if found.url else Strong(name)
    above = line("Papers like ", to) if papers else line("No papers like ", to, " yet.")
    return await listing(
        ctx,
        papers,
        len(papers),
        Page(
            f"similar {found.id}",
            above=(above,),
            buttons=(Button("Back to the paper", f"paper {found.id}"),),
            data={
                "similar_to": record(found),
                "shared": {other.id: list(words) for other, words in alike},
            },
            remarks={
                other.id: (f"Both mention: {', '.join(words)}",) for other, words in alike if words
            },
            arranged="row",
        ),
    )


def _remarks(found: Found) -> dict[str, Spans]:
    """Say why each paper was found, and if not by its words."""
    return {
        paper.id: _remark(_passage(paper, why), _origin(paper, found))
        for paper, why in zip(found.papers, found.highlights, strict=True)
    }


def _remark(passage: Spans, origin: str) -> Spans:
    if not (passage and origin):
        return (origin,) if origin else passage
    return (f"{origin}: ", *passage)


def _origin(paper: Paper, found: Found) -> str:
    """Say how a paper was found that does not have the words that were looked for."""
    if paper.id in found.online:
        return "From Hugging Face"
    return cards.CLOSE_IN_MEANING if paper.id in found.by_meaning else ""


def _passage(paper: Paper, why: Highlights) -> Spans:
    """Show the passage that has what was looked for, unless the list shows it anyway."""
    shown = cards.blurb(paper)
    if "".join(part for part, _ in why.passage).strip(" …") in shown:
        return ()
    return tuple(Strong(part) if sought else part for part, sought in why.passage if part)


def _understood(query: str, found: Found) -> tuple[Block, ...]:
    """Say how the query was understood: what was corrected, and what no paper mentions."""
    # start-up time: a search has loaded it already
    from bot.search.query.query_text import as_typed, without_words

    theirs = ", and Hugging Face’s for what you typed" if found.online else ""
    if found.absent:
        used = without_words(found.corrected or query, found.absent)
        absent = listed([f"“{shorten(one, 40)}”" for one in as_typed(query, found.absent)], "or")
        said = line(f"No paper here mentions {absent}; showing results for ", Strong(used), theirs)
        if not used:
            said = line(f"No paper here mentions {absent}; these are Hugging Face’s results.")
        return (said, *_narrowed(found))
    if found.corrected:
        said = line("Showing results for ", Strong(found.corrected), theirs)
        return (said, *_narrowed(found))
    return _narrowed(found)


def _synonyms(found: Found) -> tuple[Block, ...]:
    """Say under which other names the same was searched."""
    others = listed([f"“{name}”" for name in found.synonyms], "and")
    return (note(f"Also searched for {others}."),) if others else ()


def _other_queries(query: str, found: Found) -> tuple[Button, ...]:
    """Return buttons to what was probably meant, and to what was typed."""
    # start-up time: a search has loaded it already
    from bot.search.query.query_text import quote_words, with_words

    buttons = []
    if found.suggestion:
        label = f"Did you mean “{shorten(found.suggestion, 50)}”?"
        buttons.append(Button(label, f"find {with_words(query, found.suggestion)}"))
    if found.corrected:
        typed = quote_words(query, found.corrected)
        if typed != query:
            buttons.append(Button("Search for what I typed", f"find {typed}"))
    return tuple(buttons)


def _meant(query: str, found: Found) -> str:
    """Return the search as it was understood: a watch forgives no slips."""
    # start-up time: a search has loaded it already
    from bot.search.query.query_text import with_words

    return with_words(query, found.corrected) if found.corrected else query


def _narrowed(found: Found) -> tuple[Block, ...]:
    return (note(found.filters[:1].upper() + found.filters[1:] + "."),) if found.filters else ()


async def _nothing(
    ctx: Context, query: str, reading: QueryInterpretation, found: Found, data: dict[str, object]
) -> View:
    tried = f"Nothing found for “{shorten(query, 120)}”"
    tried += f" (searched for “{found.corrected}”)." if found.corrected else "."
    fewer = "fewer filters" if found.filters else "fewer or other words"
    hint = "The closest matches are:" if found.nearest else f"Try {fewer}, or see what’s trending."
    if not (await ctx.library.status()).papers:
        hint = "There are no papers yet. See today’s, or run `paperboy sync`."
    nearest = found.nearest[:MAX_NEAREST]
    buttons = (
        *reading.buttons,
        *_other_queries(reading.text, found),
        Button("Today’s papers", "today"),
        Button("Trending", "trending"),
        Button("How to search", "help find"),
    )
    view = await listing(
        ctx,
        nearest,
        len(nearest),
        Page(
            "find",
            above=(line(f"{tried} {hint}"), *_narrowed(found)),
            remark=reading.remark or found.remark,
            buttons=buttons,
        ),
    )
    return View(
        view.blocks,
        outcome=Outcome.NOTHING,
        data={**data, "page": 1, "papers": [], "nearest": [record(paper) for paper in nearest]},
    )
