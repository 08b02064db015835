"""An outbox over a platform that fails, on a clock that waits for nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from bot.calendar.schedule import Schedule
from bot.chat.outlet import Outlet
from bot.chat.view_json import freeze
from bot.chat.views import Item, View, line
from bot.digests.dispatcher import Dispatcher, DispatcherOptions, Plan, nothing_to_plan
from bot.library.tenants import Tenants
from bot.models import DigestOptions, Person, Place, Subscription
from bot.store import Store
from bot.store.digests import DueDigest, Part, PlannedDigest, RenderedDigest
from tests.rigs.platform import PLATFORM, Client, Platform
from tests.rigs.virtual import START, Clock, Direct, empty, virtually

ADA = Person(PLATFORM, "T1", "ada")
DAY = START.date()


class World:
    """One store, one platform and a clock; `work` lets a worker deliver for some time."""

    def __init__(self, repeatable: timedelta = timedelta()) -> None:
        self.now = Clock()
        self.database = Direct(empty())
        self.store = Store(self.database, "world")
        self.platform = Platform(self.now, repeatable)
        self.client = Client(self.platform)
        self.tenants = Tenants(self.store, self.now)

    async def subscribe(self, address: str = "C1", tenant: str = "T1") -> Subscription:
        """Make a subscription of a place."""
        options = DigestOptions(
            Schedule("daily", self.now().time().replace(second=0, microsecond=0), "UTC")
        )
        person = Person(PLATFORM, tenant, ADA.id)
        new = Subscription(0, Place(PLATFORM, tenant, address), person, options, self.now())
        return await self.store.tenant(PLATFORM, tenant).subscriptions.add(new)

    async def digest(
        self,
        subscription: Subscription,
        *texts: str,
        day: date = DAY,
        threaded: bool = False,
        grace: timedelta = timedelta(hours=12),
    ) -> None:
        """Hand a digest to the outbox."""
        now = self.now()
        occasion = PlannedDigest(
            subscription.id, day, day, now, now + grace, day + timedelta(days=1), now
        )
        await self.store.digests.plan([occasion], now)
        parts = tuple(
            Part(f"{subscription.id}-{day}-{number}", freeze(_view(text)), threaded and number > 0)
            for number, text in enumerate(texts or ("head",))
        )
        planned = DueDigest(subscription, day, now, now + grace)
        await self.store.digests.save(
            [RenderedDigest(planned, day, day, ("1",), ("2605.00001",), parts)], now
        )

    def worker(self, plan: Plan = nothing_to_plan, **options: Any) -> Dispatcher:
        """Return a worker that has as much luck as is usual."""
        outlets: dict[str, Outlet] = {PLATFORM: self.client}
        chosen = DispatcherOptions(luck=lambda: 0.5, **options)
        return Dispatcher(self.store, outlets, self.now, plan, chosen)

    async def work(self, time: timedelta, **options: Any) -> None:
        """Let a worker deliver for some time."""
        task = asyncio.create_task(self.worker(**options).run())
        await asyncio.sleep(time.total_seconds())
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def states(self) -> dict[int, str]:
        """Return the state of each part of all digests."""
        return {part: state for part, state, *_ in await self.rows()}

    async def rows(self) -> list[tuple[int, str, int, str]]:
        """Return part, state, attempts and trouble of all deliveries."""
        from sqlalchemy import select

        from bot.store.schema import deliveries as d

        chosen = select(d.c.part, d.c.state, d.c.attempts, d.c.trouble).order_by(
            d.c.subscription, d.c.part
        )
        return [tuple(row) for row in await self.database.read(chosen)]

    async def digests(self) -> list[tuple[str, str]]:
        """Return the state of each digest, and the reason for it."""
        from sqlalchemy import select

        from bot.store.schema import digests as d

        return [tuple(row) for row in await self.database.read(select(d.c.state, d.c.reason))]


def in_a_world(
    *, repeatable: timedelta = timedelta()
) -> Callable[[Callable[[World], Coroutine[Any, Any, None]]], Callable[[], None]]:
    """Make a test of a coroutine function that is given a world."""

    def made(scenario: Callable[[World], Coroutine[Any, Any, None]]) -> Callable[[], None]:
        def test() -> None:
            async def whole() -> None:
                await scenario(World(repeatable))

            virtually(whole())

        return test

    return made


def _view(text: str) -> View:
    return View((line(text), Item(("A paper",), paper="2605.00001")), title=text)
