"""The outbox: messages to deliver, each claimed by one worker at a time.

Only the worker that claimed a message can finish it. A claim ends with its lease; the next claim
raises the fence, and a report by an earlier holder then changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.models import Place
from bot.store.connections import Transaction
from bot.store.engine import Database
from bot.store.schema import Instant, deliveries, digests, posted, subscriptions
from bot.store.turns import ROWS

CLOSED = ("sent", "dead")

NOW = bindparam("now", type_=Instant)
_d = deliveries.c
READY_NOW = or_(
    and_(_d.state == "pending", _d.not_before <= NOW),
    and_(_d.state == "sending", _d.lease <= NOW),
)
_CLAIM = (
    update(deliveries)
    .where(_d.id == bindparam("its_id"), READY_NOW)
    .values(
        state="sending",
        fence=_d.fence + 1,
        attempts=_d.attempts + 1,
        lease=bindparam("until_then"),
        tried=func.coalesce(_d.tried, NOW),
    )
    .returning(deliveries)
)
_HELD = (_d.id == bindparam("its_id"), _d.fence == bindparam("its_fence"), _d.state == "sending")
_FINISH = (
    update(deliveries)
    .where(*_HELD)
    .values(
        state="sent",
        message=bindparam("its_message"),
        sent_to=bindparam("its_address"),
        lease=None,
        trouble=bindparam("why"),
    )
)
_POSTPONE = (
    update(deliveries)
    .where(*_HELD)
    .values(
        state="pending",
        not_before=bindparam("then"),
        tried=bindparam("since"),
        trouble=bindparam("why"),
        lease=None,
    )
)
_RESTART = update(deliveries).where(*_HELD).values(tried=bindparam("since"))
_HOLD = (
    update(deliveries).where(*_HELD).values(state="uncertain", trouble=bindparam("why"), lease=None)
)
_DROP = update(deliveries).where(*_HELD).values(state="dead", trouble=bindparam("why"), lease=None)
THIS_DIGEST = (_d.subscription == bindparam("its_subscription"), _d.date == bindparam("its_date"))
_DROP_ALL = (
    update(deliveries)
    .where(*THIS_DIGEST, _d.part >= 0, _d.state.not_in(CLOSED))
    .values(state="dead", trouble=bindparam("why"), lease=None)
)
_OPEN_PART = exists().where(
    _d.subscription == digests.c.subscription,
    _d.date == digests.c.date,
    _d.part >= 0,
    _d.state.not_in(CLOSED),
)
_THE_DIGEST = (
    digests.c.subscription == bindparam("its_subscription"),
    digests.c.date == bindparam("its_date"),
    digests.c.state == "posting",
)
CLOSE = update(digests).where(*_THE_DIGEST, ~_OPEN_PART).values(state="sent", ended=bindparam("at"))
_SKIP = (
    update(digests)
    .where(*_THE_DIGEST)
    .values(state="skipped", reason=bindparam("why"), ended=bindparam("at"))
)
_later = digests.alias("later")
# unless a later digest covers these days already
_COVERED_DAYS = (
    select(digests.c.first, digests.c.last, subscriptions.c.covered)
    .join(subscriptions, digests.c.subscription == subscriptions.c.id)
    .where(
        *_THE_DIGEST,
        ~exists().where(
            _later.c.subscription == digests.c.subscription,
            _later.c.date > digests.c.date,
            _later.c.first <= digests.c.first,
            _later.c.state.in_(("posting", "sent", "quiet")),
        ),
    )
)
_UNCOVER = (
    update(subscriptions)
    .where(subscriptions.c.id == bindparam("its_id"))
    .values(covered=bindparam("until"))
)
_RELEASE = delete(posted).where(
    posted.c.subscription == bindparam("its_subscription"), posted.c.date == bindparam("its_date")
)
_TAKES_AGAIN = (
    update(subscriptions)
    .where(subscriptions.c.id == bindparam("its_id"), subscriptions.c.refused.is_not(None))
    .values(refused=None)
)
_REFUSES = (
    update(subscriptions)
    .where(subscriptions.c.id == bindparam("its_id"), subscriptions.c.refused.is_(None))
    .values(refused=bindparam("at"))
)
_HEAD = select(_d.platform, _d.tenant, _d.view, _d.message, _d.sent_to, _d.thread).where(
    *THIS_DIGEST, _d.part == 0
)
_THREAD = (
    update(deliveries).where(*THIS_DIGEST, _d.part == 0).values(thread=bindparam("its_thread"))
)
_FORGET_NOTICE = delete(deliveries).where(*THIS_DIGEST, _d.part == bindparam("its_part"))
_NOTICE = insert(deliveries)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed message.

    `tried` is when the attempt began that may have reached the place: this one, or an earlier one
    of unknown outcome if the message is `suspect`. `part` counts from 0, the head of a digest;
    negative parts are notices about trouble.
    """

    id: int
    subscription: int
    day: date
    part: int
    place: Place
    threaded: bool
    key: str
    view: Mapping[str, Any]
    until: datetime
    lease: datetime
    fence: int
    attempts: int
    tried: datetime
    suspect: bool
    trouble: str


