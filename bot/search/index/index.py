"""The search index: derived from the store, followed as papers arrive, made anew when something is wrong with it."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias, TypeVar

from bot.errors import StoreError
from bot.models import Suggestion
from bot.papers import Paper
from bot.search.index import connection as file
from bot.search.index import schema
from bot.search.index.documents import entry, write
from bot.search.index.segments import fold
from bot.search.index.snapshot import Snapshot
from bot.search.query.completion import Kind, suggest
from bot.search.query.query_parser import Query
from bot.search.ranking.executor import Hits, find
from bot.search.ranking.more_like_this import Alike, similar

log = logging.getLogger(__name__)

T = TypeVar("T")
Changed: TypeAlias = Callable[[int, int], Awaitable[Sequence[tuple[int, Paper]]]]

# Papers that are read from the store at once.
BATCH = 500
# Papers a transaction where more are missing, as many as make a stretch: another process waits a
# second or two for it.
BULK = 8192
# With more papers than this missing, answers are provisional until they are there.
FAR = 1000


class Index:
    """Finds papers. `revision` is the store's revision that it has followed to."""

    def __init__(self, path: Path, identity: str) -> None:
        self._path = path
        self._identity = identity
        self._following = asyncio.Lock()
        self._source: tuple[Changed, int] | None = None
        self._connections: tuple[file.Connection, ...] = ()
        self._inode: int | None = None
        self._healed: set[str] = set()
        self._snapshot = Snapshot()  # belongs to the reading connection's thread
        self._catching_up: asyncio.Task[int] | None = None
        self._asking: dict[Hashable, int] = {}
        self.revision = 0
        self.coming = (
            0,
            0,
        )  # of many papers that come in, how many are there, and how many that are in all
        self.tell: Callable[[int, int], None] = _log_progress

    @classmethod
    async def open(cls, path: Path, identity: str) -> Index:
        """Open the index of the database `identity`; a file that cannot be used is made anew, and empty.

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

    @property
    def behind(self) -> bool:
        """Whether many papers are missing, which are being brought in."""
        return self._catching_up is not None and not self._catching_up.done()

    @property
    def _writer(self) -> file.Connection:
        return self._connections[0]

    @property
    def _reader(self) -> file.Connection:
        return self._connections[1]

    async def follow(self, changed: Changed, revision: int, *, wait: bool = True) -> int:
        """Bring in what changed in the store since the last time; return how many papers that were.

        `changed(after, limit)` lists papers in the order of their revisions, each with its own;
        `revision` is the highest of them. Where the file cannot be written to now, what is missing
        comes next time. Without `wait`, many papers come in by and by while the index answers from
        those that it has.
        """
        self._source = (changed, revision)
        if revision == self.revision or (self.behind and not wait):
            return 0
        if wait or revision - self.revision <= FAR:
            return await self._bring_up(changed, revision)
        self._catching_up = asyncio.create_task(
            self._bring_up(changed, revision), name="search index"
        )
        self._catching_up.add_done_callback(_log_failure)
        return 0

    async def _bring_up(self, changed: Changed, revision: int) -> int:
        async with self._following:
            try:
                return await self._follow(changed, revision)
            except sqlite3.Error as error:
                if self._broken(error):
                    return await self._heal(error)
                log.warning(
                    "the search index %s could not be brought up to date: %s", self._path, error
                )
                return 0

    async def search(
        self, query: Query, *, limit: int, offset: int = 0, within: Collection[str] | None = None
    ) -> Hits:
        """Find papers, `within` only among those ids."""
        # as it is now: another thread reads it
        shelf = None if within is None else tuple(within)
        return await self._read(find, query, max(0, limit), max(0, offset), shelf, empty=Hits())

    async def similar(self, paper: Paper, *, limit: int) -> tuple[Alike, ...]:
        """Return papers that are about the same, most alike first, and the words that they share."""
        return await self._read(similar, paper, limit, empty=())

    async def suggest(
        self, kind: Kind, text: str, limit: int = 25, *, asker: Hashable = None
    ) -> tuple[Suggestion, ...]:
        """Complete what somebody types: a title, an author, an organisation.

        What an `asker` types later supersedes what waits still, which is answered with nothing.
        """
        if asker is None:
            return await self._read(suggest, kind, text, limit, empty=())
        self._asking[asker] = ticket = self._asking.get(asker, 0) + 1
        try:
            return await self._read(
                _suggest_if, lambda: self._asking.get(asker) == ticket, kind, text, limit, empty=()
            )
        finally:
            if self._asking.get(asker) == ticket:
                del self._asking[asker]

    async def check(self) -> bool:
        """Read the whole file: whether it is sound. One that is not is made anew and filled."""
        async with self._following:
            try:
                await self._writer.run(schema.check)
            except sqlite3.Error as error:
                if not self._broken(error):
                    raise self._unusable(error) from error
                await self._heal(error)
                return False
        return True

    async def rebuild(self, changed: Changed, revision: int) -> int:
        """Make the index anew from the store, as `follow` reads it; return how many papers are in it."""
        self._source = (changed, revision)
        async with self._following:
            try:
                return await self._anew()
            except (OSError, sqlite3.Error) as error:
                raise self._unusable(error) from error

    async def _open(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                await self._connect()
            except sqlite3.Error as error:
                if not self._broken(error):
                    raise
                await self._heal(error)
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error

    async def _connect(self) -> None:
        """Open the file twice, one connection writes and the other reads meanwhile; close what was open before."""
        writer, revision = await file.connect(self._path, schema.prepare, self._identity)
        try:
            reader, _ = await file.connect(self._path, file.only_read)
        except BaseException:
            await writer.close()
            raise
        before, self._connections = self._connections, (writer, reader)
        self._snapshot = Snapshot()
        self._inode, self.revision = _inode(self._path), revision
        for connection in before:
            await connection.close()

    async def _heal(self, error: sqlite3.Error) -> int:
        """Make a damaged index anew, and bring in what was in it; return how many papers."""
        log.warning("the search index %s is damaged (%s) and is made anew", self._path, error)
        try:
            return await self._anew()
        except (OSError, sqlite3.Error) as trouble:
            raise self._unusable(trouble) from trouble

    async def _anew(self) -> int:
        file.remove(self._path)
        await self._connect()
        return await self._follow(*self._source) if self._source else 0

    def _broken(self, error: sqlite3.Error) -> bool:
        if file.unclear(error):
            # made anew, it is as good as it can be: the same error again is no damage
            first = str(error) not in self._healed
            self._healed.add(str(error))
            return first
        # a damaged header can say that the file may only be read
        return file.damaged(error) or (file.read_only(error) and os.access(self._path, os.W_OK))

    def _unusable(self, error: Exception) -> StoreError:
        return StoreError(
            f"The search index {self._path} cannot be used ({error}): "
            "check that its folder can be written to and that no other program holds it."
        )

    async def _follow(self, changed: Changed, revision: int) -> int:
        found = await self._writer.run(schema.about)
        if _inode(self._path) != self._inode or found is None or not found.fits(self._identity):
            log.info(
                "the search index %s was taken away or replaced, and is opened again", self._path
            )
            await self._connect()
        at = await self._writer.run(schema.revision)
        if at > revision and not await changed(at - 1, 1):
            log.info("the database is older than the search index, which is made anew")
            at = await self._writer.run(schema.start_over, at)
        papers, missing = 0, revision - at
        while at < revision:
            most = BULK if revision - at > BULK // 2 else BATCH
            batch = await self._batch(changed, at, most)
            last = len(batch) < most
            reached = max([revision, *(number for number, _ in batch)]) if last else batch[-1][0]
            tidy = missing > BULK and (last or reached >= revision)
            at = await self._writer.run(
                partial(_bring_in, tidy=tidy), at, reached, [paper for _, paper in batch]
            )
            papers += len(batch)
            self.coming = (papers, max(missing, papers))
            if missing > BULK:
                self.tell(*self.coming)
        self.revision = at
        return papers

    async def _batch(self, changed: Changed, after: int, most: int) -> list[tuple[int, Paper]]:
        batch: list[tuple[int, Paper]] = []
        while len(batch) < most:
            found = await changed(batch[-1][0] if batch else after, BATCH)
            batch += found
            if len(found) < BATCH:
                break
        return batch

    async def _read(self, work: Callable[..., T], *args: object, empty: T) -> T:
        """Run `work` on the reading connection; a damaged file is made anew and filled first, a locked one is empty."""
        reader = self._reader
        try:
            return await reader.run(file.at_once, _on_snapshot, self._snapshot, work, *args)
        except sqlite3.Error as error:
            if file.in_use(error):
                log.warning("the search index %s is locked by another process", self._path)
                return empty
            async with self._following:
                if reader is self._reader:  # nobody else has noticed yet
                    if not self._broken(error):
                        raise self._unusable(error) from error
                    await self._heal(error)
        try:
            return await self._reader.run(file.at_once, _on_snapshot, self._snapshot, work, *args)
        except sqlite3.Error as error:
            raise self._unusable(error) from error


def _log_progress(there: int, missing: int) -> None:
    log.info("the search index takes papers in: %d of %d", there, missing)


def _log_failure(catching_up: asyncio.Task[int]) -> None:
    """Say why papers did not come in, since nobody waits for them; the next time somebody follows, they come."""
    if not catching_up.cancelled() and (error := catching_up.exception()):
        log.error(
            "papers that are missing in the search index could not come in: %s",
            error,
            exc_info=error,
        )


def _on_snapshot(
    connection: sqlite3.Connection, snapshot: Snapshot, work: Callable[..., T], *args: object
) -> T:
    """Call `work` with what the connection reads now."""
    snapshot.refresh(connection)
    return work(connection, snapshot, *args)


def _suggest_if(
    connection: sqlite3.Connection,
    snapshot: Snapshot,
    wanted: Callable[[], bool],
    kind: Kind,
    text: str,
    limit: int,
) -> tuple[Suggestion, ...]:
    return suggest(connection, snapshot, kind, text, limit) if wanted() else ()


def _bring_in(
    connection: sqlite3.Connection, after: int, reached: int, papers: Sequence[Paper], *, tidy: bool
) -> int:
    """Write papers and how far they reach in one transaction; return how far the index is then.

    Nothing is written where another process was quicker.
    """
    entries = [entry(paper) for paper in papers]
    with file.transaction(connection):
        at = schema.revision(connection)
        if at != after:
            return at
        write(connection, entries)
        fold(connection, tidy=tidy)
        connection.execute("UPDATE about SET value = ? WHERE name = 'revision'", (reached,))
    return reached


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None
