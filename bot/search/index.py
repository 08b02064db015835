"""The search index: derived from the store, followed as papers arrive, made anew when something is wrong with it."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path
from typing import TypeAlias, TypeVar

from bot.errors import StoreError
from bot.papers import Paper
from bot.search import file
from bot.search.filling import write
from bot.search.finding import Hits, find
from bot.search.language import Query
from bot.search.likeness import similar
from bot.search.suggestions import Kind, Suggestion, suggest

log = logging.getLogger(__name__)

T = TypeVar("T")
Changed: TypeAlias = Callable[[int, int], Awaitable[Sequence[tuple[int, Paper]]]]

# Papers a transaction: large enough to be quick, small enough that another process waits less than a second.
BATCH = 500


class Index:
    """Finds papers. `revision` is the store's revision that it has followed to."""

    def __init__(self, path: Path, identity: str) -> None:
        self._path = path
        self._identity = identity
        self._following = asyncio.Lock()
        self._source: tuple[Changed, int] | None = None
        self.revision = 0

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
        await self._writer.close()
        await self._reader.close()

    async def follow(self, changed: Changed, revision: int) -> int:
        """Bring in what `changed(after, limit)` lists since the last time; return how many papers that were.

        `revision` is the store's present one. Where another process holds the file, what is missing comes next time.
        """
        self._source = (changed, revision)
        if revision == self.revision:
            return 0
        async with self._following:
            try:
                return await self._follow(changed, revision)
            except sqlite3.Error as error:
                if file.in_use(error):
                    log.info("the search index is in use by another process, and is brought up to date later")
                    return 0
                await self._heal(error)
                return await self._follow(changed, revision)

    async def search(self, query: Query, *, limit: int, offset: int = 0, within: Collection[str] | None = None) -> Hits:
        """Find papers, `within` only among those ids."""
        return await self._read(find, query, max(0, limit), max(0, offset), within, empty=Hits())

    async def similar(self, paper: Paper, *, limit: int) -> tuple[str, ...]:
        """Return the ids of papers that are about the same, most alike first."""
        return await self._read(similar, paper, limit, empty=())

    async def suggest(self, kind: Kind, text: str, limit: int = 25) -> tuple[Suggestion, ...]:
        """Complete what somebody types: a title, an author, an organisation."""
        return await self._read(suggest, kind, text, limit, empty=())

    async def _open(self) -> None:
        try:
            self._writer, self._reader, self.revision = await self._connected()
        except sqlite3.Error as error:
            if not file.damaged(error) or self._path.is_dir():
                raise self._unusable(error) from error
            await self._heal(error)
        self._inode = _inode(self._path)

    async def _connected(self) -> tuple[file.Connection, file.Connection, int]:
        """Open the file twice: one connection writes, the other reads meanwhile."""
        writer = await file.connect(self._path)
        try:
            revision = await writer.run(file.prepare, self._identity)
            reader = await file.connect(self._path)
        except BaseException:
            await writer.close()
            raise
        return writer, reader, revision

    async def _heal(self, error: sqlite3.Error) -> None:
        """Put an empty index in the place of a damaged one."""
        log.warning("the search index %s is damaged (%s) and is made anew", self._path, error)
        try:
            file.remove(self._path)
            await self._reopen()
        except (sqlite3.Error, OSError) as trouble:
            raise self._unusable(trouble) from trouble

    async def _reopen(self) -> None:
        old = [getattr(self, "_writer", None), getattr(self, "_reader", None)]
        self._writer, self._reader, self.revision = await self._connected()
        self._inode = _inode(self._path)
        for connection in filter(None, old):
            await connection.close()

    def _unusable(self, error: Exception) -> StoreError:
        return StoreError(
            f"The search index {self._path} cannot be used ({error}): check that its folder can be written to."
        )

    async def _follow(self, changed: Changed, revision: int) -> int:
        if _inode(self._path) != self._inode:
            log.info("the search index %s is gone, and is made anew", self._path)
            await self._reopen()
        at = await self._writer.run(file.revision)
        if at > revision and not await changed(at - 1, 1):
            log.info("the database is older than the search index, which is made anew")
            at = await self._writer.run(file.start_over, at)
        papers = 0
        while at < revision:
            batch, reached = await _batch(changed, at, revision)
            at = await self._writer.run(_bring_in, at, reached, batch)
            papers += len(batch)
        self.revision = at
        if papers > BATCH:
            log.info("the search index took in %d papers", papers)
        return papers

    async def _read(self, work: Callable[..., T], *args: object, empty: T) -> T:
        """Run `work` on the reading connection; a damaged file is made anew and filled first, a locked one is empty."""
        reader = self._reader
        try:
            return await reader.run(work, *args)
        except sqlite3.Error as error:
            if file.in_use(error):
                log.warning("the search index is locked by another process")
                return empty
            if not file.damaged(error):
                raise self._unusable(error) from error
            async with self._following:
                if reader is self._reader:  # nobody else has noticed yet
                    await self._heal(error)
                    if self._source:
                        await self._follow(*self._source)
        return await self._reader.run(work, *args)


async def _batch(changed: Changed, after: int, revision: int) -> tuple[list[Paper], int]:
    """Ask for the next changes; return them and how far they reach, never a part of those that share a revision."""
    limit = BATCH
    while True:
        batch = await changed(after, limit)
        papers = [paper for _, paper in batch]
        if len(batch) < limit:
            return papers, max([revision, *(number for number, _ in batch)])
        last = batch[-1][0]
        if whole := [number for number, _ in batch if number != last]:
            return papers[: len(whole)], whole[-1]
        limit *= 2


def _bring_in(connection: sqlite3.Connection, after: int, reached: int, papers: Sequence[Paper]) -> int:
    """Write papers and how far they reach in one transaction; return how far the index is then.

    Nothing is written where another process was quicker.
    """
    with file.transaction(connection):
        at = file.revision(connection)
        if at != after:
            return at
        write(connection, papers)
        connection.execute("UPDATE about SET value = ? WHERE name = 'revision'", (reached,))
    return reached


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None