@dataclass(frozen=True, slots=True)
class Head:
    """The first message of a digest: where it was posted, and its thread's address if known."""

    place: Place
    view: Mapping[str, Any]
    message: str
    thread: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A private message to the subscriber about a delivery; `part` is negative."""

    part: int
    key: str
    view: Mapping[str, Any]
    until: datetime


class Deliveries:
    """The outbox of all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, number: int, now: datetime, lease: timedelta) -> Delivery | None:
        """Claim a ready message for the length of the lease; None if another worker was faster."""

        async def run(transaction: Transaction) -> Delivery | None:
            values = {"its_id": number, "now": now, "until_then": now + lease}
            row = (await transaction.execute(_CLAIM, values)).one_or_none()
            return _delivery(row, now) if row else None

        return await self._database.write(run, turn=ROWS)

    async def restart(self, one: Delivery, now: datetime) -> bool:
        """Note that earlier attempts did not arrive; False if another worker holds the message."""
        values = {**_held(one), "since": now}
        return await self._database.change(_RESTART, values, turn=ROWS) == 1

    async def finish(
        self, one: Delivery, address: str, message: str, now: datetime, lacks: str = ""
    ) -> bool:
        """Note where a message was posted, and what it lacks; False if another worker holds it."""

        async def run(transaction: Transaction) -> bool:
            posted = {"its_message": message, "its_address": address, "why": lacks}
            values = {**_held(one), **posted}
            if not (await transaction.execute(_FINISH, values)).rowcount:
                return False
            if one.part >= 0:
                await transaction.execute(CLOSE, {**_digest(one), "at": now})
                await transaction.execute(_TAKES_AGAIN, {"its_id": one.subscription})
            return True

        return await self._of(one.place).write(run)

    async def postpone(
        self, one: Delivery, then: datetime, why: str, tried: datetime | None
    ) -> bool:
        """Postpone a message. `tried` is when an attempt began that may have arrived, if any."""
        values = {**_held(one), "then": then, "why": why, "since": tried}
        return await self._database.change(_POSTPONE, values, turn=ROWS) == 1

    async def refuse(
        self,
        one: Delivery,
        then: datetime,
        why: str,
        tried: datetime | None,
        notice: Notice,
        now: datetime,
    ) -> None:
        """Postpone a message that its place refuses, and queue the notice if that is news."""

        async def run(transaction: Transaction) -> None:
            values = {**_held(one), "then": then, "why": why, "since": tried}
            if not (await transaction.execute(_POSTPONE, values)).rowcount:
                return
            news = await transaction.execute(_REFUSES, {"its_id": one.subscription, "at": now})
            if news.rowcount:
                await _tell(transaction, one, notice, now)

        await self._of(one.place).write(run)

    async def hold(self, one: Delivery, why: str, notice: Notice, now: datetime) -> None:
        """Hold a message that may or may not have arrived, and queue a notice about it."""

        async def run(transaction: Transaction) -> None:
            if (await transaction.execute(_HOLD, {**_held(one), "why": why})).rowcount:
                await _tell(transaction, one, notice, now)

        await self._of(one.place).write(run)

    async def drop(self, one: Delivery, why: str, now: datetime) -> None:
        """Give up a message. A digest without its head is skipped, its papers are new again."""

        async def run(transaction: Transaction) -> None:
            if not (await transaction.execute(_DROP, {**_held(one), "why": why})).rowcount:
                return
            if one.part == 0:
                await _uncover(transaction, one)
                await transaction.execute(_DROP_ALL, {**_digest(one), "why": why})
                await transaction.execute(_SKIP, {**_digest(one), "why": why, "at": now})
                await transaction.execute(_RELEASE, _digest(one))
            elif one.part > 0:
                await transaction.execute(CLOSE, {**_digest(one), "at": now})

        await self._of(one.place).write(run)

    async def head(self, one: Delivery) -> Head | None:
        """Return the first message of the digest that a message belongs to."""
        rows = await self._database.read(_HEAD, _digest(one))
        return _head(rows[0]) if rows else None

    async def record_thread(self, one: Delivery, address: str) -> None:
        """Note the thread of the head of a digest."""
        values = {**_digest(one), "its_thread": address}
        await self._database.change(_THREAD, values, turn=ROWS)

    def _of(self, place: Place) -> Database:
        return self._database.of_tenant(place.platform, place.tenant)


async def _uncover(transaction: Transaction, one: Delivery) -> None:
    """Let the next digest cover the days of one that is skipped, and of those after it."""
    row = (await transaction.execute(_COVERED_DAYS, _digest(one))).one_or_none()
    if row and row.first and row.covered and row.covered >= row.first:
        until = row.first - timedelta(days=1)
        await transaction.execute(_UNCOVER, {"its_id": one.subscription, "until": until})


async def _tell(transaction: Transaction, one: Delivery, notice: Notice, now: datetime) -> None:
    await transaction.execute(_FORGET_NOTICE, {**_digest(one), "its_part": notice.part})
    row = {
        "subscription": one.subscription,
        "date": one.day,
        "part": notice.part,
        "platform": one.place.platform,
        "tenant": one.place.tenant,
        "address": "",  # of the person who subscribed, found when it is sent
        "threaded": False,
        "key": notice.key,
        "view": notice.view,
        "state": "pending",
        "not_before": now,
        "until": notice.until,
        "fence": 0,
        "attempts": 0,
        "message": "",
        "sent_to": "",
        "thread": "",
        "trouble": "",
    }
    await transaction.execute(_NOTICE, row)


def _held(one: Delivery) -> dict[str, Any]:
    return {"its_id": one.id, "its_fence": one.fence}


def _digest(one: Delivery) -> dict[str, Any]:
    return {"its_subscription": one.subscription, "its_date": one.day}


def _delivery(row: Any, now: datetime) -> Delivery:
    return Delivery(
        row.id,
        row.subscription,
        row.date,
        row.part,
        Place(row.platform, row.tenant, row.address),
        row.threaded,
        row.key,
        row.view,
        row.until,
        row.lease,
        row.fence,
        row.attempts,
        row.tried,
        row.tried != now,
        row.trouble,
    )


def _head(row: Any) -> Head:
    return Head(Place(row.platform, row.tenant, row.sent_to), row.view, row.message, row.thread)
