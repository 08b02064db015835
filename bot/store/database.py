"""The store: opens a database, checks whose it is, and brings it up to date."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sqlalchemy import Connection, false, inspect, select, update

from bot.errors import StoreError
from bot.store.alerts import Alerts
from bot.store.announcements import Posts
from bot.store.command_lines import CommandLines
from bot.store.connections import Transaction
from bot.store.database_url import Address, read_address
from bot.store.days import Days
from bot.store.deliveries import Deliveries
from bot.store.delivery_queue import DeliveryQueue
from bot.store.delivery_reports import DeliveryReports
from bot.store.digest_history import DigestHistory
from bot.store.digests import Digests
from bot.store.email_addresses import EmailAddresses
from bot.store.engine import Database
from bot.store.feedback import Feedback
from bot.store.installations import Installations
from bot.store.leases import Leases
from bot.store.messages import AllMessages, Messages
from bot.store.notes import Notes
from bot.store.paces import Paces
from bot.store.papers import Papers
from bot.store.people import People
from bot.store.personal_data import PersonalData
from bot.store.picks import Picks
from bot.store.polls import AllPolls, Polls
from bot.store.reaction_events import ReactionEvents
from bot.store.reactions import Reactions
from bot.store.schema import HEAD, VERSION_TABLE, store, version
from bot.store.shelf import Shelf
from bot.store.shelf_states import ListCache
from bot.store.subscriptions import AllSubscriptions, Subscriptions
from bot.store.syncs import Syncs
from bot.store.tags import Tags
from bot.store.votes import Votes
from bot.store.watches import Watches

if TYPE_CHECKING:
    from bot.store.database_clock import DatabaseClock
    from bot.store.departures import Departures
    from bot.store.recovery import Recovery
    from bot.store.retention import Retention

_VERSION = select(version.c.version_num)
_IDENTITY = select(store.c.identity)
# SQLite grants even BEGIN IMMEDIATE on a file that it can only read; this fails there and changes
# nothing elsewhere.
_TRY_TO_WRITE = update(store).values(revision=store.c.revision).where(false())


class Tenant:
    """What belongs to the people of one tenant. No other tenant's data is reachable."""

    def __init__(
        self, database: Database, platform: str, tenant: str, identity: str, lists: ListCache
    ) -> None:
        database = database.of_tenant(platform, tenant)
        self.shelf = Shelf(database, platform, tenant, lists)
        self.messages = Messages(database, platform, tenant)
        self.reactions = Reactions(database, platform, tenant, identity)
        self.feedback = Feedback(database, platform, tenant)
        self.votes = Votes(database, platform, tenant)
        self.notes = Notes(database, platform, tenant)
        self.tags = Tags(database, platform, tenant)
        self.people = People(database, platform, tenant)
        self.picks = Picks(database, platform, tenant)
        self.polls = Polls(database, platform, tenant)
        self.personal = PersonalData(database, platform, tenant, identity)
        self.lines = CommandLines(database, platform, tenant)
        self.posts = Posts(database, platform, tenant)
        self.email_addresses = EmailAddresses(database, platform, tenant)
        self.subscriptions = Subscriptions(database, platform, tenant)


