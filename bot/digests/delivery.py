"""One attempt to deliver one message: proven first where an earlier one may have reached the place, then sent.

Whatever happens, the message ends in a state from which the next attempt knows what to do. What cannot be known is not
guessed: a person is asked.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot.backoff import Backoff
from bot.chat.outlet import Adapter, Outlet
from bot.chat.view_json import freeze, thaw
from bot.chat.views import Button, Buttons, View, line
from bot.errors import DeliveryError, StoreError, UsageError
from bot.models import Place, Sent
from bot.store import Store
from bot.store.deliveries import Delivery, Notice
from bot.text import count

log = logging.getLogger(__name__)
T = TypeVar("T")

LEASE = timedelta(seconds=120)
LONGEST = timedelta(seconds=60)  # for one request; the lease must outlast the last one
UNSETTLED = timedelta(
    seconds=10
)  # after a request that failed, during which the platform may still take it
BACKOFF = Backoff(5, 900)  # seconds before the next attempt
LONGEST_REST = timedelta(days=1)
REFUSED_PAUSE = timedelta(hours=1)
NOTICE_LASTS = timedelta(days=2)
REFUSAL, DOUBT = (
    -1,
    -2,
)  # the parts that are notices; of several uncertain messages each has its own below


class DeliveryWorker:
    """What is done with a message once its turn has come.

    `pause_after` is how long a place may refuse all before its subscription is paused. `told` hears
    of a place that wants nothing before a certain moment. `luck`, from 0 to 1, spreads what would
    otherwise come at once.
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        pause_after: timedelta,
        told: Callable[[Place, datetime], Awaitable[None]],
        luck: Callable[[], float],
    ) -> None:
        self._all = store
        self._store = store.deliveries
        self._now = clock
        self._pause_after = pause_after
        self._told = told
        self._luck = luck

    async def make(self, number: int, outlets: Mapping[str, Outlet]) -> None:
        """Claim a message and bring it as far as it can be brought now; StoreError."""
        one = await self._store.claim(number, self._now(), LEASE)
        if one is None:
            return
        late = self._now() > one.until
        if late and not one.suspect:
            await self._give_up(one)
            return
        if one.part == 0 and not one.suspect and await self._paused(one):
            await self._drop(one, "The subscription was paused.")
            return
        try:
            outlet = _outlet_for(one, outlets)
            place = await asked(self._place(one, outlet))
            if one.suspect and (late or not self._repeatable(one, outlet)):
                if found := await self._find(one, place, outlet):
                    await self._finish(one, found)
                    await self._remember(found, thaw(one.view))
                    return
                if late:
                    await self._give_up(one)
                    return
                now = self._now()
                if not await self._store.restart(one, now):
                    return
                one = replace(one, tried=now, suspect=False)
        except DeliveryError as error:
            await self._not_begun(one, error)
        else:
            await self._send(one, place, outlet)

    async def _paused(self, one: Delivery) -> bool:
        subscription = await self._all.subscriptions.get(one.subscription)
        return subscription is not None and bool(subscription.paused)

    async def _send(self, one: Delivery, place: Place, outlet: Outlet) -> None:
        view = thaw(one.view)
        if (
            one.lease - self._now() < LONGEST + UNSETTLED
        ):  # this process was stopped for a while, or the clock was set
            await self._later(one, timedelta(), "It took too long to begin.", _unproven(one))
            return
        try:
            sent = await asked(outlet.send(place, view, one.key))
        except DeliveryError as error:
            if error.ambiguous:
                await self._later(one, max(UNSETTLED, self._pause(one)), str(error), one.tried)
            else:
                await self._declined(one, error)
        else:
            await self._finish(one, sent)

    async def _find(self, one: Delivery, place: Place, outlet: Outlet) -> Sent | None:
        try:
            # a clock that was set back meanwhile: what was tried in its future is in the platform's
            # past
            return await asked(outlet.find(place, one.key, min(one.tried, self._now())))
        except DeliveryError as error:
            if error.permanent and one.part < 0:  # better told twice than not at all
                return None
            raise

    async def _place(self, one: Delivery, outlet: Outlet) -> Place:
        """Return where a message belongs: its place, the thread of its head, or whoever subscribed."""
        if one.part < 0:
            subscription = await self._all.subscriptions.get(one.subscription)
            if subscription is None or not subscription.person.id:
                raise DeliveryError("Whoever subscribed is not known any more.", permanent=True)
            if not isinstance(outlet, Adapter):
                raise DeliveryError("Nobody can be written to alone there.", permanent=True)
            return await outlet.place("me", subscription.person)
        head = await self._store.head(one) if one.threaded else None
        if head is None or not head.message:
            return one.place
        if head.thread:
            return replace(one.place, address=head.thread)
        thread = await outlet.thread(Sent(head.place, head.message), thaw(head.view).title)
        await self._store.record_thread(one, thread.address)
        return thread

    def _repeatable(self, one: Delivery, outlet: Outlet) -> bool:
        """Tell whether the same key is certainly still known there when the request ends, or is taken after that."""
        return timedelta() <= self._now() - one.tried < outlet.repeatable - LONGEST - UNSETTLED

    async def _not_begun(self, one: Delivery, error: DeliveryError) -> None:
        """Deal with what failed before anything was sent."""
        if one.suspect and error.permanent and one.part >= 0:
            await self._doubt(one, error)
        elif error.ambiguous:
            await self._later(one, self._pause(one), str(error), _unproven(one))
        else:
            await self._declined(one, error)

    async def _declined(self, one: Delivery, error: DeliveryError) -> None:
        """Deal with an answer that says no: for now, or as long as the place is as it is."""
        if error.retry_after is not None:
            wait = timedelta(seconds=min(max(error.retry_after, 0.0), LONGEST_REST.total_seconds()))
            then = self._now() + wait
            await self._later(one, wait, str(error), _unproven(one))
            await self._told(one.place, then)
        elif not error.permanent:
            await self._later(one, self._pause(one), str(error), _unproven(one))
        elif one.part < 0:
            log.warning("nobody could be told of subscription %d: %s", one.subscription, error)
            await self._drop(one, str(error))
        else:
            await self._refused(one, error)

    async def _refused(self, one: Delivery, error: DeliveryError) -> None:
        now = self._now()
        log.warning("subscription %d, %s: %s", one.subscription, one.day, error)
        then = now + REFUSED_PAUSE * (0.9 + self._luck() / 5)
        notice = Notice(REFUSAL, f"refused-{one.id}", self._refusal(one, error), now + NOTICE_LASTS)
        await self._kept(
            one, lambda: self._store.refuse(one, then, str(error), _unproven(one), notice, now)
        )
        subscription = await self._all.subscriptions.get(one.subscription)
        refused = subscription.refused if subscription and not subscription.paused else None
        if refused and error.pauses:
            await self._all.subscriptions.pause(one.subscription, str(error))
        elif refused and now - refused >= self._pause_after:
            why = f"The place has taken nothing for {_days(self._pause_after)}: {error}"
            await self._all.subscriptions.pause(one.subscription, why)

    async def _doubt(self, one: Delivery, error: DeliveryError) -> None:
        now = self._now()
        log.warning("subscription %d, %s: uncertain: %s", one.subscription, one.day, error)
        notice = Notice(
            DOUBT - one.part,
            f"uncertain-{one.id}-{one.fence}",
            _question(one, error),
            now + NOTICE_LASTS,
        )
        await self._kept(one, lambda: self._store.hold(one, str(error), notice, now))

    async def _give_up(self, one: Delivery) -> None:
        why = "It could not be posted in time, and is no longer news."
        trouble = f"{why} {one.trouble}".strip()
        log.warning("subscription %d, %s: %s", one.subscription, one.day, trouble)
        await self._drop(one, trouble)

    async def _drop(self, one: Delivery, why: str) -> None:
        await self._kept(one, lambda: self._store.drop(one, why, self._now()))

    async def _finish(self, one: Delivery, sent: Sent) -> None:
        held = await self._kept(
            one, lambda: self._store.finish(one, sent.place.address, sent.message, self._now())
        )
        if not held:
            log.info("subscription %d, %s: somebody else has taken over", one.subscription, one.day)

    async def _later(
        self, one: Delivery, wait: timedelta, why: str, tried: datetime | None
    ) -> None:
        log.info("subscription %d, %s, part %d: %s", one.subscription, one.day, one.part, why)
        await self._kept(one, lambda: self._store.postpone(one, self._now() + wait, why, tried))

    async def _kept(self, one: Delivery, note: Callable[[], Awaitable[T]]) -> T:
        """Write down how it went, again and again as long as the lease lasts: StoreError after that."""
        while True:
            try:
                return await note()
            except StoreError:
                if self._now() >= one.lease:
                    raise
            await asyncio.sleep(1)

    async def _remember(self, sent: Sent, view: View) -> None:
        """Note which papers a message shows, so that a reaction to it finds them."""
        if view.papers:
            messages = self._all.tenant(sent.place.platform, sent.place.tenant).messages
            await messages.record(
                sent.place.address, sent.message, view.numbered_papers, self._now()
            )

    def _pause(self, one: Delivery) -> timedelta:
        return timedelta(seconds=BACKOFF.pause(one.attempts, self._luck()))

    def _refusal(self, one: Delivery, error: DeliveryError) -> dict[str, object]:
        what = line(
            f"The digest of {one.day} (subscription {one.subscription}) could not be posted. "
            f"{error}"
        )
        if error.pauses:
            paused = line(f"The subscription is paused until you type resume {one.subscription}.")
            return freeze(View((what, paused), title="A digest couldn’t be delivered"))
        then = line(
            "Paperboy tries again every hour, and as soon as the channel takes messages again. "
            f"After {_days(self._pause_after)} without success the subscription pauses."
        )
        retry = Buttons((Button("Try now", f"digest {one.subscription}"),))
        return freeze(View((what, then, retry), title="A digest couldn’t be posted"))


