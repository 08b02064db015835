"""The planner: due subscriptions become digests with papers, rendered for the outbox."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import chain

from bot.calendar.schedule import WORKING
from bot.calendar.zones import load_zone
from bot.chat.outlet import Outlet
from bot.chat.view_json import freeze
from bot.chat.views import View
from bot.digests.layout import join, views
from bot.digests.meaning import find_matching, take_first
from bot.digests.ordering import order_papers
from bot.digests.selection import (
    LONG_RHYTHMS,
    Digest,
    Liked,
    select_new,
    usual_length,
    window,
)
from bot.digests.topics import only_by_meaning
from bot.errors import SourceError, StoreError
from bot.library.library import Library
from bot.library.listings import PATIENCE_SECONDS
from bot.library.sync import feed_day
from bot.models import Place, Subscription
from bot.papers import Paper
from bot.store import Store
from bot.store.digests import DueDigest, Part, PlannedDigest, RenderedDigest
from bot.text import count

log = logging.getLogger(__name__)

AT_ONCE = 250  # subscriptions planned in one transaction
MADE_AT_ONCE = 50
LOOK_AGAIN = timedelta(minutes=5)  # at a list that is not complete yet
AFTER_A_FAILURE = timedelta(seconds=15)  # of the database, which soon works again
LATE = timedelta(days=3)  # that a paper may come after its day and still be told
LATEST = 10  # digests that remember what they were chosen from
ALIKE = timedelta(weeks=4)  # whose lists say how long today's will be
MAX_PER_SPAN = 3000  # papers that a digest is chosen from
MAX_LIKED = 5
SHORT = timedelta(seconds=30)  # that one look at the lists serves all who are due
OLD = "Hugging Face could not be reached, so votes may have changed."
OVERDUE = timedelta(minutes=30)
STALE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ListPatience:
    """How long a digest waits for its list, and which share of the usual papers is enough."""

    longest: timedelta = timedelta(hours=2)
    enough: float = 0.6


USUAL_PATIENCE = ListPatience()


@dataclass(slots=True)
class _Look:
    """The papers of some lists when last read, and what went wrong."""

    at: datetime
    papers: tuple[Paper, ...]
    trouble: str


@dataclass(frozen=True, slots=True)
class _Memory:
    """The papers that each subscription considered, and those that each place has had."""

    weighed: Mapping[int, frozenset[str]]
    seen: dict[Place, frozenset[str]]


@dataclass(slots=True)
class Planner:
    """Plans the digests of all tenants on the connected platforms."""

    store: Store
    library: Library
    outlets: Mapping[str, Outlet]
    clock: Callable[[], datetime]
    patience: ListPatience = USUAL_PATIENCE
    _looks: dict[tuple[date, date], _Look] = field(default_factory=dict)
    _full: dict[date, bool] = field(default_factory=dict)

    async def plan(self, made: Callable[[], None] = lambda: None) -> datetime | None:
        """Hand all due digests to the outbox, and call `made` whenever some are there.

        Returns when to call it again, None if nothing will be due.
        """
        platforms = tuple(self.outlets)
        store, now = self.store, self.clock()
        self._full.clear()
        while due := await store.subscriptions.due(platforms, now, AT_ONCE):
            await store.digests.plan([_occasion(one, now) for one in due], now)
            for one in due:
                if one.refused:  # its place may take again what it refused before, in order
                    await store.delivery_queue.retry_subscription(one.id, now)
            await asyncio.sleep(0)
        while planned := await store.digests.due(platforms, now, MADE_AT_ONCE):
            await self._make(planned, now)
            made()
        self._looks = {days: look for days, look in self._looks.items() if now - look.at < SHORT}
        return await store.digests.next_look(platforms)

    async def rezone(self) -> int:
        """Recompute all due times, as zone rules may have changed; return how many moved."""
        moved, after = 0, 0
        while some := await self.store.subscriptions.waiting(tuple(self.outlets), after, AT_ONCE):
            for one in some:
                due = one.options.schedule.due(one.next_date) if one.next_date else None
                if due and due != one.next_due:
                    await self.store.subscriptions.move(one.id, one.next_date or due.date(), due)
                    moved += 1
            after = some[-1].id
        return moved

    async def preview(self, subscription: Subscription) -> tuple[View, ...]:
        """Return what would be posted now."""
        planned = _now_planned(subscription, self.clock())
        return views(await self._choose(planned, await self._remember([planned])))

    async def post_now(self, subscription: Subscription) -> bool:
        """Post the digest of today's date now; False if it was posted, or handed over to be."""
        now = self.clock()
        planned = _now_planned(subscription, now)
        following = subscription.next_due or now
        day, due = subscription.next_date or planned.day, following
        if day <= planned.day:
            day, due = subscription.options.schedule.following(planned.day, now)
        occasion = PlannedDigest(
            subscription.id,
            subscription.next_date or planned.day,
            planned.day,
            now,
            planned.until,
            day,
            due,
        )
        digests = self.store.digests
        if not await digests.plan([occasion], now):
            await digests.reopen(planned, now)
        digest = await self._choose(planned, await self._remember([planned]))
        return await digests.save([await self._made(planned, digest, quiet=False)], now) == 1

    async def troubles(self) -> dict[str, str]:
        """Return the problems with syncing and digests, one sentence per kind."""
        now, status, found = self.clock(), await self.library.status(), {}
        if status.synced and now - status.synced > STALE:
            hours = (now - status.synced) // timedelta(hours=1)
            found["sync"] = (
                f"Nothing has come from Hugging Face for {hours:,} hours. {status.trouble}".strip()
            )
        if late := await self.store.digests.overdue(now - self.patience.longest - OVERDUE):
            found["late"] = (
                f"{count(late, 'digest is', 'digests are')} waiting to be posted, past the usual "
                "time."
            )
        return found

    async def _make(self, planned: Sequence[DueDigest], now: datetime) -> None:
        made: list[RenderedDigest] = []
        memory = await self._remember(planned)
        for one in planned:
            place = one.subscription.place
            try:
                if ready := await self._ready(one, now, memory):
                    made.append(ready)
                    memory.seen[place] = memory.seen[place].union(ready.papers)
            except StoreError as error:  # if this is the database’s, noting it fails too
                log.warning("the digest of subscription %d waits: %s", one.subscription.id, error)
                await self.store.digests.postpone(one, now + AFTER_A_FAILURE)
            except Exception:  # one that cannot be made holds up no other
                log.exception(
                    "the digest of subscription %d for %s cannot be made",
                    one.subscription.id,
                    one.day,
                )
                await self.store.digests.postpone(one, now + LOOK_AGAIN)
            await asyncio.sleep(0)
        if made:
            await self.store.digests.save(made, now)

    async def _remember(self, planned: Sequence[DueDigest]) -> _Memory:
        """Return what these subscriptions considered and posted before."""
        past, now = self.store.digest_history, self.clock()
        papers: set[str] = set()
        for one in planned:
            last = last_day(one.subscription, one.due)
            papers.update(
                paper.id
                for paper in (await self._look(window(one.subscription, last), last, now)).papers
            )
        weighed = await past.considered([one.subscription.id for one in planned], LATEST)
        seen = await past.posted([one.subscription.place for one in planned], papers)
        return _Memory(weighed, dict(seen))

    async def _ready(
        self, planned: DueDigest, now: datetime, memory: _Memory
    ) -> RenderedDigest | None:
        """Render a digest; None if it waits for its list or is given up."""
        digests, subscription = self.store.digests, planned.subscription
        if now > planned.until:
            await digests.close(
                subscription.id,
                planned.day,
                "skipped",
                "It was too late when its papers were known.",
                now,
            )
            return None
        if subscription.paused:
            await digests.close(
                subscription.id,
                planned.day,
                "skipped",
                "The subscription was paused.",
                now,
            )
            return None
        if again := await self._wait(planned, now):
            await digests.postpone(planned, again)
            return None
        digest = await self._choose(planned, memory)
        # the first one says that it has nothing, so that people know that all is well; so does one
        # that a person asked for, of which a crash left only the plan
        is_asked = planned.due != subscription.options.schedule.due(planned.day)
        quiet = not digest.papers and not is_asked and subscription.options.quiet
        quiet = quiet and await self.store.digest_history.has_posted(subscription.id)
        return await self._made(planned, digest, quiet=quiet)

    async def _wait(self, planned: DueDigest, now: datetime) -> datetime | None:
        """Return when to look again at lists that are not complete, None if the digest can go."""
        last = last_day(planned.subscription, planned.due)
        first = window(planned.subscription, last)
        look = await self._look(first, last, now)
        patient_until = planned.due + self.patience.longest
        if now < patient_until and (look.trouble or not await self._is_full(last, now)):
            return min(now + LOOK_AGAIN, patient_until)
        known = any(paper.daily and paper.daily >= first for paper in look.papers)
        if look.trouble and not known:
            return min(now + LOOK_AGAIN, planned.until + timedelta(seconds=1))
        return None

    async def _choose(self, planned: DueDigest, memory: _Memory) -> Digest:
        subscription, options = planned.subscription, planned.subscription.options
        last = last_day(subscription, planned.due)
        first = window(subscription, last)
        look = await self._look(first, last, self.clock())
        papers, late = _candidates(subscription, first, look.papers, memory)
        matching, unread = await find_matching(self.library, options, papers)
        order = await order_papers(self.store, self.library, subscription, matching)
        shown, twins = await take_first(self.library, order.papers, options.papers)
        listed = sum(
            paper.daily is not None and first <= paper.daily <= last for paper in look.papers
        )
        long = options.schedule.every in LONG_RHYTHMS
        return Digest(
            order.options,
            first,
            last,
            shown,
            max(listed, len(shown)),
            late,
            await self._liked(subscription, first) if long else (),
            " ".join(filter(None, [order.remark, OLD if look.trouble else ""])),
            order.because,
            only_by_meaning(options, shown, self.library.today()),
            twins,
            unread,
        )

    async def _made(self, planned: DueDigest, digest: Digest, *, quiet: bool) -> RenderedDigest:
        look = await self._look(digest.first, digest.last, self.clock())
        # what is not known to fit comes with the next digest, if it does
        weighed = tuple(paper.id for paper in look.papers if paper.id not in digest.unread)
        if not digest.papers and quiet:
            return RenderedDigest(planned, digest.first, digest.last, weighed)
        messages = self._messages(planned.subscription.place, digest)
        threaded = digest.options.layout == "threaded"
        parts = tuple(
            Part(secrets.token_hex(10), freeze(view), threaded and number > 0)
            for number, view in enumerate(messages)
        )
        told = (*digest.papers, *chain.from_iterable(digest.twins.values()))
        ids = tuple(paper.id for paper in told)
        return RenderedDigest(planned, digest.first, digest.last, weighed, ids, parts)

    def _messages(self, place: Place, digest: Digest) -> tuple[View, ...]:
        """Return the messages of a digest: a single one where the outlet wants it whole."""
        outlet = self.outlets.get(place.route)
        if outlet is None or not outlet.whole:
            return views(digest)
        if digest.options.layout == "threaded":
            digest = replace(digest, options=replace(digest.options, layout="full"))
        return (join(views(digest)),)

    async def _look(self, first: date, last: date, now: datetime) -> _Look:
        """Return the lists of some days and those before, read once for all due together."""
        known = self._looks.get((first, last))
        if known and now - known.at < SHORT:
            return known
        trouble = ""
        try:
            listing = await self.library.between(
                first - LATE, last, limit=MAX_PER_SPAN, seconds=PATIENCE_SECONDS
            )
            trouble = listing.remark
        except SourceError as error:
            trouble = str(error)
            listing = await self.library.known(first - LATE, last, limit=MAX_PER_SPAN)
        look = self._looks[first, last] = _Look(now, listing.papers, trouble)
        return look

    async def _is_full(self, day: date, now: datetime) -> bool:
        """Tell whether a list is complete enough, computed once for all that are due together."""
        if day not in self._full:
            self._full[day] = await self._complete(day, now)
        return self._full[day]

    async def _complete(self, day: date, now: datetime) -> bool:
        """Tell whether a list has about as many papers as those of similar days, or is over."""
        if day < feed_day(now):
            return True
        counts = await self.store.days.counts(day - ALIKE, day)
        alike = [
            number for one, number in counts.items() if one < day and _working(one) == _working(day)
        ]
        return counts.get(day, 0) >= usual_length(alike) * self.patience.enough

    async def _liked(self, subscription: Subscription, since: date) -> tuple[Liked, ...]:
        place = subscription.place
        found = await self.store.digest_history.favorites(place, since, MAX_LIKED)
        papers = {
            paper.id: paper for paper in await self.library.papers([one for one, _, _ in found])
        }
        return tuple(Liked(papers[one], kept, votes) for one, kept, votes in found if one in papers)


