"""What a restored database can't know: what was posted after the backup was made."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, func, or_, select, update

from bot.models import Subscription
from bot.store.connections import Transaction
from bot.store.engine import Database
from bot.store.schema import Instant, deliveries, digests, subscriptions
from bot.store.subscriptions import subscription_of

_SUSPECT = (
    update(deliveries)
    .where(deliveries.c.state.in_(("pending", "sending")))
    .values(tried=func.coalesce(deliveries.c.tried, bindparam("since", type_=Instant)))
)
_PLANNED = digests.c.state == "planned"
_PAST = subscriptions.c.next_due <= bindparam("now", type_=Instant)
_UNCOVER = (
    update(subscriptions)
    .where(or_(subscriptions.c.id.in_(select(digests.c.subscription).where(_PLANNED)), _PAST))
    .values(covered=None)
)
_SKIP = (
    update(digests)
    .where(_PLANNED)
    .values(state="skipped", reason=bindparam("why"), ended=bindparam("now", type_=Instant))
)
_DUE = select(subscriptions).where(_PAST).order_by(subscriptions.c.id).limit(bindparam("limit"))


class Recovery:
    """The changes of a restored database, before anything runs on it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def suspect_messages(self, since: datetime) -> int:
        """Have messages that were on their way looked for before they are sent."""
        return await self._database.change(_SUSPECT, {"since": since})

    async def skip_planned(self, why: str, now: datetime) -> int:
        """Skip the digests that had no messages yet; return how many.

        Their subscriptions, and those that are past, cover their usual days with the next digest.
        """

        async def run(transaction: Transaction) -> int:
            await transaction.execute(_UNCOVER, {"now": now})
            return (await transaction.execute(_SKIP, {"why": why, "now": now})).rowcount

        return await self._database.write(run)

    async def past(self, now: datetime, limit: int) -> tuple[Subscription, ...]:
        """Return subscriptions whose next digest is due, on whatever platform."""
        rows = await self._database.read(_DUE, {"now": now, "limit": limit})
        return tuple(map(subscription_of, rows))
