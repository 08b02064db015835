"""The names of people who share something with their team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, delete, func, or_, select

from bot.store.chunks import chunks
from bot.store.engine import Database
from bot.store.schema import hidden_people, people
from bot.store.upserts import insert_or_keep, insert_or_replace

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
_HIDDEN_HERE = (
    hidden_people.c.platform == bindparam("platform"),
    hidden_people.c.tenant == bindparam("tenant"),
)
_HIDDEN = select(hidden_people.c.person).where(*_HIDDEN_HERE)
_SHOW = delete(hidden_people).where(*_HIDDEN_HERE, hidden_people.c.person == bindparam("person"))


class People:
    """The people of one tenant."""

    def __init__(self, database: Database, platform: str, tenant: str) -> None:
        self._database = database
        self._tenant = {"platform": platform, "tenant": tenant}
        self._know = insert_or_replace(database.dialect, people)
        self._hide = insert_or_keep(database.dialect, hidden_people)

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

    async def hide(self, person: str, *, hidden: bool) -> None:
        """Let a person be hidden in messages that everyone sees, or be shown again."""
        statement = self._hide if hidden else _SHOW
        await self._database.change(statement, {**self._tenant, "person": person})

    async def hidden(self) -> frozenset[str]:
        """Return the ids of all who are hidden in messages that everyone sees."""
        rows = await self._database.read(_HIDDEN, self._tenant)
        return frozenset(person for (person,) in rows)

    async def called(self, words: str) -> str | None:
        """Return the id of the person with that id or name."""
        rows = await self._database.read(
            _CALLED, {**self._tenant, "words": words, "folded": words.lower()}
        )
        return rows[0][0] if rows else None
