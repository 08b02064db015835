"""The watches of all tenants: which papers each has matched, and how far the papers were read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import bindparam, delete, func, insert, select, update

from bot.models import Subscription
from bot.store.chunks import chunks
from bot.store.connections import Transaction
from bot.store.digests import DueDigest, Part, part_row
from bot.store.engine import Database
from bot.store.schema import deliveries, digests, papers, posted, store, subscriptions, watch_papers
from bot.store.subscriptions import insert_subscription, subscription_of, update_subscription
from bot.store.upserts import insert_or_keep

ROWS_AT_ONCE = 500

# a paper that was there before the watch or while it was paused, that is told, or that waits for
# the summary of its day
State: TypeAlias = Literal["before", "told", "held"]

_PROGRESS = select(store.c.watched, store.c.watch_changes, store.c.revision)
_ADVANCE = (
    update(store)
    .where(store.c.watched == bindparam("was"), store.c.watch_changes == bindparam("changes"))
    # counted, so that of two processes that only sum up one does
    .values(watched=bindparam("reached"), watch_changes=store.c.watch_changes + 1)
)
_CHANGED = (
    update(store)
    .where(store.c.watched <= bindparam("reached"))
    .values(watch_changes=store.c.watch_changes + 1)
)
_SOME = (
    select(subscriptions)
    .where(subscriptions.c.watch, subscriptions.c.id > bindparam("after"))
    .order_by(subscriptions.c.id)
    .limit(bindparam("limit"))
)
_THESE = select(subscriptions).where(subscriptions.c.id.in_(bindparam("ids", expanding=True)))
_KNOWN = select(watch_papers.c.subscription, watch_papers.c.paper).where(
    watch_papers.c.paper.in_(bindparam("papers", expanding=True))
)
_TOLD = (
    select(watch_papers.c.subscription, watch_papers.c.day, func.count())
    .where(watch_papers.c.state == "told", watch_papers.c.day >= bindparam("since"))
    .group_by(watch_papers.c.subscription, watch_papers.c.day)
)
_HELD = select(watch_papers.c.subscription, watch_papers.c.paper, watch_papers.c.day).where(
    watch_papers.c.state == "held"
)
_RELEASE = (
    update(watch_papers)
    .where(
        watch_papers.c.subscription == bindparam("its_subscription"),
        watch_papers.c.state == "held",
        watch_papers.c.day <= bindparam("until"),
    )
    .values(state="told")
)
_OPEN_DIGEST = (
    update(digests)
    .where(
        digests.c.subscription == bindparam("its_subscription"),
        digests.c.date == bindparam("its_date"),
    )
    .values(
        state="posting",
        reason="",
        ended=None,
        due=bindparam("now"),
        until=bindparam("latest"),
    )
)
_PARTS = select(func.max(deliveries.c.part)).where(
    deliveries.c.subscription == bindparam("its_subscription"),
    deliveries.c.date == bindparam("its_date"),
)
_PART = insert(deliveries)
_FORGET = delete(watch_papers).where(
    watch_papers.c.state != "held",
    watch_papers.c.paper.in_(select(papers.c.id).where(papers.c.daily < bindparam("before"))),
)


@dataclass(frozen=True, slots=True)
class Progress:
    """The revision up to which watches were matched, a count of changes, and the newest one."""

    watched: int
    changes: int
    newest: int


@dataclass(frozen=True, slots=True)
class Held:
    """Papers of a watch that wait for the summary of a day."""

    day: date
    papers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matched:
    """Papers that a watch has matched, on a local day, and what becomes of them."""

    subscription: int
    day: date
    state: State
    papers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a watch: the digest of its local day gets one part more."""

    digest: DueDigest
    part: Part
    papers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a look at the papers leads to.

    `summed` are watches whose papers wait no longer, each with the last day of them.
    """

    matched: Sequence[Matched] = ()
    messages: Sequence[Message] = ()
    summed: Mapping[int, date] = field(default_factory=dict)


class Watches:
    """The watches of all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._match = insert_or_keep(database.dialect, watch_papers)
        self._plan = insert_or_keep(database.dialect, digests)
        self._record_posted = insert_or_keep(database.dialect, posted)

    async def progress(self) -> Progress:
        """Return how far the papers were matched."""
        rows = await self._database.read(_PROGRESS)
        return Progress(*rows[0]) if rows else Progress(0, 0, 0)

    async def some(self, after: int, limit: int) -> tuple[Subscription, ...]:
        """Return watches, also paused ones, by number, starting after `after`."""
        rows = await self._database.read(_SOME, {"after": after, "limit": limit})
        return tuple(map(subscription_of, rows))

    async def get(self, numbers: Collection[int]) -> Mapping[int, Subscription]:
        """Return these watches by number."""
        rows = await self._database.read(_THESE, {"ids": list(numbers)}) if numbers else ()
        return {row.id: subscription_of(row) for row in rows}

    async def known(self, ids: Sequence[str]) -> frozenset[tuple[int, str]]:
        """Return which watches have matched which of these papers."""
        found: set[tuple[int, str]] = set()
        for some in chunks(ids):
            found |= {tuple(row) for row in await self._database.read(_KNOWN, {"papers": some})}
        return frozenset(found)

    async def told(self, since: date) -> Mapping[tuple[int, date], int]:
        """Return how many papers each watch told of on each local day since then."""
        rows = await self._database.read(_TOLD, {"since": since})
        return {(number, day): told for number, day, told in rows}

    async def held(self) -> Mapping[int, tuple[Held, ...]]:
        """Return the papers that wait for a summary, by watch and day."""
        found: dict[int, dict[date, list[str]]] = defaultdict(lambda: defaultdict(list))
        for row in await self._database.read(_HELD):
            found[row.subscription][row.day].append(row.paper)
        return {
            number: tuple(Held(day, tuple(some)) for day, some in sorted(days.items()))
            for number, days in found.items()
        }

    async def add(self, new: Subscription, there: Matched, reached: int) -> Subscription | None:
        """Add a watch with the papers that match it already, as read at a revision.

        Returns None, and adds nothing, if newer papers have been matched since.
        """
        tenant = {"platform": new.place.platform, "tenant": new.place.tenant}

        async def run(transaction: Transaction) -> Subscription | None:
            if not (await transaction.execute(_CHANGED, {"reached": reached})).rowcount:
                return None
            made = await insert_subscription(transaction, tenant, new)
            await self._record(transaction, [_with_number(there, made.id)])
            return made

        return await self._database.of_tenant(**tenant).write(run)

    async def change(self, to: Subscription, there: Matched, reached: int) -> bool:
        """Save a changed watch with the papers that match it now; False as None from `add`."""
        tenant = {"platform": to.place.platform, "tenant": to.place.tenant}

        async def run(transaction: Transaction) -> bool:
            if not (await transaction.execute(_CHANGED, {"reached": reached})).rowcount:
                return False
            await update_subscription(transaction, tenant, to)
            await self._record(transaction, [there])
            return True

        return await self._database.of_tenant(**tenant).write(run)

    async def announce(self, progress: Progress, plan: Plan, now: datetime) -> bool:
        """Record what watches matched up to the newest revision, and hand over the messages.

        Returns False, and records nothing, if another process did so, or a watch has changed.
        """

        async def run(transaction: Transaction) -> bool:
            values = {
                "was": progress.watched,
                "changes": progress.changes,
                "reached": progress.newest,
            }
            if not (await transaction.execute(_ADVANCE, values)).rowcount:
                return False
            await self._record(transaction, plan.matched)
            for number, day in plan.summed.items():
                await transaction.execute(_RELEASE, {"its_subscription": number, "until": day})
            for one in plan.messages:
                await self._hand_over(transaction, one, now)
            return True

        return await self._database.write(run)

    async def forget(self, before: date) -> int:
        """Delete what is known of papers that were listed before a day; return how much."""
        return await self._database.change(_FORGET, {"before": before})

    async def _record(self, transaction: Transaction, matched: Sequence[Matched]) -> None:
        rows = [
            {"subscription": one.subscription, "paper": paper, "day": one.day, "state": one.state}
            for one in matched
            for paper in one.papers
        ]
        # thousands of rows at once would hold up the event loop
        for begin in range(0, len(rows), ROWS_AT_ONCE):
            await transaction.execute(self._match, rows[begin : begin + ROWS_AT_ONCE])

    async def _hand_over(self, transaction: Transaction, one: Message, now: datetime) -> None:
        digest, place = one.digest, one.digest.subscription.place
        this = {"its_subscription": digest.subscription.id, "its_date": digest.day}
        await transaction.execute(self._plan, _digest_row(digest))
        await transaction.execute(_OPEN_DIGEST, {**this, "now": now, "latest": digest.until})
        last = (await transaction.execute(_PARTS, this)).scalar_one()
        number = 0 if last is None else max(last, -1) + 1
        await transaction.execute(_PART, part_row(digest, number, one.part, now))
        rows = [
            {
                "platform": place.platform,
                "tenant": place.tenant,
                "address": place.address,
                "paper": paper,
                "subscription": digest.subscription.id,
                "date": digest.day,
            }
            for paper in one.papers
        ]
        if rows:
            await transaction.execute(self._record_posted, rows)


def _with_number(matched: Matched, number: int) -> Matched:
    return Matched(number, matched.day, matched.state, matched.papers)


def _digest_row(one: DueDigest) -> dict[str, Any]:
    return {
        "subscription": one.subscription.id,
        "date": one.day,
        "state": "posting",
        "due": one.due,
        "until": one.until,
        "not_before": one.due,
        "weighed": (),
        "reason": "",
        "ended": None,
    }
