"""What keeps a subscription from being made or changed as a person wants it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.outlet import Membership
from bot.errors import UsageError
from bot.features import digest_options as wording
from bot.features.digest_options import Changes
from bot.features.permissions import MAX_SUBSCRIPTIONS, team_subscriptions
from bot.features.services import Context
from bot.models import DigestOptions, Place, Subscription

MAX_IN_PLACE = 10
TRIES = 5  # to add a subscription while others do


def check_order(options: DigestOptions, there: Membership) -> None:
    """Refuse to order by what one person keeps where others read it."""
    if options.order == "for-me" and not there.own:
        raise UsageError(
            "order:for-me uses your own shelf, so it needs a digest just for you: add where:me.",
            argument="order",
        )


async def check_room(
    ctx: Context, place: Place, options: DigestOptions, but: Subscription | None = None
) -> int:
    """Refuse what is there already, and one too many; return how many others are in the place."""
    present = but.id if but else 0  # no subscription has this number
    every = [one for one in await team_subscriptions(ctx) if one.id != present and not one.watch]
    there = [one for one in every if one.place == place]
    _refuse_same(there, options)
    if len(there) >= MAX_IN_PLACE:
        raise UsageError(
            f"There are already {MAX_IN_PLACE} subscriptions in that place: remove one first."
        )
    if len(every) >= MAX_SUBSCRIPTIONS:
        raise UsageError(f"There are already {MAX_SUBSCRIPTIONS} subscriptions: remove one first.")
    return len(there)


async def add(ctx: Context, new: Subscription) -> Subscription:
    """Add a subscription, unless another one is added to its place at the same time."""
    for _ in range(TRIES):
        there = await check_room(ctx, new.place, new.options)
        if made := await ctx.subscriptions(new.place).add_to(new, there):
            return made
    raise UsageError("Others are subscribing this place just now: try again in a moment.")


def _refuse_same(there: Sequence[Subscription], options: DigestOptions) -> None:
    for one in there:
        if one.options == options:
            paused = ", which is paused" if one.paused else ""
            raise UsageError(f"That is the same as subscription {one.id}{paused}.")


def broadcasts(ctx: Context, place: Place) -> bool:
    """Tell whether messages there can ping a role, and be published."""
    outlet = ctx.services.outlets.get(place.route)
    return outlet is not None and outlet.broadcasts


def useless_options(ctx: Context, place: Place) -> tuple[str, ...]:
    """Return the options that have no effect there: what they need is lacking."""
    meaning = () if ctx.services.library.has_model else ("closeness",)
    return meaning if broadcasts(ctx, place) else (*wording.BROADCAST, *meaning)


def check_closeness(ctx: Context, changes: Changes) -> None:
    """Refuse to choose by meaning more widely where no language model is set."""
    if changes.get("closeness") == "wide" and not ctx.services.library.has_model:
        raise UsageError(
            "closeness:wide needs a language model (PAPERBOY_MODEL); none is set. Leave it out.",
            argument="closeness",
        )


async def check_broadcast(ctx: Context, place: Place, options: DigestOptions) -> None:
    """Refuse to ping a role, or to publish, where the person or Paperboy may not."""
    outlet = ctx.services.outlets.get(place.route)
    if outlet and (options.ping or options.publish):
        ping, publish = options.ping, options.publish
        await outlet.check_broadcast(ctx.person, place, ping=ping, publish=publish)
