"""Permissions: who may post digests where, and who sees which subscriptions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass

from bot.calendar.zones import zones
from bot.chat.outlet import Membership, Outlet
from bot.errors import DeliveryError, UsageError
from bot.features.email_confirmation import is_confirmed, mail_place, mask, read_address
from bot.features.services import Context
from bot.models import Person, Place, Subscription
from bot.text import listed, shorten

log = logging.getLogger(__name__)

MAX_SUBSCRIPTIONS = 500  # subscriptions of a tenant, those for one person alone among them
MAX_PLACES_ASKED = 20  # places of which a platform is asked at once whether somebody manages them
AT_ONCE = 5


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a person wants messages, and what they are there.

    The messages belong to `owner`. `is_open` says whether the person may have them posted there; of
    an e-mail address that is `unconfirmed` its owner decides. The zone of `zone_source` is theirs.
    """

    place: Place
    there: Membership
    owner: Person
    is_theirs: bool
    is_open: bool
    unconfirmed: bool

    @property
    def zone_source(self) -> Membership | None:
        """The membership that tells the person's time zone, if it is of their platform."""
        return self.there if self.is_theirs and not self.place.is_mail else None


async def find_destination(ctx: Context, where: str) -> Destination:
    """Return the place that a person names for messages. Raises UsageError, DeliveryError."""
    place = await find_place(ctx, where)
    there = await membership(ctx, place)
    is_theirs = place.platform == ctx.person.platform
    # where people are not known, it belongs to no person but to the admins
    owner = ctx.person if is_theirs else Person(place.platform, "", "")
    unconfirmed = place.is_mail and not await is_confirmed(ctx, place)
    is_open = unconfirmed or manages(ctx, there)
    return Destination(place, there, owner, is_theirs, is_open, unconfirmed)


async def membership(ctx: Context, place: Place) -> Membership:
    """Return the person's membership in a place. Raises UsageError, DeliveryError."""
    if place.is_mail:
        return await _mail_membership(ctx, place)
    if ctx.services.send_only(place.platform):
        name = f"{place.platform}:{place.address}"
        return Membership(manages=False, managers="people named in PAPERBOY_ADMINS", name=name)
    return await ctx.services.adapter(place.platform).membership(ctx.person, place)


def manages(ctx: Context, there: Membership) -> bool:
    """Tell whether that standing, or the settings, let the person decide what is posted."""
    return there.manages or there.own or ctx.is_admin


async def _mail_membership(ctx: Context, place: Place) -> Membership:
    address = place.address.removeprefix("mailto:")
    if await is_confirmed(ctx, place):
        own = place.platform == ctx.person.platform
        return Membership(manages=True, own=own, name=address)
    return Membership(manages=False, managers="the owner of the address", name=mask(address))


async def find_membership(ctx: Context, place: Place) -> Membership | None:
    """Return the person's membership in a place, None if the platform does not tell."""
    if place.route not in ctx.services.outlets and not place.is_mail:
        return None
    try:
        return await membership(ctx, place)
    except DeliveryError as error:
        log.info("whether %s manages %s is not known: %s", ctx.person.id, place.address, error)
        return None


async def find_place(ctx: Context, where: str) -> Place:
    """Return the place that the person names; their own conversation has one address."""
    if mail := read_address(where):
        return mail_place(ctx, mail)
    platform, _, address = where.partition(":")
    if outlet := ctx.services.send_only(platform.lower()):
        return _address(ctx, outlet, address)
    adapter = ctx.services.adapter(ctx.person.platform)
    if where.lower() == "here":
        there = await adapter.membership(ctx.person, ctx.place)
        # named like any other: it may be one that the bot cannot write to
        where = "me" if there.own else ctx.place.address
    try:
        return await adapter.place(where, ctx.person)
    except UsageError as error:
        raise UsageError(str(error), argument="where") from error


