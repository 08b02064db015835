"""Bugs that are put into the product on purpose, one at a time: the simulation has to find each.

Here are those of the outbox and the schedule; `tests/planted_around.py` has those of what people
ask for, of clocks, of e-mail and of notices, `tests/planted_contents.py` those of what messages
say, and `tests/planted_watches.py` those of watches.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from secrets import token_hex
from typing import Any
from unittest.mock import patch

from sqlalchemy import and_, bindparam, or_, select, update

from bot.calendar.schedule import Schedule
from bot.digests import planner
from bot.digests.delivery import DeliveryWorker
from bot.models import Place
from bot.store import deliveries as outbox
from bot.store import delivery_queue
from bot.store.deliveries import Deliveries, Delivery
from bot.store.digests import Digests, RenderedDigest
from bot.store.schema import deliveries as table
from tests.planted_around import BUGS_AROUND, Patches
from tests.planted_contents import BUGS_OF_CONTENTS
from tests.planted_watches import BUGS_OF_WATCHES
from tests.simulation import simulate

MAX_SEEDS, DAYS = 50, 30
_d = outbox._d  # noqa: SLF001 - the bugs are in the statements


def no_fence() -> Patches:
    """Let a worker that lost its claim finish or postpone the message of another."""
    this = update(table).where(_d.id == bindparam("its_id"))
    message: dict[str, Any] = {
        "message": bindparam("its_message"),
        "sent_to": bindparam("its_address"),
    }
    when: dict[str, Any] = {"not_before": bindparam("then"), "tried": bindparam("since")}
    finish = this.values(state="sent", lease=None, trouble=bindparam("why"), **message)
    postpone = this.values(state="pending", lease=None, trouble=bindparam("why"), **when)
    return ((outbox, "_FINISH", finish), (outbox, "_POSTPONE", postpone))


def attempt_not_noted() -> Patches:
    """Forget at each claim that an earlier attempt may have arrived."""
    claim = outbox._CLAIM.values(tried=outbox.NOW)  # noqa: SLF001
    return ((outbox, "_CLAIM", claim),)


def no_proof() -> Patches:
    """Look for no message before sending it again."""

    async def find(*_: object) -> None:
        return None

    return ((DeliveryWorker, "_find", find),)


def wrong_channel() -> Patches:
    """Send every fourth message to another channel."""
    numbers, where = itertools.count(1), DeliveryWorker._place  # noqa: SLF001

    async def place(self: DeliveryWorker, one: Delivery, outlet: Any) -> Place:
        found = await where(self, one, outlet)
        return replace(found, address="C9") if next(numbers) % 4 == 0 else found

    return ((DeliveryWorker, "_place", place),)


def gives_up_at_once() -> Patches:
    """Give up as too late what failed once."""

    async def postpone(self: DeliveryWorker, one: Delivery, *_: object) -> None:
        await self._give_up(one)

    return ((DeliveryWorker, "_postpone", postpone),)


def notices_twice() -> Patches:
    """Send each private notice twice."""
    send = DeliveryWorker._send  # noqa: SLF001

    async def twice(self: DeliveryWorker, one: Delivery, place: Place, outlet: Any) -> None:
        if one.part < 0:
            await outlet.send(place, outbox_view(one), one.key)
        await send(self, one, place, outlet)

    return ((DeliveryWorker, "_send", twice),)


def no_mondays() -> Patches:
    """Plan no digest of a Monday."""
    meant = Schedule.meant

    def other(self: Schedule, day: date) -> bool:
        return day.weekday() != 0 and meant(self, day)

    return ((Schedule, "meant", other),)


def outside_threads() -> Patches:
    """Post what belongs into a thread into the channel."""

    async def head(*_: object) -> None:
        return None

    return ((Deliveries, "head", head),)


def parts_at_random() -> Patches:
    """Send the parts of a digest newest first, and none waits for another."""
    return ((delivery_queue, "_READY", _without_order()),)


def _without_order() -> Any:
    ready = or_(
        and_(_d.state == "pending", _d.not_before <= outbox.NOW),
        and_(_d.state == "sending", _d.lease <= outbox.NOW),
    )
    platforms = _d.platform.in_(bindparam("platforms", expanding=True))
    columns = (_d.id, _d.platform, _d.tenant, _d.address)
    chosen = select(*columns).where(platforms, ready).order_by(_d.part.desc())
    return chosen.limit(bindparam("limit"))


def nothing_after_downtime() -> Patches:
    """Skip what fell due while no process ran, however short that was."""
    plan = planner._occasion  # noqa: SLF001

    def occasion(subscription: Any, now: datetime) -> Any:
        found = plan(subscription, now)
        missed = now - found.due > timedelta(minutes=10)
        return replace(found, skipped="It was missed.") if missed else found

    return ((planner, "_occasion", occasion),)


def waits_for_days() -> Patches:
    """Wait two days after each failure."""
    postpone = Deliveries.postpone

    async def later(
        self: Deliveries, one: Delivery, then: datetime, why: str, tried: datetime | None
    ) -> bool:
        return await postpone(self, one, then + timedelta(days=2), why, tried)

    return ((Deliveries, "postpone", later),)


def new_keys() -> Patches:
    """Send each attempt under a key of its own."""
    claim = Deliveries.claim

    async def other(self: Deliveries, number: int, now: datetime, lease: timedelta) -> Any:
        one = await claim(self, number, now, lease)
        return replace(one, key=f"{one.key}-{token_hex(2)}") if one else None

    return ((Deliveries, "claim", other),)


def last_part_lost() -> Patches:
    """Save no last part of a digest with several."""
    save = Digests.save

    async def shorter(self: Digests, made: Sequence[RenderedDigest], now: datetime) -> int:
        cut = [replace(one, parts=one.parts[:-1] or one.parts) for one in made]
        return await save(self, cut, now)

    return ((Digests, "save", shorter),)


def uncertain_is_sent() -> Patches:
    """Take for sent what cannot be looked for."""

    async def hold(self: DeliveryWorker, one: Delivery, *_: object) -> None:
        await self._store.finish(one, one.place.address, "?", self._now())

    return ((DeliveryWorker, "_hold", hold),)


def outbox_view(one: Delivery) -> Any:
    """Return the view of a message."""
    from bot.chat.view_json import thaw

    return thaw(one.view)


BUGS: Mapping[str, Callable[[], Patches]] = {
    bug.__name__: bug
    for bug in (
        no_fence,
        attempt_not_noted,
        no_proof,
        wrong_channel,
        gives_up_at_once,
        notices_twice,
        no_mondays,
        outside_threads,
        parts_at_random,
        nothing_after_downtime,
        waits_for_days,
        new_keys,
        last_part_lost,
        uncertain_is_sent,
        *BUGS_AROUND,
        *BUGS_OF_CONTENTS,
        *BUGS_OF_WATCHES,
    )
}


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Put a bug in, and take it out again."""
    patches = [partial(patch.object, *one)() for one in BUGS[name]()]
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in patches:
            one.stop()


@dataclass(frozen=True)
class Found:
    """After how many seeds and seconds a bug was found, and by what; 0 seeds if it was not."""

    name: str
    seeds: int
    by: str
    seconds: float


def find(name: str) -> Found:
    """Put a bug in and look for it, one seed after another."""
    began = time.monotonic()
    with planted(name):
        for seed in range(1, MAX_SEEDS + 1):
            if bad := simulate(seed, days=DAYS).bad:
                return Found(name, seed, bad[0], time.monotonic() - began)
    return Found(name, 0, "", time.monotonic() - began)
