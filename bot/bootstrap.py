"""The composition root: settings in, a whole bot out. The only module that knows all parts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.calendar.clock import utc_now
from bot.chat.bot import Bot
from bot.chat.budgets import Budgets, Limits
from bot.chat.outlet import Outlet
from bot.chat.ports import Clock, Ports, at_once
from bot.digests.announcements import Announcements
from bot.digests.dispatcher import Dispatcher, DispatcherOptions
from bot.digests.live_counts import LiveCounts
from bot.digests.monitor import Monitor
from bot.digests.planner import ListPatience, Planner
from bot.digests.polls import PollReader
from bot.digests.watches import Watches
from bot.features import ALL
from bot.features.completions import completions
from bot.features.lookups import Lookups
from bot.features.services import Context, Services
from bot.library.backups import Backups
from bot.library.duties import Duties
from bot.library.library import Library
from bot.library.retention import Retention
from bot.library.storage import Storage
from bot.library.tenants import Tenants
from bot.log_file import LogFile
from bot.models import Place
from bot.pulse import Pulse
from bot.runtime.supervisor import Chores
from bot.search import Index
from bot.settings import Settings
from bot.sources.hugging_face import HuggingFace
from bot.store import Store
from bot.store.database_url import read_address
from bot.text import listed

if TYPE_CHECKING:
    from bot.semantic.model import Model

ONCE = ("watching", "purging", "retention", "syncing")  # chores that one process does for all


@dataclass(frozen=True, slots=True)
class Sources:
    """What an app is built on, opened and closed by others."""

    store: Store
    index: Index
    hugging_face: HuggingFace


@dataclass(frozen=True, slots=True)
class App:
    """A bot, and the chores that keep its papers in step and its digests coming."""

    bot: Bot[Services]
    chores: Chores
    pulse: Pulse

    @property
    def services(self) -> Services:
        """What the commands use."""
        return self.bot.services


@asynccontextmanager
async def open_app(
    settings: Settings,
    outlets: Sequence[Outlet] = (),
    *,
    waits: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> AsyncIterator[App]:
    """Open all that the settings name, build an app on it, and close it in the end.

    It `waits` for a search index that is being rebuilt, and shows `progress` (papers that are in
    it, papers in all), or answers provisionally while that goes on.
    """
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(await Store.open(settings.database_url))
        index = await stack.enter_async_context(await _open_index(settings, store))
        if progress:
            index.on_progress = progress
        source = await stack.enter_async_context(
            HuggingFace(settings.hf_endpoint, settings.hf_token, proxies=settings.proxies)
        )
        sources = Sources(store, index, source)
        app = build_app(settings, sources, outlets, store.clock or utc_now, waits=waits)
        stack.push_async_callback(app.services.library.close)
        stack.push_async_callback(app.services.jobs.close)
        yield app


async def _open_index(settings: Settings, store: Store) -> Index:
    """Open the index, a copy of a neighbour's where several processes share a database."""
    path = settings.home / "index.sqlite3"
    if read_address(settings.database_url).file is None:
        from bot.search.index.neighbours import copy_neighbour

        await asyncio.to_thread(copy_neighbour, path, store.identity)
    return await Index.open(path, store.identity, _model(settings))


def _model(settings: Settings) -> Model | None:
    if not settings.model:
        return None
    from bot.semantic.model import Model
    from bot.semantic.model_folder import find_model

    return Model(find_model(settings.model, settings.home))


