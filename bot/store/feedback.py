"""Which papers people found useful, or not, when they came in a digest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select

from bot.store.connections import Transaction
from bot.store.engine import Database
from bot.store.schema import feedback
from bot.store.upserts import insert_or_replace

_LAST = (
    select(feedback.c.paper)
    .where(
        feedback.c.platform == bindparam("platform"),
        feedback.c.tenant == bindparam("tenant"),
        feedback.c.person == bindparam("person"),
        feedback.c.useful == bindparam("useful"),
    )
    .order_by(feedback.c.at.desc(), feedback.c.paper)
    .limit(bindparam("limit"))
)


class Feedback:
    """What the people of one tenant said about papers, the last word on each."""

    def __init__(self, database: Database, platform: str, tenant: str) -> None:
        self._database = database
        self._tenant = {"platform": platform, "tenant": tenant}
        self._record = insert_or_replace(database.dialect, feedback)

    async def record(
        self, person: str, papers: Sequence[str], at: datetime, *, useful: bool
    ) -> None:
        """Note what a person says about known papers."""
        row = {**self._tenant, "person": person, "useful": useful, "at": at}

        async def record(transaction: Transaction) -> None:
            for paper in papers:
                await transaction.execute(self._record, {**row, "paper": paper})

        await self._database.write(record)

    async def last(self, person: str, limit: int, *, useful: bool) -> tuple[str, ...]:
        """Return the ids of the papers that a person found useful, or not, newest first."""
        asked = {**self._tenant, "person": person, "useful": useful, "limit": limit}
        return tuple(paper for (paper,) in await self._database.read(_LAST, asked))
