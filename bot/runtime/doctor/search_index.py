"""The search index and the language model: whether they are sound, and the index in step."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.errors import PaperboyError
from bot.runtime.doctor.data import megabytes
from bot.runtime.doctor.findings import Finding, fine, note, problem
from bot.search.index.schema import VERSION, About, about
from bot.semantic.model_folder import find_model
from bot.settings import Settings
from bot.store import Store
from bot.store.backup import find_damage

INDEX, MODEL = "Search index", "Language model"
REBUILD = "Type: paperboy index --rebuild"


async def check_index(settings: Settings, store: Store | None) -> list[Finding]:
    """Read every page of the index, and compare it with the database."""
    file = settings.home / "index.sqlite3"
    if not file.exists():
        return [note(INDEX, f"There is no index {file} yet; it is built at the next start.")]
    try:
        damage = await asyncio.to_thread(find_damage, file)
        found = None if damage else await asyncio.to_thread(_about, file)
    except (PaperboyError, sqlite3.Error) as error:
        return [problem(INDEX, f"{file} can’t be read ({error}) {REBUILD}")]
    if damage:
        return [problem(INDEX, f"{file} is damaged ({damage}). {REBUILD}")]
    if late := await _behind(found, store):
        return [note(INDEX, f"{file} {late}")]
    return [fine(INDEX, f"{file}, {megabytes(file)}, sound and up to date.")]


def check_model(settings: Settings) -> list[Finding]:
    """Check that the language model is whole, and can be run."""
    if not settings.model:
        return []
    folder = find_model(settings.model, settings.home)
    try:
        vector = folder.open().encode("graph networks")
    except PaperboyError as error:
        return [problem(MODEL, str(error))]
    if damage := folder.damage():
        return [problem(MODEL, damage)]
    return [fine(MODEL, f"{folder.name}, {len(vector)} dimensions, in {folder.path}.")]


async def _behind(found: About | None, store: Store | None) -> str:
    """Say what the next start does with the index, "" if nothing."""
    if found is None or found.version != VERSION:
        return "is of another version; it is rebuilt at the next start."
    if store is None:
        return ""
    if found.identity != store.identity:
        return "is of another database; it is rebuilt at the next start."
    changes = await store.papers.revision() - found.revision
    return f"lacks {changes:,} changes; the next start adds them." if changes > 0 else ""


def _about(file: Path) -> About | None:
    # a connection that may only read would leave files beside it
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True)) as connection:
        connection.execute("PRAGMA query_only = ON")
        return about(connection)
