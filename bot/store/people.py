"""The names of people who share something with their team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, func, or_, select

from bot.store.chunks import chunks
from bot.store.engine import Database
from bot.store.schema import people
from bot.store.upserts import insert_or_replace

_OURS = (people.c.platform == bindparam("platform"), people.c.tenant == bindparam("tenant"))
_NAMES = select(people.c.person, people.c.name).where(
    *_OURS, people.c.person.in_(bindparam("ids", expanding=True))
)
_CALLED = (
    select(people.c.person)
    .where(
        *_OURS,
        or_(
            people.c.person == bindparam("words"), func.lower(people.c.name) == bindparam("folded")
        ),
    )
    .order_by(people.c.person)
    .limit(1)
)


class People:
    """The people of one tenant."""

    def __init__(self, database: Database, platform: str, tenant: str) -> None:
        self._database = database
        self._tenant = {"platform": platform, "tenant": tenant}
        self._know = insert_or_replace(database.dialect, people)

    async def know(self, person: str, name: str) -> None:
        """Record a person's current name."""
        if (await self.names([person])).get(person) != name:
            await self._database.change(
                self._know, {**self._tenant, "person": person, "name": name}
            )

    async def names(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the known names of these people, by id."""
        found: dict[str, str] = {}
        for chunk in chunks(ids):
            rows = await self._database.read(_NAMES, {**self._tenant, "ids": chunk})
            found |= {row.person: row.name for row in rows}
        return found

    async def called(self, words: str) -> str | None:
        """Return the id of the person with that id or name."""
        rows = await self._database.read(
            _CALLED, {**self._tenant, "words": words, "folded": words.lower()}
        )
        return rows[0][0] if rows else None