def build_app(
    settings: Settings,
    sources: Sources,
    outlets: Sequence[Outlet] = (),
    clock: Clock = utc_now,
    *,
    waits: bool = True,
) -> App:
    """Build every object once, whole."""
    store = sources.store
    connected = {one.platform: one for one in (*outlets, *build_send_only(settings, clock))}
    library = Library(
        store,
        sources.index,
        sources.hugging_face,
        clock,
        online=settings.ask_hugging_face,
        waits=waits,
    )
    patience = ListPatience(
        timedelta(minutes=settings.wait_minutes), settings.complete_percent / 100
    )
    planner = Planner(store, library, connected, clock, patience)
    watches, pulse = Watches(store, clock, library), Pulse()
    options = DispatcherOptions(
        timedelta(days=settings.pause_after_days),
        pulse=pulse,
        paces=store.paces if store.clock else None,
    )
    services = Services(
        store,
        library,
        Tenants(store, clock, timedelta(days=settings.purge_days)),
        planner,
        Dispatcher(store, connected, clock, partial(_plan, planner, watches), options),
        Announcements(store, connected, clock),
        watches,
        LiveCounts(store, connected, clock),
        Lookups(library),
        connected,
        settings.admins,
        LogFile(settings.home),
        storage=_storage(settings, clock),
    )
    duties = Duties(store.leases, clock) if store.clock else None
    bot = Bot(ALL, services, _ports(settings, services, clock, duties), Context)
    chores = _chores(settings, bot, clock, duties)
    return App(bot, chores, pulse)


async def _plan(planner: Planner, watches: Watches, made: Callable[[], None]) -> datetime | None:
    """Make digests of what is due, and messages of what is watched."""
    then = await planner.plan(made)
    if await watches.look():
        made()
    return then


def build_send_only(settings: Settings, clock: Clock) -> Iterator[Outlet]:
    """Yield the outlets that need no connection."""
    if settings.webhooks:
        from adapters.webhook import Webhook

        yield Webhook(settings.webhooks, clock)
    if settings.email:
        from adapters.email import Email

        yield Email(settings.email, clock)


def _storage(settings: Settings, clock: Clock) -> Storage:
    address = read_address(settings.database_url)
    backups = None
    if settings.backups and address.file:
        backups = Backups(
            address.file, settings.backups, clock, settings.backup_hours, settings.backup_days
        )
    return Storage(address.name, address.file, settings.home / "index.sqlite3", backups)


def _ports(settings: Settings, services: Services, clock: Clock, duties: Duties | None) -> Ports:
    return Ports(
        services.store,
        services.tenants,
        services.dispatcher,
        services.live_counts,
        clock,
        services.library.today,
        settings.reactions,
        completions(services.store, services.library),
        # at the prompt there is one person
        Budgets(Limits() if settings.slack or settings.discord else None),
        duties.once if duties else at_once,
    )


def _chores(settings: Settings, bot: Bot[Services], clock: Clock, duties: Duties | None) -> Chores:
    services = bot.services
    planner, library = services.planner, services.library
    admins = (
        Place(settings.admin_place[0], "", settings.admin_place[1])
        if settings.admin_place
        else None
    )
    retention = Retention(services.store, clock, timedelta(days=settings.keep_days))
    storage = services.storage
    more = (storage.troubles,) if storage else ()
    polls = PollReader(
        services.store,
        library,
        services.outlets,
        services.announcements,
        services.live_counts,
        clock,
    )
    monitor = Monitor(planner, services.announcements, clock, admins, more)
    chores: dict[str, Callable[[], Awaitable[object]]] = {
        "rezoning": planner.rezone,
        "delivering": services.dispatcher.run,
        "watching": monitor.watch,
        "purging": services.tenants.keep_purging,
        "retention": retention.keep_pruning,
        "counting": services.live_counts.run,
        "polls": polls.run,
        "reactions": partial(bot.reactions.keep_finishing, tuple(services.outlets)),
    }
    if storage:
        chores["checking"] = storage.watch
    if storage and storage.backups:
        chores["backups"] = storage.backups.keep
    if services.store.clock:
        chores["time"] = services.store.clock.keep
    if settings.model:
        chores["embedding"] = library.keep_embedding
    if settings.sync_minutes:
        chores["syncing"] = partial(library.keep_in_step, timedelta(minutes=settings.sync_minutes))
    return _shared(chores, duties, services.outlets) if duties else chores


def _shared(chores: Chores, duties: Duties, outlets: Collection[str]) -> Chores:
    """Let one of several processes do what is to be done once."""
    shared = {name: duties.alone(name, chores[name]) for name in ONCE if name in chores}
    # one that is connected to other platforms finishes other reactions
    name = f"reactions in {listed(sorted(outlets))}"
    return {**chores, **shared, "reactions": duties.alone(name, chores["reactions"])}
