"""`paperboy settings`: writes settings and subscriptions to a TOML file, and reads them again."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from bot.calendar.clock import utc_now
from bot.cli.session import DONE
from bot.digests.watches import Watches
from bot.errors import UsageError
from bot.exchange.settings_toml import SettingsFile, read_toml, write_toml
from bot.models import Place, Subscription
from bot.settings import NAMES, SECRETS, Settings
from bot.settings.env_file import environment
from bot.store import Store
from bot.text import count

MAX_BYTES = 50_000_000
AT_ONCE = 500  # subscriptions read together


async def main(settings: Settings, args: argparse.Namespace) -> int:
    """Export or import. Raises PaperboyError."""
    async with await Store.open(settings.database_url) as store:
        if args.what == "export":
            return await _export(store, args.file)
        return await _import(store, args.file)


async def _export(store: Store, file: Path | None) -> int:
    given = _given()
    secrets = sorted(given.keys() & SECRETS)
    plain = {name: value for name, value in given.items() if name not in SECRETS}
    subscriptions = await _all(store)
    text = write_toml(SettingsFile(plain, subscriptions), secrets)
    if file is None:
        sys.stdout.write(text)
        return DONE
    await asyncio.to_thread(_write, file, text)
    print(f"Exported {count(len(plain), 'setting')} and {_count(len(subscriptions))} to {file}.")
    if secrets:
        print(f"Left out because they are secret: {', '.join(secrets)}.")
    return DONE


async def _import(store: Store, file: Path | None) -> int:
    """Add what is missing: subscriptions to the database, settings to `.env`."""
    if file is None:
        raise UsageError("Name the file to import: paperboy settings import FILE.")
    found = read_toml(await asyncio.to_thread(_read, file))
    if unknown := sorted(found.settings.keys() - set(NAMES)):
        raise UsageError(f"The file has a setting that this Paperboy doesn’t know: {unknown[0]}.")
    added = await _subscribe(store, found)
    there = len(found.subscriptions) - added
    print(f"Imported {_count(added)}{f'; {there:,} were there already' if there else ''}.")
    given = _given()
    for name, value in found.settings.items():
        if name not in given:
            print(f"To set it here too, add to .env: {name}={value}")
        elif given[name] != value:
            print(f"{name} is {given[name]} here and {value} in the file; it stays.")
    return DONE


async def _subscribe(store: Store, found: SettingsFile) -> int:
    """Add the subscriptions that are not there, from their next time on; return how many."""
    known = set(map(_key, await _all(store)))
    new = {_key(one): one for one in found.subscriptions if _key(one) not in known}
    for one in new.values():
        if one.watch:
            await Watches(store, utc_now).add(one)
            continue
        due = one if one.paused else one.from_now(utc_now(), None)
        await store.tenant(one.place.platform, one.place.tenant).subscriptions.add(due)
    return len(new)


def _key(one: Subscription) -> tuple[Place, bool, str]:
    """Return what makes two subscriptions the same."""
    return one.place, one.watch, repr(one.options)


async def _all(store: Store) -> list[Subscription]:
    found: list[Subscription] = []
    while some := await store.subscriptions.every(found[-1].id if found else 0, AT_ONCE):
        found += some
    return found


def _given() -> Mapping[str, str]:
    """Return the settings that are set, in the environment or in `.env`."""
    given = environment(Path(".env"))
    return {name: given[name] for name in NAMES if given.get(name, "").strip()}


def _write(file: Path, text: str) -> None:
    try:
        with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as there:
            there.write(text)
    except OSError as error:
        raise UsageError(
            f"{file} can’t be written ({error.strerror}). Name another file."
        ) from error


def _read(file: Path) -> str:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise UsageError(f"{file} is larger than {MAX_BYTES / 1e6:.0f} MB.")
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} can’t be read ({error}).") from error


def _count(subscriptions: int) -> str:
    return count(subscriptions, "subscription")
