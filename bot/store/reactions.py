"""The reactions that were heeded, so that late, repeated and missed ones can be told apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from bot.store.engine import Database
from bot.store.schema import reactions
from bot.store.upserts import insert_or_replace

_MESSAGE = (
    reactions.c.platform == bindparam("platform"),
    reactions.c.tenant == bindparam("tenant"),
    reactions.c.address == bindparam("address"),
    reactions.c.message == bindparam("message"),
)
_LAST = select(reactions.c.present, reactions.c.at).where(
    *_MESSAGE, reactions.c.emoji == bindparam("emoji"), reactions.c.person == bindparam("person")
)
_PRESENT = select(reactions.c.emoji, reactions.c.person).where(*_MESSAGE, reactions.c.present)


@dataclass(frozen=True, slots=True)
class Reaction:
    """Whether a reaction was there after the last event about it, and when that was."""

    present: bool
    at: datetime


class Reactions:
    """The reactions to one tenant's messages."""

    def __init__(self, database: Database, platform: str, tenant: str) -> None:
        self._database = database
        self._tenant = {"platform": platform, "tenant": tenant}
        self._record = insert_or_replace(database.dialect, reactions)

    async def record(self, address: str, message: str, emoji: str, person: str, reaction: Reaction) -> None:
        """Note what became of a reaction, instead of what was noted before."""
        key = {**self._tenant, "address": address, "message": message, "emoji": emoji, "person": person}
        await self._database.change(self._record, {**key, "present": reaction.present, "at": reaction.at})

    async def last(self, address: str, message: str, emoji: str, person: str) -> Reaction | None:
        """Return what is known of a reaction."""
        asked = {**self._tenant, "address": address, "message": message, "emoji": emoji, "person": person}
        rows = await self._database.read(_LAST, asked)
        return Reaction(*rows[0]) if rows else None

    async def present(self, address: str, message: str) -> frozenset[tuple[str, str]]:
        """Return the reactions that are there as far as is known, each an emoji and a person."""
        asked = {**self._tenant, "address": address, "message": message}
        return frozenset((emoji, person) for emoji, person in await self._database.read(_PRESENT, asked))
