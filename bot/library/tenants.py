"""Tenants: what happens when a server or workspace removes the bot or invites it again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.errors import PaperboyError
from bot.store import Store
from bot.text import count

log = logging.getLogger(__name__)

PURGE_AFTER = timedelta(days=30)  # where no setting says otherwise
# that something can be under way after a tenant left, and write what is purged once more
UNDER_WAY = timedelta(hours=1)
# that a departure which nobody told of counts later: with the token of another bot, all would seem
# to have left
DOUBT = timedelta(days=1)
EVERY = 600.0  # seconds between two looks for what is to be purged
# why the subscriptions of a tenant that removed the bot are paused
AWAY = "until Paperboy is invited again"
REMOVED = "Paperboy was removed."
MOST = 2000  # subscriptions of a tenant, more than there can be


@dataclass(slots=True)
class Tenants:
    """Which tenants have the bot; of those that removed it, all is purged after `purge_after`."""

    store: Store
    clock: Callable[[], datetime]
    purge_after: timedelta = PURGE_AFTER
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def removed(self, platform: str, tenant: str, *, told: bool = True) -> None:
        """End all for a tenant that removed the bot; if not `told` so, purge it a day later."""
        departures, now = self.store.departures, self.clock()
        at = now if told else now + DOUBT
        async with self._turn:
            ended = await departures.left(platform, tenant, at, now, rests=AWAY, why=REMOVED)
        if ended is None:
            return
        log.warning(
            "%s %s removed Paperboy: %s, %s. Its data will be deleted %s.",
            platform,
            tenant,
            count(ended.subscriptions, "subscription is paused", "subscriptions are paused"),
            count(ended.messages, "message is not posted", "messages are not posted"),
            _when(at + self.purge_after) if at + self.purge_after > now else "now",
        )
        if at + self.purge_after <= now:
            await self.purge()

    async def welcomed(self, platform: str, tenant: str, credential: str = "") -> None:
        """Resume a tenant that has the bot: its digests come, and nothing is purged.

        A `credential` was accepted for this tenant alone.
        """
        store = self.store
        if credential:
            await store.installations.record(platform, tenant, credential)
        await store.delivery_queue.retry_refused([platform], self.clock())
        async with self._turn:
            if not await store.departures.gone(platform, tenant):
                return
            resumed = 0
            subscriptions = store.tenant(platform, tenant).subscriptions
            for one in await subscriptions.all(MOST):
                if one.paused == AWAY:
                    fresh = replace(one, paused="", refused=None, covered=None)
                    await subscriptions.change(
                        fresh.from_now(self.clock(), await store.digest_history.last(one.id))
                    )
                    resumed += 1
            # last of all: what is not finished now is done again when the tenant is next known to
            # be here
            await store.departures.back(platform, tenant)
        resume = count(resumed, "subscription resumes", "subscriptions resume")
        log.warning("%s %s has Paperboy again: its data stays, and %s.", platform, tenant, resume)

    async def compare(
        self, platform: str, present: Callable[[], Awaitable[Collection[str]]]
    ) -> None:
        """Find tenants that removed or invited the bot unseen; `present` asks who has it."""
        departures = self.store.departures
        known = await departures.known(platform)  # before: who comes meanwhile is here
        here = frozenset(await present())
        for tenant in sorted(known - here - {""}):
            await self.removed(platform, tenant, told=False)
        for tenant in sorted(await departures.among(platform, here)):
            await self.welcomed(platform, tenant)

    async def refused(self, platform: str, credential: str) -> datetime:
        """Note that a platform refuses a credential, and return since when."""
        return await self.store.installations.refuse(platform, credential, self.clock())

    async def lost(self, platform: str, credential: str) -> None:
        """Take the tenant that a refused credential was for as one that removed the bot.

        If that is not known, it is the only tenant that there is.
        """
        store = self.store
        known = (
            await store.installations.tenants(platform, credential)
            or await store.installations.tenants(platform)
            or await store.departures.known(platform) - {""}
        )
        for tenant in known if len(known) == 1 else ():
            await self.removed(platform, tenant, told=False)

    async def until_purged(self, platform: str) -> None:
        """Wait until the data of a platform's removed tenants is purged. Raises StoreError."""
        while await self.store.departures.waiting(platform):  # noqa: ASYNC110  # other processes purge too
            await asyncio.sleep(EVERY)

    async def gone(self, platform: str, tenant: str) -> bool:
        """Tell whether a tenant removed the bot; StoreError."""
        return bool(tenant) and await self.store.departures.gone(platform, tenant)

    async def waiting(self) -> tuple[datetime, ...]:
        """Return when each tenant that left is purged, the first first; StoreError."""
        return tuple(at + self.purge_after for at in await self.store.departures.waiting())

    async def purge(self) -> None:
        """Remove all of the tenants whose time has come; StoreError."""
        until = self.clock() - self.purge_after
        for one in await self.store.departures.purge(until, until - UNDER_WAY):
            log.warning(
                "%s %s is purged: %s deleted.", one.platform, one.tenant, count(one.rows, "row")
            )

    async def keep_purging(self) -> None:
        """Purge what is due now and then, until cancelled."""
        while True:
            try:
                await self.purge()
            except PaperboyError as error:
                log.warning("purging waits: %s", error)
            await asyncio.sleep(EVERY)


def _when(at: datetime) -> str:
    return f"on {at.day} {at:%B %Y}, unless it invites Paperboy again"
