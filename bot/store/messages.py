"""The papers that each message shows, so that a reaction to it finds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from bot.store.engine import Database
from bot.store.schema import messages
from bot.store.upserts import insert_or_replace

_KEY = ("platform", "tenant", "address", "message")
_ONE = tuple(messages.c[name] == bindparam(f"of_{name}") for name in _KEY)
_PAPERS = select(messages.c.papers).where(*_ONE)
_RECENT = (
    select(messages.c.tenant, messages.c.address, messages.c.message)
    .where(messages.c.platform == bindparam("platform"), messages.c.sent >= bindparam("since"))
    .order_by(messages.c.sent.desc())
    .limit(bindparam("limit"))
)
_IS_LIVE = messages.c.view.is_not(None)
_SINCE = messages.c.sent >= bindparam("since")
_LIVE = (
    select(messages.c.address, messages.c.message, messages.c.papers)
    .where(
        messages.c.platform == bindparam("platform"),
        messages.c.tenant == bindparam("tenant"),
        _SINCE,
        _IS_LIVE,
    )
    .order_by(messages.c.sent.desc())
    .limit(bindparam("limit"))
)
_LIVE_ONE = select(messages.c.papers, messages.c.view, messages.c.said).where(*_ONE, _IS_LIVE)
_TEAMS = select(messages.c.platform, messages.c.tenant).where(_SINCE, _IS_LIVE).distinct()
_SAY = update(messages).where(*_ONE).values(said=bindparam("now_said"))
_END = update(messages).where(*_ONE).values(view=None)
_END_BEFORE = update(messages).where(messages.c.sent < bindparam("until"), _IS_LIVE)
_END_BEFORE = _END_BEFORE.values(view=None)


@dataclass(frozen=True, slots=True)
class Message:
    """A message that shows papers, and its place."""

    tenant: str
    address: str
    message: str


@dataclass(frozen=True, slots=True)
class LiveMessage:
    """A message that shows who saved its papers.

    `view` is what it shows besides, `said` a digest of what it says of that.
    """

    papers: tuple[str, ...]
    view: Mapping[str, Any]
    said: str


@dataclass(frozen=True, slots=True)
class LivePapers:
    """Where such a message stands, and its papers."""

    address: str
    message: str
    papers: tuple[str, ...]


class AllMessages:
    """The messages of all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recent(self, platform: str, since: datetime, limit: int) -> tuple[Message, ...]:
        """Return the messages of a platform sent since then, newest first."""
        rows = await self._database.read(
            _RECENT, {"platform": platform, "since": since, "limit": limit}
        )
        return tuple(Message(*row) for row in rows)

    async def live_teams(self, since: datetime) -> tuple[tuple[str, str], ...]:
        """Return the platform and tenant of each live message sent since then."""
        rows = await self._database.read(_TEAMS, {"since": since})
        return tuple((platform, tenant) for platform, tenant in rows)

    async def end_before(self, until: datetime) -> None:
        """Let no message stay live that was sent before then."""
        await self._database.change(_END_BEFORE, {"until": until})


class Messages:
    """The messages sent to one tenant's places."""

    def __init__(self, database: Database, platform: str, tenant: str) -> None:
        self._database = database
        self._tenant = {"platform": platform, "tenant": tenant}
        self._record = insert_or_replace(database.dialect, messages)

    async def record(
        self,
        address: str,
        message: str,
        papers: Sequence[str],
        at: datetime,
        view: Mapping[str, Any] | None = None,
    ) -> None:
        """Record which papers a message shows, in order, replacing an earlier record.

        With the `view` that it shows, it is live: it can show who saved its papers.
        """
        row = {
            **self._tenant,
            "address": address,
            "message": message,
            "papers": tuple(papers),
            "sent": at,
            "view": view,
            "said": "",
        }
        await self._database.change(self._record, row)

    async def papers(self, address: str, message: str) -> tuple[str, ...]:
        """Return the papers that a message shows, in order; none for an unknown message."""
        rows = await self._database.read(_PAPERS, self._this(address, message))
        return rows[0][0] if rows else ()

    async def live(self, since: datetime, limit: int) -> tuple[LivePapers, ...]:
        """Return the live messages sent since then, newest first."""
        asked = {**self._tenant, "since": since, "limit": limit}
        return tuple(LivePapers(*row) for row in await self._database.read(_LIVE, asked))

    async def live_one(self, address: str, message: str) -> LiveMessage | None:
        """Return a live message, None if it is not live."""
        rows = await self._database.read(_LIVE_ONE, self._this(address, message))
        return LiveMessage(*rows[0]) if rows else None

    async def say(self, address: str, message: str, said: str) -> None:
        """Record a digest of what a live message says of who saved its papers."""
        await self._database.change(_SAY, {**self._this(address, message), "now_said": said})

    async def end(self, address: str, message: str) -> None:
        """Let a message no longer be live."""
        await self._database.change(_END, self._this(address, message))

    def _this(self, address: str, message: str) -> dict[str, str]:
        row = {**self._tenant, "address": address, "message": message}
        return {f"of_{name}": value for name, value in row.items()}
