"""What people are told of deliveries, and what they answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, bindparam, func, select, update

from bot.store.connections import Transaction
from bot.store.deliveries import CLOSE, CLOSED, THIS_DIGEST
from bot.store.engine import Database
from bot.store.schema import deliveries, digests

LATE = timedelta(minutes=10)  # after which a digest that is not there is overdue
# how long a message is still posted after an admin said that it, or the one before, is missing
RESOLVED_GRACE = timedelta(hours=1)
_d = deliveries.c
_UNPOSTED = (
    select(_d.subscription, func.max(_d.trouble))
    .where(
        _d.platform == bindparam("platform"),
        _d.tenant == bindparam("tenant"),
        _d.part >= 0,
        _d.state == "pending",
        _d.trouble != "",
    )
    .group_by(_d.subscription)
)
_UNCERTAIN = (
    select(_d.id, _d.subscription, _d.date, _d.part, _d.tried, _d.trouble)
    .where(
        _d.platform == bindparam("platform"),
        _d.tenant == bindparam("tenant"),
        _d.state == "uncertain",
    )
    .order_by(_d.id)
    .limit(bindparam("limit"))
)
_RESOLVE = (
    update(deliveries)
    .where(
        _d.id == bindparam("its_id"),
        _d.platform == bindparam("its_platform"),
        _d.tenant == bindparam("its_tenant"),
        _d.state == "uncertain",
    )
    .values(state=bindparam("how"), tried=None, not_before=bindparam("at"))
    .returning(_d.subscription, _d.date)
)
_EXTEND = (
    update(deliveries)
    .where(*THIS_DIGEST, _d.part >= 0, _d.state.not_in(CLOSED), _d.until < bindparam("then"))
    .values(until=bindparam("then"))
)
_OVERDUE = (
    select(func.count(), func.min(digests.c.due))
    .join_from(
        deliveries,
        digests,
        and_(_d.subscription == digests.c.subscription, _d.date == digests.c.date),
    )
    .where(
        _d.platform.in_(bindparam("platforms", expanding=True)),
        _d.part >= 0,
        _d.state.in_(("pending", "sending")),
        digests.c.due <= bindparam("late"),
    )
)
_COUNT_UNCERTAIN = select(func.count()).where(
    _d.platform.in_(bindparam("platforms", expanding=True)), _d.state == "uncertain"
)


@dataclass(frozen=True, slots=True)
class UncertainDelivery:
    """A message that only a person can tell whether it arrived."""

    id: int
    subscription: int
    day: date
    part: int
    tried: datetime | None
    trouble: str


@dataclass(frozen=True, slots=True)
class Health:
    """How many messages are overdue, since when the oldest is, and how many are uncertain."""

    overdue: int
    oldest: datetime | None
    uncertain: int


class DeliveryReports:
    """Which messages wait, are overdue or uncertain, of all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def unposted(self, platform: str, tenant: str) -> Mapping[int, str]:
        """Return why a digest waits, by subscription, where an attempt failed."""
        rows = await self._database.read(_UNPOSTED, {"platform": platform, "tenant": tenant})
        return dict(rows)

    async def uncertain(
        self, platform: str, tenant: str, limit: int = 20
    ) -> tuple[UncertainDelivery, ...]:
        """Return the uncertain messages of a tenant, oldest first."""
        rows = await self._database.read(
            _UNCERTAIN, {"platform": platform, "tenant": tenant, "limit": limit}
        )
        return tuple(UncertainDelivery(*row) for row in rows)

    async def resolve(
        self, platform: str, tenant: str, number: int, *, there: bool, now: datetime
    ) -> bool:
        """Record whether an uncertain message arrived, as a person says; if not, it is posted.

        Returns False if the tenant has no such uncertain message.
        """

        async def run(transaction: Transaction) -> bool:
            ours = {"its_id": number, "its_platform": platform, "its_tenant": tenant}
            how = {"how": "sent" if there else "pending", "at": now}
            row = (await transaction.execute(_RESOLVE, {**ours, **how})).one_or_none()
            if row is None:
                return False
            digest = {"its_subscription": row.subscription, "its_date": row.date}
            await transaction.execute(_EXTEND, {**digest, "then": now + RESOLVED_GRACE})
            await transaction.execute(CLOSE, {**digest, "at": now})
            return True

        return await self._database.of_tenant(platform, tenant).write(run)

    async def health(self, platforms: Collection[str], now: datetime) -> Health:
        """Count the messages that are overdue or uncertain."""
        ((overdue, oldest),) = await self._database.read(
            _OVERDUE, {"platforms": list(platforms), "late": now - LATE}
        )
        ((uncertain,),) = await self._database.read(
            _COUNT_UNCERTAIN, {"platforms": list(platforms)}
        )
        return Health(overdue, oldest, uncertain)
