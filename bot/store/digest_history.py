"""The digests that were: what they considered and posted, how they ended, and what was liked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import and_, bindparam, func, select, tuple_

from bot.models import Place, Sent
from bot.store.chunks import chunks
from bot.store.digests import State
from bot.store.engine import Database
from bot.store.schema import deliveries, digests, posted, shelf, subscriptions, votes

_LATEST_FIRST = (
    select(
        digests.c.subscription,
        digests.c.weighed,
        func.row_number()
        .over(partition_by=digests.c.subscription, order_by=digests.c.date.desc())
        .label("number"),
    )
    .where(digests.c.subscription.in_(bindparam("subscriptions", expanding=True)))
    .subquery()
)
_CONSIDERED = select(_LATEST_FIRST.c.subscription, _LATEST_FIRST.c.weighed).where(
    _LATEST_FIRST.c.number <= bindparam("limit")
)
_POSTED_ONES = select(func.count()).where(
    digests.c.subscription == bindparam("subscription"), digests.c.state == "sent"
)
_LAST = select(func.max(digests.c.date)).where(digests.c.subscription == bindparam("subscription"))
_HAD = select(posted.c.platform, posted.c.tenant, posted.c.address, posted.c.paper).where(
    tuple_(posted.c.platform, posted.c.tenant, posted.c.address).in_(
        bindparam("places", expanding=True)
    ),
    posted.c.paper.in_(bindparam("papers", expanding=True)),
)
_KEPT = (
    select(func.count())
    .where(
        shelf.c.platform == posted.c.platform,
        shelf.c.tenant == posted.c.tenant,
        shelf.c.paper == posted.c.paper,
        shelf.c.saved >= bindparam("since"),
        shelf.c.private.is_(False),
    )
    .scalar_subquery()
)
_VOTED = (
    select(func.count())
    .where(
        votes.c.platform == posted.c.platform,
        votes.c.tenant == posted.c.tenant,
        votes.c.paper == posted.c.paper,
        votes.c.voted >= bindparam("since"),
    )
    .scalar_subquery()
)
_FAVORITES = (
    select(posted.c.paper, _KEPT.label("kept"), _VOTED.label("voted"))
    .where(
        posted.c.platform == bindparam("platform"),
        posted.c.tenant == bindparam("tenant"),
        posted.c.address == bindparam("address"),
        _KEPT + _VOTED > 0,
    )
    .order_by((_KEPT + _VOTED).desc(), posted.c.paper)
    .limit(bindparam("limit"))
)
_RECENT = (
    select(digests.c.subscription, digests.c.date, digests.c.due, digests.c.state, digests.c.reason)
    .join(subscriptions, digests.c.subscription == subscriptions.c.id)
    .where(
        subscriptions.c.platform == bindparam("platform"),
        subscriptions.c.tenant == bindparam("tenant"),
        digests.c.due >= bindparam("since"),
        digests.c.state.in_(bindparam("states", expanding=True)),
    )
    .order_by(digests.c.due.desc())
    .limit(bindparam("limit"))
)
_NEWEST_POSTED = (
    select(
        deliveries.c.subscription,
        deliveries.c.date,
        deliveries.c.platform,
        deliveries.c.tenant,
        deliveries.c.sent_to,
        deliveries.c.message,
        deliveries.c.trouble,
        digests.c.due,
        func.row_number()
        .over(partition_by=deliveries.c.subscription, order_by=deliveries.c.date.desc())
        .label("number"),
    )
    .join(
        digests,
        and_(
            digests.c.subscription == deliveries.c.subscription,
            digests.c.date == deliveries.c.date,
        ),
    )
    .where(
        deliveries.c.platform == bindparam("platform"),
        deliveries.c.tenant == bindparam("tenant"),
        deliveries.c.part == 0,
        deliveries.c.state == "sent",
    )
    .subquery()
)
_LAST_POSTED = select(_NEWEST_POSTED).where(_NEWEST_POSTED.c.number == 1)


@dataclass(frozen=True, slots=True)
class DigestOutcome:
    """How a digest ended, or that it has not."""

    subscription: int
    day: date
    due: datetime
    state: State
    reason: str


@dataclass(frozen=True, slots=True)
class PostedDigest:
    """The last digest that a subscription posted: its first message, and what that lacks."""

    subscription: int
    day: date
    due: datetime
    head: Sent
    lacks: str


class DigestHistory:
    """The digests of all tenants, as far as they are remembered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def considered(
        self, subscriptions: Collection[int], latest: int
    ) -> Mapping[int, frozenset[str]]:
        """Return the papers that the latest digests of each subscription considered."""
        found: dict[int, frozenset[str]] = dict.fromkeys(subscriptions, frozenset())
        for row in await self._database.read(
            _CONSIDERED, {"subscriptions": list(found), "limit": latest}
        ):
            found[row.subscription] = found[row.subscription].union(row.weighed)
        return found

    async def posted(
        self, places: Collection[Place], papers: Collection[str]
    ) -> Mapping[Place, frozenset[str]]:
        """Return for each place which of the papers were posted there in a digest."""
        names = {(place.platform, place.tenant, place.address): place for place in places}
        found: dict[tuple[str, str, str], set[str]] = {name: set() for name in names}
        for some in chunks(list(papers)):
            asked = {"places": list(names), "papers": some}
            for platform, tenant, address, paper in await self._database.read(_HAD, asked):
                found[platform, tenant, address].add(paper)
        return {names[name]: frozenset(had) for name, had in found.items()}

    async def last(self, subscription: int) -> date | None:
        """Return the last local date for which a digest was planned."""
        ((day,),) = await self._database.read(_LAST, {"subscription": subscription})
        latest: date | None = day
        return latest

    async def has_posted(self, subscription: int) -> bool:
        """Tell whether a whole digest of a subscription has arrived."""
        ((number,),) = await self._database.read(_POSTED_ONES, {"subscription": subscription})
        return number > 0

    async def favorites(
        self, place: Place, since: date, limit: int
    ) -> tuple[tuple[str, int, int], ...]:
        """Return the posted papers that were saved or voted for since: (paper, saves, votes)."""
        where = {"platform": place.platform, "tenant": place.tenant, "address": place.address}
        moment = datetime.combine(since, time(), UTC)
        rows = await self._database.read(_FAVORITES, {**where, "since": moment, "limit": limit})
        return tuple((row[0], row[1], row[2]) for row in rows)

    async def recent(
        self,
        platform: str,
        tenant: str,
        since: datetime,
        states: Collection[State],
        limit: int = 20,
    ) -> tuple[DigestOutcome, ...]:
        """Return the tenant's digests due since then in one of these states, latest first."""
        where = {
            "platform": platform,
            "tenant": tenant,
            "since": since,
            "states": list(states),
            "limit": limit,
        }
        return tuple(DigestOutcome(*row) for row in await self._database.read(_RECENT, where))

    async def last_posted(self, platform: str, tenant: str) -> Mapping[int, PostedDigest]:
        """Return the last posted digest of each subscription of a tenant."""
        rows = await self._database.read(_LAST_POSTED, {"platform": platform, "tenant": tenant})
        return {
            row.subscription: PostedDigest(
                row.subscription,
                row.date,
                row.due,
                Sent(Place(row.platform, row.tenant, row.sent_to), row.message),
                row.trouble,
            )
            for row in rows
        }
