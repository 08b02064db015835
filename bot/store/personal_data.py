"""Everything that names a person, in every table: to show it to them, or to delete it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, bindparam, delete, exists, func, select, update

from bot.store.connections import Transaction
from bot.store.engine import Database
from bot.store.pseudonyms import mark_of
from bot.store.schema import (
    deliveries,
    forgotten,
    lines,
    messages,
    metadata,
    picks,
    posted,
    reactions,
    subscriptions,
)
from bot.store.shelf_states import ShelfStates
from bot.store.upserts import insert_or_replace

_OWNER = ("platform", "tenant")
_OWNED = [
    table for table in reversed(metadata.sorted_tables) if all(name in table.c for name in _OWNER)
]
_NAMING = [table for table in _OWNED if "person" in table.c]
# what others depend on stays without the name: reactions, what the group read, a channel's digests
_STAYING = (reactions, picks, subscriptions)


def _ours(table: Table) -> Sequence[Any]:
    return [table.c[name] == bindparam(f"of_{name}") for name in _OWNER]


def _theirs(table: Table) -> Sequence[Any]:
    return [*_ours(table), table.c.person == bindparam("of_person")]


_READ: dict[str, Select[Any]] = {
    table.name: select(*(column for column in table.c if column.name not in _OWNER)).where(
        *_theirs(table)
    )
    for table in _NAMING
}
_COUNT = [select(func.count()).select_from(table).where(*_theirs(table)) for table in _NAMING]
_FORGET = [delete(table).where(*_theirs(table)) for table in _NAMING if table not in _STAYING]
_BLANK = [
    update(table).where(*_theirs(table)).values(person="") for table in (picks, subscriptions)
]
_OTHER = reactions.alias("other")
_TWICE = delete(reactions).where(
    *_ours(reactions),
    reactions.c.person == bindparam("mark"),
    exists().where(
        *(_OTHER.c[name] == reactions.c[name] for name in (*_OWNER, "address", "message", "emoji")),
        _OTHER.c.person == bindparam("of_person"),
    ),
)
_MARK = update(reactions).where(*_theirs(reactions)).values(person=bindparam("mark"))
_TALK = [
    delete(table).where(*_ours(table), table.c.address.in_(bindparam("addresses", expanding=True)))
    for table in (messages, deliveries, posted, subscriptions)
]
_MENTION = delete(lines).where(
    *_ours(lines), func.replace(lines.c.line, bindparam("of_person"), "") != lines.c.line
)
_AT = select(forgotten.c.at).where(
    forgotten.c.platform == bindparam("platform"),
    forgotten.c.tenant == bindparam("tenant"),
    forgotten.c.mark == bindparam("mark"),
)


class PersonalData:
    """The personal data of one tenant's people."""

    def __init__(self, database: Database, platform: str, tenant: str, identity: str) -> None:
        self._database = database
        self._identity = identity
        self._tenant = {"platform": platform, "tenant": tenant}
        self._owner = {"of_platform": platform, "of_tenant": tenant}
        self._states = ShelfStates(database, platform, tenant)
        self._forget = insert_or_replace(database.dialect, forgotten)

    async def all(self, person: str) -> Mapping[str, tuple[Mapping[str, Any], ...]]:
        """Return every row that names a person, by table."""
        asked = {**self._owner, "of_person": person}
        found = {
            name: await self._database.read(statement, asked) for name, statement in _READ.items()
        }
        return {name: tuple(dict(row._mapping) for row in rows) for name, rows in found.items()}  # noqa: SLF001  # SQLAlchemy's own public name for it

    async def count(self, person: str) -> int:
        """Return how many rows name a person."""
        asked = {**self._owner, "of_person": person}
        return sum([(await self._database.read(statement, asked))[0][0] for statement in _COUNT])

    async def forget(self, person: str, at: datetime, addresses: Sequence[str] = ()) -> int:
        """Delete what names a person and what was sent to `addresses`; return how many rows.

        What remains is a mark, which tells late events from before the deletion.
        """
        asked = {**self._owner, "of_person": person}
        mark = mark_of(person, self._identity)

        async def forget(transaction: Transaction) -> int:
            gone = sum(
                [(await transaction.execute(statement, asked)).rowcount for statement in _FORGET]
            )
            await transaction.execute(_TWICE, {**asked, "mark": mark})
            gone += (await transaction.execute(_MARK, {**asked, "mark": mark})).rowcount
            for statement in _TALK:
                await transaction.execute(
                    statement, {**self._owner, "addresses": [person, *addresses]}
                )
            await transaction.execute(_MENTION, asked)
            for blank in _BLANK:
                await transaction.execute(blank, asked)
            await transaction.execute(self._forget, {**self._tenant, "mark": mark, "at": at})
            await self._states.change(transaction)
            return gone

        return await self._database.write(forget)

    async def forgotten(self, person: str) -> datetime | None:
        """Return when a person's data was deleted, None if it never was."""
        rows = await self._database.read(
            _AT, {**self._tenant, "mark": mark_of(person, self._identity)}
        )
        return rows[0][0] if rows else None