def _candidates(
    subscription: Subscription, first: date, papers: Sequence[Paper], memory: _Memory
) -> tuple[tuple[Paper, ...], frozenset[str]]:
    """Return the papers that are new to a subscription and its place, and which came late."""
    if subscription.covered is None:  # nothing can have come late for the first digest
        papers = [paper for paper in papers if paper.daily and paper.daily >= first]
    new, late = select_new(papers, first, memory.weighed[subscription.id])
    repeats = subscription.options.repeats
    seen = frozenset() if repeats else memory.seen[subscription.place]
    return tuple(paper for paper in new if paper.id not in seen), late


def _working(day: date) -> bool:
    return day.weekday() in WORKING


def _occasion(subscription: Subscription, now: datetime) -> PlannedDigest:
    """Return the digest that is due: of several missed ones, the latest."""
    schedule, options = subscription.options.schedule, subscription.options
    was = subscription.next_date or now.date()
    found = schedule.until(now, was)
    day, due = found or (was, subscription.next_due or now)
    until = due + options.grace
    hours = options.grace // timedelta(hours=1)
    skipped = f"Paperboy was not running within {hours} hours of its time." if now > until else ""
    next_day, next_due = schedule.following(day, now)
    return PlannedDigest(subscription.id, was, day, due, until, next_day, next_due, skipped)


def _now_planned(subscription: Subscription, now: datetime) -> DueDigest:
    here = now.astimezone(load_zone(subscription.options.schedule.zone)).date()
    return DueDigest(subscription, here, now, now + subscription.options.grace)


def last_day(subscription: Subscription, due: datetime) -> date:
    """Return the last day of the lists that a digest covers: the feed's, or the day before."""
    return feed_day(due) - timedelta(days=subscription.options.day == "yesterday")
