"""The alerts that are open: problems that admins were told about and that are not over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from bot.store.engine import Database
from bot.store.schema import alerts
from bot.store.upserts import insert_or_keep

_OPEN = select(alerts.c.kind, alerts.c.since)
_CLOSE = delete(alerts).where(alerts.c.kind == bindparam("its_kind"))


class Alerts:
    """The open alerts, one of each kind."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._begin = insert_or_keep(database.dialect, alerts)

    async def begin(self, kind: str, at: datetime) -> None:
        """Open an alert, unless there is one of this kind."""
        await self._database.change(self._begin, {"kind": kind, "since": at})

    async def since(self) -> Mapping[str, datetime]:
        """Return when each open alert began, by kind."""
        return dict(await self._database.read(_OPEN))

    async def close(self, kind: str) -> None:
        """Close an alert."""
        await self._database.change(_CLOSE, {"its_kind": kind})
