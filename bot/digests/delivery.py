"""One attempt to deliver one message: looked for first if an earlier attempt may have arrived.

Whatever happens, the message ends in a state from which the next attempt knows what to do. What
cannot be known is not guessed: a person is asked.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot.chat.outlet import Adapter, Outlet
from bot.chat.tallies import live_view
from bot.chat.view_json import freeze, thaw
from bot.chat.views import Button, Buttons, View, line
from bot.errors import DeliveryError, StoreError, UsageError
from bot.models import Place, Sent
from bot.network.backoff import Backoff
from bot.store import Store
from bot.store.deliveries import Delivery, Notice
from bot.text import count

log = logging.getLogger(__name__)
T = TypeVar("T")

LEASE = timedelta(seconds=120)
LONGEST = timedelta(seconds=60)  # for one request; the lease must outlast the last one
# after a failed request, during which the platform may still take the message
UNSETTLED = timedelta(seconds=10)
BACKOFF = Backoff(5, 900)  # seconds before the next attempt
LONGEST_REST = timedelta(days=1)
REFUSED_PAUSE = timedelta(hours=1)
NOTICE_LASTS = timedelta(days=2)
MOST_BEGUN = 1000  # messages of which a process remembers when it tried them
# the parts that are notices; of several uncertain messages each has its own below
REFUSAL, DOUBT = -1, -2


class DeliveryWorker:
    """Delivers one message at a time.

    A subscription pauses after its place refused everything for `pause_after`. `defer_place` is
    called when a place asks for no messages before a certain moment. `luck`, from 0 to 1, spreads
    retries.
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        pause_after: timedelta,
        defer_place: Callable[[Place, datetime], Awaitable[None]],
        luck: Callable[[], float],
    ) -> None:
        self._all = store
        self._store = store.deliveries
        self._now = clock
        self._pause_after = pause_after
        self._defer_place = defer_place
        self._luck = luck
        # since when this process tries a message: the time noted, and by the event loop’s clock
        self._begun: dict[int, tuple[datetime, float]] = {}

    async def deliver(self, number: int, outlets: Mapping[str, Outlet]) -> bool:
        """Claim a message and deliver it if that is possible now. Raises StoreError.

        Returns False if nothing was asked of the platform.
        """
        one = await self._store.claim(number, self._now(), LEASE)
        if one is None or await self._is_over(one):
            return False
        try:
            outlet = _outlet_for(one, outlets)
            place = await request(self._place(one, outlet))
            unsent = await self._prove(one, place, outlet)
        except DeliveryError as error:
            await self._handle_preparation(one, error)
        else:
            if unsent:
                await self._send(unsent, place, outlet)
        return True

    async def _is_over(self, one: Delivery) -> bool:
        """Give up a message that is late or whose subscription is paused; False otherwise."""
        if one.suspect:
            return False
        if self._now() > one.until:
            await self._give_up(one)
            return True
        if one.part >= 0 and await self._paused(one):
            await self._drop(one, "The subscription was paused.")
            return True
        return False

    async def _prove(self, one: Delivery, place: Place, outlet: Outlet) -> Delivery | None:
        """Look for a message that may have arrived; return it if it is still to be sent."""
        late = self._now() > one.until
        if not one.suspect or (not late and self._repeatable(one, outlet)):
            return one
        if found := await self._find(one, place, outlet):
            view = thaw(one.view)
            await self._finish(one, found, outlet, publish=view.publish)
            await self._remember(found, view)
            return None
        if late:
            await self._give_up(one)
            return None
        now = self._now()
        restarted = await self._store.restart(one, now)
        return replace(one, tried=now, suspect=False) if restarted else None

    async def _paused(self, one: Delivery) -> bool:
        subscription = await self._all.subscriptions.get(one.subscription)
        # what was begun of a digest is finished; the messages of a watch have nothing to finish
        begun = one.part > 0 and subscription is not None and not subscription.watch
        return subscription is not None and bool(subscription.paused) and not begun

    async def _send(self, one: Delivery, place: Place, outlet: Outlet) -> None:
        view = thaw(one.view)
        # this process was stopped for a while, or the clock was set
        if one.lease - self._now() < LONGEST + UNSETTLED:
            await self._postpone(
                one, timedelta(), "It took too long to begin.", _suspect_since(one)
            )
            return
        if not one.suspect:
            if len(self._begun) >= MOST_BEGUN:
                self._begun.clear()  # they are looked for instead
            self._begun[one.id] = (one.tried, asyncio.get_running_loop().time())
        try:
            sent = await request(outlet.send(place, view, one.key))
        except DeliveryError as error:
            if error.ambiguous:
                await self._postpone(one, max(UNSETTLED, self._pause(one)), str(error), one.tried)
            else:
                await self._handle_refusal(one, error)
        else:
            await self._finish(one, sent, outlet, publish=view.publish)

    async def _find(self, one: Delivery, place: Place, outlet: Outlet) -> Sent | None:
        try:
            # a clock that was set back meanwhile: what was tried in its future is in the platform's
            # past
            return await request(outlet.find(place, one.key, min(one.tried, self._now())))
        except DeliveryError as error:
            if error.permanent and one.part < 0:  # better told twice than not at all
                return None
            raise

    async def _place(self, one: Delivery, outlet: Outlet) -> Place:
        """Return the place of a message: a channel, a thread, or the subscriber's own."""
        if one.part < 0:
            subscription = await self._all.subscriptions.get(one.subscription)
            if subscription is None or not subscription.person.id:
                raise DeliveryError("The subscriber is not known any more.", permanent=True)
            if not isinstance(outlet, Adapter):
                raise DeliveryError("Private messages are not possible there.", permanent=True)
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
        """Tell whether the platform still knows the same key when the request ends."""
        tried, begun = self._begun.get(one.id, (None, 0.0))
        if tried != one.tried:  # by another process, whose clock may have been set since
            return False
        # the machine's clock can be set back, and the other one stands while the machine sleeps
        steady = timedelta(seconds=asyncio.get_running_loop().time() - begun)
        return max(steady, self._now() - one.tried) < outlet.repeatable - LONGEST - UNSETTLED

    async def _handle_preparation(self, one: Delivery, error: DeliveryError) -> None:
        """Handle an error before anything was sent."""
        if one.suspect and error.permanent and one.part >= 0:
            await self._hold(one, error)
        elif error.ambiguous:
            await self._postpone(one, self._pause(one), str(error), _suspect_since(one))
        elif one.suspect and error.retry_after is not None:
            # it waits until it may be looked for; other messages to its place need not
            await self._postpone(one, _rest(error.retry_after), str(error), one.tried)
        else:
            await self._handle_refusal(one, error)

    async def _handle_refusal(self, one: Delivery, error: DeliveryError) -> None:
        """Handle a refusal: for now, or as long as the place is as it is."""
        if error.retry_after is not None:
            wait = _rest(error.retry_after)
            then = self._now() + wait
            await self._postpone(one, wait, str(error), _suspect_since(one))
            await self._defer_place(one.place, then)
        elif not error.permanent:
            await self._postpone(one, self._pause(one), str(error), _suspect_since(one))
        elif one.part < 0:
            log.warning("no one could be told about subscription %d: %s", one.subscription, error)
            await self._drop(one, str(error))
        else:
            await self._refuse(one, error)

    async def _refuse(self, one: Delivery, error: DeliveryError) -> None:
        now = self._now()
        log.warning("subscription %d, %s: %s", one.subscription, one.day, error)
        then = now + REFUSED_PAUSE * (0.9 + self._luck() / 5)
        notice = Notice(
            REFUSAL, f"refused-{one.id}-{one.fence}", self._refusal(one, error), now + NOTICE_LASTS
        )
        await self._record(
            one, lambda: self._store.refuse(one, then, str(error), _suspect_since(one), notice, now)
        )
        subscription = await self._all.subscriptions.get(one.subscription)
        refused = subscription.refused if subscription and not subscription.paused else None
        if refused and error.pauses:
            await self._all.subscriptions.pause(one.subscription, str(error))
        elif refused and now - refused >= self._pause_after:
            why = f"The channel has refused everything for {_days(self._pause_after)}: {error}"
            await self._all.subscriptions.pause(one.subscription, why)

    async def _hold(self, one: Delivery, error: DeliveryError) -> None:
        now = self._now()
        log.warning("subscription %d, %s: uncertain: %s", one.subscription, one.day, error)
        notice = Notice(
            DOUBT - one.part,
            f"uncertain-{one.id}-{one.fence}",
            _question(one, error),
            now + NOTICE_LASTS,
        )
        await self._record(one, lambda: self._store.hold(one, str(error), notice, now))

    async def _give_up(self, one: Delivery) -> None:
        why = "It could not be posted in time."
        trouble = f"{why} {one.trouble}".strip()
        log.warning("subscription %d, %s: %s", one.subscription, one.day, trouble)
        await self._drop(one, trouble)

    async def _drop(self, one: Delivery, why: str) -> None:
        await self._record(one, lambda: self._store.drop(one, why, self._now()))

    async def _finish(self, one: Delivery, sent: Sent, outlet: Outlet, *, publish: bool) -> None:
        self._begun.pop(one.id, None)
        where, message = sent.place.address, sent.message
        lacks = await _publish(outlet, sent) if publish else ""
        held = await self._record(
            one, lambda: self._store.finish(one, where, message, self._now(), lacks)
        )
        if held and one.part == 0:
            log.info(
                "Posted the digest of %s to %s (subscription %d).",
                one.day,
                one.place.route,
                one.subscription,
            )
        if not held:
            log.info("subscription %d, %s: another process took over", one.subscription, one.day)

    async def _postpone(
        self, one: Delivery, wait: timedelta, why: str, tried: datetime | None
    ) -> None:
        log.info("subscription %d, %s, part %d: %s", one.subscription, one.day, one.part, why)
        await self._record(one, lambda: self._store.postpone(one, self._now() + wait, why, tried))

    async def _record(self, one: Delivery, note: Callable[[], Awaitable[T]]) -> T:
        """Record the outcome, trying as long as the lease lasts. Raises StoreError after that."""
        while True:
            try:
                return await note()
            except StoreError:
                if self._now() >= one.lease:
                    raise
            await asyncio.sleep(1)

    async def _remember(self, sent: Sent, view: View) -> None:
        """Record which papers a message shows, so that a reaction to it finds them."""
        if view.papers:
            messages = self._all.tenant(sent.place.platform, sent.place.tenant).messages
            papers, live = view.numbered_papers, live_view(sent.place, view)
            await messages.record(sent.place.address, sent.message, papers, self._now(), live)

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
    """Return the outlet of a message; notices go to the subscriber's chat in any case."""
    outlet = outlets.get(one.place.platform if one.part < 0 else one.place.route)
    if outlet is None:
        wait = REFUSED_PAUSE.total_seconds()
        raise DeliveryError("E-mail is not set up here: set SMTP_URL.", retry_after=wait)
    return outlet


