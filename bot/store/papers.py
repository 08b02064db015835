"""The papers, shared by all tenants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from secrets import token_hex
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, insert, select, update

from bot.papers import Paper
from bot.store.chunks import chunks
from bot.store.connections import Transaction
from bot.store.engine import Database
from bot.store.pages import PaperPage, page_of, paged
from bot.store.paper_merge import Known, merge
from bot.store.paper_rows import known_of, paper_of, row_of
from bot.store.schema import batches, papers, store
from bot.store.turns import ROWS

Sort: TypeAlias = Literal["votes", "new"]

# words of a title that are searched for, and letters of each: every one costs time
MAX_WORDS, LONGEST_WORD = 12, 60
# papers whose titles are searched, those that changed last: 100,000 take 0.1 s
MAX_TITLES = 200_000
MARKED_REVISIONS = 200_000  # the last ones, whose batches have their marks
_ESCAPE = "/"  # before what a pattern would take for a wildcard
_WILDCARDS = str.maketrans({sign: f"{_ESCAPE}{sign}" for sign in f"%_{_ESCAPE}"})


@dataclass(frozen=True, slots=True)
class Saved:
    """How many papers were new, and how many changed."""

    added: int
    updated: int


VOTES: tuple[ColumnElement[Any], ...] = (papers.c.upvotes.desc().nulls_last(), papers.c.id)
_NEW = (papers.c.daily.desc(), papers.c.published.desc().nulls_last(), papers.c.id.desc())
_DAYS = select(papers.c.id).where(papers.c.daily.between(bindparam("first"), bindparam("last")))
_BETWEEN = {"votes": paged(_DAYS, VOTES), "new": paged(_DAYS, _NEW)}

_BY_ID = select(papers).where(papers.c.id.in_(bindparam("ids", expanding=True)))
_COUNT = select(func.count()).select_from(papers)
_DAY_BEFORE: Select[date | None] = select(func.max(papers.c.daily)).where(
    papers.c.daily < bindparam("day")
)
_DAY_AFTER: Select[date | None] = select(func.min(papers.c.daily)).where(
    papers.c.daily > bindparam("day")
)
_CHANGED = (
    select(papers)
    .where(papers.c.revision > bindparam("after"))
    .order_by(papers.c.revision)
    .limit(bindparam("limit"))
)
_REVISION: Select[int] = select(store.c.revision)
# Whoever saves papers waits here for the one before, on PostgreSQL too: revisions are committed in
# their order, and who follows them needs no margin for a smaller one that comes later.
_OWN_REVISION = _REVISION.with_for_update()
_RAISE_REVISION = update(store).values(revision=bindparam("to"))
_ADD_BATCH = insert(batches)
_FORGET_BATCHES = delete(batches).where(batches.c.revision <= bindparam("until"))
_MARK = (
    select(batches.c.mark)
    .where(batches.c.revision >= bindparam("at"))
    .order_by(batches.c.revision)
    .limit(1)
)
_INSERT = insert(papers)
_UPDATE = (
    update(papers)
    .where(papers.c.id == bindparam("key"))
    .values({column.name: bindparam(column.name) for column in papers.c if not column.primary_key})
)


class Papers:
    """The papers that are known."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, papers: Sequence[Paper], as_of: datetime) -> Saved:
        """Save papers as of a moment, in one transaction.

        A later value of a field wins, an earlier one only fills a gap, and a known value is never
        blanked.
        """

        async def save(transaction: Transaction) -> Saved:
            revision = (await transaction.execute(_OWN_REVISION)).scalar_one()
            plan = _plan(
                await _stored(transaction, [paper.id for paper in papers]), papers, as_of, revision
            )
            if plan.inserts:
                await transaction.execute(_INSERT, plan.inserts)
            if plan.updates:
                await transaction.execute(_UPDATE, plan.updates)
            if plan.revision > revision:
                await transaction.execute(_RAISE_REVISION, {"to": plan.revision})
                batch = {"revision": plan.revision, "mark": token_hex(8)}
                await transaction.execute(_ADD_BATCH, batch)
                await transaction.execute(
                    _FORGET_BATCHES, {"until": plan.revision - MARKED_REVISIONS}
                )
            added = len(plan.inserts)
            return Saved(added, plan.revision - revision - added)

        return await self._database.write(save, turn=ROWS)

    async def get(self, ids: Sequence[str]) -> tuple[Paper, ...]:
        """Return the papers of these ids in this order, leaving out unknown ones."""
        found: dict[str, Paper] = {}
        for chunk in chunks(ids):
            found |= {
                row.id: paper_of(row) for row in await self._database.read(_BY_ID, {"ids": chunk})
            }
        return tuple(found[id_] for id_ in ids if id_ in found)

    async def titled(self, words: Sequence[str], limit: int) -> tuple[Paper, ...]:
        """Return papers whose titles contain all of these words, most votes first.

        Words match inside longer words, and in any case (on SQLite for ASCII only). No words match
        no title. Of very many papers only those that changed last are searched.
        """
        wanted = [
            word[:LONGEST_WORD].translate(_WILDCARDS) for word in dict.fromkeys(words) if word
        ][:MAX_WORDS]
        if not wanted or limit < 1:
            return ()
        asked: dict[str, object] = {f"word{n}": f"%{word}%" for n, word in enumerate(wanted)}
        asked |= {"limit": limit, "looked_at": MAX_TITLES}
        return tuple(map(paper_of, await self._database.read(_titled(len(wanted)), asked)))

    async def count(self) -> int:
        """Return how many papers are known."""
        return (await self._database.read(_COUNT))[0][0]

    async def between(
        self, first: date, last: date, *, sort: Sort = "votes", limit: int, offset: int = 0
    ) -> PaperPage:
        """Return papers of the daily lists from `first` to `last`: most votes or newest first."""
        asked = {"first": first, "last": last, "limit": limit, "offset": offset}
        return page_of(await self._database.read(_BETWEEN[sort], asked))

    async def day_before(self, day: date) -> date | None:
        """Return the last day before this one whose daily list has papers."""
        return (await self._database.read(_DAY_BEFORE, {"day": day}))[0][0]

    async def day_after(self, day: date) -> date | None:
        """Return the first day after this one whose daily list has papers."""
        return (await self._database.read(_DAY_AFTER, {"day": day}))[0][0]

    async def revision(self) -> int:
        """Return the revision of the paper that changed last; 0 before there are any."""
        return (await self._database.read(_REVISION))[0][0]

    async def mark(self, revision: int) -> str:
        """Return the random mark of the batch that a revision belongs to, "" if it is unknown.

        No other history has it: a database that was put back and went on has other marks.
        """
        rows = await self._database.read(_MARK, {"at": revision})
        return rows[0][0] if rows else ""

    async def changed(self, after: int, limit: int) -> tuple[tuple[int, Paper], ...]:
        """Return (revision, paper) for the papers that changed after a revision, in order."""
        rows = await self._database.read(_CHANGED, {"after": after, "limit": limit})
        return tuple((row.revision, paper_of(row)) for row in rows)


