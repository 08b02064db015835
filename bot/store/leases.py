"""Leases: what one of several processes does for all, and for how long it may.

A process that is lost holds nothing any more once its lease has run out. All times are the
database's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Insert, bindparam, case, or_, select, update

from bot.store.engine import Database
from bot.store.schema import Instant, leases
from bot.store.turns import ROWS
from bot.store.upserts import insert_of

MOVE = "move"  # of all data to this database, which is not to be used before it is done

_OURS = (leases.c.name == bindparam("its_name"), leases.c.holder == bindparam("its_holder"))
_RELEASE = update(leases).where(*_OURS).values(until=bindparam("now"))
_FINISH = update(leases).where(*_OURS).values(until=bindparam("now"), done=leases.c.since)
_DONE = select(leases.c.done).where(leases.c.name == bindparam("name"))
_UNFINISHED = select(leases.c.name).where(leases.c.name == MOVE, leases.c.done.is_(None))
_HELD = (
    select(leases.c.name, leases.c.holder, leases.c.since, leases.c.until)
    .where(leases.c.until > bindparam("now", type_=Instant), leases.c.holder != "")
    .order_by(leases.c.holder, leases.c.name)
)


@dataclass(frozen=True, slots=True)
class Lease:
    """What a process does for all, since and until when."""

    name: str
    holder: str
    since: datetime
    until: datetime


class Leases:
    """The leases, by name."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._take = _insert_or_renew(database.dialect)

    async def take(self, name: str, holder: str, now: datetime, lasts: timedelta) -> bool:
        """Take or renew a lease; False if another process has it."""
        row = {"name": name, "holder": holder, "since": now, "until": now + lasts, "done": None}
        return await self._database.change(self._take, row, turn=ROWS) == 1

    async def release(self, name: str, holder: str, now: datetime) -> None:
        """Let another process take it."""
        await self._database.change(_RELEASE, _of(name, holder, now), turn=ROWS)

    async def finish(self, name: str, holder: str, now: datetime) -> None:
        """Release it, and note that what it was for is done."""
        await self._database.change(_FINISH, _of(name, holder, now), turn=ROWS)

    async def done(self, name: str) -> datetime | None:
        """Return when what was finished last began."""
        rows = await self._database.read(_DONE, {"name": name})
        return rows[0][0] if rows else None

    async def unfinished_move(self) -> bool:
        """Tell whether all data was to be moved here, and is not all here yet."""
        return bool(await self._database.read(_UNFINISHED))

    async def held(self, now: datetime) -> tuple[Lease, ...]:
        """Return the leases that have not run out."""
        return tuple(Lease(*row) for row in await self._database.read(_HELD, {"now": now}))


def _of(name: str, holder: str, now: datetime) -> dict[str, object]:
    return {"its_name": name, "its_holder": holder, "now": now}


@cache
def _insert_or_renew(dialect: str) -> Insert:
    """Take a lease that is free or over, or renew one's own."""
    statement = insert_of(dialect, leases)
    wanted, ours = statement.excluded, leases.c.holder == statement.excluded.holder
    is_running = leases.c.until > wanted.since
    upsert: Insert = statement.on_conflict_do_update(
        index_elements=[leases.c.name],
        set_={
            "holder": wanted.holder,
            "since": case((ours & is_running, leases.c.since), else_=wanted.since),
            "until": wanted.until,
        },
        where=or_(ours, ~is_running),
    )
    return upsert
