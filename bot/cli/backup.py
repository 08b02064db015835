"""`paperboy backup`: copies the database to a file, also while Paperboy runs."""

from __future__ import annotations

import argparse
import asyncio

from bot.calendar.clock import utc_now
from bot.cli.session import DONE
from bot.errors import StoreError
from bot.settings import Settings
from bot.store.backup import Backup, copy_database
from bot.store.database_url import Address, read_address
from bot.text import count


async def main(settings: Settings, args: argparse.Namespace) -> int:
    """Copy the database and say what is in the copy. Raises StoreError."""
    address = read_address(settings.database_url)
    if address.file is None:
        raise StoreError(not_a_file(address))
    made = await asyncio.to_thread(
        copy_database, address.file, args.file.absolute(), utc_now(), replace=args.force
    )
    print(f"Backed up {contents(made)} to {made.file} ({made.size / 1e6:,.1f} MB, checked).")
    return DONE


def contents(backup: Backup) -> str:
    """Say what a copy holds."""
    papers = count(backup.papers, "paper")
    return f"{papers} and {count(backup.subscriptions, 'subscription')}"


def not_a_file(address: Address) -> str:
    """Say how to back up and restore a database that is not in a file of its own."""
    name = address.url.database or "DATABASE"
    host = f" --host={address.url.host}" if address.url.host else ""
    return (
        f"{address.name} is not a SQLite file. Back it up with `pg_dump{host} --format=custom "
        f"--file=paperboy.dump {name}`; to restore it, stop Paperboy and run `pg_restore{host} "
        f"--clean --if-exists --single-transaction --dbname={name} paperboy.dump`."
    )
