"""What the commands use, and the context in which each of them runs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.chat.bot import Context as AnyContext
from bot.chat.jobs import Jobs
from bot.chat.outlet import Adapter, Outlet
from bot.errors import UsageError
from bot.log_file import LogFile
from bot.models import Place

if TYPE_CHECKING:  # start-up time: `paperboy --help` opens no store
    from bot.digests.announcements import Announcements
    from bot.digests.dispatcher import Dispatcher
    from bot.digests.live_counts import LiveCounts
    from bot.digests.planner import Planner
    from bot.digests.watches import Watches
    from bot.features.lookups import Lookups
    from bot.library.library import Library
    from bot.library.storage import Storage
    from bot.library.tenants import Tenants
    from bot.store import Store, Tenant
    from bot.store.subscriptions import Subscriptions


@dataclass(frozen=True, slots=True)
class Services:
    """All that commands use.

    `outlets` are those that digests can go to, by platform. `admins` are the ids of people who
    manage every place. `heavy` is held while a processor is busy for seconds; `jobs` go on after
    their commands have answered. `storage` knows the files, where there are some.
    """

    store: Store
    library: Library
    tenants: Tenants
    planner: Planner
    dispatcher: Dispatcher
    announcements: Announcements
    watches: Watches
    live_counts: LiveCounts
    lookups: Lookups
    outlets: Mapping[str, Outlet]
    admins: frozenset[str] = frozenset()
    log_file: LogFile | None = None
    heavy: asyncio.Lock = field(default_factory=asyncio.Lock)
    jobs: Jobs = field(default_factory=Jobs)
    storage: Storage | None = None

    def send_only(self, platform: str) -> Outlet | None:
        """Return a connected outlet that knows no people; None where there is none of that name."""
        outlet = self.outlets.get(platform)
        return None if isinstance(outlet, Adapter) else outlet

    def adapter(self, platform: str) -> Adapter:
        """Return the adapter of a platform; UsageError where it is not connected here."""
        outlet = self.outlets.get(platform)
        if not isinstance(outlet, Adapter):
            raise UsageError(
                "Digests need a running bot: start `paperboy run`, then type /papers subscribe in "
                "Slack or /subscribe in Discord."
            )
        return outlet


@dataclass(frozen=True, slots=True)
class Context(AnyContext[Services]):
    """What a command works with."""

    @property
    def library(self) -> Library:
        """The papers, for all tenants."""
        return self.services.library

    @property
    def tenant(self) -> Tenant:
        """What belongs to the people of this tenant, and to no other."""
        return self.services.store.tenant(self.person.platform, self.person.tenant)

    def offset(self, page: int) -> int:
        """Return how many things of a list stand before a page, counted from 1."""
        return (page - 1) * self.page_size

    @property
    def is_admin(self) -> bool:
        """Whether the settings let the person decide about every place."""
        return self.person.id in self.services.admins

    @property
    def tenants(self) -> tuple[tuple[str, str], ...]:
        """The person's platform and tenant; for an admin also outlets that only take messages."""
        mine = (self.person.platform, self.person.tenant)
        if not self.is_admin:
            return (mine,)
        outlets = self.services.outlets
        return (mine, *((name, "") for name in outlets if self.services.send_only(name)))

    def counts_changed(self, *papers: str) -> None:
        """Let messages that everyone sees follow: of these papers, or of all."""
        self.services.live_counts.note(self.person.platform, self.person.tenant, papers)

    def subscriptions(self, place: Place) -> Subscriptions:
        """Return the subscriptions of the tenant of a place."""
        return self.services.store.tenant(place.platform, place.tenant).subscriptions
