"""Where the bot is installed, with which credential, and since when that is refused.

People of other workspaces leave data too, so what a tenant has stored says nothing about that.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from bot.store.connections import Transaction
from bot.store.engine import Database
from bot.store.pseudonyms import mark_of
from bot.store.schema import installations
from bot.store.upserts import insert_or_replace

UNKNOWN = ""  # the tenant of a credential that was never accepted

_WITH_CREDENTIAL = (
    installations.c.platform == bindparam("of_platform"),
    installations.c.credential == bindparam("mark"),
)
_FORGET = delete(installations).where(
    installations.c.platform == bindparam("of_platform"),
    installations.c.tenant == bindparam("of_tenant"),
)
_REFUSE = (
    update(installations)
    .where(*_WITH_CREDENTIAL, installations.c.refused.is_(None))
    .values(refused=bindparam("now"))
)
_SINCE = select(installations.c.refused).where(*_WITH_CREDENTIAL)
_ALL = select(installations.c.tenant, installations.c.credential).where(
    installations.c.platform == bindparam("of_platform"), installations.c.tenant != UNKNOWN
)


class Installations:
    """The tenants in which the bot is installed. Of credentials only marks are stored."""

    def __init__(self, database: Database, identity: str) -> None:
        self._database = database
        self._identity = identity
        self._record = insert_or_replace(database.dialect, installations)

    async def record(self, platform: str, tenant: str, credential: str) -> None:
        """Note that a credential was accepted for a tenant."""
        row = {"platform": platform, "tenant": tenant, "credential": self._mark(credential)}

        async def record(transaction: Transaction) -> None:
            await transaction.execute(self._record, {**row, "refused": None})
            await transaction.execute(_FORGET, {"of_platform": platform, "of_tenant": UNKNOWN})

        await self._database.write(record)

    async def refuse(self, platform: str, credential: str, now: datetime) -> datetime:
        """Note that a credential is refused, and return since when."""
        named = {"of_platform": platform, "mark": self._mark(credential)}

        async def refuse(transaction: Transaction) -> datetime:
            await transaction.execute(_REFUSE, {**named, "now": now})
            known = (await transaction.execute(_SINCE, named)).all()
            if known:
                first: datetime = min(since for (since,) in known)
                return first
            row = {"platform": platform, "tenant": UNKNOWN, "credential": named["mark"]}
            await transaction.execute(self._record, {**row, "refused": now})
            return now

        return await self._database.write(refuse)

    async def tenants(self, platform: str, credential: str = "") -> frozenset[str]:
        """Return the tenants in which the bot is installed, or those of a credential."""
        rows = await self._database.read(_ALL, {"of_platform": platform})
        mark = self._mark(credential)
        return frozenset(tenant for tenant, its in rows if not credential or its == mark)

    def _mark(self, credential: str) -> str:
        return mark_of(credential, self._identity)
