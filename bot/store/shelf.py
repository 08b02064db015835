"""What people keep: each person of a tenant has one shelf."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.exc import IntegrityError

from bot.errors import StoreError
from bot.store.chunks import chunks
from bot.store.engine import Database
from bot.store.pages import Page, page_of, paged
from bot.store.papers import VOTES
from bot.store.schema import papers, shelf
from bot.store.upserts import insert_or_keep

ShelfSort: TypeAlias = Literal["new", "votes", "title"]

_MINE = (
    shelf.c.platform == bindparam("platform"),
    shelf.c.tenant == bindparam("tenant"),
    shelf.c.person == bindparam("person"),
)
_NEWEST = (shelf.c.saved.desc(), shelf.c.paper.desc())
_REMOVE = delete(shelf).where(*_MINE, shelf.c.paper == bindparam("paper"))
_KEPT = select(shelf.c.paper).where(*_MINE, shelf.c.paper.in_(bindparam("papers", expanding=True)))
_IDS = select(shelf.c.paper).where(*_MINE).order_by(*_NEWEST)
_PAPERS = select(papers.c.id).join_from(shelf, papers).where(*_MINE)
_PAGE = {
    "new": paged(_PAPERS, _NEWEST),
    "votes": paged(_PAPERS, VOTES),
    "title": paged(_PAPERS, (func.lower(papers.c.title), papers.c.id)),
}


class Shelf:
    """The shelves of one tenant's people."""

    def __init__(self, database: Database, platform: str, tenant: str) -> None:
        self._database = database
        self._tenant = {"platform": platform, "tenant": tenant}
        self._save = insert_or_keep(database.dialect, shelf)

    async def save(self, person: str, paper: str, at: datetime) -> bool:
        """Keep a paper for a person; False when it was there. StoreError for a paper that is not known."""
        row = {**self._tenant, "person": person, "paper": paper, "saved": at}
        try:
            return await self._database.change(self._save, row) == 1
        except StoreError as error:
            if isinstance(error.__cause__, IntegrityError):  # the key is no conflict; the one thing left is the paper
                raise StoreError(f"There is no paper {paper} to keep: fetch it first.") from error
            raise

    async def remove(self, person: str, paper: str) -> bool:
        """Keep a paper no longer; False when it was not there."""
        row = {**self._tenant, "person": person, "paper": paper}
        return await self._database.change(_REMOVE, row) == 1

    async def kept(self, person: str, papers: Sequence[str]) -> frozenset[str]:
        """Return which of these papers the person keeps."""
        kept: set[str] = set()
        for chunk in chunks(papers):
            asked = {**self._tenant, "person": person, "papers": chunk}
            kept.update(id_ for (id_,) in await self._database.read(_KEPT, asked))
        return frozenset(kept)

    async def ids(self, person: str) -> tuple[str, ...]:
        """Return all that the person keeps, newest first."""
        return tuple(id_ for (id_,) in await self._database.read(_IDS, {**self._tenant, "person": person}))

    async def page(self, person: str, *, sort: ShelfSort = "new", limit: int, offset: int = 0) -> Page:
        """Return papers that the person keeps: newest kept first, most votes first, or by title."""
        asked = {**self._tenant, "person": person, "limit": limit, "offset": offset}
        return page_of(await self._database.read(_PAGE[sort], asked))
