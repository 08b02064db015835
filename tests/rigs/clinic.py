"""A home in which all is well, for the doctor: faults are planted in it one by one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.calendar.clock import utc_now
from bot.calendar.schedule import Schedule
from bot.chat.command_table import CommandTable
from bot.chat.outlet import Outlet
from bot.features import ALL
from bot.library.sync import feed_day
from bot.models import DigestOptions, Person, Place, Subscription
from bot.runtime.doctor.examination import Patient, examine
from bot.runtime.doctor.findings import Finding, Level
from bot.settings import Settings, sqlite_in
from bot.store import Store, SyncRun
from tests.rigs.hugging_face import Site, hugging_face

COMMANDS = CommandTable.of(ALL).commands
DAY = timedelta(days=1)


@dataclass
class Clinic:
    """A home with a sound database, and Hugging Face on loopback."""

    home: Path
    site: Site
    options: dict[str, Any] = field(default_factory=dict)
    outlets: list[Outlet] = field(default_factory=list)
    sources: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    url: str = ""
    now: datetime = field(default_factory=utc_now)

    @property
    def settings(self) -> Settings:
        endpoint = self.options.get("hf_endpoint", self.site.address)
        options = {**self.options, "hf_endpoint": endpoint}
        return Settings(self.home, self.url or sqlite_in(self.home), **options)

    @property
    def database(self) -> Path:
        return self.home / "paperboy.sqlite3"

    async def examine(self) -> Sequence[Finding]:
        env_file = self.home / ".env"
        now = self.now
        patient = Patient(
            self.settings,
            self.outlets,
            COMMANDS,
            lambda: now,
            self.sources,
            env_file,
        )
        return await examine(patient)

    async def problems(self) -> list[str]:
        """Return what the doctor says has to be mended, each with its subject."""
        found = await self.examine()
        return [f"{one.subject}: {one.text}" for one in found if one.level is Level.PROBLEM]

    async def texts(self) -> str:
        return "\n".join(f"{one.subject}: {one.text}" for one in await self.examine())

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        async with await Store.open(self.settings.database_url) as store:
            yield store

    async def subscribe(self, place: Place, **changed: Any) -> Subscription:
        """Subscribe a place to a daily digest that is due tomorrow."""
        options = DigestOptions(Schedule("daily", self.now.time().replace(microsecond=0), "UTC"))
        person = Person(place.platform, place.tenant, "U1")
        due = self.now + DAY
        new = Subscription(0, place, person, options, self.now, due.date(), due)
        async with self.store() as store:
            subscriptions = store.tenant(place.platform, place.tenant).subscriptions
            return await subscriptions.add(replace(new, **changed))


@asynccontextmanager
async def clinic(home: Path) -> AsyncIterator[Clinic]:
    """Give a home in which a sync has just gone well, and no platform is set up."""
    async with hugging_face() as site:
        site.fill(feed_day(utc_now()))
        there = Clinic(home, site)
        async with there.store() as store:
            await store.syncs.record(SyncRun(there.now, 1, 0))
        yield there
