"""Votes: each person of a team has one for each paper."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, bindparam, delete, func, select

from bot.store.chunks import chunks
from bot.store.connections import Transaction
from bot.store.engine import Database
from bot.store.schema import votes
from bot.store.shelf_states import ShelfStates
from bot.store.upserts import insert_or_keep

_HERE = (votes.c.platform == bindparam("platform"), votes.c.tenant == bindparam("tenant"))
_OURS = (*_HERE, votes.c.paper == bindparam("paper"))
_COUNT = select(func.count()).where(*_OURS)
_VOTED = select(votes.c.paper).where(*_OURS, votes.c.person == bindparam("person"))
_VOTERS = select(votes.c.paper, votes.c.person).where(
    *_HERE, votes.c.paper.in_(bindparam("papers", expanding=True))
)
_REMOVE = delete(votes).where(*_OURS, votes.c.person == bindparam("person"))


class Votes:
    """The votes of one tenant's people."""

    def __init__(self, database: Database, platform: str, tenant: str) -> None:
        self._database = database
        self._tenant = {"platform": platform, "tenant": tenant}
        self._states = ShelfStates(database, platform, tenant)
        self._add = insert_or_keep(database.dialect, votes)

    async def add(self, person: str, paper: str, at: datetime) -> bool:
        """Add a person's vote for a known paper; False if they voted before."""
        row = {**self._tenant, "person": person, "paper": paper, "voted": at}
        return await self._change(self._add, row)

    async def remove(self, person: str, paper: str) -> bool:
        """Remove a person's vote; False if there was none."""
        return await self._change(_REMOVE, {**self._tenant, "person": person, "paper": paper})

    async def count(self, paper: str) -> int:
        """Return how many voted for a paper."""
        ((number,),) = await self._database.read(_COUNT, {**self._tenant, "paper": paper})
        return number

    async def voters(self, papers: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """Return who voted for these papers, by paper."""
        found: dict[str, list[str]] = defaultdict(list)
        for chunk in chunks(papers):
            for row in await self._database.read(_VOTERS, {**self._tenant, "papers": chunk}):
                found[row.paper].append(row.person)
        return {paper: tuple(people) for paper, people in found.items()}

    async def voted(self, person: str, paper: str) -> bool:
        """Tell whether a person voted for a paper."""
        asked = {**self._tenant, "person": person, "paper": paper}
        return bool(await self._database.read(_VOTED, asked))

    async def _change(self, statement: Executable, values: Mapping[str, Any]) -> bool:
        async def change(transaction: Transaction) -> bool:
            counted = (await transaction.execute(statement, values)).rowcount == 1
            if counted:
                # the team's shelf can be in the order of its votes
                await self._states.change(transaction)
            return counted

        return await self._database.write(change)
