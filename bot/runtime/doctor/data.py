"""The database, backups, free disk space and file modes."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from bot.chat.ports import Clock
from bot.errors import PaperboyError
from bot.library.backups import Backups
from bot.library.storage import damaged
from bot.runtime.doctor.findings import Finding, fine, note, problem
from bot.settings import Settings
from bot.store import Store
from bot.store.backup import find_damage, read_revision
from bot.store.database_url import read_address
from bot.store.schema import HEAD

DATABASE, BACKUPS, FILES = "Database", "Backups", "Files"
MIN_FREE_BYTES = 500_000_000
OTHERS = 0o077  # what group and others may do


async def check_database(settings: Settings) -> list[Finding]:
    """Read the database's version and every page."""
    address = read_address(settings.database_url)
    if address.file is None:
        return await _check_server(settings.database_url, address.name)
    return await asyncio.to_thread(_check_file, address.file)


async def _check_server(url: str, name: str) -> list[Finding]:
    try:
        async with await Store.inspect(url) as store:
            papers = await store.papers.count()
    except PaperboyError as error:
        return [problem(DATABASE, str(error))]
    return [fine(DATABASE, f"{name}, schema {HEAD}, {papers:,} papers.")]


def _check_file(file: Path) -> list[Finding]:
    if not file.exists():
        return [_check_new(file)]
    try:
        revision = read_revision(file)
        damage = find_damage(file)
    except PaperboyError as error:
        return [problem(DATABASE, str(error))]
    if damage:
        return [problem(DATABASE, damaged(file, damage))]
    if not os.access(file, os.W_OK):
        return [problem(DATABASE, f"{file} is read-only: let Paperboy write to it.")]
    update = f"Its schema is {revision}; the next start updates it to {HEAD} and keeps a copy."
    return [
        fine(DATABASE, f"{file}, {megabytes(file)}, every page is sound."),
        *([note(DATABASE, update)] if revision != HEAD else []),
    ]


def _check_new(file: Path) -> Finding:
    folder = _nearest(file.parent)
    if os.access(folder, os.W_OK):
        return note(DATABASE, f"There is no database {file} yet; `paperboy run` creates it.")
    text = f"{file} can’t be created: let Paperboy write to {folder}, or set PAPERBOY_HOME."
    return problem(DATABASE, text)


def _nearest(folder: Path) -> Path:
    """Return a folder, or the nearest one above it that exists."""
    return next(one for one in (folder, *folder.parents) if one.exists())


async def check_backups(settings: Settings, clock: Clock) -> list[Finding]:
    """Look at the folder of the hourly copies."""
    database = read_address(settings.database_url).file
    if database is None:
        if settings.backups:
            text = "PAPERBOY_BACKUPS copies SQLite files only. Use pg_dump and leave it out."
            return [problem(BACKUPS, text)]
        return [note(BACKUPS, "Back up PostgreSQL yourself, with pg_dump.")]
    if settings.backups is None:
        return [note(BACKUPS, "No hourly copies: set PAPERBOY_BACKUPS to a folder for them.")]
    state = await Backups(database, settings.backups, clock).state()
    if state.trouble:
        return [problem(BACKUPS, state.trouble)]
    text = f"{state.copies:,} in {state.folder}, the last of {state.newest:%d %B %Y, %H:00} UTC."
    return [fine(BACKUPS, text)]


def check_files(settings: Settings, env_file: Path) -> list[Finding]:
    """Check who can read the files, and how much room there is for more."""
    findings = [*_modes(settings, env_file), *_space(settings)]
    return findings or [fine(FILES, "Only you can read them, and there is room for more.")]


def _modes(settings: Settings, env_file: Path) -> Iterator[Finding]:
    if os.name != "posix":
        return
    database = read_address(settings.database_url).file
    secret = [env_file, *([database] if database else [])]
    if settings.backups and settings.backups.is_dir():
        secret.append(settings.backups)
    for file in secret:
        if file.exists() and file.stat().st_mode & OTHERS:
            mode = "700" if file.is_dir() else "600"
            text = f"Others on this computer can read {file}. Type: chmod {mode} {file}"
            yield problem(FILES, text)


def _space(settings: Settings) -> Iterator[Finding]:
    folders = {_nearest(settings.home)}
    if settings.backups:
        folders.add(_nearest(settings.backups))
    for folder in sorted(folders):
        free = shutil.disk_usage(folder).free
        if free < MIN_FREE_BYTES:
            yield problem(
                FILES, f"The disk with {folder} has {free / 1e6:,.0f} MB left. Free some space."
            )


def megabytes(file: Path) -> str:
    """Return the size of a file in words."""
    return f"{file.stat().st_size / 1e6:,.1f} MB"
