"""Command lines by a short key, for buttons that have no room for the whole line."""

from __future__ import annotations

from hashlib import blake2b

from sqlalchemy import bindparam, select

from bot.store.engine import Database
from bot.store.schema import lines
from bot.store.upserts import insert_or_update

_LINE = select(lines.c.line).where(
    lines.c.platform == bindparam("platform"),
    lines.c.tenant == bindparam("tenant"),
    lines.c.key == bindparam("key"),
)


class CommandLines:
    """The lines of one tenant."""

    def __init__(self, database: Database, platform: str, tenant: str) -> None:
        self._database = database
        self._tenant = {"platform": platform, "tenant": tenant}
        self._keep = insert_or_update(database.dialect, lines, "kept")

    async def keep(self, line: str) -> str:
        """Store a line, and return its key: 20 characters, the same each time."""
        key = blake2b(line.encode(), digest_size=10).hexdigest()
        await self._database.change(self._keep, {**self._tenant, "key": key, "line": line})
        return key

    async def get(self, key: str) -> str | None:
        """Return the line of a key."""
        rows = await self._database.read(_LINE, {**self._tenant, "key": key})
        return rows[0][0] if rows else None