class Store:
    """The store of record. `identity` is a random mark given to the database when created."""

    def __init__(self, database: Database, identity: str) -> None:
        self._database = database
        self._lists = ListCache()
        self.clock: DatabaseClock | None = None  # where several machines can write
        self.identity = identity
        self.papers = Papers(database)
        self.days = Days(database)
        self.syncs = Syncs(database)
        self.alerts = Alerts(database)
        self.messages = AllMessages(database)
        self.reaction_events = ReactionEvents(database)
        self.subscriptions = AllSubscriptions(database)
        self.digests = Digests(database)
        self.installations = Installations(database, identity)
        self.digest_history = DigestHistory(database)
        self.deliveries = Deliveries(database)
        self.delivery_queue = DeliveryQueue(database)
        self.delivery_reports = DeliveryReports(database)
        self.watches = Watches(database)
        self.polls = AllPolls(database)
        self.leases = Leases(database)
        self.paces = Paces(database)

    # start-up time: only chores need these, and making their statements takes 10 ms

    @cached_property
    def departures(self) -> Departures:
        """The tenants that removed the bot, and the purge of their data."""
        from bot.store.departures import Departures

        return Departures(self._database, self.identity)

    @cached_property
    def recovery(self) -> Recovery:
        """What a restored database can't know."""
        from bot.store.recovery import Recovery

        return Recovery(self._database)

    @cached_property
    def retention(self) -> Retention:
        """What goes after a while."""
        from bot.store.retention import Retention

        return Retention(self._database)

    @classmethod
    async def open(cls, url: str, *, keeps_earlier: bool = True) -> Self:
        """Open the database at an SQLAlchemy address; create or update it. Raises StoreError.

        Before a SQLite file is updated it is copied beside itself, if it `keeps_earlier` ones.
        """
        address = read_address(url)
        _make_folder(address)
        _make_file(address)
        database = Database(address)
        try:
            earlier = address.file if keeps_earlier else None
            store = cls(database, await prepare(database, earlier))
            if database.dialect == "postgresql":
                await _refuse_part(store)
                store.clock = await _read_clock(database)
        except BaseException:
            await database.close()
            raise
        return store

    @classmethod
    async def inspect(cls, url: str) -> Self:
        """Open a database only to read it: nothing is created or updated. Raises StoreError."""
        address = read_address(url)
        if address.file and not address.file.exists():
            raise StoreError(f"There is no database {address.name} yet.")
        database = Database(address)
        try:
            ((found,),) = await database.read(_VERSION)
            if found != HEAD:
                raise StoreError(f"The database {address.name} has another schema ({found}).")
            ((identity,),) = await database.read(_IDENTITY)
        except BaseException:
            await database.close()
            raise
        return cls(database, identity)

    def tenant(self, platform: str, tenant: str) -> Tenant:
        """Return what belongs to one tenant of one platform."""
        return Tenant(self._database, platform, tenant, self.identity, self._lists)

    async def close(self) -> None:
        """Close all connections."""
        await self._database.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


async def _refuse_part(store: Store) -> None:
    """Raise StoreError if a move to this database is not finished."""
    if await store.leases.unfinished_move():
        raise StoreError(
            "Not everything was moved to this database: run `paperboy move` again, with the same "
            "arguments."
        )


async def _read_clock(database: Database) -> DatabaseClock:
    from bot.store.database_clock import DatabaseClock  # SQLite needs none of it

    clock = DatabaseClock(database)
    await clock.look()
    return clock


def _make_folder(address: Address) -> None:
    if address.file is None:
        return
    try:
        address.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        folder = address.file.parent
        raise StoreError(
            f"The folder {folder} for the database can't be created ({error.strerror}): name "
            "another one."
        ) from error


def _make_file(address: Address) -> None:
    """Create a file that only its owner can read; SQLite gives the files beside it its mode."""
    if address.file is None or address.url.query:
        return
    with suppress(OSError):  # it is there, or opening it says what is wrong
        os.close(os.open(address.file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


async def prepare(database: Database, file: Path | None) -> str:
    """Create or update the tables, and return the identity. Raises StoreError."""

    async def prepare(transaction: Transaction) -> str:
        found = await transaction.run(_version, database.name)
        if found != HEAD:
            from bot.store.upgrade import keep_earlier, upgrade

            if file and found is not None and found < HEAD:
                await asyncio.to_thread(keep_earlier, file, found)
            await transaction.run(upgrade, found, database.name)
        await transaction.execute(_TRY_TO_WRITE)
        identity: str = (await transaction.execute(_IDENTITY)).scalar_one()
        return identity

    # all of it behind the write lock: of two processes that open a new database at once, the second
    # finds it made
    identity = await database.write(prepare)
    await database.start()
    return identity


def _version(connection: Connection, name: str) -> str | None:
    tables = inspect(connection).get_table_names()
    if tables and VERSION_TABLE not in tables:
        raise StoreError(
            f"The database {name} belongs to another program: name another one for Paperboy."
        )
    return connection.scalar(_VERSION) if tables else None
