"""The outbox in order: whose turn it is, and what is made to wait or tried again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Boolean, Text, bindparam, exists, func, or_, select, update

from bot.models import Place
from bot.store.deliveries import CLOSED, NOW, READY_NOW
from bot.store.engine import Database
from bot.store.schema import deliveries, subscriptions

# messages handed out at once for one workspace: a slow one leaves room for the others
PER_WORKSPACE = 32
_d, _earlier = deliveries.c, deliveries.alias("earlier")
_AFTER_THE_EARLIER = or_(
    _d.part < 0,
    ~exists().where(
        _earlier.c.subscription == _d.subscription,
        _earlier.c.date == _d.date,
        _earlier.c.part >= 0,
        _earlier.c.part < _d.part,
        _earlier.c.state.not_in(CLOSED),
    ),
)
_IN_PLACES = (
    select(
        _d.id,
        _d.platform,
        _d.tenant,
        _d.address,
        _d.not_before,
        func.row_number()
        .over(partition_by=(_d.platform, _d.tenant, _d.address), order_by=(_d.not_before, _d.id))
        .label("in_place"),
    )
    .where(_d.platform.in_(bindparam("platforms", expanding=True)), READY_NOW, _AFTER_THE_EARLIER)
    .subquery()
)
_IN_TURN = (
    select(
        _IN_PLACES,
        func.row_number()
        .over(
            partition_by=(_IN_PLACES.c.platform, _IN_PLACES.c.tenant),
            order_by=(_IN_PLACES.c.not_before, _IN_PLACES.c.id),
        )
        .label("turn"),
    )
    .where(_IN_PLACES.c.in_place == 1)
    .subquery()
)
_READY = (
    select(_IN_TURN.c.id, _IN_TURN.c.platform, _IN_TURN.c.tenant, _IN_TURN.c.address)
    .where(_IN_TURN.c.turn <= PER_WORKSPACE)
    .order_by(_IN_TURN.c.turn, _IN_TURN.c.not_before, _IN_TURN.c.id)
    .limit(bindparam("limit"))
)
_NEXT_PENDING = select(func.min(_d.not_before)).where(
    _d.platform.in_(bindparam("platforms", expanding=True)),
    _d.state == "pending",
    _d.not_before > NOW,
)
_NEXT_LEASE = select(func.min(_d.lease)).where(
    _d.platform.in_(bindparam("platforms", expanding=True)), _d.state == "sending", _d.lease > NOW
)
_POSTPONE_PLACE = (
    update(deliveries)
    .where(
        _d.platform == bindparam("its_platform"),
        _d.tenant == bindparam("its_tenant"),
        or_(bindparam("everywhere", type_=Boolean), _d.address == bindparam("its_address")),
        _d.state == "pending",
        _d.not_before < bindparam("then"),
    )
    .values(not_before=bindparam("then"))
)
_REFUSED_ONES = _d.subscription.in_(
    select(subscriptions.c.id).where(subscriptions.c.refused.is_not(None))
)
_WAITS = (_d.state == "pending", _d.not_before > NOW)
_RETRY_PLACE = (
    update(deliveries)
    .where(
        _d.platform == bindparam("its_platform"),
        _d.tenant == bindparam("its_tenant"),
        # the place itself, or a thread in it, or with tags
        or_(
            _d.address == bindparam("its_address"),
            func.substr(_d.address, 1, func.length(bindparam("its_address", type_=Text)) + 1).in_(
                bindparam("begins", expanding=True)
            ),
        ),
        *_WAITS,
        _REFUSED_ONES,
    )
    .values(not_before=NOW)
)
_RETRY_SUBSCRIPTION = (
    update(deliveries)
    .where(_d.subscription == bindparam("its_subscription"), _d.part >= 0, *_WAITS)
    .values(not_before=NOW)
)
_RETRY_REFUSED = (
    update(deliveries)
    .where(_d.platform.in_(bindparam("platforms", expanding=True)), *_WAITS, _REFUSED_ONES)
    .values(not_before=NOW)
)


@dataclass(frozen=True, slots=True)
class Ready:
    """A message whose turn has come, and its place."""

    id: int
    place: Place


class DeliveryQueue:
    """What waits to be delivered, of all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ready(
        self, platforms: Collection[str], now: datetime, limit: int
    ) -> tuple[Ready, ...]:
        """Return what can be claimed now: one message per place, a few per workspace, in turn."""
        rows = await self._database.read(
            _READY, {"platforms": list(platforms), "now": now, "limit": limit}
        )
        return tuple(Ready(row.id, Place(row.platform, row.tenant, row.address)) for row in rows)

    async def next_change(self, platforms: Collection[str], now: datetime) -> datetime | None:
        """Return when time alone makes something ready again."""
        values = {"platforms": list(platforms), "now": now}
        ((pending,),) = await self._database.read(_NEXT_PENDING, values)
        ((lease,),) = await self._database.read(_NEXT_LEASE, values)
        return min((at for at in (pending, lease) if at), default=None)

    async def postpone_place(self, place: Place, then: datetime, *, everywhere: bool) -> None:
        """Postpone everything for a place, or for its whole workspace."""
        values = {
            "its_platform": place.platform,
            "its_tenant": place.tenant,
            "its_address": place.address,
        }
        await self._of(place).change(
            _POSTPONE_PLACE, {**values, "everywhere": everywhere, "then": then}
        )

    async def retry_place(self, place: Place, now: datetime) -> int:
        """Make what a place or its threads refused ready again; return how many messages."""
        values = {
            "its_platform": place.platform,
            "its_tenant": place.tenant,
            "its_address": place.address,
            "begins": [f"{place.address}/", f"{place.address}:"],
        }
        return await self._of(place).change(_RETRY_PLACE, {**values, "now": now})

    async def retry_subscription(self, number: int, now: datetime) -> int:
        """Make what waits for a subscription ready again; return how many messages."""
        values = {"its_subscription": number, "now": now}
        return await self._database.change(_RETRY_SUBSCRIPTION, values)

    async def retry_refused(self, platforms: Collection[str], now: datetime) -> int:
        """Make what any place refused ready again; return how many messages."""
        values = {"platforms": list(platforms), "now": now}
        return await self._database.change(_RETRY_REFUSED, values)

    def _of(self, place: Place) -> Database:
        return self._database.of_tenant(place.platform, place.tenant)
