"""What people keep: each person of a tenant has one shelf, and what is not private stands on the team's too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Select, and_, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreError
from bot.shelves import Kept, ShelfSort, Wanted
from bot.store.chunks import chunks
from bot.store.engine import Database
from bot.store.pages import Page
from bot.store.papers import VOTES, Papers
from bot.store.schema import papers, shelf, tags, votes
from bot.store.upserts import insert_or_keep

_OURS = (shelf.c.platform == bindparam("platform"), shelf.c.tenant == bindparam("tenant"))
_MINE = (*_OURS, shelf.c.person == bindparam("person"))
_ONE = (*_MINE, shelf.c.paper == bindparam("paper"))
_REMOVE = delete(shelf).where(*_ONE)
# no column's own name: SQLAlchemy keeps those for the values of an UPDATE
_THIS = [shelf.c[name] == bindparam(f"of_{name}") for name in ("platform", "tenant", "person", "paper")]
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
_KEEPERS = select(*_COLUMNS).where(*_OURS, _AMONG, ~shelf.c.private).order_by(shelf.c.saved, shelf.c.person)


class Shelf:
    """The shelves of one tenant's people."""

    def __init__(self, database: Database, platform: str, tenant: str) -> None:
        self._database = database
        self._papers = Papers(database)
        self._tenant = {"platform": platform, "tenant": tenant}
        self._save = insert_or_keep(database.dialect, shelf)

    async def save(
        self, person: str, paper: str, at: datetime, *, private: bool | None = None, address: str = "", place: str = ""
    ) -> bool:
        """Keep a paper for a person; False when it was there, with nothing but `private` changed where that is said.

        StoreError for a paper that is not known.
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

        async def save(connection: AsyncConnection) -> bool:
            new = (await connection.execute(self._save, row)).rowcount == 1
            if not new and private is not None:
                await connection.execute(_HIDE, {**self._this(person, paper), "hidden": private})
            return new

        try:
            return await self._database.write(save)
        except StoreError as error:
            if isinstance(error.__cause__, IntegrityError):  # the key is no conflict; the one thing left is the paper
                raise StoreError(f"There is no paper {paper} to keep: fetch it first.") from error
            raise

    async def save_all(self, kept: Sequence[Kept]) -> None:
        """Keep papers that are known, in one transaction; those that are kept stay as they are."""
        rows = [{**self._tenant, **asdict(one)} for one in kept]

        async def save(connection: AsyncConnection) -> None:
            await connection.execute(self._save, rows)

        if rows:
            await self._database.write(save)

    async def remove(self, person: str, paper: str) -> bool:
        """Keep a paper no longer; False when it was not there."""
        return await self._database.change(_REMOVE, {**self._tenant, "person": person, "paper": paper}) == 1

    async def touch(self, person: str, paper: str, at: datetime) -> None:
        """Note that the person did something with a paper on their shelf."""
        await self._database.change(_TOUCH, {**self._this(person, paper), "at": at})

    async def mark(self, person: str, paper: str, at: datetime, *, read: bool) -> bool:
        """Mark a paper as read or unread; False when the person does not keep it."""
        row = {**self._this(person, paper), "at": at, "since": at if read else None}
        return await self._database.change(_MARK, row) == 1

    async def kept(self, person: str, papers: Sequence[str]) -> frozenset[str]:
        """Return which of these papers the person keeps."""
        kept: set[str] = set()
        for chunk in chunks(papers):
            asked = {**self._tenant, "person": person, "papers": chunk}
            kept.update(id_ for (id_,) in await self._database.read(_KEPT, asked))
        return frozenset(kept)

    async def entries(self, person: str, papers: Sequence[str]) -> Mapping[str, Kept]:
        """Return what is noted about those of these papers that the person keeps."""
        found: dict[str, Kept] = {}
        for chunk in chunks(papers):
            asked = {**self._tenant, "person": person, "papers": chunk}
            found |= {row.paper: Kept(*row) for row in await self._database.read(_ENTRIES, asked)}
        return found

    async def keepers(self, papers: Sequence[str]) -> Mapping[str, tuple[Kept, ...]]:
        """Return who of the team keeps these papers, as far as it is shared, the first to keep it first."""
        found: dict[str, list[Kept]] = defaultdict(list)
        for chunk in chunks(papers):
            for row in await self._database.read(_KEEPERS, {**self._tenant, "papers": chunk}):
                found[row.paper].append(Kept(*row))
        return {paper: tuple(kept) for paper, kept in found.items()}

    async def ids(
        self, wanted: Wanted | str, sort: ShelfSort = "new", limit: int = -1, offset: int = 0
    ) -> tuple[str, ...]:
        """Return the papers of some shelf or part of it, in an order; by default all, newest first."""
        wanted = Wanted(wanted) if isinstance(wanted, str) else wanted
        statement = _ids(bool(wanted.person), wanted.shared, bool(wanted.tag), wanted.read, sort, limited=limit >= 0)
        asked = self._asked(wanted) | ({"limit": limit, "offset": offset} if limit >= 0 else {})
        return tuple(row[0] for row in await self._database.read(statement, asked))

    async def page(self, wanted: Wanted | str, *, sort: ShelfSort = "new", limit: int, offset: int = 0) -> Page:
        """Return papers of some shelf: newest kept first, most votes first, by title, or last touched first."""
        wanted = Wanted(wanted) if isinstance(wanted, str) else wanted
        statement = _count(bool(wanted.person), wanted.shared, bool(wanted.tag), wanted.read)
        ((total,),) = await self._database.read(statement, self._asked(wanted))
        ids = await self.ids(wanted, sort, limit, offset) if total else ()
        return Page(await self._papers.get(ids), total)

    def _this(self, person: str, paper: str) -> dict[str, Any]:
        return {f"of_{name}": value for name, value in {**self._tenant, "person": person, "paper": paper}.items()}

    def _asked(self, wanted: Wanted) -> dict[str, Any]:
        asked = {"person": wanted.person, "tag": wanted.tag}
        return {**self._tenant, **{name: value for name, value in asked.items() if value}}


def _conditions(person: bool, shared: bool, tag: bool, read: bool | None) -> list[Any]:  # noqa: FBT001  # the key of a cache
    tagged = and_(
        tags.c.platform == shelf.c.platform,
        tags.c.tenant == shelf.c.tenant,
        tags.c.person == shelf.c.person,
        tags.c.paper == shelf.c.paper,
        tags.c.tag == bindparam("tag"),
    )
    return [
        *(_MINE if person else _OURS),
        *([~shelf.c.private] if shared else []),
        *([exists().where(tagged)] if tag else []),
        *([shelf.c.read.is_not(None) if read else shelf.c.read.is_(None)] if read is not None else []),
    ]


@cache
def _count(person: bool, shared: bool, tag: bool, read: bool | None) -> Select[int]:  # noqa: FBT001  # as above
    number = func.count() if person else func.count(shelf.c.paper.distinct())
    return select(number).select_from(shelf).where(*_conditions(person, shared, tag, read))


@cache
def _ids(
    person: bool,  # noqa: FBT001  # as above
    shared: bool,  # noqa: FBT001  # as above
    tag: bool,  # noqa: FBT001  # as above
    read: bool | None,  # noqa: FBT001  # as above
    sort: ShelfSort,
    *,
    limited: bool,
) -> Select[str]:
    ids: Select[Any] = select(shelf.c.paper).where(*_conditions(person, shared, tag, read))
    if sort in ("new", "touched"):
        column = shelf.c.saved if sort == "new" else shelf.c.touched
        if not person and not tag and read is None:  # of each paper the entry that comes first: no sorting, no grouping
            ids = ids.where(~_earlier(column.name))
            order = (column.desc(), shelf.c.paper.desc())
        elif person:  # who has it once at most, in the order of an index
            order = (column.desc(), shelf.c.paper.desc())
        else:
            ids = ids.group_by(shelf.c.paper)
            order = (func.max(column).desc(), shelf.c.paper.desc())
    else:
        ids = ids.join_from(shelf, papers).group_by(shelf.c.paper, papers.c.id)
        order = _by_votes(shared=shared) if sort == "votes" else (func.lower(papers.c.title), papers.c.id)
    ids = ids.order_by(*order)
    return cast("Select[str]", ids.limit(bindparam("limit")).offset(bindparam("offset")) if limited else ids)


def _earlier(column: str) -> Any:
    """Tell whether the team has the same paper from a later moment, or from the same by another person."""
    other = shelf.alias("other")
    later = or_(
        other.c[column] > shelf.c[column],
        and_(other.c[column] == shelf.c[column], other.c.person > shelf.c.person),
    )
    same = (getattr(other.c, name) == getattr(shelf.c, name) for name in ("platform", "tenant", "paper"))
    return exists().where(*same, ~other.c.private, later).correlate(shelf)


def _by_votes(*, shared: bool) -> tuple[Any, ...]:
    """Order by upvotes; what is shared by the team's own votes before that."""
    ours = (votes.c.platform == bindparam("platform"), votes.c.tenant == bindparam("tenant"))
    counted = select(func.count()).where(*ours, votes.c.paper == shelf.c.paper).correlate(shelf).scalar_subquery()
    return (counted.desc(), *VOTES) if shared else VOTES
