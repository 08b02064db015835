"""Bugs in what messages say: their days, their papers, their order, and whom they are told to."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.chat.views import View
from bot.digests import layout, planner
from bot.digests.delivery import DeliveryWorker
from bot.digests.ordering import OrderedPapers, order_papers
from bot.digests.selection import Digest, window
from bot.library.sync import feed_day
from bot.models import Place, Subscription
from bot.store import deliveries as outbox
from bot.store.deliveries import Delivery
from tests.planted_around import Patches

DAY = timedelta(days=1)


def cards_reversed() -> Patches:
    """Make the messages of a digest in the wrong order, but for the first."""

    def views(digest: Digest) -> tuple[View, ...]:
        head, *others = layout.views(digest)
        return (head, *reversed(others))

    return ((planner, "views", views),)


def words_of_another() -> Patches:
    """Send now and then what the message before said."""
    numbers, send = itertools.count(1), DeliveryWorker._send  # noqa: SLF001
    said: list[Any] = []

    async def other(self: DeliveryWorker, one: Delivery, place: Place, outlet: Any) -> None:
        said.append(one.view)
        wrong = next(numbers) % 10 == 0
        await send(self, replace(one, view=said[-2]) if wrong else one, place, outlet)

    return ((DeliveryWorker, "_send", other),)


def title_a_day_late() -> Patches:
    """Name the day after in the title."""
    days = layout._days  # noqa: SLF001

    def later(digest: Digest) -> str:
        return days(replace(digest, first=digest.first + DAY, last=digest.last + DAY))

    return ((layout, "_days", later),)


def todays_list() -> Patches:
    """Take the list of the day where a person wants that of the day before."""

    def last_day(_: Subscription, due: datetime) -> date:
        return feed_day(due)

    return ((planner, "last_day", last_day),)


def covers_again() -> Patches:
    """Begin a digest with the last day of the one before."""

    def earlier(subscription: Subscription, last: date) -> date:
        return window(subscription, last) - DAY * (subscription.covered is not None)

    return ((planner, "window", earlier),)


def covers_its_day_alone() -> Patches:
    """Leave out the days of a digest that was skipped."""

    def alone(_: Subscription, last: date) -> date:
        return last

    return ((planner, "window", alone),)


def given_up_for_good() -> Patches:
    """Leave out the days of a digest that was given up."""

    async def uncover(*_: object) -> None:
        return None

    return ((outbox, "_uncover", uncover),)


def fewest_votes_first() -> Patches:
    """Show the papers that people like least."""

    async def wrong(store: Any, library: Any, one: Subscription, papers: Any) -> OrderedPapers:
        found = await order_papers(store, library, one, papers)
        ordered = sorted(papers, key=lambda paper: paper.upvotes or 0)
        return replace(found, papers=tuple(ordered[: one.options.papers]))

    return ((planner, "order_papers", wrong),)


def notices_to_channels() -> Patches:
    """Tell everybody in the channel what the subscriber alone should hear."""
    where = DeliveryWorker._place  # noqa: SLF001

    async def place(self: DeliveryWorker, one: Delivery, outlet: Any) -> Place:
        subscription = await self._all.subscriptions.get(one.subscription)
        if one.part < 0 and subscription and not subscription.place.is_mail:
            return subscription.place
        return await where(self, one, outlet)

    return ((DeliveryWorker, "_place", place),)


def notices_of_another() -> Patches:
    """Name another subscription in the notices."""
    refusal = DeliveryWorker._refusal  # noqa: SLF001

    def wrong(self: DeliveryWorker, one: Delivery, error: Any) -> dict[str, object]:
        return refusal(self, replace(one, day=one.day + DAY), error)

    return ((DeliveryWorker, "_refusal", wrong),)


BUGS_OF_CONTENTS: tuple[Callable[[], Patches], ...] = (
    cards_reversed,
    words_of_another,
    title_a_day_late,
    todays_list,
    covers_again,
    covers_its_day_alone,
    given_up_for_good,
    fewest_votes_first,
    notices_to_channels,
    notices_of_another,
)