async def _publish(outlet: Outlet, sent: Sent) -> str:
    """Publish a message that is posted; return why it could not be, "" if it is."""
    try:
        await request(outlet.publish(sent))
    except DeliveryError as error:
        log.warning("message %s was not published: %s", sent.message, error)
        return f"Not published: {error}"
    return ""


async def request(work: Awaitable[T]) -> T:
    """Await a request, at most a minute. Every failure becomes a DeliveryError."""
    try:
        async with asyncio.timeout(LONGEST.total_seconds()):
            return await work
    except DeliveryError:
        raise
    except UsageError as error:
        raise DeliveryError(str(error), permanent=True) from error
    except TimeoutError as error:
        raise DeliveryError("The platform did not answer in time.", ambiguous=True) from error
    except Exception as error:
        log.exception("an adapter failed")
        raise DeliveryError("Something failed here, and is in the log.", ambiguous=True) from error


def _rest(seconds: float) -> timedelta:
    return timedelta(seconds=min(max(seconds, 0.0), LONGEST_REST.total_seconds()))


def _suspect_since(one: Delivery) -> datetime | None:
    """Return when the earlier attempt of unknown outcome began, if there was one."""
    return one.tried if one.suspect else None


def _question(one: Delivery, error: DeliveryError) -> dict[str, object]:
    what = line(
        f"Paperboy can’t tell whether the digest of {one.day} (subscription {one.subscription}) "
        f"was posted. {error}"
    )
    ask = line("Please check whether it is there. The messages after it wait until then.")
    buttons = Buttons(
        (
            Button("It is there", f"resolve {one.id} there"),
            Button("Post it", f"resolve {one.id} post"),
        )
    )
    return freeze(View((what, ask, buttons), title="Was a digest posted?"))


def _days(time: timedelta) -> str:
    return count(time.days, "day")
