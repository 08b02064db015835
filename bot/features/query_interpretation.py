"""How a search that was typed is read: filters said in words, and words that only look like one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.chat.views import Button
from bot.features.paper_references import is_part_of_title
from bot.features.services import Context
from bot.text import shorten

if TYPE_CHECKING:
    from bot.search import Wording

MAX_LABEL = 60  # characters of a button that names a filter


@dataclass(frozen=True, slots=True)
class QueryInterpretation:
    """A search as it is read: its `text` with all filters, and buttons that change these.

    `remark` says which words look like a filter and are none, or name a person whose papers don't
    match.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    remark: str = ""


async def read_query(ctx: Context, query: str) -> QueryInterpretation:
    """Read a search. Filters said in words count unless they are words of the title that is meant.

    Raises UsageError for a bad filter.
    """
    from bot.search import EXAMPLES, name_unknown  # start-up time

    remark = name_unknown(query, EXAMPLES)
    wording = await ctx.library.read_wording(query)
    if wording is None and not remark:
        return QueryInterpretation(query)
    if await _is_title(ctx, query):
        return QueryInterpretation(query, _offer_filters(wording) if wording else ())
    if wording is None or not wording.filters:
        return QueryInterpretation(query, _offer_organization(wording) if wording else (), remark)
    if wording.unnamed and not (await ctx.library.search(wording.text, limit=1)).total:
        name = wording.filters[-1].partition(":")[2].strip('"')
        remark = remark or f"Nothing from {name} matches, so “{name}” is searched as a word."
        return QueryInterpretation(wording.unnamed, remark=remark)
    return QueryInterpretation(wording.text, _drop_filters(wording), remark)


async def _is_title(ctx: Context, query: str) -> bool:
    """Tell whether a title has all that was typed, slips aside."""
    found = await ctx.library.search(query, limit=1)
    return any(is_part_of_title(found.corrected or query, paper) for paper in found.papers)


def _drop_filters(wording: Wording) -> tuple[Button, ...]:
    """Return a button for each filter that takes it away."""
    lines = {one: wording.without(one) for one in wording.filters}
    return tuple(
        Button(shorten(f"✕ {one}", MAX_LABEL), f"find {line}", turns=True)
        for one, line in lines.items()
        if line
    )


def _offer_filters(wording: Wording) -> tuple[Button, ...]:
    if not wording.filters:
        return ()
    label = shorten(f"Only {', '.join(wording.filters)}", MAX_LABEL)
    return (Button(label, f"find {wording.text}", turns=True),)


def _offer_organization(wording: Wording) -> tuple[Button, ...]:
    label = shorten(f"Only {wording.offered}", MAX_LABEL)
    return (Button(label, f"find {wording.narrowed.strip()}", turns=True),)
