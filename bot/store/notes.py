"""Notes on papers: one per person and paper, for the team or private."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select

from bot.store.chunks import chunks
from bot.store.engine import Database
from bot.store.schema import notes
from bot.store.upserts import insert_or_replace

MAX_SHOWN = 20

_OURS = (notes.c.platform == bindparam("platform"), notes.c.tenant == bindparam("tenant"))
_COLUMNS = (notes.c.paper, notes.c.person, notes.c.note, notes.c.private, notes.c.written)
_ON = (
    select(*_COLUMNS)
    .where(*_OURS, notes.c.paper == bindparam("paper"))
    .where(or_(~notes.c.private, notes.c.person == bindparam("reader")))
    .order_by(notes.c.written, notes.c.person)
    .limit(MAX_SHOWN)
)
_ON_ANY = (
    select(*_COLUMNS)
    .where(*_OURS, notes.c.paper.in_(bindparam("papers", expanding=True)))
    .where(or_(~notes.c.private, notes.c.person == bindparam("reader")))
    .order_by(notes.c.written, notes.c.person)
)
_MINE = (
    select(*_COLUMNS).where(*_OURS, notes.c.person == bindparam("person")).order_by(notes.c.written)
)
_REMOVE = delete(notes).where(
    *_OURS, notes.c.paper == bindparam("paper"), notes.c.person == bindparam("person")
)


@dataclass(frozen=True, slots=True)
class Note:
    """A person's note on a paper, and whether it is private."""

    paper: str
    person: str
    note: str
    private: bool
    written: datetime


class Notes:
    """The notes of one tenant's people."""

    def __init__(self, database: Database, platform: str, tenant: str) -> None:
        self._database = database
        self._tenant = {"platform": platform, "tenant": tenant}
        self._write = insert_or_replace(database.dialect, notes)

    async def write(self, note: Note) -> None:
        """Save a note in place of the person's earlier one on the paper."""
        row = {"paper": note.paper, "person": note.person, "note": note.note}
        await self._database.change(
            self._write, {**self._tenant, **row, "private": note.private, "written": note.written}
        )

    async def remove(self, person: str, paper: str) -> bool:
        """Remove a person's note; False if there was none."""
        return (
            await self._database.change(_REMOVE, {**self._tenant, "person": person, "paper": paper})
            == 1
        )

    async def on(self, paper: str, reader: str) -> tuple[Note, ...]:
        """Return the notes on a paper that a reader may see, oldest first, at most 20."""
        rows = await self._database.read(_ON, {**self._tenant, "paper": paper, "reader": reader})
        return tuple(Note(*row) for row in rows)

    async def on_papers(self, papers: Sequence[str], reader: str) -> tuple[Note, ...]:
        """Return all notes on these papers that a reader may see, oldest first for each paper."""
        found = []
        for chunk in chunks(papers):
            asked = {**self._tenant, "papers": chunk, "reader": reader}
            found += [Note(*row) for row in await self._database.read(_ON_ANY, asked)]
        return tuple(found)

    async def by(self, person: str) -> tuple[Note, ...]:
        """Return all notes of a person, oldest first."""
        return tuple(
            Note(*row)
            for row in await self._database.read(_MINE, {**self._tenant, "person": person})
        )
