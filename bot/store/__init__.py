"""The store of record: every table and every SQL statement of the program, asked by subject.

    async with await Store.open("sqlite+aiosqlite:////srv/paperboy.sqlite3") as store:
        saved = await store.papers.save(papers, as_of)
        kept = await store.tenant("slack", "T1").shelf.ids("U1")

Whatever goes wrong with the database is a StoreError, whose sentence can be shown; a call that
fails changes nothing.
"""

from bot.store.database import Store, Tenant
from bot.store.days import Coverage
from bot.store.pages import PaperPage
from bot.store.papers import Saved
from bot.store.syncs import SyncRun

__all__ = ["Coverage", "PaperPage", "Saved", "Store", "SyncRun", "Tenant"]
