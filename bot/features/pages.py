"""A list of papers, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot import cards
from bot.chat.views import Arrangement, Block, Button, Buttons, Outcome, Spans, View, note
from bot.features.services import Context
from bot.papers import Paper, record


def turn_buttons(ctx: Context, line: str, page: int, shown: int, total: int) -> tuple[Button, ...]:
    """Return the buttons to the pages before and after one that shows `shown` of `total`."""
    last = max(1, -(-total // ctx.page_size))
    back = Button(
        "Back", f"{line} page:{min(page - 1, last)}", turns=True
    )  # from a page that there is not, too
    more = Button("More", f"{line} page:{page + 1}", turns=True)
    return (*([back] if page > 1 else []), *([more] if ctx.offset(page) + shown < total else []))


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, and what is shown around its papers.

    `line` is the command that shows the list, with `page:` added for other pages. `remarks` are on
    single papers, `remark` is on all of them. `records` adds JSON values to those of single papers.
    """

    line: str
    number: int = 1
    title: str = ""
    above: Sequence[Block] = ()
    remark: str = ""
    buttons: Sequence[Button] = ()
    data: Mapping[str, object] = field(default_factory=dict)
    remarks: Mapping[str, Spans] = field(default_factory=dict)
    arranged: Arrangement = "list"
    records: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


async def listing(ctx: Context, papers: Sequence[Paper], total: int, page: Page) -> View:
    """Show the papers of one page of a list that has `total`."""
    kept = await ctx.tenant.shelf.kept(ctx.person.id, [paper.id for paper in papers])
    turns = turn_buttons(ctx, page.line, page.number, len(papers), total)
    blocks: list[Block] = [*page.above, *cards.items(papers, kept, remarks=page.remarks)]
    if position := _position(ctx, page.number, len(papers), total):
        blocks.append(note(position))
    if page.remark:
        blocks.append(note(page.remark))
    if buttons := (*turns, *page.buttons):
        blocks.append(Buttons(buttons))
    records = [{**record(paper), **page.records.get(paper.id, {})} for paper in papers]
    return View(
        tuple(blocks),
        title=page.title,
        outcome=Outcome.DONE if papers else Outcome.NOTHING,
        data={**page.data, "total": total, "page": page.number, "papers": records},
        arranged=page.arranged,
    )


def _position(ctx: Context, page: int, shown: int, total: int) -> str:
    """Say which of the papers a page shows, "" if it shows all."""
    if not shown:
        return f"There is no page {page}." if total else ""
    first = ctx.offset(page) + 1
    return f"{first}–{first + shown - 1} of {total:,}" if total > shown else ""
