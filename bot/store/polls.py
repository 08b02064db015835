"""Open polls: one of a team at a time, until its votes are counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from bot.models import Place, Sent
from bot.store.engine import Database
from bot.store.schema import polls
from bot.store.upserts import insert_or_keep

_OURS = (
    polls.c.platform == bindparam("its_platform"),
    polls.c.tenant == bindparam("its_tenant"),
)
_THIS = (*_OURS, polls.c.key == bindparam("its_key"))
_ENDED = select(polls).where(polls.c.ends <= bindparam("now")).order_by(polls.c.ends).limit(100)
_POSTED = (
    update(polls)
    .where(*_THIS)
    .values(message=bindparam("its_message"), address=bindparam("its_address"))
)


@dataclass(frozen=True, slots=True)
class OpenPoll:
    """A poll whose answers are `papers`; `message` is "" until it is known to be posted."""

    place: Place
    key: str
    papers: tuple[str, ...]
    begun: datetime
    ends: datetime
    message: str = ""

    @property
    def sent(self) -> Sent:
        """The message that it is."""
        return Sent(self.place, self.message)


class Polls:
    """The open poll of one tenant."""

    def __init__(self, database: Database, platform: str, tenant: str) -> None:
        self._database = database
        self._ours = {"its_platform": platform, "its_tenant": tenant}
        self._begin = insert_or_keep(database.dialect, polls)

    async def begin(self, new: OpenPoll) -> bool:
        """Record a poll that is about to be posted; False if there is one."""
        place = new.place
        row = {
            "platform": place.platform,
            "tenant": place.tenant,
            "address": place.address,
            "key": new.key,
            "papers": new.papers,
            "begun": new.begun,
            "ends": new.ends,
            "message": new.message,
        }
        return await self._database.change(self._begin, row) == 1

    async def get(self) -> OpenPoll | None:
        """Return the open poll."""
        rows = await self._database.read(select(polls).where(*_OURS), self._ours)
        return _poll(rows[0]) if rows else None

    async def record(self, one: OpenPoll, sent: Sent) -> None:
        """Record where a poll is posted."""
        there = {"its_message": sent.message, "its_address": sent.place.address}
        await self._database.change(_POSTED, {**self._ours, "its_key": one.key, **there})

    async def end(self, one: OpenPoll) -> None:
        """Forget a poll: its votes are counted, or it was never posted."""
        await self._database.change(delete(polls).where(*_THIS), {**self._ours, "its_key": one.key})


class AllPolls:
    """The polls of all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ended(self, now: datetime) -> tuple[OpenPoll, ...]:
        """Return those whose time is over, the first that ended first; at most 100."""
        return tuple(_poll(row) for row in await self._database.read(_ENDED, {"now": now}))


def _poll(row: Any) -> OpenPoll:
    place = Place(row.platform, row.tenant, row.address)
    return OpenPoll(place, row.key, row.papers, row.begun, row.ends, row.message)
