"""The vectors of the papers in the index: made in the background, read by searches."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias, TypeVar

import numpy as np

from bot.papers import Paper
from bot.search.analysis.tokenizer import tokenize
from bot.search.index.arrays import Mask
from bot.search.index.connection import is_damaged
from bot.search.index.index_file import IndexFile
from bot.search.index.row_vectors import (
    ListedRows,
    RowVectors,
    RowVectorsDraft,
    keys_of_ids,
    list_rows,
)
from bot.search.index.snapshot import Snapshot
from bot.search.nearness import Nearness
from bot.search.query.query import Query
from bot.search.ranking.meaning import Meaning
from bot.search.ranking.near_duplicates import near_duplicates
from bot.semantic.encoder import Vector, normalize
from bot.semantic.errors import ModelError
from bot.semantic.model import Model
from bot.semantic.quantization import Bytes, quantize
from bot.semantic.vector_file import Keys, VectorFile, keep_only, read_vectors, write_vectors

log = logging.getLogger(__name__)

T = TypeVar("T")
# Returns the papers with these ids, as far as they are there.
PapersOf: TypeAlias = Callable[[Sequence[str]], Awaitable[Sequence[Paper]]]

# A search waits so long for the vector of its query: loading a model takes half a second.
QUERY_SECONDS = 2.0
# A digest waits longer, so as to leave out nothing.
PATIENT_SECONDS = 20.0
# Seconds between two looks for papers without a vector.
PAUSE_SECONDS = 30.0
# Papers in a transaction: less than a second's work, which is all that a stop can lose.
BATCH_PAPERS = 8
# Searches use the vectors once so many of all papers have one.
MIN_COVERAGE = 0.95
LOWEST_PRIORITY = 19


class SemanticIndex:
    """Gives every paper of an index a vector, and tells searches what queries mean.

    `progress` is how many papers have one and how many will, while many are made; `trouble` says
    why meaning is not used, "" where it is or will be.
    """

    def __init__(self, index: IndexFile, model: Model, folder: Path) -> None:
        self.progress: tuple[int, int] | None = None
        self.trouble = ""
        self._index = index
        self._model = model
        self._folder = folder
        self._file: VectorFile | None = None
        self._connections: tuple[sqlite3.Connection, ...] = ()
        self._draft = RowVectorsDraft()
        self._vectors: RowVectors | None = None
        self._busy = asyncio.Lock()
        self._is_damaged = False
        self._has_looked = False
        self._has_gaps = False  # rows were passed over that could not be embedded then
        self._thread = ThreadPoolExecutor(1, "embedding", _lower_priority)

    async def close(self) -> None:
        """Stop after the batch that is being embedded."""
        await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)
        self._disconnect()

    async def keep(self, papers_of: PapersOf) -> None:
        """Embed new papers as they come, until cancelled; free an idle model."""
        while True:
            await self.catch_up(papers_of)
            await asyncio.to_thread(self._model.free_if_idle)
            await asyncio.sleep(PAUSE_SECONDS)

    async def catch_up(self, papers_of: PapersOf | None = None) -> None:
        """Embed the papers that lack a vector, and let searches use all; none without papers."""
        async with self._busy:
            self._has_looked = True
            try:
                await self._catch_up(papers_of)
            except ModelError as error:
                self._note(str(error))
            except sqlite3.Error as error:
                self._recover(error)
            else:
                self._note("")
            finally:
                self.progress = None

    async def meaning_of(self, query: Query, seconds: float = QUERY_SECONDS) -> Meaning | None:
        """Return what a query means; None where only its words count, or there is no time."""
        if not _has_meaning(query):
            return None
        vectors, vector = await self._ready(), self._model.known_query(query.text)
        if vectors is None:
            return None
        if vector is None:
            try:
                async with asyncio.timeout(seconds):
                    vector = await asyncio.to_thread(self._model.embed_query, query.text)
            except TimeoutError:
                return None
            except ModelError as error:
                self._note(str(error))
                return None
        return Meaning(vector, vectors, self.read, self._model.traits.weight)

    async def meaning_of_paper(self, paper_id: str) -> Meaning | None:
        """Return what a paper means; None where it has no vector yet."""
        vector = (await self.vectors_of([paper_id])).get(paper_id)
        if vector is None or self._vectors is None:
            return None
        return Meaning(vector, self._vectors, self.read, self._model.traits.weight)

    async def nearness(
        self, queries: Sequence[Query], ids: Sequence[str], least: float
    ) -> Nearness:
        """Return which of the papers are so near to queries of plain words, and how near."""
        vectors = await self.vectors_of(ids)
        lines = np.array(list(vectors.values()), np.float32)
        scores: dict[Query, Mapping[str, float]] = {}
        for query in filter(_has_meaning, queries):
            meaning = await self.meaning_of(query, PATIENT_SECONDS) if vectors else None
            if meaning is None:
                return Nearness(scores, frozenset(ids))
            near = zip(vectors, meaning.above_chance(lines @ meaning.query).tolist(), strict=True)
            scores[query] = {id_: score for id_, score in near if score >= least}
            await asyncio.sleep(0)
        return Nearness(scores, frozenset(ids).difference(vectors))

    async def near_duplicates(self, ids: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """Return which of the papers say nearly the same as others, with these, by id."""
        vectors = await self.vectors_of(ids)
        if not vectors or self._vectors is None:
            return {}
        return near_duplicates(vectors, self._vectors.sample)

    async def vectors_of(self, ids: Sequence[str]) -> Mapping[str, Vector]:
        """Return the vectors of papers, as far as there are some, by id."""
        vectors = await self._ready()
        if vectors is None:
            return {}
        none: dict[str, Vector] = {}
        return await self._index.read(self._read_ids, vectors, tuple(ids), empty=none)

    def _read_ids(
        self,
        connection: sqlite3.Connection,
        snapshot: Snapshot,
        vectors: RowVectors,
        ids: Sequence[str],
    ) -> dict[str, Vector]:
        found = keys_of_ids(connection, snapshot, vectors, ids)
        there, lines = self.read(np.array(list(found.values()), np.int64))
        known = [id_ for id_, has in zip(found, there, strict=True) if has]
        return {id_: normalize(line) for id_, line in zip(known, lines, strict=True)}

    async def _ready(self) -> RowVectors | None:
        """Return the vectors searches use, reading them first if needed."""
        if not (self._vectors or self._busy.locked() or self._has_looked):
            await self.catch_up()
        return self._vectors

    def read(self, keys: Keys) -> tuple[Mask, Bytes]:
        """Return which keys have a vector, and these; none where the file is damaged."""
        try:
            return read_vectors(self._connections[1], keys)
        except sqlite3.Error as error:
            log.warning("The vectors can’t be read: %s", error)
            self._is_damaged |= is_damaged(error)
            self._vectors = None
            return np.zeros(len(keys), bool), np.empty((0, 0), np.int8)

    async def _catch_up(self, papers_of: PapersOf | None) -> None:
        if self._is_damaged:
            raise sqlite3.DatabaseError("a search could not read it")
        if self._file is None:
            await self._in_thread(self._open)
        if papers_of and self._has_gaps:
            self._draft, self._has_gaps = RowVectorsDraft(), False
        while True:
            build, last = self._draft.build, self._draft.last
            listed = await self._index.read(list_rows, build, last, empty=ListedRows(build))
            if listed.build != build:
                self._draft = RowVectorsDraft(listed.build)
            if not listed.rows:
                break
            await self._add(listed, papers_of)
        if self._draft.covers(MIN_COVERAGE) and self._draft.has_news:
            await self._in_thread(self._publish)

    async def _add(self, listed: ListedRows, papers_of: PapersOf | None) -> None:
        """Add rows to the draft, with the vectors that there are or are made now."""
        rows = listed.rows
        keys = np.array([key for *_, key in rows], np.int64)
        there, vectors = await self._in_thread(read_vectors, self._writer, keys)
        known = dict(zip(keys[there].tolist(), vectors, strict=True))
        lacking = [(id_, key) for (_, id_, key), has in zip(rows, there, strict=True) if not has]
        if papers_of is None:
            self._has_gaps, lacking = self._has_gaps or bool(lacking), []
        for start in range(0, len(lacking), BATCH_PAPERS):
            self._report(len(known), listed.total, len(lacking))
            batch = dict(lacking[start : start + BATCH_PAPERS])
            papers = await papers_of(tuple(batch)) if papers_of else ()
            made = [(batch[paper.id], paper) for paper in papers]
            known.update(await self._in_thread(self._embed, made))
        self._draft.add([(row, key) for row, _, key in rows], known)

    def _embed(self, papers: Sequence[tuple[int, Paper]]) -> dict[int, Bytes]:
        vectors = {key: quantize(self._model.embed_paper(paper)) for key, paper in papers}
        write_vectors(self._writer, vectors.items())
        return vectors

    def _report(self, known: int, total: int, lacking: int) -> None:
        if lacking > BATCH_PAPERS:
            done = self._draft.size + known
            self.progress = (done, max(total, done))

    def _open(self) -> None:
        fingerprint = self._model.fingerprint
        file = VectorFile(self._folder / f"vectors-{fingerprint}.sqlite3", fingerprint)
        self._disconnect()  # what a try has left that failed
        self._connections = (file.connect(),)
        self._connections += (file.connect(),)
        self._file = file

    def _publish(self) -> None:
        """Let searches use what the draft has; delete vectors no longer needed."""
        self._vectors = self._draft.publish(lambda keys: read_vectors(self._writer, keys)[1])
        keep_only(self._writer, self._vectors.keys)
        for path in self._folder.glob("vectors-*.sqlite3"):
            if self._file and path != self._file.path:
                VectorFile(path, "").remove()

    def _recover(self, error: sqlite3.Error) -> None:
        """Remove a damaged file, so that the next look makes it again; else say what is wrong."""
        if not (self._is_damaged or is_damaged(error)):
            self._note(f"The vectors in {self._folder} can’t be used ({error}).")
            return
        log.warning("The vectors are damaged (%s); making them again", error)
        self._disconnect()
        if self._file:
            self._file.remove()
        self._file, self._vectors, self._is_damaged = None, None, False
        self._draft = RowVectorsDraft()

    def _disconnect(self) -> None:
        for connection in self._connections:
            connection.close()
        self._connections = ()

    @property
    def _writer(self) -> sqlite3.Connection:
        return self._connections[0]

    async def _in_thread(self, work: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)

    def _note(self, trouble: str) -> None:
        if trouble and trouble != self.trouble:
            log.warning("Searching by words only: %s", trouble)
        self.trouble = trouble


def _has_meaning(query: Query) -> bool:
    return bool(tokenize(query.text)) and not query.exact_words


def _lower_priority() -> None:
    """Let everything else go first."""
    if sys.platform == "linux":  # elsewhere a thread has no priority of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWEST_PRIORITY)
