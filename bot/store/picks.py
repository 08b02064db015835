"""The reading group: which papers are nominated, and which was picked in which week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from bot.errors import StoreError
from bot.store.connections import Transaction
from bot.store.engine import Database
from bot.store.schema import nominations, papers, picks, votes
from bot.store.upserts import insert_or_keep

MAX_NOMINATED = 200

_OURS = (
    nominations.c.platform == bindparam("platform"),
    nominations.c.tenant == bindparam("tenant"),
)
_VOTES = (
    select(func.count())
    .where(votes.c.platform == bindparam("platform"), votes.c.tenant == bindparam("tenant"))
    .where(votes.c.paper == nominations.c.paper)
    .correlate(nominations)
    .scalar_subquery()
)
_NOMINATED = (
    select(
        nominations.c.paper, nominations.c.person, nominations.c.nominated, _VOTES.label("votes")
    )
    .join_from(nominations, papers)
    .where(*_OURS)
    .order_by(
        _VOTES.desc(),
        papers.c.upvotes.desc().nulls_last(),
        nominations.c.nominated,
        nominations.c.paper,
    )
    .limit(MAX_NOMINATED)
)
_WITHDRAW = delete(nominations).where(*_OURS, nominations.c.paper == bindparam("paper"))
_PICKED = (picks.c.platform == bindparam("platform"), picks.c.tenant == bindparam("tenant"))
_COLUMNS = (
    picks.c.week,
    picks.c.paper,
    picks.c.votes,
    picks.c.tied,
    picks.c.person,
    picks.c.picked,
)
_WEEK = select(*_COLUMNS).where(*_PICKED, picks.c.week == bindparam("week"))
_PAGE = (
    select(*_COLUMNS)
    .where(*_PICKED)
    .order_by(picks.c.week.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_COUNT = select(func.count()).select_from(picks).where(*_PICKED)
_PICK = insert(picks)


@dataclass(frozen=True, slots=True)
class Nomination:
    """A paper nominated for the reading group, and its votes."""

    paper: str
    person: str
    nominated: datetime
    votes: int


@dataclass(frozen=True, slots=True)
class Pick:
    """The paper of a week, which begins on a Monday; `tied` are others with as many votes."""

    week: date
    paper: str
    votes: int
    tied: tuple[str, ...]
    person: str
    picked: datetime


class Picks:
    """The reading group of one tenant."""

    def __init__(self, database: Database, platform: str, tenant: str) -> None:
        self._database = database
        self._tenant = {"platform": platform, "tenant": tenant}
        self._nominate = insert_or_keep(database.dialect, nominations)

    async def nominate(self, person: str, paper: str, at: datetime) -> bool:
        """Nominate a known paper; False if it is nominated already."""
        row = {**self._tenant, "person": person, "paper": paper, "nominated": at}
        return await self._database.change(self._nominate, row) == 1

    async def nominated(self) -> tuple[Nomination, ...]:
        """Return the nominations: by votes, then upvotes, then the earliest nomination."""
        return tuple(
            Nomination(*row) for row in await self._database.read(_NOMINATED, self._tenant)
        )

    async def pick(self, pick: Pick) -> bool:
        """Record the pick of a week and drop its nomination; False if the week has a pick."""
        row = {"week": pick.week, "paper": pick.paper, "votes": pick.votes, "tied": pick.tied}

        async def picked(transaction: Transaction) -> None:
            await transaction.execute(
                _PICK, {**self._tenant, **row, "person": pick.person, "picked": pick.picked}
            )
            await transaction.execute(_WITHDRAW, {**self._tenant, "paper": pick.paper})

        try:
            await self._database.write(picked)
        except StoreError as error:
            if isinstance(error.__cause__, IntegrityError):
                return False
            raise
        return True

    async def of(self, week: date) -> Pick | None:
        """Return the pick of the week that begins on that Monday."""
        rows = await self._database.read(_WEEK, {**self._tenant, "week": week})
        return Pick(*rows[0]) if rows else None

    async def page(self, *, limit: int, offset: int = 0) -> tuple[tuple[Pick, ...], int]:
        """Return past picks, the newest first, and how many there are."""
        rows = await self._database.read(_PAGE, {**self._tenant, "limit": limit, "offset": offset})
        ((total,),) = await self._database.read(_COUNT, self._tenant)
        return tuple(Pick(*row) for row in rows), total
