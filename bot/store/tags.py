"""Tags on shelf entries; the team sees those on shared papers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Text, and_, bindparam, delete, func, or_, select

from bot.store.chunks import chunks
from bot.store.connections import Transaction
from bot.store.engine import Database
from bot.store.schema import shelf, tags
from bot.store.shelf_states import ShelfStates
from bot.store.upserts import insert_or_keep

_OURS = (tags.c.platform == bindparam("platform"), tags.c.tenant == bindparam("tenant"))
_AMONG = tags.c.paper.in_(bindparam("papers", expanding=True))
_KEPT = tags.join(
    shelf,
    and_(
        *(
            getattr(tags.c, name) == getattr(shelf.c, name)
            for name in ("platform", "tenant", "person", "paper")
        )
    ),
)
_SEEN = or_(~shelf.c.private, tags.c.person == bindparam("reader"))
# put in order by us: asked for it, SQLite would walk through all tags of the tenant in that order
_MINE = select(tags.c.paper, tags.c.tag).where(*_OURS, _AMONG, tags.c.person == bindparam("person"))
_ON = select(tags.c.paper, tags.c.tag).select_from(_KEPT).where(*_OURS, _AMONG, _SEEN).distinct()
_USED = (
    select(tags.c.tag)
    .select_from(_KEPT)
    .where(
        *_OURS,
        _SEEN,
        func.substr(tags.c.tag, 1, func.length(bindparam("begun", type_=Text)))
        == bindparam("begun", type_=Text),
    )
    .group_by(tags.c.tag)
    .order_by(func.count().desc(), tags.c.tag)
    .limit(bindparam("limit"))
)
_REMOVE = delete(tags).where(
    *_OURS,
    tags.c.person == bindparam("person"),
    tags.c.paper == bindparam("paper"),
    tags.c.tag == bindparam("tag"),
)


class Tags:
    """The tags of one tenant's people."""

    def __init__(self, database: Database, platform: str, tenant: str) -> None:
        self._database = database
        self._tenant = {"platform": platform, "tenant": tenant}
        self._states = ShelfStates(database, platform, tenant)
        self._add = insert_or_keep(database.dialect, tags)

    async def add(self, person: str, paper: str, words: Collection[str]) -> None:
        """Add tags to a paper on a person's shelf."""
        await self.add_all(person, {paper: words})

    async def add_all(self, person: str, words: Mapping[str, Collection[str]]) -> None:
        """Add tags to papers on a person's shelf, in one transaction."""
        row = {**self._tenant, "person": person}
        rows = [
            {**row, "paper": paper, "tag": tag} for paper, tags in words.items() for tag in tags
        ]

        async def add(transaction: Transaction) -> None:
            await transaction.execute(self._add, rows)
            await self._states.change(transaction, person)

        if rows:
            await self._database.write(add)

    async def remove(self, person: str, paper: str, words: Collection[str]) -> int:
        """Remove tags, and return how many there were."""
        row = {**self._tenant, "person": person, "paper": paper}

        async def remove(transaction: Transaction) -> int:
            gone = sum(
                [
                    (await transaction.execute(_REMOVE, {**row, "tag": word})).rowcount
                    for word in words
                ]
            )
            if gone:
                await self._states.change(transaction, person)
            return gone

        return await self._database.write(remove)

    async def of(self, person: str, papers: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """Return the tags that a person gave to these papers."""
        found: dict[str, list[str]] = defaultdict(list)
        for chunk in chunks(papers):
            for paper, tag in await self._database.read(
                _MINE, {**self._tenant, "person": person, "papers": chunk}
            ):
                found[paper].append(tag)
        return {paper: tuple(sorted(words)) for paper, words in found.items()}

    async def on(self, paper: str, reader: str) -> tuple[str, ...]:
        """Return the tags of a paper that a reader may see."""
        rows = await self._database.read(_ON, {**self._tenant, "papers": [paper], "reader": reader})
        return tuple(sorted(tag for _, tag in rows))

    async def on_papers(self, papers: Sequence[str], reader: str) -> Mapping[str, tuple[str, ...]]:
        """Return the tags of these papers that a reader may see, by paper."""
        found: dict[str, list[str]] = defaultdict(list)
        for chunk in chunks(papers):
            asked = {**self._tenant, "papers": chunk, "reader": reader}
            for paper, tag in await self._database.read(_ON, asked):
                found[paper].append(tag)
        return {paper: tuple(sorted(words)) for paper, words in found.items()}

    async def used(self, reader: str, begun: str, limit: int) -> tuple[str, ...]:
        """Return the tags a reader may see that begin with `begun`, most used first."""
        asked = {**self._tenant, "reader": reader, "begun": begun, "limit": limit}
        return tuple(tag for (tag,) in await self._database.read(_USED, asked))
