"""Shelves: each person of a tenant has one; what is not private is on the team's shelf too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, Select, and_, bindparam, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from bot.errors import StoreError
from bot.models import Kept, ShelfFilter, ShelfSort
from bot.store.chunks import chunks
from bot.store.connections import Transaction
from bot.store.engine import Database
from bot.store.pages import PaperPage
from bot.store.papers import VOTES, Papers
from bot.store.schema import papers, shelf, tags, votes
from bot.store.shelf_states import TEAM, ListCache, ShelfStates
from bot.store.upserts import insert_or_keep

_OURS = (shelf.c.platform == bindparam("platform"), shelf.c.tenant == bindparam("tenant"))
_MINE = (*_OURS, shelf.c.person == bindparam("person"))
_ONE = (*_MINE, shelf.c.paper == bindparam("paper"))
_REMOVE = delete(shelf).where(*_ONE)
# no column's own name: SQLAlchemy keeps those for the values of an UPDATE
_THIS = [
    shelf.c[name] == bindparam(f"of_{name}") for name in ("platform", "tenant", "person", "paper")
]
_HIDE = update(shelf).where(*_THIS).values(private=bindparam("hidden"))
_TOUCH = update(shelf).where(*_THIS).values(touched=bindparam("at"))
_MARK = update(shelf).where(*_THIS).values(read=bindparam("since"), touched=bindparam("at"))
_AMONG = shelf.c.paper.in_(bindparam("papers", expanding=True))
_KEPT = select(shelf.c.paper).where(*_MINE, _AMONG)
_COLUMNS = (
    shelf.c.paper,
    shelf.c.person,
    shelf.c.saved,
    shelf.c.touched,
    shelf.c.read,
    shelf.c.private,
    shelf.c.address,
    shelf.c.place,
)
_ENTRIES = select(*_COLUMNS).where(*_MINE, _AMONG)
# put in order by us: asked for it, SQLite would walk through the whole shelf in that order
_KEEPERS = select(*_COLUMNS).where(*_OURS, _AMONG, ~shelf.c.private)
_TAGGED = and_(
    *(tags.c[name] == shelf.c[name] for name in ("platform", "tenant", "person", "paper"))
)
_TEAM_VOTES = (
    select(func.count())
    .where(votes.c.platform == bindparam("platform"), votes.c.tenant == bindparam("tenant"))
    .where(votes.c.paper == shelf.c.paper)
    .correlate(shelf)
    .scalar_subquery()
)
_BETWEEN = "\n"  # no id has a space in it, of whatever kind


class Shelf:
    """The shelves of one tenant's people."""

    def __init__(self, database: Database, platform: str, tenant: str, lists: ListCache) -> None:
        self._database = database
        self._papers = Papers(database)
        self._tenant = {"platform": platform, "tenant": tenant}
        self._states = ShelfStates(database, platform, tenant)
        self._lists = lists
        self._save = insert_or_keep(database.dialect, shelf)

    async def save(
        self,
        person: str,
        paper: str,
        at: datetime,
        *,
        private: bool | None = None,
        address: str = "",
        place: str = "",
    ) -> bool:
        """Save a paper; False if it was on the shelf, and then only `private` changes if given.

        Raises StoreError for an unknown paper.
        """
        row = {
            **self._tenant,
            "person": person,
            "paper": paper,
            "saved": at,
            "touched": at,
            "private": bool(private),
            "address": address,
            "place": place,
        }

        async def save(transaction: Transaction) -> bool:
            new = (await transaction.execute(self._save, row)).rowcount == 1
            if not new and private is not None:
                await transaction.execute(_HIDE, {**self._this(person, paper), "hidden": private})
            if new or private is not None:
                await self._states.change(transaction, person)
            return new

        try:
            return await self._database.write(save)
        except StoreError as error:
            # the key is no conflict; the one thing left is the paper
            if isinstance(error.__cause__, IntegrityError):
                raise StoreError(f"There is no paper {paper} to save: fetch it first.") from error
            raise

    async def save_all(self, kept: Sequence[Kept]) -> None:
        """Save known papers in one transaction; those on the shelf stay as they are."""
        rows = [{**self._tenant, **asdict(one)} for one in kept]

        async def save(transaction: Transaction) -> None:
            await transaction.execute(self._save, rows)
            for person in dict.fromkeys(one.person for one in kept):
                await self._states.change(transaction, person)

        if rows:
            await self._database.write(save)

    async def remove(self, person: str, paper: str) -> bool:
        """Remove a paper; False if it was not on the shelf."""
        return await self._change(
            person, _REMOVE, {**self._tenant, "person": person, "paper": paper}
        )

    async def touch(self, person: str, paper: str, at: datetime) -> None:
        """Note that the person did something with a paper on their shelf."""
        await self._change(person, _TOUCH, {**self._this(person, paper), "at": at})

    async def mark(self, person: str, paper: str, at: datetime, *, read: bool) -> bool:
        """Mark a paper as read or unread; False if it is not on the person's shelf."""
        row = {**self._this(person, paper), "at": at, "since": at if read else None}
        return await self._change(person, _MARK, row)

    async def kept(self, person: str, papers: Sequence[str]) -> frozenset[str]:
        """Return which of these papers are on the person's shelf."""
        kept: set[str] = set()
        for chunk in chunks(papers):
            asked = {**self._tenant, "person": person, "papers": chunk}
            kept.update(id_ for (id_,) in await self._database.read(_KEPT, asked))
        return frozenset(kept)

    async def entries(self, person: str, papers: Sequence[str]) -> Mapping[str, Kept]:
        """Return the person's shelf entries of these papers, by paper."""
        found: dict[str, Kept] = {}
        for chunk in chunks(papers):
            asked = {**self._tenant, "person": person, "papers": chunk}
            found |= {row.paper: Kept(*row) for row in await self._database.read(_ENTRIES, asked)}
        return found

    async def keepers(self, papers: Sequence[str]) -> Mapping[str, tuple[Kept, ...]]:
        """Return who of the team shares these papers, the first to save each one first."""
        found: dict[str, list[Kept]] = defaultdict(list)
        for chunk in chunks(papers):
            for row in await self._database.read(_KEEPERS, {**self._tenant, "papers": chunk}):
                found[row.paper].append(Kept(*row))
        return {
            paper: tuple(sorted(kept, key=lambda one: (one.saved, one.person)))
            for paper, kept in found.items()
        }

    async def ids(self, wanted: ShelfFilter | str, sort: ShelfSort = "new") -> tuple[str, ...]:
        """Return the ids of a shelf or a part of it, in one of its orders.

        It is the same tuple as long as nothing changes.
        """
        wanted = ShelfFilter(wanted) if isinstance(wanted, str) else wanted
        key = (*self._tenant.values(), wanted, sort)
        # asked before the list: a change in between makes it read once more, and never lets it pass
        # for a newer one
        state = await self._states.now(wanted.person or TEAM, papers=sort in ("votes", "title"))
        ids = self._lists.get(key, state)
        if ids is None:
            statement = _list(
                bool(wanted.person), wanted.shared, bool(wanted.tag), wanted.read, sort
            )
            ((written,),) = await self._database.read(statement, self._asked(wanted))
            # what several people keep stands there several times, first where the order wants it
            ids = tuple(dict.fromkeys(written.split(_BETWEEN))) if written else ()
            self._lists.put(key, state, ids)
        return ids

    async def page(
        self, wanted: ShelfFilter | str, *, sort: ShelfSort = "new", limit: int, offset: int = 0
    ) -> PaperPage:
        """Return one page of a shelf or a part of it, in one of its orders."""
        ids = await self.ids(wanted, sort)
        return PaperPage(await self._papers.get(ids[offset : offset + limit]), len(ids))

    async def _change(self, person: str, statement: Executable, values: Mapping[str, Any]) -> bool:
        """Change one entry of a person's shelf; False where it is not there."""

        async def change(transaction: Transaction) -> bool:
            there = (await transaction.execute(statement, values)).rowcount == 1
            if there:
                await self._states.change(transaction, person)
            return there

        return await self._database.write(change)

    def _this(self, person: str, paper: str) -> dict[str, Any]:
        return {
            f"of_{name}": value
            for name, value in {**self._tenant, "person": person, "paper": paper}.items()
        }

    def _asked(self, wanted: ShelfFilter) -> dict[str, Any]:
        asked = {"person": wanted.person, "tag": wanted.tag}
        return {**self._tenant, **{name: value for name, value in asked.items() if value}}