def _address(ctx: Context, outlet: Outlet, address: str) -> Place:
    """Return a place of an outlet that knows no people. Raises UsageError for all but admins."""
    if not ctx.is_admin:
        raise UsageError("Only people named in PAPERBOY_ADMINS can have digests posted there.")
    if outlet.addresses and address not in outlet.addresses:
        known = listed([f"{outlet.platform}:{one}" for one in outlet.addresses], "or")
        raise UsageError(f"There is no {outlet.platform} “{shorten(address, 40)}”: name {known}.")
    return Place(outlet.platform, "", address)


async def own_zone(ctx: Context, there: Membership | None = None) -> str:
    """Return the person's time zone: the platform's, or their last subscription's, or ""."""
    there = there or await find_membership(ctx, ctx.place)
    if there and there.zone in zones():
        return there.zone
    made = [one for one in await team_subscriptions(ctx) if one.person == ctx.person]
    return made[-1].options.schedule.zone if made else ""


async def team_subscriptions(ctx: Context) -> tuple[Subscription, ...]:
    """Return the subscriptions of the team, or of the person alone if there is no team.

    For admins there are also those of outlets that only take messages.
    """
    if ctx.person.tenant:
        return (*await ctx.tenant.subscriptions.all(MAX_SUBSCRIPTIONS), *await _send_only(ctx))
    alone = await ctx.tenant.subscriptions.near(ctx.person.id, ctx.place.address, MAX_SUBSCRIPTIONS)
    return (*alone, *await _send_only(ctx))


async def _send_only(ctx: Context) -> tuple[Subscription, ...]:
    places = [Place(platform, tenant, "") for platform, tenant in ctx.tenants[1:]]
    return tuple(
        [one for place in places for one in await ctx.subscriptions(place).all(MAX_SUBSCRIPTIONS)]
    )


async def find_subscription(ctx: Context, number: int) -> Subscription:
    """Return a subscription that the person made, gets here, or manages. Raises UsageError."""
    known = await ctx.tenant.subscriptions.get(number)
    if known is None:
        known = next((one for one in await _send_only(ctx) if one.id == number), None)
    if known is None or not (
        _theirs(ctx, known) or _may(ctx, await find_membership(ctx, known.place))
    ):
        raise UsageError(
            f"There is no subscription {number} here. “subscriptions” lists yours.",
            argument="number",
        )
    return known


async def find_manageable(ctx: Context, number: int) -> Subscription:
    """Return a subscription that the person may change. Raises UsageError."""
    known = await find_subscription(ctx, number)
    try:
        there = await membership(ctx, known.place)
    except DeliveryError:
        if known.person == ctx.person or ctx.is_admin:  # the place can be gone
            return known
        raise
    if not manages(ctx, there):
        raise UsageError(f"Only {there.managers} can do that with subscription {number}.")
    return (
        await ctx.subscriptions(known.place).get(number) or known
    )  # much can have changed while the platform was asked


async def visible_subscriptions(ctx: Context) -> tuple[tuple[Subscription, str], ...]:
    """Return the subscriptions that the person may see, each with the name of its place."""
    every = await team_subscriptions(ctx)
    places = tuple(dict.fromkeys(one.place for one in every))[:MAX_PLACES_ASKED]
    known = await _memberships(ctx, places)

    mine = [one for one in every if _theirs(ctx, one) or _may(ctx, known.get(one.place))]
    return tuple((one, place_name(ctx, one.place, known.get(one.place))) for one in mine)


def place_name(ctx: Context, place: Place, there: Membership | None) -> str:
    """Name a place for the person."""
    if place.is_mail:
        return f"by e-mail to {there.name if there else 'you'}"
    if there and there.own:
        return "for you only"
    if place == ctx.place:
        return "here"
    return f"in {there.name if there and there.name else place.address}"


def _theirs(ctx: Context, known: Subscription) -> bool:
    return known.person == ctx.person or known.place == ctx.place


def _may(ctx: Context, there: Membership | None) -> bool:
    return manages(ctx, there) if there else ctx.is_admin


async def _memberships(ctx: Context, places: Collection[Place]) -> dict[Place, Membership | None]:
    """Ask for the standings in some places, a few at a time."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def ask(place: Place) -> Membership | None:
        async with turn:
            return await find_membership(ctx, place)

    return dict(zip(places, await asyncio.gather(*map(ask, places)), strict=True))
