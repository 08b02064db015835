"""Polls: a team chooses among what is nominated, where the platform has polls."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from secrets import token_hex
from typing import TYPE_CHECKING, Annotated

from bot import cards
from bot.chat.arguments import number
from bot.chat.outlet import Poll
from bot.chat.views import Button, Buttons, Link, Moment, Outcome, View, line, note
from bot.errors import DeliveryError, UsageError
from bot.features.reading_group import CANDIDATES, refuse_alone
from bot.features.services import Context
from bot.features.subscription_card import moment

if TYPE_CHECKING:
    from bot.store.polls import OpenPoll

MAX_HOURS = 768  # 32 days: Discord's longest
MAX_ANSWERS = 10  # as many as Discord has
HOURS = number(1, MAX_HOURS, "a number of hours")
QUESTION = "What should the reading group read next?"
UNDER_WAY = timedelta(minutes=2)  # that posting one needs at most
UNKNOWN = "No answer came. Say “poll” again at once: it is the same poll, posted or not."
PICK = Button("Pick now", "pick")


async def poll(ctx: Context, *, hours: Annotated[int, HOURS] = 24) -> View:
    """Let your team choose in a poll here among what is nominated.

    hours: How many hours [24] – up to 768, which are 32 days

    Everyone can choose several papers. When the poll ends, each choice counts as a vote.
    """
    refuse_alone(ctx)
    adapter = ctx.services.adapter(ctx.person.platform)
    polls = ctx.tenant.polls
    known = await polls.get()
    if known and not known.message and ctx.now - known.begun > UNDER_WAY:
        await polls.end(known)  # it was never posted
        known = None
    if known and known.message:
        there = _open(known, adapter.link(known.sent), "There is a poll already")
        return replace(there, outcome=Outcome.NOTHING)
    new = known or await _new(ctx, hours)
    if not known and not await polls.begin(new):
        raise UsageError("A poll is being posted just now.")
    asked = Poll(QUESTION, await _titles(ctx, new), hours)
    try:
        sent = await adapter.post_poll(new.place, asked, new.key)
    except (UsageError, DeliveryError) as error:
        if isinstance(error, DeliveryError) and error.ambiguous:
            raise DeliveryError(UNKNOWN) from error
        await polls.end(new)
        raise
    await polls.record(new, sent)
    posted = replace(new, place=sent.place, message=sent.message)
    return _open(posted, adapter.link(sent), "The poll is posted")


async def _new(ctx: Context, hours: int) -> OpenPoll:
    from bot.store.polls import OpenPoll  # start-up time: the store is open already

    nominated = (await ctx.tenant.picks.nominated())[:MAX_ANSWERS]
    if len(nominated) < 2:
        raise UsageError("A poll needs two papers: say “nominate” and a paper first.")
    papers = tuple(one.paper for one in nominated)
    return OpenPoll(ctx.place, token_hex(9), papers, ctx.now, ctx.now + timedelta(hours=hours))


async def _titles(ctx: Context, one: OpenPoll) -> tuple[str, ...]:
    return tuple(cards.title(paper) for paper in await ctx.library.papers(one.papers))


def _open(one: OpenPoll, link: str | None, said: str) -> View:
    ends = Moment(moment(one.ends, "UTC"), one.ends)
    shown = Link(said, link) if link else said
    blocks = (
        line(shown, ", and open until ", ends, "."),
        note("Each choice then counts as a vote for the paper."),
        Buttons((CANDIDATES, PICK)),
    )
    data = {"papers": list(one.papers), "ends": one.ends.isoformat()}
    return View(blocks, data=data)