def _outlet_for(one: Delivery, outlets: Mapping[str, Outlet]) -> Outlet:
    """Return what takes a message: what is told a person goes to their chat in any case."""
    outlet = outlets.get(one.place.platform if one.part < 0 else one.place.route)
    if outlet is None:
        wait = REFUSED_PAUSE.total_seconds()
        raise DeliveryError("E-mail is not set up here: set SMTP_URL.", retry_after=wait)
    return outlet


async def asked(request: Awaitable[T]) -> T:
    """Await a request for a while; whatever goes wrong is a DeliveryError."""
    try:
        async with asyncio.timeout(LONGEST.total_seconds()):
            return await request
    except DeliveryError:
        raise
    except UsageError as error:
        raise DeliveryError(str(error), permanent=True) from error
    except TimeoutError as error:
        raise DeliveryError("The platform did not answer in time.", ambiguous=True) from error
    except Exception as error:
        log.exception("an adapter failed")
        raise DeliveryError("Something failed here, and is in the log.", ambiguous=True) from error


def _unproven(one: Delivery) -> datetime | None:
    """Return when the earlier attempt was of which nothing is known."""
    return one.tried if one.suspect else None


def _question(one: Delivery, error: DeliveryError) -> dict[str, object]:
    what = line(
        f"The digest of {one.day} (subscription {one.subscription}) may have been posted or not, "
        f"and cannot be looked for. {error}"
    )
    ask = line("Please look whether it is there. What follows it waits until then.")
    buttons = Buttons(
        (
            Button("It is there", f"settle {one.id} there"),
            Button("Post it", f"settle {one.id} post"),
        )
    )
    return freeze(View((what, ask, buttons), title="Was a digest posted?"))


def _days(time: timedelta) -> str:
    return count(time.days, "day")
