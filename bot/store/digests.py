"""The digests: which are due, what they contain, and how they ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypeAlias

from sqlalchemy import Row, bindparam, exists, func, insert, select, tuple_, update

from bot.models import Subscription
from bot.store.connections import Transaction
from bot.store.engine import Database
from bot.store.schema import deliveries, digests, posted, subscriptions
from bot.store.subscriptions import subscription_of
from bot.store.turns import ROWS
from bot.store.upserts import insert_or_keep

State: TypeAlias = Literal["planned", "posting", "sent", "quiet", "skipped"]
OPEN = ("planned", "posting")
TO_RENDER = timedelta(seconds=30)  # then another process renders what one has taken

_THIS = (
    digests.c.subscription == bindparam("its_subscription"),
    digests.c.date == bindparam("its_date"),
)
_DUE = (
    select(subscriptions, digests.c.date, digests.c.due, digests.c.until.label("latest"))
    .join(digests, digests.c.subscription == subscriptions.c.id)
    .where(
        digests.c.state == "planned",
        digests.c.not_before <= bindparam("now"),
        subscriptions.c.platform.in_(bindparam("platforms", expanding=True)),
    )
    .order_by(digests.c.not_before, digests.c.subscription)
    .limit(bindparam("limit"))
)
_FREE = _DUE.with_for_update(skip_locked=True, of=digests)
_KEEP = (
    update(digests)
    .where(tuple_(digests.c.subscription, digests.c.date).in_(bindparam("them", expanding=True)))
    .values(not_before=bindparam("then"))
)
_ADVANCE = (
    update(subscriptions)
    .where(
        subscriptions.c.id == bindparam("its_id"),
        # no other process has planned it, and its time has not changed
        subscriptions.c.next_date == bindparam("was_date"),
    )
    .values(next_date=bindparam("new_date"), next_due=bindparam("new_due"))
)
_POSTING = (
    update(digests)
    .where(*_THIS, digests.c.state == "planned")
    .values(
        state="posting",
        first=bindparam("covers"),
        last=bindparam("to"),
        weighed=bindparam("chosen_from"),
    )
)
_STILL = select(digests.c.subscription, digests.c.date).where(
    digests.c.state == "planned", digests.c.subscription.in_(bindparam("ids", expanding=True))
)
_COVERED = (
    update(subscriptions)
    .where(
        subscriptions.c.id == bindparam("its_id"),
        # an earlier digest, given up in between, has days still to be covered
        func.coalesce(subscriptions.c.covered, date.min) >= bindparam("had"),
    )
    .values(covered=bindparam("to"))
)
_POSTPONE = (
    update(digests).where(*_THIS, digests.c.state == "planned").values(not_before=bindparam("then"))
)
_FINISH = (
    update(digests)
    .where(*_THIS, digests.c.state.in_(OPEN))
    .values(state=bindparam("how"), reason=bindparam("why"), ended=bindparam("at"))
)
_QUIET = (
    update(digests)
    .where(*_THIS, digests.c.state == "planned")
    .values(
        state="quiet",
        ended=bindparam("at"),
        first=bindparam("covers"),
        last=bindparam("to"),
        weighed=bindparam("chosen_from"),
    )
)
_PART = insert(deliveries)
_NEXT = select(
    select(func.min(subscriptions.c.next_due))
    .where(subscriptions.c.platform.in_(bindparam("platforms", expanding=True)))
    .scalar_subquery(),
    select(func.min(digests.c.not_before))
    .join(subscriptions, digests.c.subscription == subscriptions.c.id)
    .where(
        digests.c.state == "planned",
        subscriptions.c.platform.in_(bindparam("platforms", expanding=True)),
    )
    .scalar_subquery(),
)
_OVERDUE = select(func.count()).where(
    digests.c.state.in_(OPEN), digests.c.due < bindparam("before")
)
_REOPEN = (
    update(digests)
    .where(
        *_THIS,
        digests.c.state.in_(("quiet", "skipped")),
        ~exists().where(
            deliveries.c.subscription == digests.c.subscription, deliveries.c.date == digests.c.date
        ),
    )
    .values(
        state="planned",
        reason="",
        ended=None,
        not_before=bindparam("now"),
        until=bindparam("latest"),
    )
)


@dataclass(frozen=True, slots=True)
class DueDigest:
    """A digest to render: its subscription, local date, when it was due, and its deadline."""

    subscription: Subscription
    day: date
    due: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class PlannedDigest:
    """What planning a subscription's digest changes: the digest, and when the next one is due.

    `skipped` says why there is none of this date.
    """

    subscription: int
    was: date  # the one that was next until now
    day: date
    due: datetime
    until: datetime
    next_day: date
    next_due: datetime
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a digest, as JSON: the first is the head; others may go into its thread."""

    key: str
    view: dict[str, Any]
    threaded: bool = False


@dataclass(frozen=True, slots=True)
class RenderedDigest:
    """A digest as it will be posted: its messages, papers, days, and the papers considered."""

    planned: DueDigest
    first: date
    last: date
    weighed: tuple[str, ...]
    papers: tuple[str, ...] = ()
    parts: tuple[Part, ...] = field(default=())  # none: there is nothing to say


