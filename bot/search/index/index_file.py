"""The index's file: derived from the store, updated as papers arrive, rebuilt when it is broken."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from bot.errors import StoreError
from bot.search.index import connection as file
from bot.search.index import schema
from bot.search.index.changes import BATCH_PAPERS, ListChanges, ReadMark, add_papers, read_changes
from bot.search.index.snapshot import Snapshot

log = logging.getLogger(__name__)

T = TypeVar("T")
# Papers in a transaction where more are missing, as many as make a segment: another process waits a
# second or two for it.
BULK_PAPERS = 8192
# With more papers than this missing, answers are provisional until they are there.
MAX_WAITED_PAPERS = 1000


class IndexFile:
    """Follows a store and runs reads on consistent states of the index.

    `revision` is the store's revision that it has followed to. While many papers come in,
    `progress` is how many of them are there and how many there will be, and `on_progress` is called
    with it.
    """

    def __init__(self, path: Path, identity: str) -> None:
        self.revision = 0
        self.progress = (0, 0)
        self.on_progress: Callable[[int, int], None] = _log_progress
        self._path = path
        self._identity = identity
        self._following = asyncio.Lock()
        self._source: tuple[ListChanges, int] | None = None
        self._mark: ReadMark | None = None
        self._is_compared = False  # with the store's past, since the file was opened
        self._had_other_past = False
        self._connections: tuple[file.Connection, ...] = ()
        self._inode: int | None = None
        self._rebuilt_after: set[str] = set()
        self._snapshot = Snapshot()  # belongs to the reading connection's thread
        self._catching_up: asyncio.Task[int] | None = None

    @classmethod
    async def open(cls, path: Path, identity: str) -> Self:
        """Open the index of the database `identity`; an unusable file is replaced by an empty one.

        StoreError where there is no place for a file, or another process keeps it locked.
        """
        index = cls(path, identity)
        await index._open()
        return index

    async def close(self) -> None:
        """Close the file."""
        if self._catching_up:
            self._catching_up.cancel()
            await asyncio.gather(self._catching_up, return_exceptions=True)
        for connection in self._connections:
            await connection.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def behind(self) -> bool:
        """Whether many papers are missing that are being added."""
        return self._catching_up is not None and not self._catching_up.done()

    @property
    def _writer(self) -> file.Connection:
        return self._connections[0]

    @property
    def _reader(self) -> file.Connection:
        return self._connections[1]

    async def follow(
        self,
        changed: ListChanges,
        revision: int,
        *,
        wait: bool = True,
        mark: ReadMark | None = None,
    ) -> int:
        """Add what changed in the store since the last time; return the number of papers.

        `changed(after, limit)` lists papers in the order of their revisions; `revision` is the
        highest of them. `mark(revision)` tells a store with another past, such as one that was put
        back and went on: then the index starts over. Where the file cannot be written to now, what
        is missing comes next time. Without `wait`, many papers are added in the background while
        the index answers from those that it has.
        """
        self._source, self._mark = (changed, revision), mark
        compared = self._is_compared or mark is None
        if (compared and revision == self.revision) or (self.behind and not wait):
            return 0
        if wait or revision - self.revision <= MAX_WAITED_PAPERS:
            return await self._catch_up(changed, revision)
        self._catching_up = asyncio.create_task(
            self._catch_up(changed, revision), name="search index"
        )
        self._catching_up.add_done_callback(_log_failure)
        return 0

    async def check(self) -> bool:
        """Read the whole file, and rebuild it if it is damaged.

        Return whether it was sound, and of the store's own past.
        """
        had_other_past, self._had_other_past = self._had_other_past, False
        async with self._following:
            try:
                await self._writer.run(schema.check)
            except sqlite3.Error as error:
                if not self._is_broken(error):
                    raise self._unusable(error) from error
                await self._heal(error)
                return False
        return not had_other_past

    async def rebuild(self, changed: ListChanges, revision: int) -> int:
        """Build a new index from the store, as `follow` reads it; return the number of papers."""
        self._source = (changed, revision)
        async with self._following:
            try:
                return await self._rebuild()
            except (OSError, sqlite3.Error) as error:
                raise self._unusable(error) from error

    async def read(self, work: Callable[..., T], *args: object, empty: T) -> T:
        """Call `work` with a connection, the snapshot of what it reads, and `args`.

        A damaged file is rebuilt first. Return `empty` where another process has locked the file.
        """
        reader = self._reader
        try:
            return await reader.run(file.in_snapshot, _with_snapshot, self._snapshot, work, *args)
        except sqlite3.Error as error:
            if file.is_locked(error):
                log.warning("The search index %s is locked by another process", self._path)
                return empty
            async with self._following:
                if reader is self._reader:  # not replaced yet
                    if not self._is_broken(error):
                        raise self._unusable(error) from error
                    await self._heal(error)
        try:
            return await self._reader.run(
                file.in_snapshot, _with_snapshot, self._snapshot, work, *args
            )
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    async def _open(self) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                await self._connect()
            except sqlite3.Error as error:
                if not self._is_broken(error):
                    raise
                await self._heal(error)
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error

    async def _connect(self) -> None:
        """Open the file twice, to write and to read at the same time; close what was open."""
        writer, revision = await file.connect(self._path, schema.prepare, self._identity)
        try:
            reader, _ = await file.connect(self._path, file.prepare_reader)
        except BaseException:
            await writer.close()
            raise
        before, self._connections = self._connections, (writer, reader)
        self._snapshot = Snapshot()
        self._inode, self.revision = _inode(self._path), revision
        for connection in before:
            await connection.close()

    async def _heal(self, error: sqlite3.Error) -> int:
        """Rebuild a damaged index; return the number of papers."""
        log.warning("The search index %s is damaged (%s); rebuilding it", self._path, error)
        try:
            return await self._rebuild()
        except (OSError, sqlite3.Error) as trouble:
            raise self._unusable(trouble) from trouble

    async def _rebuild(self) -> int:
        file.remove(self._path)
        await self._connect()
        return await self._follow(*self._source) if self._source else 0

    def _is_broken(self, error: sqlite3.Error) -> bool:
        if file.is_unclear(error):
            # a rebuilt index is as good as it can be: the same error again is no damage
            first = str(error) not in self._rebuilt_after
            self._rebuilt_after.add(str(error))
            return first
        # a damaged header can say that the file may only be read
        writable = os.access(self._path, os.W_OK)
        return file.is_damaged(error) or (file.is_read_only(error) and writable)

    def _unusable(self, error: Exception) -> StoreError:
        return StoreError(
            f"The search index {self._path} cannot be used ({error}): "
            "check that its folder can be written to and that no other program holds it."
        )

    async def _catch_up(self, changed: ListChanges, revision: int) -> int:
        async with self._following:
            try:
                return await self._follow(changed, revision)
            except sqlite3.Error as error:
                if self._is_broken(error):
                    return await self._heal(error)
                level = logging.INFO if file.is_locked(error) else logging.WARNING
                log.log(level, "The search index %s was not updated: %s", self._path, error)
                return 0

    async def _follow(self, changed: ListChanges, revision: int) -> int:
        await self._reconnect_if_replaced()
        at = await self._start(changed, revision)
        papers, missing = 0, revision - at
        # a search answers from what is there rather than wait for another process that writes
        is_search = missing <= MAX_WAITED_PAPERS
        lock_seconds = file.SEARCH_LOCK_SECONDS if is_search else file.LOCK_SECONDS
        self._report(papers, missing)
        while at < revision:
            limit = BULK_PAPERS if revision - at > BULK_PAPERS // 2 else BATCH_PAPERS
            batch = await read_changes(changed, at, limit)
            last = len(batch) < limit
            reached = max(revision, batch[-1][0] if batch else 0) if last else batch[-1][0]
            compact = missing > BULK_PAPERS and (last or reached >= revision)
            at = await self._writer.run(
                partial(add_papers, compact=compact, lock_seconds=lock_seconds),
                at,
                reached,
                [paper for _, paper in batch],
            )
            papers += len(batch)
            self._report(papers, missing)
        self.revision, self._is_compared = at, True
        await self._note_mark(at)
        return papers

    async def _start(self, changed: ListChanges, revision: int) -> int:
        """Return the revision to go on from: 0 where the store has another past."""
        at = await self._writer.run(schema.revision)
        if (at > revision and not await changed(at - 1, 1)) or await self._has_other_past():
            log.info("The database was put back to an older state; rebuilding the search index")
            self._had_other_past = True
            at = await self._writer.run(schema.start_over, at)
        return at

    async def _note_mark(self, at: int) -> None:
        if self._mark and (mark := await self._mark(at)):
            await self._writer.run(schema.write_mark, at, mark)

    async def _has_other_past(self) -> bool:
        """Tell whether the store's mark of a revision is not the one that was followed to."""
        known = await self._writer.run(schema.read_mark) if self._mark else None
        return bool(self._mark and known and await self._mark(known[0]) != known[1])

    async def _reconnect_if_replaced(self) -> None:
        found = await self._writer.run(schema.about)
        same_file = _inode(self._path) == self._inode
        if not same_file or found is None or not found.fits(self._identity):
            log.info("The search index %s was removed or replaced; reopening it", self._path)
            await self._connect()

    def _report(self, papers: int, missing: int) -> None:
        self.progress = (papers, max(missing, papers))
        if missing > BULK_PAPERS:
            self.on_progress(*self.progress)


def _log_progress(done: int, total: int) -> None:
    log.info("Indexing papers: %d of %d", done, total)


def _log_failure(catching_up: asyncio.Task[int]) -> None:
    """Log why papers could not be added in the background; the next `follow` tries again."""
    if not catching_up.cancelled() and (error := catching_up.exception()):
        log.error("Missing papers could not be indexed: %s", error, exc_info=error)


def _with_snapshot(
    connection: sqlite3.Connection, snapshot: Snapshot, work: Callable[..., T], *args: object
) -> T:
    """Call `work` with what the connection reads now."""
    snapshot.refresh(connection)
    return work(connection, snapshot, *args)


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None
