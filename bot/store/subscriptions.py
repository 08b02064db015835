"""The subscriptions: when each place gets a digest, and which papers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, or_, select, update

from bot.models import DigestOptions, Person, Place, Subscription
from bot.store.connections import Transaction
from bot.store.engine import Database
from bot.store.schema import subscriptions
from bot.store.turns import ROWS

_OURS = (
    subscriptions.c.platform == bindparam("platform"),
    subscriptions.c.tenant == bindparam("tenant"),
)
_INSERT = insert(subscriptions).returning(subscriptions.c.id)
_ALL = select(subscriptions).where(*_OURS).order_by(subscriptions.c.id).limit(bindparam("limit"))
_NEAR = _ALL.where(
    or_(
        subscriptions.c.person == bindparam("person"),
        subscriptions.c.address == bindparam("address"),
    )
)
_IN_PLACE = (
    select(func.count())
    .select_from(subscriptions)
    .where(
        *_OURS, subscriptions.c.address == bindparam("address"), subscriptions.c.watch.is_(False)
    )
)
_ONE = select(subscriptions).where(*_OURS, subscriptions.c.id == bindparam("id"))
_REMOVE = delete(subscriptions).where(*_OURS, subscriptions.c.id == bindparam("id"))
_CHANGE = (
    update(subscriptions)
    .where(
        subscriptions.c.platform == bindparam("its_platform"),
        subscriptions.c.tenant == bindparam("its_tenant"),
        subscriptions.c.id == bindparam("its_id"),
    )
    .values(
        wishes=bindparam("wishes"),
        next_date=bindparam("next_date"),
        next_due=bindparam("next_due"),
        covered=bindparam("covered"),
        paused=bindparam("paused"),
        refused=bindparam("refused"),
    )
)
_DUE = (
    select(subscriptions)
    .where(
        subscriptions.c.platform.in_(bindparam("platforms", expanding=True)),
        subscriptions.c.next_due <= bindparam("now"),
    )
    .order_by(subscriptions.c.next_due, subscriptions.c.id)
    .limit(bindparam("limit"))
)
_WAITING = (
    select(subscriptions)
    .where(
        subscriptions.c.platform.in_(bindparam("platforms", expanding=True)),
        subscriptions.c.next_due.is_not(None),
        subscriptions.c.id > bindparam("after"),
    )
    .order_by(subscriptions.c.id)
    .limit(bindparam("limit"))
)
_EVERY = (
    select(subscriptions)
    .where(subscriptions.c.id > bindparam("after"))
    .order_by(subscriptions.c.id)
    .limit(bindparam("limit"))
)
_MOVE = (
    update(subscriptions)
    .where(subscriptions.c.id == bindparam("its_id"), subscriptions.c.next_due.is_not(None))
    .values(next_date=bindparam("date"), next_due=bindparam("due"))
)
_PAUSE = (
    update(subscriptions)
    .where(subscriptions.c.id == bindparam("its_id"))
    .values(paused=bindparam("why"), next_date=None, next_due=None)
)
_GET = select(subscriptions).where(subscriptions.c.id == bindparam("id"))


class AllSubscriptions:
    """The subscriptions of all tenants, for the planner and the dispatcher."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, number: int) -> Subscription | None:
        """Return one by its number."""
        rows = await self._database.read(_GET, {"id": number})
        return subscription_of(rows[0]) if rows else None

    async def due(
        self, platforms: Collection[str], now: datetime, limit: int
    ) -> tuple[Subscription, ...]:
        """Return those whose next digest is due, the earliest first."""
        rows = await self._database.read(
            _DUE, {"platforms": list(platforms), "now": now, "limit": limit}
        )
        return tuple(map(subscription_of, rows))

    async def every(self, after: int, limit: int) -> tuple[Subscription, ...]:
        """Return those of all platforms, by number, starting after `after`."""
        rows = await self._database.read(_EVERY, {"after": after, "limit": limit})
        return tuple(map(subscription_of, rows))

    async def waiting(
        self, platforms: Collection[str], after: int, limit: int
    ) -> tuple[Subscription, ...]:
        """Return those with a next digest, by number, starting after `after`."""
        rows = await self._database.read(
            _WAITING, {"platforms": list(platforms), "after": after, "limit": limit}
        )
        return tuple(map(subscription_of, rows))

    async def move(self, number: int, day: date, due: datetime) -> None:
        """Change when the next digest is due, unless the subscription is paused."""
        values = {"its_id": number, "date": day, "due": due}
        await self._database.change(_MOVE, values, turn=ROWS)

    async def pause(self, number: int, why: str) -> None:
        """Pause a subscription until a person resumes it."""
        await self._database.change(_PAUSE, {"its_id": number, "why": why}, turn=ROWS)


