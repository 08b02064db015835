"""Bugs around the outbox: in what people ask for, with clocks, e-mail, notices and the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from bot.chat.outlet import Outlet
from bot.digests import delivery, planner
from bot.digests.delivery import LONGEST, UNSETTLED, DeliveryWorker
from bot.digests.dispatcher import Dispatcher
from bot.digests.planner import Planner
from bot.errors import DeliveryError, StoreError
from bot.network.backoff import Backoff
from bot.store import deliveries as outbox
from bot.store.deliveries import Deliveries, Delivery
from bot.store.delivery_queue import DeliveryQueue
from bot.store.digest_history import DigestHistory

Patches: TypeAlias = tuple[tuple[object, str, object], ...]


def trusts_the_clock() -> Patches:
    """Take a message for a recent one where the clock was set back since."""

    def repeatable(self: DeliveryWorker, one: Delivery, outlet: Outlet) -> bool:
        return self._now() - one.tried < outlet.repeatable - LONGEST - UNSETTLED

    return ((DeliveryWorker, "_repeatable", repeatable),)


def stops_at_trouble() -> Patches:
    """Do nothing more after the database failed once."""
    repeat = Dispatcher._repeat  # noqa: SLF001

    async def once(
        self: Dispatcher,
        name: str,
        look: Callable[[], Awaitable[datetime | None]],
        woken: asyncio.Event,
    ) -> None:
        async def careful() -> datetime | None:
            try:
                return await look()
            except StoreError:
                return await asyncio.Future()

        await repeat(self, name, careful, woken)

    return ((Dispatcher, "_repeat", once),)


def now_is_tomorrow() -> Patches:
    """Post what a person asks for as the digest of the next day."""
    plan = planner._now_planned  # noqa: SLF001

    def planned(subscription: Any, now: datetime) -> Any:
        found = plan(subscription, now)
        return replace(found, day=found.day + timedelta(days=1))

    return ((planner, "_now_planned", planned),)


def now_is_forgotten() -> Patches:
    """Tell a person that a digest is on its way, and move on without it."""

    async def post_now(self: Planner, subscription: Any) -> bool:
        now = self.clock()
        planned = planner._now_planned(subscription, now)  # noqa: SLF001
        day, due = subscription.options.schedule.following(planned.day, now)
        await self.store.subscriptions.move(subscription.id, day, due)
        return True

    return ((Planner, "post_now", post_now),)


def never_quiet() -> Patches:
    """Say on quiet days that there is nothing to say."""
    made = Planner._made  # noqa: SLF001

    async def loud(self: Planner, planned: Any, digest: Any, **_: bool) -> Any:
        return await made(self, planned, digest, quiet=False)

    return ((Planner, "_made", loud),)


def always_quiet() -> Patches:
    """Say nothing on days without papers, also where a person wants to hear that."""
    made = Planner._made  # noqa: SLF001

    async def silent(self: Planner, planned: Any, digest: Any, **_: bool) -> Any:
        return await made(self, planned, digest, quiet=True)

    return ((Planner, "_made", silent),)


def silent_at_first() -> Patches:
    """Say nothing where the first digest has no papers."""

    async def has_posted(*_: object) -> bool:
        return True

    return ((DigestHistory, "has_posted", has_posted),)


def waits_for_hours() -> Patches:
    """Wait for up to six hours where a few minutes are meant."""
    return ((delivery, "BACKOFF", Backoff(3600, 6 * 3600)),)


def mail_goes_on() -> Patches:
    """Go on mailing to an address that the server refuses."""
    refuse = DeliveryWorker._refuse  # noqa: SLF001

    async def lenient(self: DeliveryWorker, one: Delivery, error: DeliveryError) -> None:
        await refuse(self, one, DeliveryError(str(error), permanent=True))

    return ((DeliveryWorker, "_refuse", lenient),)


def mail_sent_again() -> Patches:
    """Take a message without an answer for one that was not taken, where nobody can look."""
    postpone = Deliveries.postpone

    async def forgetful(
        self: Deliveries, one: Delivery, then: datetime, why: str, tried: datetime | None
    ) -> bool:
        return await postpone(self, one, then, why, None if one.place.is_mail else tried)

    return ((Deliveries, "postpone", forgetful),)


def nobody_is_told() -> Patches:
    """Tell nobody of what is refused or uncertain."""

    async def tell(*_: object) -> None:
        return None

    return ((outbox, "_tell", tell),)


def never_resumed() -> Patches:
    """Hold a digest back for two days after its place refused one."""
    return ((delivery, "REFUSED_PAUSE", timedelta(days=2)), (DeliveryQueue, "retry_refused", _none))


async def _none(*_: object) -> int:
    return 0


BUGS_AROUND: tuple[Callable[[], Patches], ...] = (
    trusts_the_clock,
    stops_at_trouble,
    now_is_tomorrow,
    now_is_forgotten,
    never_quiet,
    always_quiet,
    silent_at_first,
    waits_for_hours,
    mail_goes_on,
    mail_sent_again,
    nobody_is_told,
    never_resumed,
)
