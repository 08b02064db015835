"""`paperboy move`: takes everything from the SQLite file to PostgreSQL."""

from __future__ import annotations

import argparse
import sys
from time import monotonic

from bot.calendar.clock import utc_now
from bot.cli.exit_codes import DONE
from bot.errors import StoreError
from bot.runtime.run_lock import only_one
from bot.settings import Settings
from bot.store.database_url import Address, read_address
from bot.store.move import Move, Moved, open_both
from bot.text import count

EVERY_SECONDS = 2.0  # between two lines about a table


async def main(settings: Settings, args: argparse.Namespace) -> int:
    """Move everything, check every row, and say what to do next. Raises StoreError."""
    source, target = read_address(settings.database_url), read_address(args.to)
    if source.file is None:
        raise StoreError(f"{source.name} is no SQLite file: only what is in one can be moved.")
    if target.file is not None:
        raise StoreError(
            "Everything can be moved to PostgreSQL only: write --to "
            "postgresql+asyncpg://user:password@host/paperboy. To copy a SQLite file, run "
            "`paperboy backup`."
        )
    with only_one(source.file):
        async with open_both(source, target) as (here, there):
            moved = await Move(here, there, Progress()).run(utc_now())
    _tell(source, target, moved)
    return DONE


class Progress:
    """Prints how far a move is: a line for each table, and more for a long one."""

    def __init__(self) -> None:
        self._told = monotonic()

    def __call__(self, table: str, done: int, total: int) -> None:
        """Print a line if it is time."""
        now = monotonic()
        if total and (done == total or now - self._told >= EVERY_SECONDS):
            self._told = now
            print(f"{table}: {done:,} of {total:,} rows", file=sys.stderr, flush=True)


def _tell(source: Address, target: Address, moved: tuple[Moved, ...]) -> None:
    for one in moved:
        if one.rows:
            print(f"{one.table:<16} {one.rows:>9,}  {one.checksum}")
    rows = count(sum(one.rows for one in moved), "row")
    address = target.url.render_as_string(hide_password=True)
    print(
        f"Moved {rows} to {target.name}; all are the same there, with the checksums above.\n"
        f"Set PAPERBOY_DATABASE_URL={address} and start Paperboy. {source.file} is as it was: "
        "don’t start Paperboy with it again, or digests are posted twice."
    )
