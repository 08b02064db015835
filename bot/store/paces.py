"""The paces of platforms that several processes share: until when all turns are taken."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update

from bot.store.connections import Transaction
from bot.store.engine import Database
from bot.store.schema import leases
from bot.store.turns import ROWS
from bot.store.upserts import insert_or_keep

# what is taken a little late is no turn lost, and with it a second still has less than 50 of 47
LATE = timedelta(seconds=0.05)
AHEAD = timedelta(seconds=30)  # more is no pace: a clock was set

_TAKEN = select(leases.c.until).where(leases.c.name == bindparam("name")).with_for_update()
_TAKE = update(leases).where(leases.c.name == bindparam("its_name")).values(until=bindparam("then"))


class Paces:
    """Rows beside the leases, held by no process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._begin = insert_or_keep(database.dialect, leases)

    async def take(self, name: str, span: timedelta, now: datetime) -> datetime:
        """Take the next turns of a pace, which last for `span`; return when they begin."""
        row = {"name": name, "holder": "", "since": now, "until": now, "done": None}

        async def run(transaction: Transaction) -> datetime:
            await transaction.execute(self._begin, row)
            taken: datetime = (await transaction.execute(_TAKEN, {"name": name})).scalar_one()
            first = min(max(taken, now - LATE), now + AHEAD)
            await transaction.execute(_TAKE, {"its_name": name, "then": first + span})
            return first

        return await self._database.write(run, turn=ROWS)
