"""The search index as the rest of Paperboy asks it: search, similar papers, completions."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from bot.models import Suggestion
from bot.papers import Paper
from bot.search.completion import Kind, suggest
from bot.search.index.index_file import IndexFile
from bot.search.index.snapshot import Snapshot
from bot.search.nearness import Nearness
from bot.search.query.known_names import KnownNames, Organizations, read_organizations
from bot.search.query.natural_language import Wording, read_wording
from bot.search.query.query import Query
from bot.search.ranking.executor import Hits, PageRange, execute
from bot.search.ranking.more_like_this import SimilarPaper, find_similar

if TYPE_CHECKING:
    from bot.search.semantic_index import SemanticIndex
    from bot.semantic.encoder import Vector
    from bot.semantic.model import Model


class Index(IndexFile):
    """Finds papers in an index that follows a store."""

    def __init__(self, path: Path, identity: str, model: Model | None = None) -> None:
        super().__init__(path, identity)
        self.semantic = self._semantic_index(model) if model else None
        self._tickets: dict[Hashable, int] = {}
        # as they were with so many rows
        self._organizations: tuple[int, Organizations] | None = None

    @classmethod
    async def open(cls, path: Path, identity: str, model: Model | None = None) -> Self:
        """Open the index of a database, which finds by meaning too where there is a model."""
        index = cls(path, identity, model)
        await index._open()
        return index

    async def close(self) -> None:
        """Close the file, and that of the vectors."""
        if self.semantic:
            await self.semantic.close()
        await super().close()

    async def search(
        self, query: Query, *, limit: int, offset: int = 0, within: Collection[str] | None = None
    ) -> Hits:
        """Find papers; `within` only among those ids."""
        # as it is now: another thread reads it
        ids = None if within is None else tuple(within)
        page = PageRange(max(0, limit), max(0, offset))
        meaning = None
        if self.semantic and ids is None:
            meaning = await self.semantic.meaning_of(query)
        work = partial(execute, meaning=meaning)
        return await self.read(work, query, page, ids, empty=Hits())

    async def vectors_of(self, ids: Sequence[str]) -> Mapping[str, Vector]:
        """Return the vectors of papers, as far as there are some, by id."""
        return await self.semantic.vectors_of(ids) if self.semantic else {}

    async def nearness(
        self, queries: Sequence[Query], ids: Sequence[str], least: float
    ) -> Nearness:
        """Return which of the papers are so near to queries in meaning; none without a model."""
        return await self.semantic.nearness(queries, ids, least) if self.semantic else Nearness()

    async def near_duplicates(self, ids: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """Return which of the papers say nearly the same as others, with these, by id."""
        return await self.semantic.near_duplicates(ids) if self.semantic else {}

    async def read_wording(self, text: str, today: date) -> Wording | None:
        """Return a search with the filters that its words ask for; see `wording`."""
        return await self.read(self._read_wording, text, today, empty=None)

    async def similar(self, paper: Paper, *, limit: int) -> tuple[SimilarPaper, ...]:
        """Return papers about the same, most similar first, each with the words that both share."""
        meaning = await self.semantic.meaning_of_paper(paper.id) if self.semantic else None
        return await self.read(find_similar, paper, limit, meaning, empty=())

    async def suggest(
        self, kind: Kind, text: str, limit: int = 25, *, asker: Hashable = None
    ) -> tuple[Suggestion, ...]:
        """Complete what a person types: a title, an author, an organisation.

        What an `asker` types later cancels what still waits, which is answered with nothing.
        """
        if asker is None:
            return await self.read(suggest, kind, text, limit, empty=())
        self._tickets[asker] = ticket = self._tickets.get(asker, 0) + 1
        try:
            return await self.read(
                _suggest_if,
                lambda: self._tickets.get(asker) == ticket,
                kind,
                text,
                limit,
                empty=(),
            )
        finally:
            if self._tickets.get(asker) == ticket:
                del self._tickets[asker]

    def _semantic_index(self, model: Model) -> SemanticIndex:
        # start-up time: most have no model
        from bot.search.semantic_index import SemanticIndex

        return SemanticIndex(self, model, self._path.parent)

    def _read_wording(
        self, connection: sqlite3.Connection, snapshot: Snapshot, text: str, today: date
    ) -> Wording | None:
        if self._organizations is None or self._organizations[0] != snapshot.row_count:
            self._organizations = snapshot.row_count, read_organizations(connection)
        return read_wording(text, today, KnownNames(connection, snapshot, self._organizations[1]))


def _suggest_if(
    connection: sqlite3.Connection,
    snapshot: Snapshot,
    wanted: Callable[[], bool],
    kind: Kind,
    text: str,
    limit: int,
) -> tuple[Suggestion, ...]:
    return suggest(connection, snapshot, kind, text, limit) if wanted() else ()