@cache
def _list(person: bool, shared: bool, tag: bool, read: bool | None, sort: ShelfSort) -> Select[Any]:  # noqa: FBT001  # the key of a cache
    """Read the ids in order, as one text: 20,000 rows would hold up other tasks."""
    ids: Select[Any] = select(shelf.c.paper).where(*(_MINE if person else _OURS))
    if tag:
        ids = ids.join(tags, _TAGGED).where(
            *(
                tags.c[name] == bindparam(name)
                for name in ("platform", "tenant", *(["person"] if person else []), "tag")
            )
        )
    if shared:
        ids = ids.where(~shelf.c.private)
    if read is not None:
        ids = ids.where(shelf.c.read.is_not(None) if read else shelf.c.read.is_(None))
    if sort in ("title", "votes"):
        ids = ids.join(papers, papers.c.id == shelf.c.paper)
    ordered = ids.order_by(*_order(sort, shared=shared)).subquery()
    return select(func.aggregate_strings(ordered.c.paper, _BETWEEN))


def _order(sort: ShelfSort, *, shared: bool) -> tuple[Any, ...]:
    match sort:
        case "new":
            return (shelf.c.saved.desc(), shelf.c.paper.desc())
        case "touched":
            return (shelf.c.touched.desc(), shelf.c.paper.desc())
        case "title":
            return (func.lower(papers.c.title), papers.c.id)
        case "votes":  # the team's own before everybody's
            return (_TEAM_VOTES.desc(), *VOTES) if shared else VOTES
