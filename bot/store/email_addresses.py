"""E-mail addresses: which a person has confirmed, and which wait for their code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update

from bot.models import EmailAddress
from bot.store.connections import Transaction
from bot.store.engine import Database
from bot.store.schema import email_addresses
from bot.store.upserts import insert_or_replace

MAX_TRIES = 5  # wrong codes before a person needs a new one

_e = email_addresses
_THEIRS = (
    _e.c.platform == bindparam("its_platform"),
    _e.c.tenant == bindparam("its_tenant"),
    _e.c.person == bindparam("its_person"),
)
_OPEN = (
    *_THEIRS,
    _e.c.confirmed.is_(None),
    _e.c.tries < MAX_TRIES,
    _e.c.asked > bindparam("since"),
)
_COLUMNS = (_e.c.address, _e.c.code, _e.c.line, _e.c.asked, _e.c.codes, _e.c.confirmed)
_ALL = select(*_COLUMNS).where(*_THEIRS).order_by(_e.c.address)
_WAITING = select(*_COLUMNS).where(*_OPEN).order_by(_e.c.asked.desc())
_TRY = update(_e).where(*_OPEN).values(tries=_e.c.tries + 1)
_CONFIRM = (
    update(_e)
    .where(*_THEIRS, _e.c.address == bindparam("its_address"), _e.c.confirmed.is_(None))
    .values(confirmed=bindparam("now"), code="", line="")
)
_CODES_TO = select(func.coalesce(func.sum(_e.c.codes), 0)).where(
    _e.c.address == bindparam("address"), _e.c.asked > bindparam("since")
)
_CODES_BY = select(func.coalesce(func.sum(_e.c.codes), 0)).where(
    *_THEIRS, _e.c.asked > bindparam("since")
)


class EmailAddresses:
    """The e-mail addresses of one tenant's people."""

    def __init__(self, database: Database, platform: str, tenant: str) -> None:
        self._database = database
        self._tenant = {"platform": platform, "tenant": tenant}
        self._its = {"its_platform": platform, "its_tenant": tenant}
        self._put = insert_or_replace(database.dialect, email_addresses)

    async def all(self, person: str) -> Sequence[EmailAddress]:
        """Return the addresses of a person, confirmed or not."""
        rows = await self._database.read(_ALL, {**self._its, "its_person": person})
        return [_read(row) for row in rows]

    async def ask(self, person: str, address: EmailAddress) -> None:
        """Remember that a code was mailed; an earlier code for the address is void."""
        row = {
            **self._tenant,
            "person": person,
            "address": address.address,
            "code": address.code,
            "line": address.line,
            "asked": address.asked,
            "codes": address.codes,
            "tries": 0,
            "confirmed": address.confirmed,
        }
        await self._database.change(self._put, row)

    async def open_codes(self, person: str, since: datetime) -> Sequence[EmailAddress]:
        """Count one try of each code that a person can still use; return their addresses.

        Codes mailed before `since`, and those with `MAX_TRIES` wrong tries, are void.
        """
        asked = {**self._its, "its_person": person, "since": since}

        async def try_codes(transaction: Transaction) -> Sequence[EmailAddress]:
            rows = (await transaction.execute(_WAITING, asked)).fetchall()
            await transaction.execute(_TRY, asked)
            return [_read(row) for row in rows]

        return await self._database.write(try_codes)

    async def confirm(self, person: str, address: str, now: datetime) -> bool:
        """Note that a person has typed the code; False if it was confirmed before."""
        values = {**self._its, "its_person": person, "its_address": address, "now": now}
        return await self._database.change(_CONFIRM, values) == 1

    async def codes_to(self, address: str, since: datetime) -> int:
        """Return how many codes went to an address, whoever asked for them."""
        rows = await self._database.read(_CODES_TO, {"address": address, "since": since})
        return int(rows[0][0])

    async def codes_by(self, person: str, since: datetime) -> int:
        """Return how many codes a person has asked for."""
        values = {**self._its, "its_person": person, "since": since}
        return int((await self._database.read(_CODES_BY, values))[0][0])


def _read(row: Row[*tuple[Any, ...]]) -> EmailAddress:
    return EmailAddress(row.address, row.code, row.line, row.asked, row.codes, row.confirmed)
