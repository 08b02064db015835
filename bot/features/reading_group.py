"""The reading group: papers are nominated, votes decide, and one is picked each week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

from bot import cards
from bot.cards import day_name
from bot.chat.views import (
    Block,
    Button,
    Buttons,
    Item,
    Link,
    Outcome,
    Spans,
    Strong,
    View,
    line,
    note,
)
from bot.errors import DeliveryError, UsageError
from bot.features.arguments import PAGE, PAPER, WEEK
from bot.features.pages import Page, listing
from bot.features.paper_references import resolve
from bot.features.services import Context
from bot.features.subscription_rules import broadcasts
from bot.features.team import introduce, names_of
from bot.papers import Paper, record
from bot.text import count, listed, shorten

if TYPE_CHECKING:
    from bot.store.picks import Nomination, Pick

MAX_TIED = 3  # of those that are named
ABOUT = 500  # characters of a summary with which a thread begins
CANDIDATES = Button("What is nominated", "nominated")
PICKS = Button("Past picks", "picks")
POLL = Button("Start a poll", "poll")


async def nominate(ctx: Context, paper: Annotated[str, PAPER]) -> View:
    """Propose a paper for your reading group; your vote goes with it.

    paper: its id, a link to it, or part of its title
    """
    refuse_alone(ctx)
    found = await resolve(ctx, paper, "nominate")
    await introduce(ctx)
    new = await ctx.tenant.picks.nominate(ctx.person.id, found.id, ctx.now)
    await ctx.tenant.votes.add(ctx.person.id, found.id, ctx.now)
    ctx.counts_changed(found.id)
    votes = await ctx.tenant.votes.count(found.id)
    said = "Nominated: " if new else "It was nominated: "
    blocks = (
        line(said, Strong(cards.title(found)), f" has {count(votes, 'vote')}."),
        Buttons((cards.vote_button(found, voted=True), CANDIDATES, Button("Pick now", "pick"))),
    )
    return View(
        blocks, data={"nominated": True, "new": new, "votes": votes, "paper": record(found)}
    )


async def nominated(ctx: Context, *, page: Annotated[int, PAGE] = 1) -> View:
    """Show what is nominated for your reading group, most votes first.

    page: which page of the list
    """
    refuse_alone(ctx)
    every = await ctx.tenant.picks.nominated()
    shown = every[ctx.offset(page) :][: ctx.page_size]
    papers = await ctx.library.papers([one.paper for one in shown])
    names = await names_of(ctx, [one.person for one in shown])
    remarks: dict[str, Spans] = {
        one.paper: (f"{count(one.votes, 'vote')} · nominated by {names[one.person]}",)
        for one in shown
    }
    above = (
        () if every else (line("Nothing is nominated. Say “nominate” and a paper to propose it."),)
    )
    asked = (POLL,) if len(every) > 1 and broadcasts(ctx, ctx.place) else ()
    buttons = (Button("Pick now", "pick"), *asked, PICKS) if every else (PICKS,)
    return await listing(
        ctx,
        papers,
        len(every),
        Page(
            "nominated",
            number=page,
            title="Nominated for the reading group" if every else "",
            above=above,
            buttons=buttons,
            remarks=remarks,
            records={one.paper: {"nomination": _nomination(one, names)} for one in shown},
        ),
    )


async def pick(ctx: Context) -> View:
    """Pick this week's paper by votes, post it here for everyone, and start its thread.

    Of papers with as many votes, the one with most upvotes goes first, then the one that was
    nominated first.
    """
    from bot.store.picks import Pick  # start-up time: the store is open already

    refuse_alone(ctx)
    today = ctx.library.today()
    week = today - timedelta(days=today.weekday())
    picks = ctx.tenant.picks
    if before := await picks.of(week):
        return await _posted(ctx, before)
    candidates = await picks.nominated()
    if not candidates:
        raise UsageError("Nothing is nominated: say “nominate” and a paper first.")
    tied = _tied(candidates)
    first = candidates[0]
    await introduce(ctx)
    one = Pick(week, first.paper, first.votes, tied, ctx.person.id, ctx.now)
    if not await picks.pick(one):  # another person was quicker
        return await _posted(ctx, await picks.of(week) or one)
    return await _posted(ctx, one, first.person)


async def picks(
    ctx: Context, week: Annotated[date | None, WEEK] = None, *, page: Annotated[int, PAGE] = 1
) -> View:
    """Show what your reading group has picked, the newest first.

    week: only that of this week, as in 2026-W22, or last
    page: which page of the list
    """
    refuse_alone(ctx)
    if week:
        one = await ctx.tenant.picks.of(week)
        past: tuple[Pick, ...] = (one,) if one else ()
        total = len(past)
    else:
        past, total = await ctx.tenant.picks.page(limit=ctx.page_size, offset=ctx.offset(page))
    papers = await ctx.library.papers([one.paper for one in past])
    names = await names_of(ctx, [one.person for one in past])
    remarks: dict[str, Spans] = {
        one.paper: (f"Picked for {_week(one.week)} with {count(one.votes, 'vote')}",)
        for one in past
    }
    above = () if total else (line("Nothing has been picked yet."),)
    buttons = (CANDIDATES,)
    return await listing(
        ctx,
        papers,
        total,
        Page(
            "picks",
            number=page,
            title="Past picks" if total else "",
            above=above,
            buttons=buttons,
            remarks=remarks,
            records={one.paper: {"pick": _pick(one, names)} for one in past},
        ),
    )


async def _posted(ctx: Context, one: Pick, nominator: str = "") -> View:
    """Post a pick with its thread for everyone, and tell the person who asked."""
    head = await _shown(ctx, one)
    if ctx.person.platform not in ctx.services.outlets:
        return head
    if ctx.place.private:
        told = note(
            "Only you see this, and there is no thread: say “pick” in a channel to have it posted "
            "there."
        )
        return replace(head, blocks=(told, *head.blocks))
    from bot.digests.announcements import (  # start-up time: only where something can be posted
        Announcement,
    )

    paper, *_ = await ctx.library.papers([one.paper])
    thread = f"Reading group: {cards.title(paper)}"
    what = Announcement(
        f"pick {one.week}",
        f"pick-{one.week}",
        head,
        await _opening(ctx, one, paper, nominator),
        thread,
    )
    try:
        posted = await ctx.services.announcements.post_once(ctx.place, what)
    except DeliveryError as error:
        told = line(
            Strong("Picked, but not posted as it should be."), f" {error} {_what_now(error)}"
        )
        return replace(head, blocks=(told, *head.blocks), outcome=Outcome.FAILED)
    if not posted.new:
        where = f" in {posted.where}" if posted.where else ""
        share = Buttons((Button("Show it to everyone here", f"share {paper.id}"), PICKS))
        return replace(head, blocks=(note(f"It was posted{where}."), *head.blocks, share))
    said = line("Posted: ", Strong(cards.title(paper)), f" is the paper of {_week(one.week)}.")
    thread_said = note(posted.no_thread or "Its thread is open.")
    return View((said, thread_said, Buttons((PICKS,))), data=head.data)


def _what_now(error: DeliveryError) -> str:
    if error.ambiguous and error.permanent:
        return "Please look; “share” shows the paper to everyone."
    if error.ambiguous:
        return "Say “pick” again in two minutes: it is looked for before it is posted again."
    return "Say “pick” again when that has changed, or in another channel."


async def _opening(ctx: Context, one: Pick, paper: Paper, nominator: str) -> View:
    """Return the first message of a pick's thread: who nominated it, why it won, and what it is."""
    by = (
        f"Nominated by {(await names_of(ctx, [nominator]))[nominator]}, picked"
        if nominator
        else "Picked"
    )
    about = shorten(paper.summary or paper.abstract, ABOUT)
    heading = Item(
        (Link(cards.title(paper), paper.url) if paper.url else Strong(cards.title(paper)),),
        tuple(
            filter(
                None, ((cards.byline(paper),) if paper.authors else (), (about,) if about else ())
            )
        ),
        paper=paper.id,
    )
    blocks: tuple[Block, ...] = (
        line(f"{by} with {count(one.votes, 'vote')}."),
        *([note(await _settled(ctx, one))] if one.tied else []),
        heading,
        line("What do you take from it, and what do you doubt?"),
    )
    return View(blocks)


