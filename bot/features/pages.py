"""A list of papers, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot import cards
from bot.chat.views import Block, Button, Buttons, Outcome, Spans, View, note
from bot.features.services import Context
from bot.papers import Paper, record

PAGE_SIZE = 5


def offset(page: int) -> int:
    """Return how many papers stand before a page, counted from 1."""
    return (page - 1) * PAGE_SIZE


def turn_buttons(line: str, page: int, shown: int, total: int) -> tuple[Button, ...]:
    """Return the buttons to the pages before and after one that shows `shown` of `total`."""
    last = max(1, -(-total // PAGE_SIZE))
    back = Button(
        "Back", f"{line} page:{min(page - 1, last)}", turns=True
    )  # from a page that there is not, too
    more = Button("More", f"{line} page:{page + 1}", turns=True)
    return (*([back] if page > 1 else []), *([more] if offset(page) + shown < total else []))


async def listing(
    ctx: Context,
    papers: Sequence[Paper],
    total: int,
    *,
    line: str,
    page: int = 1,
    title: str = "",
    above: Sequence[Block] = (),
    remark: str = "",
    buttons: Sequence[Button] = (),
    data: Mapping[str, object] | None = None,
    remarks: Mapping[str, Spans] = cards.NO_REMARKS,
) -> View:
    """Show one page of a list; `line` is the command that shows it, with `page:` for others."""
    kept = await ctx.tenant.shelf.kept(ctx.person.id, [paper.id for paper in papers])
    turns = turn_buttons(line, page, len(papers), total)
    blocks: list[Block] = [*above, *cards.items(papers, kept, remarks=remarks)]
    blocks += [note(position)] if (position := _position(page, len(papers), total)) else []
    blocks += [note(remark)] if remark else []
    blocks += [Buttons((*turns, *buttons))] if turns or buttons else []
    return View(
        tuple(blocks),
        title=title,
        outcome=Outcome.DONE if papers else Outcome.NOTHING,
        data={
            **(data or {}),
            "total": total,
            "page": page,
            "papers": [record(paper) for paper in papers],
        },
    )


def _position(page: int, shown: int, total: int) -> str:
    """Say which of the papers a page shows, "" if it shows all."""
    if not shown:
        return f"There is no page {page}." if total else ""
    first = offset(page) + 1
    return f"{first}–{first + shown - 1} of {total:,}" if total > shown else ""
