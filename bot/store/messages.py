"""The papers that each message shows, so that a reaction to it finds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from bot.store.engine import Database
from bot.store.schema import messages
from bot.store.upserts import insert_or_replace

_PAPERS = select(messages.c.papers).where(
    messages.c.platform == bindparam("platform"),
    messages.c.tenant == bindparam("tenant"),
    messages.c.address == bindparam("address"),
    messages.c.message == bindparam("message"),
)
_RECENT = (
    select(messages.c.tenant, messages.c.address, messages.c.message)
    .where(messages.c.platform == bindparam("platform"), messages.c.sent >= bindparam("since"))
    .order_by(messages.c.sent.desc())
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True)
class Message:
    """A message that shows papers, and its place."""

    tenant: str
    address: str
    message: str


class AllMessages:
    """The messages of all tenants, for an adapter that looks for reactions it missed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recent(self, platform: str, since: datetime, limit: int) -> tuple[Message, ...]:
        """Return the messages of a platform sent since then, newest first."""
        rows = await self._database.read(
            _RECENT, {"platform": platform, "since": since, "limit": limit}
        )
        return tuple(Message(*row) for row in rows)


class Messages:
    """The messages sent to one tenant's places."""

    def __init__(self, database: Database, platform: str, tenant: str) -> None:
        self._database = database
        self._tenant = {"platform": platform, "tenant": tenant}
        self._record = insert_or_replace(database.dialect, messages)

    async def record(self, address: str, message: str, papers: Sequence[str], at: datetime) -> None:
        """Record which papers a message shows, in order, replacing an earlier record."""
        row = {
            **self._tenant,
            "address": address,
            "message": message,
            "papers": tuple(papers),
            "sent": at,
        }
        await self._database.change(self._record, row)

    async def papers(self, address: str, message: str) -> tuple[str, ...]:
        """Return the papers that a message shows, in order; none for an unknown message."""
        asked = {**self._tenant, "address": address, "message": message}
        rows = await self._database.read(_PAPERS, asked)
        return rows[0][0] if rows else ()