async def _shown(ctx: Context, one: Pick) -> View:
    paper, *_ = await ctx.library.papers([one.paper])
    blocks = (
        line(Strong(f"The paper of {_week(one.week)}"), f", with {count(one.votes, 'vote')}"),
        *([note(await _settled(ctx, one))] if one.tied else []),
        *cards.card(paper, kept=False).blocks,
    )
    data = {
        "week": one.week.isoformat(),
        "votes": one.votes,
        "tied": list(one.tied),
        "paper": record(paper),
    }
    return View(blocks, title="Reading group", data=data)


async def _settled(ctx: Context, one: Pick) -> str:
    others = await ctx.library.papers(one.tied[:MAX_TIED])
    names = [f"“{cards.title(paper)}”" for paper in others]
    more = len(one.tied) - len(others)
    tied = listed([*names, count(more, "other")] if more else names)
    return f"Tied with {tied}; decided by upvotes, then by earliest nomination."


def _nomination(one: Nomination, names: Mapping[str, str]) -> dict[str, object]:
    """Return a nomination as JSON values."""
    return {"votes": one.votes, "by": names[one.person], "nominated": one.nominated.isoformat()}


def _pick(one: Pick, names: Mapping[str, str]) -> dict[str, object]:
    """Return a pick as JSON values."""
    return {
        "week": f"{one.week:%G-W%V}",
        "votes": one.votes,
        "by": names[one.person],
        "picked": one.picked.isoformat(),
        "tied": list(one.tied),
    }


def _tied(candidates: tuple[Nomination, ...]) -> tuple[str, ...]:
    first, *others = candidates
    return tuple(one.paper for one in others if one.votes == first.votes)


def _week(monday: date) -> str:
    return f"the week of {day_name(monday)}"


def refuse_alone(ctx: Context) -> None:
    """Refuse what needs a team. Raises UsageError."""
    if ctx.alone:
        raise UsageError("There is no team here: a reading group meets in a channel. Ask there.")
