"""Shelf states: a new one after every change, so that a cached list is known to be current.

The state is written in the transaction of the change, and so other processes see both or neither.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from secrets import token_hex

from sqlalchemy import bindparam, select

from bot.store.connections import Transaction
from bot.store.engine import Database
from bot.store.schema import shelf_states, store
from bot.store.upserts import insert_or_replace

TEAM = ""  # stands for everybody of a tenant
MAX_KEPT = 400_000  # ids in memory: some 30 MB

_REVISION = select(store.c.revision).scalar_subquery()
_STATE = select(shelf_states.c.state, _REVISION).where(
    shelf_states.c.platform == bindparam("platform"),
    shelf_states.c.tenant == bindparam("tenant"),
    shelf_states.c.person == bindparam("person"),
)


class ShelfStates:
    """The states of one tenant's shelves."""

    def __init__(self, database: Database, platform: str, tenant: str) -> None:
        self._database = database
        self._tenant = {"platform": platform, "tenant": tenant}
        self._write = insert_or_replace(database.dialect, shelf_states)

    async def change(self, transaction: Transaction, person: str = TEAM) -> None:
        """Give the shelves of a person and of their team new states, within a transaction."""
        # random rather than counted: a deleted shelf must not come to an old number again
        state = token_hex(8)
        rows = [
            {**self._tenant, "person": whose, "state": state}
            for whose in dict.fromkeys((person, TEAM))
        ]
        await transaction.execute(self._write, rows)

    async def now(self, person: str, *, papers: bool) -> Hashable:
        """Return the state of a person's or the team's shelf; None if it has none.

        With `papers` it also changes whenever any paper does.
        """
        rows = await self._database.read(_STATE, {**self._tenant, "person": person})
        return (rows[0][0], rows[0][1] if papers else None) if rows else None


class ListCache:
    """A bounded cache of id lists, each with the state that it was read in."""

    def __init__(self, most: int = MAX_KEPT) -> None:
        self._most = most
        self._ids = 0
        self._lists: OrderedDict[Hashable, tuple[Hashable, tuple[str, ...]]] = OrderedDict()

    def get(self, key: Hashable, state: Hashable) -> tuple[str, ...] | None:
        """Return the very list that was put there in this state, None if there is none."""
        known = self._lists.get(key)
        if state is None or known is None or known[0] != state:
            return None
        self._lists.move_to_end(key)
        return known[1]

    def put(self, key: Hashable, state: Hashable, ids: tuple[str, ...]) -> None:
        """Store a list in place of the one that was there."""
        self._drop(key)
        self._lists[key] = (state, ids)
        self._ids += _size(ids)
        while self._ids > self._most:
            self._drop(next(iter(self._lists)))

    def _drop(self, key: Hashable) -> None:
        _, ids = self._lists.pop(key, (None, None))
        self._ids -= 0 if ids is None else _size(ids)


def _size(ids: tuple[str, ...]) -> int:
    return len(ids) + 10  # an empty list takes room, too
