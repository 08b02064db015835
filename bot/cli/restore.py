"""`paperboy restore`: puts a backup in the database's place; the present one stays beside it."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime
from pathlib import Path

from bot.calendar.clock import utc_now
from bot.cli.backup import contents, not_a_file
from bot.cli.session import DONE
from bot.digests.recovery import skip_possibly_posted
from bot.errors import StoreError
from bot.runtime.run_lock import only_one
from bot.settings import Settings
from bot.store import Store
from bot.store.backup import Backup, copy_database, inspect_backup, put_in_place
from bot.store.database_url import Address, read_address
from bot.text import count


async def main(settings: Settings, args: argparse.Namespace) -> int:
    """Check the backup, prepare a copy of it, and put that in place. Raises PaperboyError."""
    address = read_address(settings.database_url)
    if (database := address.file) is None:
        raise StoreError(not_a_file(address))
    backup = await asyncio.to_thread(inspect_backup, args.file.absolute())
    _make_folder(database.parent)
    staged = database.with_name(f"{database.name}.restoring")
    with only_one(database):
        await asyncio.to_thread(copy_database, backup.file, staged, utc_now(), replace=True)
        skipped = await _prepare(address, staged, backup, moved=args.move)
        aside = await asyncio.to_thread(put_in_place, staged, database, utc_now())
    when = f", made {backup.made:%d %B %Y, %H:%M} UTC" if backup.made else ""
    print(f"Restored {contents(backup)} to {database} from {backup.file}{when}.")
    if skipped:
        print(
            f"{count(skipped, 'digest is', 'digests are')} skipped: they may have been posted "
            "after the backup. `paperboy status` lists them."
        )
    if aside:
        print(f"The database that was there is {aside}.")
    return DONE


async def _prepare(address: Address, staged: Path, backup: Backup, *, moved: bool) -> int:
    """Update a copy to this version; return how many digests it skips."""
    url = address.url.set(database=str(staged), query={}).render_as_string()
    async with await Store.open(url, keeps_earlier=False) as store:
        if moved:
            return 0
        modified = datetime.fromtimestamp(backup.file.stat().st_mtime, UTC)
        return await skip_possibly_posted(store, backup.made or modified, utc_now())


def _make_folder(folder: Path) -> None:
    """Create the folder of the database. Raises StoreError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"The folder {folder} can’t be created ({error.strerror}).") from error
