"""The whole examination: every check in its order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.chat.commands import Command
from bot.chat.outlet import Outlet
from bot.chat.ports import Clock
from bot.errors import PaperboyError
from bot.models import Subscription
from bot.runtime.doctor.configuration import check_running, list_settings
from bot.runtime.doctor.data import check_backups, check_database, check_files
from bot.runtime.doctor.digests import (
    check_digests,
    check_papers,
    check_subscriptions,
    read_subscriptions,
)
from bot.runtime.doctor.findings import Finding
from bot.runtime.doctor.platforms import check_outlet, check_settings, title
from bot.runtime.doctor.search_index import check_index, check_model
from bot.runtime.doctor.upstream import check_clock, check_hugging_face, check_zones
from bot.settings import Settings
from bot.store import Store


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined: settings with their source, and the outlets that they set up."""

    settings: Settings
    outlets: Sequence[Outlet]
    commands: Mapping[str, Command]
    clock: Clock
    sources: Sequence[tuple[str, Mapping[str, str]]]  # of the settings, by name
    env_file: Path = Path(".env")


async def examine(patient: Patient) -> list[Finding]:
    """Look at everything, and change nothing."""
    settings, now = patient.settings, patient.clock()
    async with AsyncExitStack() as stack:
        findings = await check_database(settings)
        store = await _open(settings, stack)
        known = await read_subscriptions(store) if store else []
        findings += await check_index(settings, store)
        findings += await asyncio.to_thread(check_model, settings)
        findings += await check_backups(settings, patient.clock)
        findings += check_files(settings, patient.env_file)
        findings += check_running(settings.home, now)
        findings += await _check_outside(patient, known)
        if store:
            platforms = [one.platform for one in patient.outlets]
            findings += check_subscriptions(known, platforms)
            findings += await check_digests(store, known, now)
            findings += await check_papers(store, now)
    findings += check_zones()
    return findings + list_settings(patient.sources)


async def _open(settings: Settings, stack: AsyncExitStack) -> Store | None:
    """Return the store, None where it can't be read: the checks of the database say why."""
    try:
        return await stack.enter_async_context(await Store.inspect(settings.database_url))
    except PaperboyError:
        return None


async def _check_outside(patient: Patient, known: Sequence[Subscription]) -> list[Finding]:
    """Ask Hugging Face, all platforms at once, and compare their clocks with ours."""
    findings, offset = await check_hugging_face(patient.settings)
    offsets: list[tuple[str, timedelta]] = [("Hugging Face", offset)] if offset is not None else []
    findings += check_settings(patient.settings, [one.platform for one in patient.outlets])
    asked = [check_outlet(one, known, patient.commands) for one in patient.outlets]
    for outlet, (some, offset) in zip(patient.outlets, await asyncio.gather(*asked), strict=True):
        findings += some
        offsets += [(title(outlet.platform), offset)] if offset is not None else []
    return findings + check_clock(offsets)
