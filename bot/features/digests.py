"""Commands about single digests: preview, post now, and their state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Literal

from bot.cards import day_name
from bot.chat.signatures import also_named, managing
from bot.chat.views import (
    Block,
    Button,
    Buttons,
    Item,
    Link,
    Outcome,
    Spans,
    Strong,
    Text,
    View,
    line,
    note,
)
from bot.errors import UsageError
from bot.features import watches
from bot.features.arguments import MESSAGE, SUBSCRIPTION, SUBSCRIPTION_OR_NOW
from bot.features.permissions import (
    find_manageable,
    find_place,
    find_subscription,
    team_subscriptions,
    visible_subscriptions,
)
from bot.features.services import Context
from bot.models import Subscription
from bot.text import count

if TYPE_CHECKING:
    from bot.store.delivery_reports import UncertainDelivery
    from bot.store.digest_history import DigestOutcome, PostedDigest
    from bot.store.digests import State

RECENT = timedelta(days=7)
MAX_RECENT = 200
MAX_QUESTIONS = 5
MAX_BLOCKS = 40  # of a preview; what an adapter has no room for, it shortens
ALL = Button("All subscriptions", "subscriptions")


async def preview(ctx: Context, number: Annotated[int, SUBSCRIPTION]) -> View:
    """Preview what a subscription would post now.

    number: number of the subscription
    """
    known = await find_subscription(ctx, number)
    if known.watch:
        return await watches.preview(ctx, known)
    views = await ctx.services.planner.preview(known)
    head, rest = views[0], views[1:]
    blocks: list[Block] = list(head.blocks)
    for view in rest:
        blocks += [line(Strong(view.title))] if view.title else []
        blocks += view.blocks
    messages = count(len(views), "message")
    told = f"Only you see this: what subscription {number} would post now, in {messages}."
    if known.options.quiet and not any(view.papers for view in views):
        told = f"Subscription {number} would post nothing now."
    buttons = Buttons(
        (Button("Post it now", f"digest {number}"), Button("Edit", f"edit {number}"), ALL)
    )
    return View(
        (note(told), *islice(blocks, MAX_BLOCKS), buttons),
        title=head.title,
        data={"messages": len(views)},
    )


@managing
async def digest(ctx: Context, number: Annotated[int | None, SUBSCRIPTION_OR_NOW] = None) -> View:
    """Post a digest now, instead of today's.

    number: number of the subscription, or now for the one here
    """
    known = await find_manageable(ctx, number) if number is not None else await _only_one(ctx)
    if isinstance(known, View):
        return known
    if known.watch:
        raise UsageError(f"Watch {known.id} tells of papers as they come; it has no digest.")
    dispatcher = ctx.services.dispatcher
    if await ctx.services.planner.post_now(known):
        dispatcher.look()
        return View((line("It is on its way."), Buttons((ALL,))), data={"posted": known.id})
    if await dispatcher.retry(known.id):
        return View((line("Trying again now."), Buttons((ALL,))), data={"posted": known.id})
    done = line(f"Today’s digest of subscription {known.id} is posted, or on its way.")
    past = tuple(Text(spans) for spans in (await history(ctx, [known]))[known.id])
    data = {"posted": None}
    return View((done, *past, Buttons((ALL,))), outcome=Outcome.NOTHING, data=data)


@managing
@also_named("settle")  # on buttons of earlier versions
async def resolve(
    ctx: Context, message: Annotated[int, MESSAGE], found: Literal["there", "post"]
) -> View:
    """Tell Paperboy whether an uncertain message arrived.

    message: message number (see status)
    found: there if it arrived, or post to post it now
    """
    store = ctx.services.store
    mine = {one.id for one, _ in await visible_subscriptions(ctx)}
    open_ = await _uncertain(ctx)
    one = next((one for one in open_ if one.id == message and one.subscription in mine), None)
    of = await store.subscriptions.get(one.subscription) if one else None
    if one is None or of is None:
        raise UsageError(f"There is no uncertain message {message}. “status” lists them.")
    await find_manageable(ctx, one.subscription)
    there = found == "there"
    place = of.place
    done = await store.delivery_reports.resolve(
        place.platform, place.tenant, message, there=there, now=ctx.now
    )
    if not done:
        raise UsageError("That is answered already.")
    said = (
        "Good, it arrived. The messages after it follow now."
        if there
        else "Posting it now, and the messages after it."
    )
    return View(
        (line(said), Buttons((Button("Status", "status"), ALL))),
        data={"message": message, "there": there},
    )


async def _only_one(ctx: Context) -> Subscription | View:
    """Return the subscription of this place, or ask which of several."""
    place = await find_place(ctx, "here")
    here = [one for one in await team_subscriptions(ctx) if one.place == place and not one.watch]
    if not here:
        raise UsageError("There is no subscription here. Type “subscribe” to add one.")
    if len(here) == 1:
        return await find_manageable(ctx, here[0].id)
    buttons = Buttons(tuple(Button(f"Subscription {one.id}", f"digest {one.id}") for one in here))
    return View(
        (line("Which one?"), buttons),
        outcome=Outcome.NOTHING,
        data={"numbers": [one.id for one in here]},
    )


async def history(ctx: Context, known: Sequence[Subscription]) -> dict[int, tuple[Spans, ...]]:
    """Say for each subscription when it last posted, what waits, and what was not posted lately."""
    past = ctx.services.store.digest_history
    of_each = [await past.last_posted(*one) for one in ctx.tenants]
    posted = {number: one for some in of_each for number, one in some.items()}
    waiting, skipped = await _unposted(ctx), await troubles(ctx, known)
    told: dict[int, tuple[Spans, ...]] = {}
    for one in known:
        lines: list[Spans] = [_last_posted(ctx, posted[one.id])] if one.id in posted else []
        lines += [(f"Waiting to be posted: {waiting[one.id]}",)] if one.id in waiting else []
        told[one.id] = (*lines, *((trouble,) for trouble in skipped.get(one.id, ())))
    return told


async def troubles(ctx: Context, known: Sequence[Subscription]) -> dict[int, tuple[str, ...]]:
    """Say for each of these subscriptions which digests were not posted lately."""
    ended = await _recent(ctx, ["skipped"])
    numbers = {one.id for one in known}
    told: dict[int, tuple[str, ...]] = {}
    for one in ended:
        if one.subscription in numbers:
            told[one.subscription] = (*told.get(one.subscription, ()), _not_posted(one))
    return told


def _last_posted(ctx: Context, posted: PostedDigest) -> Spans:
    outlet = ctx.services.outlets.get(posted.head.place.platform)
    link = outlet.link(posted.head) if outlet else None
    day = day_name(posted.day)
    lacks = [f". {posted.lacks}"] if posted.lacks else []
    return ("Last posted: ", Link(day, link) if link else day, *lacks)


async def state(ctx: Context) -> tuple[Block, ...]:
    """Say how the digests are that the person may see."""
    mine = {one.id: one for one, _ in await visible_subscriptions(ctx)}
    if not mine:
        return ()
    general = (await ctx.services.planner.troubles()).values()
    return (
        line(Strong("Digests"), f"  {await _counts(ctx, mine)}"),
        *map(line, (*general, *await _failures(ctx, mine))),
        *await _questions(ctx, mine),
    )


async def _counts(ctx: Context, mine: Mapping[int, Subscription]) -> str:
    open_ = await _recent(ctx, ["planned", "posting"])
    waiting = sum(one.subscription in mine for one in open_)
    paused = sum(bool(one.paused) for one in mine.values())
    return f"{len(mine)} subscribed, {paused} paused, {waiting} waiting to be posted"


async def _failures(ctx: Context, mine: Mapping[int, Subscription]) -> list[str]:
    waiting = await _unposted(ctx)
    failed = [f"Subscription {n}: waits, because: {why}" for n, why in waiting.items() if n in mine]
    for number, skipped in (await troubles(ctx, tuple(mine.values()))).items():
        failed += [f"Subscription {number}: {one}" for one in skipped]
    return failed


async def _questions(ctx: Context, mine: Mapping[int, Subscription]) -> tuple[Item, ...]:
    questions = [_question(one) for one in await _uncertain(ctx) if one.subscription in mine]
    return tuple(questions[:MAX_QUESTIONS])


async def _recent(ctx: Context, states: Sequence[State]) -> list[DigestOutcome]:
    past, since = ctx.services.store.digest_history, ctx.now - RECENT
    of_each = [await past.recent(*one, since, states, MAX_RECENT) for one in ctx.tenants]
    return [one for some in of_each for one in some]


async def _unposted(ctx: Context) -> dict[int, str]:
    reports = ctx.services.store.delivery_reports
    of_each = [await reports.unposted(*one) for one in ctx.tenants]
    return {number: why for some in of_each for number, why in some.items()}


async def _uncertain(ctx: Context) -> list[UncertainDelivery]:
    reports = ctx.services.store.delivery_reports
    of_each = [await reports.uncertain(*one, MAX_RECENT) for one in ctx.tenants]
    return [one for some in of_each for one in some]


def _question(one: UncertainDelivery) -> Item:
    """Ask whether a message is there."""
    lines = (("Paperboy can’t tell whether it was posted: please check.",), (one.trouble,))
    buttons = (
        Button("It is there", f"resolve {one.id} there"),
        Button("Post it", f"resolve {one.id} post"),
    )
    return Item(
        (Strong(f"Subscription {one.subscription}"), f" · digest of {day_name(one.day)}"),
        lines,
        buttons,
    )


def _not_posted(one: DigestOutcome) -> str:
    return f"Not posted on {day_name(one.day)}: {one.reason}"
