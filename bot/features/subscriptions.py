"""Commands about subscriptions: digests at a time of one's choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from bot.calendar.schedule import Schedule
from bot.chat.outlet import Membership
from bot.chat.signatures import asked_in
from bot.chat.views import Block, Button, Buttons, Item, Outcome, Strong, View, line, note
from bot.errors import UsageError
from bot.features import digest_options as wording
from bot.features import watches
from bot.features.arguments import SUBSCRIPTION, TOPICS, WHERE, subscription_number
from bot.features.digest_options import CLEARED, OPTIONS, USUAL_TIME, Changes, apply
from bot.features.digests import ALL, history
from bot.features.email_confirmation import ask_for_code
from bot.features.first_steps import SUBSCRIBE
from bot.features.permissions import (
    find_destination,
    find_manageable,
    find_membership,
    manages,
    membership,
    own_zone,
    place_name,
    team_subscriptions,
    visible_subscriptions,
)
from bot.features.services import Context
from bot.features.subscription_card import card, headline, item, record, switch
from bot.features.subscription_rules import (
    add,
    check_broadcast,
    check_closeness,
    check_order,
    check_room,
    useless_options,
)
from bot.models import DigestOptions, Place, Subscription
from bot.text import count

MAX_AT_HOME = 5
MAX_LISTED = 20


async def _usual(ctx: Context, _: Mapping[str, str]) -> Mapping[str, str]:
    """Fill the form of a new subscription."""
    there = await membership(ctx, ctx.place)
    zone = await own_zone(ctx, there)
    where = "here" if manages(ctx, there) and not there.own else "me"
    held = wording.inputs(wording.usual_options(Schedule("daily", USUAL_TIME, zone)), where)
    left_out = useless_options(ctx, ctx.place)
    return {name: value for name, value in held.items() if name not in left_out}


async def _present(ctx: Context, given: Mapping[str, str]) -> Mapping[str, str]:
    """Fill the form of a subscription that is there."""
    try:
        number = subscription_number(given.get("number", ""), ctx.bot.today())
    except ValueError as error:
        raise UsageError(str(error)) from error
    known = await find_manageable(ctx, number)
    now = wording.inputs(known.options)
    return {name: value or wording.NOTHING.get(name, "") for name, value in now.items()}


@asked_in(_usual)
async def subscribe(
    ctx: Context,
    topics: Annotated[str, TOPICS] = "",
    *,
    where: Annotated[str, WHERE] = "here",
    options: Annotated[Changes, OPTIONS.but("topics")],
) -> View:
    """Get a digest of new papers here, or just for you.

    where: Where [here] – here, me (just you), or a channel
    topics: Which papers [all] – searches with commas between, with filters as in find

    Digests come by themselves until you pause or end them. Buttons under the answer change all
    that is not asked here.
    """
    said = wording.in_parts({"topics": topics, **options} if topics else options)
    destination = await find_destination(ctx, where)
    place, there = destination.place, destination.there
    check_closeness(ctx, said)
    if not destination.is_open:
        return _refused(there, said)
    wanted = await _wanted(ctx, said, destination.zone_source)
    check_order(wanted, replace(there, own=destination.is_theirs) if place.is_mail else there)
    await check_room(ctx, place, wanted)
    await check_broadcast(ctx, place, wanted)
    if destination.unconfirmed:
        return await ask_for_code(ctx, place, wording.line(wanted, _written_address(place)))
    next_date, next_due = wanted.schedule.after(ctx.now)
    new = Subscription(0, place, destination.owner, wanted, ctx.now, next_date, next_due)
    made = await add(ctx, new)
    view = await _shown(ctx, made, "Subscribed.")
    return replace(view, undo=f"unsubscribe {made.id}")


async def _wanted(ctx: Context, said: Changes, there: Membership | None) -> DigestOptions:
    """Complete what a person said of a new digest. Raises UsageError."""
    if not (zone := said.get("zone") or await own_zone(ctx, there)):
        raise UsageError(
            "Which time zone? Add a city in yours, as in zone:Berlin.", argument="zone"
        )
    wanted = apply(said, DigestOptions(Schedule("daily", USUAL_TIME, zone)), ctx.bot.today())
    usual_day = wording.usual_options(wanted.schedule).day
    return wanted if "day" in said else replace(wanted, day=usual_day)


def _refused(there: Membership, said: Changes) -> View:
    sentence = (
        f"Only {there.managers} can subscribe a channel. For a digest just for you, use where:me."
    )
    asked = "subscribe ? when:? every:? on:? at:? layout:? zone:? where:me"
    alone = Button("Just for me", (said and wording.line_of(said, "me")) or asked)
    buttons = Buttons((alone, ALL))
    return View((line(sentence), buttons), outcome=Outcome.REFUSED, argument="where")


async def subscriptions(ctx: Context) -> View:
    """List the subscriptions that you made, get here, or manage.

    Times are in your own time zone if your platform tells it.
    """
    found, zone = await visible_subscriptions(ctx), await own_zone(ctx)
    if not found:
        nothing = line(
            "There are no subscriptions yet. Subscribe to get the best papers at a time you choose."
        )
        return View(
            (nothing, Buttons((SUBSCRIBE,))), outcome=Outcome.NOTHING, data={"subscriptions": []}
        )
    shown = found[:MAX_LISTED]
    told = await history(ctx, [one for one, _ in shown])
    blocks: list[Block] = [
        item(one, where, zone, told.get(one.id, ()), useless_options(ctx, one.place))
        for one, where in shown
    ]
    if len(found) > MAX_LISTED:
        blocks.append(
            note(
                f"… and {len(found) - MAX_LISTED:,} more; show one by its number, as in preview 3."
            )
        )
    data = {"subscriptions": [record(one) for one, _ in found]}
    return View(
        (*blocks, Buttons((SUBSCRIBE,))), title=count(len(found), "subscription"), data=data
    )


@asked_in(_present)
async def edit(
    ctx: Context,
    number: Annotated[int, SUBSCRIPTION],
    *,
    options: Annotated[Changes, OPTIONS.for_change(CLEARED)],
) -> View:
    """Change a subscription; the rest stays as it is.

    number: Number of the subscription
    """
    known = await find_manageable(ctx, number)
    given = wording.in_parts(options)
    present = wording.values(known.options)  # a form gives also what stays as it is
    changes = {name: value for name, value in given.items() if value != present[name]}
    check_closeness(ctx, changes)
    wanted = apply(changes, known.options, ctx.bot.today())
    if wanted == known.options:
        return await _shown(ctx, known, "Nothing has changed. What would you like to change?")
    if known.watch:
        return await _shown(ctx, await watches.change(ctx, known, changes), "Changed.")
    if wanted.order != known.options.order:
        check_order(wanted, await membership(ctx, known.place))
    await check_room(ctx, known.place, wanted, known)
    if changes.keys() & wording.BROADCAST:
        await check_broadcast(ctx, known.place, wanted)
    changed = replace(known, options=wanted)
    if wanted.schedule != known.options.schedule and not known.paused:
        changed = await _from_now(ctx, changed)
    await ctx.subscriptions(known.place).change(changed)
    return replace(await _shown(ctx, changed, "Changed."), undo=_edit_back(known, wanted))


async def pause(ctx: Context, number: Annotated[int, SUBSCRIPTION]) -> View:
    """Stop a subscription's digests until you resume it.

    number: number of the subscription
    """
    known = await find_manageable(ctx, number)
    if known.paused:
        return await _shown(ctx, known, "It’s already paused.")
    why = f"by {ctx.person.name}" if ctx.person.name else "on request"
    paused = replace(known, paused=why, next_date=None, next_due=None)
    await ctx.subscriptions(known.place).change(paused)
    return replace(await _shown(ctx, paused, "Paused."), undo=f"resume {number}")


async def resume(ctx: Context, number: Annotated[int, SUBSCRIPTION]) -> View:
    """Resume a paused digest (missed ones aren't sent).

    number: number of the subscription
    """
    known = await find_manageable(ctx, number)
    if not known.paused:
        return await _shown(ctx, known, "It isn’t paused.")
    resumed = await _from_now(ctx, replace(known, paused="", refused=None, covered=None))
    await ctx.subscriptions(known.place).change(resumed)
    return replace(await _shown(ctx, resumed, "Resumed."), undo=f"pause {number}")


async def unsubscribe(ctx: Context, number: Annotated[int, SUBSCRIPTION]) -> View:
    """End a subscription.

    number: number of the subscription
    """
    known = await find_manageable(ctx, number)
    if known.watch:
        return await watches.remove(ctx, known)
    await ctx.subscriptions(known.place).remove(number)
    undo = await _undo(ctx, known)
    buttons = Buttons((*([Button("Undo", undo)] if undo else []), ALL))
    said = line(
        "Unsubscribed: ",
        Strong(f"subscription {number}"),
        f", {wording.when(known.options.schedule)}.",
    )
    return View((said, buttons), data={"removed": number}, undo=undo)


async def at_home(ctx: Context) -> tuple[Block, ...]:
    """Return the part of the first view that is about digests; () where none can be posted."""
    if ctx.person.platform not in ctx.services.outlets:
        return ()
    every = await team_subscriptions(ctx)
    mine = [one for one in every if one.person == ctx.person or ctx.is_admin]
    if not mine:
        return (
            line(Strong("Digests"), "  The best papers, at a time you choose."),
            Buttons((SUBSCRIBE,)),
        )
    zone, shown = await own_zone(ctx), mine[:MAX_AT_HOME]
    told = await history(ctx, shown)
    items = (
        Item(
            (Strong(f"Subscription {one.id}"),),
            (*headline(one, zone), *told[one.id]),
            (Button("Edit", f"edit {one.id}"), switch(one)),
        )
        for one in shown
    )
    return (line(Strong("Digests")), *items, Buttons((SUBSCRIBE, ALL)))


async def _from_now(ctx: Context, known: Subscription) -> Subscription:
    return known.from_now(ctx.now, await ctx.services.store.digest_history.last(known.id))


def _edit_back(before: Subscription, now: DigestOptions) -> str:
    """Return the line that gives a subscription its options again; "" where no line can."""
    past, present = wording.words(before.options), wording.words(now)
    changed = {name: text or CLEARED.get(name, "") for name, text in past.items()}
    changed = {name: text for name, text in changed.items() if text and past[name] != present[name]}
    if any('"' in text for text in changed.values()):
        return ""
    return " ".join([f"edit {before.id}", *(f'{n}:"{text}"' for n, text in changed.items())])


async def _shown(ctx: Context, known: Subscription, said: str) -> View:
    there = await find_membership(ctx, known.place)
    where, zone = place_name(ctx, known.place, there), await own_zone(ctx, there)
    return card(known, where, zone, said, useless_options(ctx, known.place))


def _written_address(place: Place) -> str:
    return place.address.removeprefix("mailto:")


async def _undo(ctx: Context, gone: Subscription) -> str:
    """Return the line that subscribes again; "" where no line means just that."""
    there = await find_membership(ctx, gone.place)
    where = gone.place.address
    if gone.place.is_mail:
        where = _written_address(gone.place)
    elif there and there.own:
        where = "me"
    elif gone.place == ctx.place:
        where = "here"
    elif gone.place.platform != ctx.person.platform:
        where = f"{gone.place.platform}:{where}"
    written = wording.line(gone.options, where)
    again = dict(ctx.bot.read(written, ctx.person, ctx.place).args) if written else {}
    meant = {**wording.words(gone.options), "where": where}
    return written if {**meant, **again} == meant else ""
