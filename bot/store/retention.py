"""What goes after a while: finished digests, what old messages show, and old buttons.

Shelves, notes, tags, votes, picks, subscriptions and what was posted where always stay.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
)

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

AT_ONCE = 400  # rows that one transaction deletes: others write in between
READ_AT_ONCE = 10 * AT_ONCE  # digests; finding them reads all, and holds up nobody who writes
# digests of each subscription that stay however old they are: they tell what is new
LATEST = 10

_BEFORE: ColumnElement[Any] = bindparam("before", type_=Instant)
_DAY: ColumnElement[Any] = bindparam("day")
_d = digests.c
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
_DELETE_DIGESTS = delete(digests).where(
    tuple_(_d.subscription, _d.date).in_(bindparam("keys", expanding=True)),
    _d.state.not_in(OPEN),
)
_SHOWN = exists().where(
    *(
        messages.c[name] == reactions.c[name]
        for name in ("platform", "tenant", "address", "message")
    )
)


def _some(table: Table, *old: ColumnElement[bool]) -> Delete:
    """Delete some of the old rows of a table."""
    keys = tuple(table.primary_key)
    return delete(table).where(tuple_(*keys).in_(select(*keys).where(*old).limit(AT_ONCE)))


_STATEMENTS = {
    "notices": _some(
        deliveries,
        deliveries.c.part < 0,
        deliveries.c.state.in_(("sent", "dead")),
        deliveries.c.until < _BEFORE,
    ),
    "messages": _some(messages, messages.c.sent < _BEFORE),
    "reactions": _some(reactions, reactions.c.at < _BEFORE, ~_SHOWN),
    "reaction events": _some(reaction_events, reaction_events.c.heard < _BEFORE),
    "buttons": _some(lines, lines.c.kept < _DAY),
    "e-mail codes": _some(
        email_addresses, email_addresses.c.asked < _BEFORE, email_addresses.c.confirmed.is_(None)
    ),
}
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
        pruned = {"digests": ended} if (ended := await self._prune_digests(before)) else {}
        for kind, statement in _STATEMENTS.items():
            while rows := await self._database.change(statement, values):
                pruned[kind] = pruned.get(kind, 0) + rows
                await asyncio.sleep(0)
        return pruned

    async def _prune_digests(self, before: datetime) -> int:
        pruned = 0
        while keys := await self._database.read(_OLD_DIGESTS, {"before": before}):
            rows = 0
            for first in range(0, len(keys), AT_ONCE):
                some = [tuple(key) for key in keys[first : first + AT_ONCE]]
                rows += await self._database.change(_DELETE_DIGESTS, {"keys": some})
                await asyncio.sleep(0)
            pruned += rows
            if not rows or len(keys) < READ_AT_ONCE:
                break
        return pruned

    async def sizes(self) -> Sizes:
        """Count what is remembered."""
        (row,) = await self._database.read(_SIZES)
        return Sizes(*row)