class Subscriptions:
    """The subscriptions of one tenant."""

    def __init__(self, database: Database, platform: str, tenant: str) -> None:
        self._database = database
        self._tenant = {"platform": platform, "tenant": tenant}

    async def add(self, new: Subscription) -> Subscription:
        """Add a new one, and return it with its number."""

        async def run(transaction: Transaction) -> Subscription:
            return await insert_subscription(transaction, self._tenant, new)

        return await self._database.write(run)

    async def add_to(self, new: Subscription, there: int) -> Subscription | None:
        """Add a digest to a place that has so many; None if it has got another one since."""
        place = {**self._tenant, "address": new.place.address}

        async def run(transaction: Transaction) -> Subscription | None:
            if (await transaction.execute(_IN_PLACE, place)).scalar_one() != there:
                return None
            return await insert_subscription(transaction, self._tenant, new)

        return await self._database.write(run)

    async def all(self, limit: int) -> tuple[Subscription, ...]:
        """Return all, oldest first."""
        return tuple(
            map(subscription_of, await self._database.read(_ALL, {**self._tenant, "limit": limit}))
        )

    async def near(self, person: str, address: str, limit: int) -> tuple[Subscription, ...]:
        """Return those that a person made or that are for a place, oldest first."""
        near = {**self._tenant, "person": person, "address": address, "limit": limit}
        return tuple(map(subscription_of, await self._database.read(_NEAR, near)))

    async def get(self, number: int) -> Subscription | None:
        """Return one by its number, None if this tenant has no such one."""
        rows = await self._database.read(_ONE, {**self._tenant, "id": number})
        return subscription_of(rows[0]) if rows else None

    async def change(self, to: Subscription) -> None:
        """Save a changed one; its place and who made it never change."""

        async def run(transaction: Transaction) -> None:
            await update_subscription(transaction, self._tenant, to)

        await self._database.write(run)

    async def remove(self, number: int) -> bool:
        """Delete one with its undelivered messages; False if there is none."""
        return await self._database.change(_REMOVE, {**self._tenant, "id": number}) == 1


async def insert_subscription(
    transaction: Transaction, tenant: Mapping[str, str], new: Subscription
) -> Subscription:
    """Add a new one of a tenant, and return it with its number."""
    row = {
        **tenant,
        "address": new.place.address,
        "person": new.person.id,
        "wishes": new.options.to_json(),
        "made": new.made,
        "next_date": new.next_date,
        "next_due": new.next_due,
        "covered": new.covered,
        "paused": new.paused,
        "watch": new.watch,
    }
    number = (await transaction.execute(_INSERT, row)).scalar_one()
    return replace(new, id=int(number))


async def update_subscription(
    transaction: Transaction, tenant: Mapping[str, str], to: Subscription
) -> None:
    """Save a changed one of a tenant."""
    values = {
        **{f"its_{name}": value for name, value in tenant.items()},
        "its_id": to.id,
        "wishes": to.options.to_json(),
        "next_date": to.next_date,
        "next_due": to.next_due,
        "covered": to.covered,
        "paused": to.paused,
        "refused": to.refused,
    }
    await transaction.execute(_CHANGE, values)


def subscription_of(row: Row[Any]) -> Subscription:
    """Read a subscription from a row that has its columns."""
    return Subscription(
        row.id,
        Place(row.platform, row.tenant, row.address),
        Person(row.platform, row.tenant, row.person),
        DigestOptions.from_json(row.wishes),
        row.made,
        row.next_date,
        row.next_due,
        row.covered,
        row.paused,
        row.refused,
        row.watch,
    )
