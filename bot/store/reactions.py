"""The last known state of each reaction, to tell late, repeated and missed events apart."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from functools import cache

from sqlalchemy import Insert, bindparam, select

from bot.models import Reaction
from bot.store.engine import Database
from bot.store.pseudonyms import is_mark, mark_of
from bot.store.schema import reactions
from bot.store.upserts import insert_of

_MESSAGE = (
    reactions.c.platform == bindparam("platform"),
    reactions.c.tenant == bindparam("tenant"),
    reactions.c.address == bindparam("address"),
    reactions.c.message == bindparam("message"),
)
_LAST = (
    select(reactions.c.present, reactions.c.at, reactions.c.effect)
    .where(*_MESSAGE, reactions.c.emoji == bindparam("emoji"))
    .where(reactions.c.person.in_(bindparam("names", expanding=True)))
    .order_by(reactions.c.at.desc())
    .limit(1)
)
_PRESENT = select(reactions.c.emoji, reactions.c.person).where(*_MESSAGE, reactions.c.present)


class Reactions:
    """The reactions to one tenant's messages.

    Those of people whose data was deleted stand under a mark, so that they are not applied again.
    """

    def __init__(self, database: Database, platform: str, tenant: str, identity: str) -> None:
        self._database = database
        self._identity = identity
        self._tenant = {"platform": platform, "tenant": tenant}
        self._record = _insert_or_follow(database.dialect)

    async def record(
        self, address: str, message: str, emoji: str, person: str, reaction: Reaction
    ) -> bool:
        """Record the state of a reaction in an earlier one's place; False if a later is there."""
        key = {
            **self._tenant,
            "address": address,
            "message": message,
            "emoji": emoji,
            "person": person,
        }
        return await self._database.change(self._record, {**key, **asdict(reaction)}) == 1

    async def last(self, address: str, message: str, emoji: str, person: str) -> Reaction | None:
        """Return what is known of a reaction."""
        names = [person, mark_of(person, self._identity)]
        asked = {
            **self._tenant,
            "address": address,
            "message": message,
            "emoji": emoji,
            "names": names,
        }
        rows = await self._database.read(_LAST, asked)
        return Reaction(*rows[0]) if rows else None

    async def present(
        self, address: str, message: str, seen: Collection[str] = ()
    ) -> frozenset[tuple[str, str]]:
        """Return the reactions known to be present, each an emoji and a person.

        Of people whose data was deleted, only those among `seen` can be returned.
        """
        asked = {**self._tenant, "address": address, "message": message}
        seen_as = {mark_of(person, self._identity): person for person in seen}
        rows = await self._database.read(_PRESENT, asked)
        named = ((emoji, seen_as.get(person, person)) for emoji, person in rows)
        return frozenset((emoji, person) for emoji, person in named if not is_mark(person))


@cache
def _insert_or_follow(dialect: str) -> Insert:
    """Insert what became of a reaction, or update it unless something came later.

    It is built once: this takes a millisecond, and each command opens its tenant.
    """
    statement = insert_of(dialect, reactions)
    values = {name: statement.excluded[name] for name in ("present", "at", "effect")}
    upsert: Insert = statement.on_conflict_do_update(
        index_elements=list(reactions.primary_key),
        set_=values,
        where=reactions.c.at <= statement.excluded.at,
    )
    return upsert