@cache
def _titled(words: int) -> Select[Any]:
    held = (papers.c.title.ilike(bindparam(f"word{n}"), escape=_ESCAPE) for n in range(words))
    last = papers.c.revision > select(store.c.revision).scalar_subquery() - bindparam("looked_at")
    return select(papers).where(last, *held).order_by(*VOTES).limit(bindparam("limit"))


@dataclass(frozen=True, slots=True)
class _Plan:
    """The rows to write, and the revision afterwards: one more for each changed paper."""

    inserts: list[dict[str, object]]
    updates: list[dict[str, object]]
    revision: int


async def _stored(transaction: Transaction, ids: Sequence[str]) -> dict[str, tuple[Known, int]]:
    stored: dict[str, tuple[Known, int]] = {}
    for chunk in chunks(ids):
        rows = await transaction.execute(_BY_ID, {"ids": chunk})
        stored |= {row.id: (known_of(row), row.revision) for row in rows}
    return stored


def _plan(
    stored: Mapping[str, tuple[Known, int]], heard: Sequence[Paper], as_of: datetime, revision: int
) -> _Plan:
    merged: dict[str, Known] = {}
    for paper in heard:
        before = merged.get(paper.id) or (stored[paper.id][0] if paper.id in stored else None)
        incoming = Known(paper, as_of)
        merged[paper.id] = merge(before, incoming) if before else incoming
    inserts, updates = [], []
    for id_, known in merged.items():
        if id_ not in stored:
            revision += 1
            inserts.append(row_of(known, revision))
            continue
        was, last = stored[id_]
        if known.paper != was.paper:
            revision += 1
            last = revision
        # a paper that is only confirmed gets no new revision: an index has nothing to follow
        if known != was:
            updates.append(row_of(known, last) | {"key": id_})
    return _Plan(inserts, updates, revision)
