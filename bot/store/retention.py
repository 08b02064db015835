"""What goes after a while: finished digests, what old messages show, and old buttons.

Shelves, notes, tags, votes, picks, subscriptions and what was posted where always stay.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
)

from bot.store.connections import Transaction
from bot.store.digests import OPEN
from bot.store.engine import Database
from bot.store.schema import (
    Instant,
    deliveries,
    digests,
    email_addresses,
    lines,
    messages,
    reaction_events,
    reactions,
)

AT_ONCE = 100  # rows that one transaction deletes: others write in between
READ_AT_ONCE = 2000  # keys of old rows; finding them holds up nobody who writes
# digests of each subscription that stay however old they are: they tell what is new
LATEST = 10

_BEFORE: ColumnElement[Any] = bindparam("before", type_=Instant)
_DAY: ColumnElement[Any] = bindparam("day")
_d = digests.c
# for many rows at once a statement cannot have a list in it
_ENDED = [_d.state != state for state in OPEN]
_OPEN_PART = exists().where(
    deliveries.c.subscription == _d.subscription,
    deliveries.c.date == _d.date,
    deliveries.c.state.in_(("pending", "sending", "uncertain")),
)
_RANKED = select(
    _d.subscription,
    _d.date,
    func.row_number().over(partition_by=_d.subscription, order_by=_d.date.desc()).label("number"),
    func.row_number()
    .over(partition_by=(_d.subscription, _d.state), order_by=_d.date.desc())
    .label("number_in_state"),
    _d.state,
    or_(_d.ended < _BEFORE, and_(_d.ended.is_(None), _d.due < _BEFORE)).label("old"),
    _OPEN_PART.label("waits"),
).subquery()
_OLD_DIGESTS = (
    select(_RANKED.c.subscription, _RANKED.c.date)
    .where(
        _RANKED.c.old,
        ~_RANKED.c.waits,
        _RANKED.c.state.not_in(OPEN),
        _RANKED.c.number > LATEST,
        # the last one that was posted tells that it is not the first that comes next
        or_(_RANKED.c.state != "sent", _RANKED.c.number_in_state > 1),
    )
    .limit(READ_AT_ONCE)
)
_SHOWN = exists().where(
    *(
        messages.c[name] == reactions.c[name]
        for name in ("platform", "tenant", "address", "message")
    )
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """Rows that go: the statements that find the keys of old ones, and that delete one by its key.

    One that is no longer old when its turn comes stays.
    """

    name: str
    find: Select[Any]
    delete: Delete


def _kind(name: str, table: Table, *old: ColumnElement[bool]) -> _Kind:
    find = select(*table.primary_key).where(*old).limit(READ_AT_ONCE)
    return _Kind(name, find, delete(table).where(*_keys(table), *old))


def _keys(table: Table) -> list[ColumnElement[bool]]:
    return [column == bindparam(f"its_{column.name}") for column in table.primary_key]


_KINDS = (
    _Kind("digests", _OLD_DIGESTS, delete(digests).where(*_keys(digests), *_ENDED)),
    _kind(
        "notices",
        deliveries,
        deliveries.c.part < 0,
        or_(deliveries.c.state == "sent", deliveries.c.state == "dead"),
        deliveries.c.until < _BEFORE,
    ),
    _kind("messages", messages, messages.c.sent < _BEFORE),
    _kind("reactions", reactions, reactions.c.at < _BEFORE, ~_SHOWN),
    _kind("reaction events", reaction_events, reaction_events.c.heard < _BEFORE),
    _kind("buttons", lines, lines.c.kept < _DAY),
    _kind(
        "e-mail codes",
        email_addresses,
        email_addresses.c.asked < _BEFORE,
        email_addresses.c.confirmed.is_(None),
    ),
)
_SIZES = select(
    *(
        select(func.count()).select_from(table).scalar_subquery().label(table.name)
        for table in (digests, messages, lines)
    )
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many digests, messages with papers, and buttons are remembered."""

    digests: int
    messages: int
    lines: int


class Retention:
    """Deletes what is old."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prune(self, before: datetime) -> dict[str, int]:
        """Delete what ended before then, in small transactions; return how many rows by kind."""
        values = {"before": before, "day": before.date()}
        pruned = {kind.name: await self._prune(kind, values) for kind in _KINDS}
        return {name: rows for name, rows in pruned.items() if rows}

    async def _prune(self, kind: _Kind, values: Mapping[str, Any]) -> int:
        pruned = 0
        while found := await self._database.read(kind.find, values):
            rows = [
                {**values, **{f"its_{name}": value for name, value in row._mapping.items()}}  # noqa: SLF001  # SQLAlchemy's own public name for it
                for row in found
            ]
            for first in range(0, len(rows), AT_ONCE):
                await self._delete(kind, rows[first : first + AT_ONCE])
                await asyncio.sleep(0)
            pruned += len(rows)
            if len(rows) < READ_AT_ONCE:
                break
        return pruned

    async def _delete(self, kind: _Kind, rows: Sequence[Mapping[str, Any]]) -> None:
        async def run(transaction: Transaction) -> None:
            await transaction.execute(kind.delete, rows)

        await self._database.write(run)

    async def sizes(self) -> Sizes:
        """Count what is remembered."""
        (row,) = await self._database.read(_SIZES)
        return Sizes(*row)
