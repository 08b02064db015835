"""The tenants that removed the bot: what ends at once, and the purge of their data later."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Delete, Table, bindparam, delete, exists, func, select, tuple_, union, update

from bot.store.connections import Transaction
from bot.store.engine import Database
from bot.store.pseudonyms import is_mark, mark_of
from bot.store.schema import (
    deliveries,
    departures,
    digests,
    installations,
    metadata,
    posted,
    subscriptions,
)
from bot.store.upserts import insert_or_keep

AT_ONCE = 500  # rows of a table that one transaction removes: others write in between

_OWNER = ("platform", "tenant")
# what hangs from these by a foreign key goes with them
_OWNED = [
    table
    for table in reversed(metadata.sorted_tables)
    if table is not departures and all(name in table.c for name in _OWNER)
]


def _ours(table: Table) -> Sequence[Any]:
    return [table.c[name] == bindparam(f"of_{name}") for name in _OWNER]


_THEIRS = select(subscriptions.c.id).where(*_ours(subscriptions))
_REST = (
    update(subscriptions)
    .where(*_ours(subscriptions), subscriptions.c.paused == "")
    .values(paused=bindparam("rests"), next_date=None, next_due=None)
)
_END_MESSAGES = (
    update(deliveries)
    .where(*_ours(deliveries), deliveries.c.state.not_in(("sent", "dead")))
    .values(state="dead", trouble=bindparam("why"), lease=None)
)
_OPEN = (digests.c.subscription.in_(_THEIRS), digests.c.state.in_(("planned", "posting")))
# the papers of a digest whose head was not posted are new again
_RELEASE = delete(posted).where(
    *_ours(posted),
    exists().where(
        digests.c.subscription == posted.c.subscription, digests.c.date == posted.c.date, *_OPEN
    ),
    ~exists().where(
        deliveries.c.subscription == posted.c.subscription,
        deliveries.c.date == posted.c.date,
        deliveries.c.part == 0,
        deliveries.c.state == "sent",
    ),
)
_END_DIGESTS = (
    update(digests)
    .where(*_OPEN)
    .values(state="skipped", reason=bindparam("why"), ended=bindparam("now"))
)
_UNINSTALL = delete(installations).where(*_ours(installations))
_NAMED = (
    departures.c.platform == bindparam("platform"),
    departures.c.tenant.in_(bindparam("names", expanding=True)),
)
_IS_GONE = select(func.count()).where(*_NAMED)
_BACK = delete(departures).where(*_NAMED)
_ALL = select(departures.c.tenant).where(departures.c.platform == bindparam("platform"))
_GONE = (
    select(departures.c.platform, departures.c.tenant, departures.c.at)
    .where(departures.c.at <= bindparam("until"))
    .order_by(departures.c.at)
)
_WAITING = select(departures.c.platform, departures.c.tenant, departures.c.at).order_by(
    departures.c.at
)
_SEAL = update(departures).where(*_ours(departures)).values(tenant=bindparam("mark"))
_KNOWN = select(
    union(
        *(
            select(table.c.tenant).where(table.c.platform == bindparam("platform"))
            for table in _OWNED
            if table is not installations
        )
    )
    .subquery()
    .c.tenant
)


def _some_of(table: Table) -> Delete:
    """Remove some rows of a tenant that left, unless it has come back."""
    keys = tuple(table.primary_key)
    some = select(*keys).where(*_ours(table), exists().where(*_ours(departures))).limit(AT_ONCE)
    return delete(table).where(tuple_(*keys).in_(some))


_PURGE = [_some_of(table) for table in _OWNED]


@dataclass(frozen=True, slots=True)
class Ended:
    """What a tenant's departure ended: how many subscriptions and unposted messages."""

    subscriptions: int
    messages: int


@dataclass(frozen=True, slots=True)
class Purged:
    """A purged tenant, and how many rows it had."""

    platform: str
    tenant: str
    rows: int


class Departures:
    """The tenants that removed the bot and have not invited it again.

    Once its data is gone, a tenant is remembered by a mark that does not tell which it was, so that
    late events bring nothing back.
    """

    def __init__(self, database: Database, identity: str) -> None:
        self._database = database
        self._identity = identity
        self._left = insert_or_keep(database.dialect, departures)

    async def left(
        self, platform: str, tenant: str, at: datetime, now: datetime, *, rests: str, why: str
    ) -> Ended | None:
        """Note that a tenant removed the bot, and end what was to be posted; None if known already.

        The days until the purge count from `at`. Active subscriptions pause with the reason
        `rests`; unposted digests and messages end with the reason `why`.
        """
        if await self.gone(platform, tenant):
            return None

        async def left(transaction: Transaction) -> Ended | None:
            row = {"platform": platform, "tenant": tenant, "at": at}
            if not (await transaction.execute(self._left, row)).rowcount:
                return None
            values = {**_of(platform, tenant), "why": why, "rests": rests}
            await transaction.execute(_RELEASE, values)
            messages = (await transaction.execute(_END_MESSAGES, values)).rowcount
            await transaction.execute(_UNINSTALL, values)
            await transaction.execute(_END_DIGESTS, {**values, "now": now})
            return Ended((await transaction.execute(_REST, values)).rowcount, messages)

        return await self._database.write(left)

    async def back(self, platform: str, tenant: str) -> bool:
        """Note that a tenant has the bot; False if it was not gone."""
        return await self._database.change(_BACK, self._named(platform, tenant)) > 0

    async def gone(self, platform: str, tenant: str) -> bool:
        """Tell whether a tenant removed the bot and has not invited it again."""
        ((found,),) = await self._database.read(_IS_GONE, self._named(platform, tenant))
        return bool(found)

    async def among(self, platform: str, tenants: Collection[str]) -> frozenset[str]:
        """Return which of some tenants are known to be gone."""
        names = {name for (name,) in await self._database.read(_ALL, {"platform": platform})}
        return frozenset(one for one in tenants if {one, mark_of(one, self._identity)} & names)

    async def known(self, platform: str) -> frozenset[str]:
        """Return the tenants that have data here."""
        return frozenset(
            name for (name,) in await self._database.read(_KNOWN, {"platform": platform})
        )

    async def waiting(self, platform: str = "") -> tuple[datetime, ...]:
        """Return when each tenant left whose data may remain, on one platform or all."""
        rows = await self._database.read(_WAITING)
        return tuple(at for its, name, at in rows if not is_mark(name) and its.startswith(platform))

    async def purge(self, until: datetime, seal: datetime) -> tuple[Purged, ...]:
        """Remove the data of tenants that left by `until`, in batches; return what was removed.

        The names of tenants that left before `seal` become marks: by then nothing can be on its
        way to them any more.
        """
        purged: list[Purged] = []
        for platform, tenant, at in await self._database.read(_GONE, {"until": until}):
            if is_mark(tenant):
                continue
            if rows := await self._purge(platform, tenant):
                purged.append(Purged(platform, tenant, rows))
            if at <= seal:
                mark = mark_of(tenant, self._identity)
                await self._database.change(_SEAL, {**_of(platform, tenant), "mark": mark})
        return tuple(purged)

    async def _purge(self, platform: str, tenant: str) -> int:
        rows = 0
        for some in _PURGE:
            while removed := await self._database.change(some, _of(platform, tenant)):
                rows += removed
        return rows

    def _named(self, platform: str, tenant: str) -> dict[str, Any]:
        return {"platform": platform, "names": [tenant, mark_of(tenant, self._identity)]}


def _of(platform: str, tenant: str) -> dict[str, str]:
    return {"of_platform": platform, "of_tenant": tenant}