class Digests:
    """The digests of all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._plan = insert_or_keep(database.dialect, digests)
        self._record_posted = insert_or_keep(database.dialect, posted)

    async def plan(self, occasions: Sequence[PlannedDigest], now: datetime) -> int:
        """Record these digests as due or skipped, and move each subscription on to its next one.

        Returns how many of them were new.
        """

        async def run(transaction: Transaction) -> int:
            planned = await transaction.execute(
                self._plan, [_digest_row(one, now) for one in occasions]
            )
            await transaction.execute(
                _ADVANCE,
                [
                    {
                        "its_id": one.subscription,
                        "was_date": one.was,
                        "new_date": one.next_day,
                        "new_due": one.next_due,
                    }
                    for one in occasions
                ],
            )
            return planned.rowcount

        return await self._database.write(run) if occasions else 0

    async def next_look(self, platforms: Collection[str]) -> datetime | None:
        """Return when a digest is next due or to be looked at again; None if none is."""
        ((due, look),) = await self._database.read(_NEXT, {"platforms": list(platforms)})
        return min((at for at in (due, look) if at), default=None)

    async def overdue(self, before: datetime) -> int:
        """Count the digests that were due before then and are still open."""
        ((number,),) = await self._database.read(_OVERDUE, {"before": before})
        return number

    async def reopen(self, planned: DueDigest, now: datetime) -> bool:
        """Reopen a digest that ended without a message; False if there is none."""
        values = {
            **_this(planned.subscription.id, planned.day),
            "now": now,
            "latest": planned.until,
        }
        return await self._database.change(_REOPEN, values) == 1

    async def due(
        self, platforms: Collection[str], now: datetime, limit: int
    ) -> tuple[DueDigest, ...]:
        """Return the digests to render now, earliest first.

        On PostgreSQL no other process is given them for a while.
        """
        asked = {"platforms": list(platforms), "now": now, "limit": limit}
        if self._database.dialect == "postgresql":
            rows = await self._take(asked, now + TO_RENDER)
        else:
            rows = await self._database.read(_DUE, asked)
        return tuple(DueDigest(subscription_of(row), row.date, row.due, row.latest) for row in rows)

    async def _take(self, asked: Mapping[str, Any], until: datetime) -> Sequence[Row[Any]]:
        async def run(transaction: Transaction) -> Sequence[Row[Any]]:
            rows = (await transaction.execute(_FREE, asked)).all()
            if rows:
                them = [(row.id, row.date) for row in rows]
                await transaction.execute(_KEEP, {"them": them, "then": until})
            return rows

        return await self._database.write(run, turn=ROWS)

    async def save(self, made: Sequence[RenderedDigest], now: datetime) -> int:
        """Record these digests in one transaction; return how many of them were still open."""

        async def run(transaction: Transaction) -> int:
            still = {
                tuple(row)
                for row in await transaction.execute(_STILL, {"ids": [_id(one) for one in made]})
            }
            ours = [one for one in made if (_id(one), one.planned.day) in still]
            said = [one for one in ours if one.parts]
            for statement, rows in (
                (_POSTING, [_decided(one) for one in said]),
                (_QUIET, [{**_decided(one), "at": now} for one in ours if not one.parts]),
                (_COVERED, [_covers(one) for one in ours]),
                (
                    _PART,
                    [
                        part_row(one.planned, n, part, now)
                        for one in said
                        for n, part in enumerate(one.parts)
                    ],
                ),
                (self._record_posted, [row for one in said for row in _posted_rows(one)]),
            ):
                if rows:
                    await transaction.execute(statement, rows)
            return len(ours)

        return await self._database.write(run)

    async def postpone(self, planned: DueDigest, then: datetime) -> None:
        """Postpone the next look at a digest."""
        values = {**_this(planned.subscription.id, planned.day), "then": then}
        await self._database.change(_POSTPONE, values, turn=ROWS)

    async def close(
        self, subscription: int, day: date, state: State, reason: str, at: datetime
    ) -> None:
        """Record how a digest ended, unless it ended before."""
        values = {**_this(subscription, day), "how": state, "why": reason, "at": at}
        await self._database.change(_FINISH, values, turn=ROWS)


def part_row(planned: DueDigest, number: int, part: Part, now: datetime) -> dict[str, Any]:
    """Return the row of a message that is ready to be sent."""
    place = planned.subscription.place
    return {
        "subscription": planned.subscription.id,
        "date": planned.day,
        "part": number,
        "platform": place.platform,
        "tenant": place.tenant,
        "address": place.address,
        "threaded": part.threaded,
        "key": part.key,
        "view": part.view,
        "state": "pending",
        "not_before": now,
        "until": planned.until,
        "fence": 0,
        "attempts": 0,
        "message": "",
        "sent_to": "",
        "thread": "",
        "trouble": "",
    }


def _posted_rows(made: RenderedDigest) -> list[dict[str, Any]]:
    place = made.planned.subscription.place
    row = {
        "platform": place.platform,
        "tenant": place.tenant,
        "address": place.address,
        "subscription": _id(made),
        "date": made.planned.day,
    }
    return [{**row, "paper": paper} for paper in made.papers]


def _id(made: RenderedDigest) -> int:
    return made.planned.subscription.id


def _covers(made: RenderedDigest) -> dict[str, Any]:
    had = made.planned.subscription.covered or date.min
    return {"its_id": _id(made), "had": had, "to": made.last}


def _decided(made: RenderedDigest) -> dict[str, Any]:
    covers = {"covers": made.first, "to": made.last, "chosen_from": made.weighed}
    return {**_this(_id(made), made.planned.day), **covers}


def _digest_row(one: PlannedDigest, now: datetime) -> dict[str, Any]:
    return {
        "subscription": one.subscription,
        "date": one.day,
        "state": "skipped" if one.skipped else "planned",
        "due": one.due,
        "until": one.until,
        "not_before": now,
        "weighed": (),
        "reason": one.skipped,
        "ended": now if one.skipped else None,
    }


def _this(subscription: int, day: date) -> dict[str, Any]:
    return {"its_subscription": subscription, "its_date": day}
