"""Notes and tags: what people say of papers, to their team or to themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from bot import cards
from bot.chat.arguments import yes_or_no
from bot.chat.views import Button, Buttons, Outcome, Strong, View, line
from bot.features.arguments import NOTE, PAPER, TAGS
from bot.features.paper_references import resolve
from bot.features.services import Context
from bot.features.shelf import SHELF, keep
from bot.features.team import introduce
from bot.papers import record

if TYPE_CHECKING:  # start-up time
    from bot.store.notes import Note


async def note(
    ctx: Context,
    paper: Annotated[str, PAPER],
    text: Annotated[str, NOTE],
    *,
    private: bool | None = None,
) -> View:
    """Write a note on a paper for your team.

    paper: Paper – its arXiv id, a link, or words from the title
    text: Note – replaces your last note on the paper
    private: Only for you? [no] – yes hides it from your team

    A note written in a direct message is private.
    """
    from bot.store.notes import Note  # start-up time: the store is open already

    found = await resolve(ctx, paper, "paper")
    alone = ctx.alone or (ctx.place.private if private is None else private)
    await introduce(ctx)
    before = await _own_note(ctx, found.id)
    await ctx.tenant.notes.write(Note(found.id, ctx.person.id, text, alone, ctx.now))
    await ctx.tenant.shelf.touch(ctx.person.id, found.id, ctx.now)
    seen = "Noted, only for you, on " if alone else "Noted for your team on "
    blocks = (
        line(seen, Strong(cards.title(found)), ": ", text),
        Buttons(
            (Button("Take it back", f"unnote {found.id}"), Button("Details", f"paper {found.id}"))
        ),
    )
    return View(
        blocks,
        data={"note": text, "private": alone, "paper": record(found)},
        undo=_note_again(before) if before else f"unnote {found.id}",
    )


async def unnote(ctx: Context, paper: Annotated[str, PAPER]) -> View:
    """Delete your note on a paper.

    paper: Paper – its arXiv id, a link, or words from the title
    """
    found = await resolve(ctx, paper, "unnote")
    before = await _own_note(ctx, found.id)
    gone = await ctx.tenant.notes.remove(ctx.person.id, found.id)
    said = "Deleted your note on " if gone else "You had no note on "
    blocks = (
        line(said, Strong(cards.title(found)), "."),
        Buttons((Button("Details", f"paper {found.id}"),)),
    )
    return View(
        blocks,
        data={"removed": gone, "paper": record(found)},
        undo=_note_again(before) if before else "",
    )


async def _own_note(ctx: Context, paper: str) -> Note | None:
    notes = await ctx.tenant.notes.on_papers([paper], ctx.person.id)
    return next((one for one in notes if one.person == ctx.person.id), None)


def _note_again(before: Note) -> str:
    """Return the line that writes a note as it was."""
    return f"note {before.paper} private:{yes_or_no(before.private)} {before.note}"


async def tag(
    ctx: Context, paper: Annotated[str, PAPER], tags: Annotated[tuple[str, ...], TAGS]
) -> View:
    """Tag a paper (adds it to your shelf).

    paper: Paper – its arXiv id, a link, or words from the title
    tags: Tags – comma-separated, as in memory, to-replicate
    """
    found = await resolve(ctx, paper, "paper")
    before = (await ctx.tenant.tags.of(ctx.person.id, [found.id])).get(found.id, ())
    await keep(ctx, found)
    await ctx.tenant.tags.add(ctx.person.id, found.id, tags)
    await ctx.tenant.shelf.touch(ctx.person.id, found.id, ctx.now)
    now = (await ctx.tenant.tags.of(ctx.person.id, [found.id]))[found.id]
    buttons = (*(Button(f"All with {one}", f"saved tag:{one}") for one in tags[:3]), SHELF)
    blocks = (line("Tags on ", Strong(cards.title(found)), f": {', '.join(now)}"), Buttons(buttons))
    new = ", ".join(one for one in tags if one not in before)
    return View(
        blocks,
        data={"tags": list(now), "paper": record(found)},
        undo=f"untag {found.id} {new}" if new else "",
    )


async def untag(
    ctx: Context, paper: Annotated[str, PAPER], tags: Annotated[tuple[str, ...], TAGS]
) -> View:
    """Remove tags from a paper.

    paper: Paper – its arXiv id, a link, or words from the title
    tags: Tags – comma-separated
    """
    found = await resolve(ctx, paper, "paper")
    before = (await ctx.tenant.tags.of(ctx.person.id, [found.id])).get(found.id, ())
    gone = await ctx.tenant.tags.remove(ctx.person.id, found.id, tags)
    left = (await ctx.tenant.tags.of(ctx.person.id, [found.id])).get(found.id, ())
    said = f": {', '.join(left)}" if left else ": none of yours"
    blocks = (line("Tags on ", Strong(cards.title(found)), said), Buttons((SHELF,)))
    return View(
        blocks,
        outcome=Outcome.DONE if gone else Outcome.NOTHING,
        data={"tags": list(left), "removed": gone, "paper": record(found)},
        undo=f"tag {found.id} {', '.join(set(before) - set(left))}" if gone else "",
    )
