"""The search index: derived from the store, followed as papers arrive, made anew when something is wrong with it."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path
from typing import TypeAlias, TypeVar

from bot.errors import StoreError
from bot.papers import Paper
from bot.search import file, schema
from bot.search.filling import entry, write
from bot.search.finding import Hits, find
from bot.search.language import Query
from bot.search.likeness import similar
from bot.search.suggestions import Kind, Suggestion, suggest

log = logging.getLogger(__name__)

T = TypeVar("T")
Changed: TypeAlias = Callable[[int, int], Awaitable[Sequence[tuple[int, Paper]]]]

# Papers a transaction: large enough to be quick, small enough that another process waits less than a second.
BATCH = 500
# Papers after which the log says how far it is.
PROGRESS = 10_000


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
        for connection in self._connections:
            await connection.close()

    @property
    def _writer(self) -> file.Connection:
        return self._connections[0]

    @property
    def _reader(self) -> file.Connection:
        return self._connections[1]

    async def follow(self, changed: Changed, revision: int) -> int:
        """Bring in what changed in the store since the last time; return how many papers that were.

        `changed(after, limit)` lists papers in the order of their revisions, each with its own; `revision` is the
        highest of them. Where the file cannot be written to now, what is missing comes next time.
        """
        self._source = (changed, revision)
        if revision == self.revision:
            return 0
        async with self._following:
            try:
                return await self._follow(changed, revision)
            except sqlite3.Error as error:
                if self._broken(error):
                    return await self._heal(error)
                log.warning("the search index %s could not be brought up to date: %s", self._path, error)
                return 0

    async def search(self, query: Query, *, limit: int, offset: int = 0, within: Collection[str] | None = None) -> Hits:
        """Find papers, `within` only among those ids."""
        return await self._read(find, query, max(0, limit), max(0, offset), within, empty=Hits())

    async def similar(self, paper: Paper, *, limit: int) -> tuple[str, ...]:
        """Return the ids of papers that are about the same, most alike first."""
        return await self._read(similar, paper, limit, empty=())

    async def suggest(self, kind: Kind, text: str, limit: int = 25) -> tuple[Suggestion, ...]:
        """Complete what somebody types: a title, an author, an organisation."""
        return await self._read(suggest, kind, text, limit, empty=())

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
            log.info("the search index %s was taken away or replaced, and is opened again", self._path)
            await self._connect()
        at = await self._writer.run(schema.revision)
        if at > revision and not await changed(at - 1, 1):
            log.info("the database is older than the search index, which is made anew")
            at = await self._writer.run(schema.start_over, at)
        papers = 0
        while at < revision:
            batch = await changed(at, BATCH)
            reached = batch[-1][0] if len(batch) == BATCH else max([revision, *(number for number, _ in batch)])
            at = await self._writer.run(_bring_in, at, reached, [paper for _, paper in batch])
            papers += len(batch)
            if papers % PROGRESS == 0:
                log.info("the search index took in %d papers so far", papers)
        self.revision = at
        if papers >= BATCH:
            log.info("the search index took in %d papers", papers)
        return papers

    async def _read(self, work: Callable[..., T], *args: object, empty: T) -> T:
        """Run `work` on the reading connection; a damaged file is made anew and filled first, a locked one is empty."""
        reader = self._reader
        try:
            return await reader.run(file.at_once, work, *args)
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
            return await self._reader.run(file.at_once, work, *args)
        except sqlite3.Error as error:
            raise self._unusable(error) from error


def _bring_in(connection: sqlite3.Connection, after: int, reached: int, papers: Sequence[Paper]) -> int:
    """Write papers and how far they reach in one transaction; return how far the index is then.

    Nothing is written where another process was quicker.
    """
    entries = [entry(paper) for paper in papers]
    with file.transaction(connection):
        at = schema.revision(connection)
        if at != after:
            return at
        write(connection, entries)
        connection.execute("UPDATE about SET value = ? WHERE name = 'revision'", (reached,))
    return reached


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None
