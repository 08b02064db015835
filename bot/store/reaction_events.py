"""Reactions that were heard and are not worked off yet: a crash loses none of them."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select

from bot.models import Person, Place, ReactionEvent
from bot.store.engine import Database
from bot.store.schema import reaction_events as t
from bot.store.turns import ROWS

_ADD = insert(t)
_REMOVE = delete(t).where(t.c.key == bindparam("its_key"))
_WAITING = (
    select(t)
    .where(t.c.platform == bindparam("platform"), t.c.heard <= bindparam("until"))
    .order_by(t.c.heard, t.c.key)
    .limit(bindparam("limit"))
)


class ReactionEvents:
    """The reactions of all tenants that wait to be worked off."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, event: ReactionEvent, heard: datetime) -> str:
        """Write an event down and return its key."""
        key = secrets.token_hex(10)
        row = {
            "key": key,
            "platform": event.place.platform,
            "tenant": event.place.tenant,
            "address": event.place.address,
            "message": event.message,
            "emoji": event.emoji,
            "person": event.person.id,
            "person_tenant": event.person.tenant,
            "name": event.person.name,
            "private": event.place.private,
            "added": event.added,
            "at": event.at,
            "heard": heard,
        }
        await self._database.change(_ADD, row, turn=ROWS)
        return key

    async def remove(self, key: str) -> None:
        """Forget an event that is worked off."""
        await self._database.change(_REMOVE, {"its_key": key}, turn=ROWS)

    async def waiting(
        self, platform: str, until: datetime, limit: int
    ) -> tuple[tuple[str, ReactionEvent], ...]:
        """Return the events of a platform heard until then, each with its key, the first first."""
        asked = {"platform": platform, "until": until, "limit": limit}
        return tuple(
            (
                row.key,
                ReactionEvent(
                    Place(row.platform, row.tenant, row.address, private=row.private),
                    row.message,
                    row.emoji,
                    Person(row.platform, row.person_tenant, row.person, row.name),
                    added=row.added,
                    at=row.at,
                ),
            )
            for row in await self._database.read(_WAITING, asked)
        )
