"""Watches: after each sync, the papers that came or gained votes are told to those who watch."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.calendar.zones import load_zone
from bot.chat.view_json import freeze
from bot.chat.views import View
from bot.digests.selection import select_matching
from bot.digests.topics import LEAST_NEARNESS, NOTHING_NEAR, questions
from bot.digests.watch_index import WatchIndex
from bot.digests.watch_layout import message, summary
from bot.errors import UsageError
from bot.library.library import Library
from bot.library.sync import feed_day
from bot.models import PAUSE_AFTER, DigestOptions, Place, Subscription
from bot.papers import Paper
from bot.search import Query
from bot.search.nearness import Nearness
from bot.store import Store
from bot.store.digests import DueDigest, Part
from bot.store.watches import Held, Matched, Message, Plan, Progress

log = logging.getLogger(__name__)

MAX_A_DAY = 10  # papers that a watch tells of as they come; the rest wait for one summary
FOLLOWED = timedelta(days=30)  # after a paper was listed
REMEMBERED = timedelta(days=90)  # after that, what was told of it
AT_ONCE = 500  # watches, or papers, that are read together
PLACES_AT_ONCE = 50  # more would hold up the event loop
TRIES = 3  # where watches change while papers are matched


@dataclass(slots=True)
class _Draft:
    """What is to be recorded, how many papers watches told of lately, and what places have had."""

    now: datetime
    told: Mapping[tuple[int, date], int]
    had: dict[Place, frozenset[str]]
    matched: list[Matched] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    summed: dict[int, date] = field(default_factory=dict)


@dataclass(slots=True)
class Watches:
    """Matches all watches with the papers that changed; by what they mean too, with a library."""

    store: Store
    clock: Callable[[], datetime]
    library: Library | None = None
    _synced: datetime | None = None  # when the sync ended that was looked at last
    _forgot: date | None = None
    _unread: frozenset[str] = frozenset()  # papers that were matched by their words alone

    async def look(self) -> bool:
        """Hand over what is to be told since the last sync; return whether there was something."""
        run, progress = await self.store.syncs.last(), await self.store.watches.progress()
        fresh = run is not None and run.at != self._synced and progress.newest > progress.watched
        held = await self.store.watches.held()
        read = await self._read_since()
        if not (fresh or held or read):
            return False
        for _ in range(TRIES):
            now = progress if fresh else _still(progress)
            if (told := await self._tell(now, held, read)) is None:
                progress, held = (
                    await self.store.watches.progress(),
                    await self.store.watches.held(),
                )
                continue
            if run and fresh:
                self._synced = run.at
            await self._tidy()
            return told > 0
        return False

    async def _read_since(self) -> tuple[str, ...]:
        """Return which papers were matched by their words alone, and can be by meaning now."""
        if not (self.library and self._unread):
            return ()
        return tuple(await self.library.vectors_of(tuple(self._unread)))

    async def add(self, new: Subscription) -> tuple[Subscription, int]:
        """Add a watch that tells nothing of what is there already; return how much that is, too."""
        while True:
            there, reached = await self._there(new)
            if made := await self.store.watches.add(new, there, reached):
                return made, len(there.papers)

    async def change(self, to: Subscription) -> None:
        """Save a watch with other options, that tells nothing of what is there already."""
        while True:
            there, reached = await self._there(to)
            if await self.store.watches.change(to, there, reached):
                return

    async def matching(self, options: DigestOptions) -> tuple[Paper, ...]:
        """Return the papers of the last weeks that a watch with these options would tell of."""
        today = feed_day(self.clock())
        papers = await self._window(today)
        nearness = await self._nearness([options], papers, today)
        return await asyncio.to_thread(select_matching, options, papers, today, nearness)

    async def _there(self, watch: Subscription) -> tuple[Matched, int]:
        reached = (await self.store.watches.progress()).newest
        found = tuple(paper.id for paper in await self.matching(watch.options))
        return Matched(watch.id, local_day(watch, self.clock()), "before", found), reached

    async def _window(self, today: date) -> tuple[Paper, ...]:
        """Return the papers that are followed, the newest first."""
        papers: list[Paper] = []
        while True:
            page = await self.store.papers.between(
                today - FOLLOWED, date.max, sort="new", limit=AT_ONCE, offset=len(papers)
            )
            papers += page.papers
            if len(page.papers) < AT_ONCE:
                return tuple(papers)

    async def _nearness(
        self, wanted: Iterable[DigestOptions], papers: Sequence[Paper], today: date
    ) -> Nearness:
        """Return how near papers are to the questions that some watches ask."""
        if not (self.library and self.library.has_model and papers):
            return NOTHING_NEAR
        if not (asked := await asyncio.to_thread(_questions, wanted, today)):
            return NOTHING_NEAR
        ids = [paper.id for paper in papers]
        return await self.library.nearness(asked, ids, min(LEAST_NEARNESS.values()))

    async def _tell(
        self, progress: Progress, held: Mapping[int, tuple[Held, ...]], read: Sequence[str]
    ) -> int | None:
        """Match what changed, or was `read` since, and record it; return how many messages it is.

        None is returned if something else changed in between.
        """
        now = self.clock()
        today = feed_day(now)
        changed = await self._changed(progress, today - FOLLOWED)
        before = await self.store.papers.get([one for one in read if one not in changed])
        papers = (*changed.values(), *before)
        watches = await (self._all() if papers else self.store.watches.get(held.keys()))
        nearness = await self._nearness([one.options for one in watches.values()], papers, today)
        found = await asyncio.to_thread(_match, tuple(watches.values()), papers, today, nearness)
        draft = await self._draft(now, watches, found, held)
        await self._plan_summaries(draft, watches, held)
        for number in sorted(found):
            self._plan_message(draft, watches[number], found[number])
            await asyncio.sleep(0)
        if not papers and not draft.summed and progress.newest == progress.watched:
            return 0
        plan = Plan(draft.matched, draft.messages, draft.summed)
        done = await self.store.watches.announce(progress, plan, now)
        if done:
            self._unread = self._unread.difference(read) | nearness.unread
        return len(draft.messages) if done else None

    async def _draft(
        self,
        now: datetime,
        watches: Mapping[int, Subscription],
        found: dict[int, tuple[Paper, ...]],
        held: Mapping[int, tuple[Held, ...]],
    ) -> _Draft:
        """Leave out what watches have matched before, and read what else is to be known."""
        ids = {paper.id for some in found.values() for paper in some}
        known = await self.store.watches.known(tuple(ids))
        for number, some in list(found.items()):
            found[number] = tuple(paper for paper in some if (number, paper.id) not in known)
            if not found[number]:
                del found[number]
        of_places = (watches[number].place for number in {*found, *held} if number in watches)
        places = tuple(dict.fromkeys(of_places))
        ids |= {paper for some in held.values() for one in some for paper in one.papers}
        had: dict[Place, frozenset[str]] = defaultdict(frozenset)
        for begin in range(0, len(places), PLACES_AT_ONCE):
            had |= await self.store.digest_history.posted(
                places[begin : begin + PLACES_AT_ONCE], ids
            )
        since = now.date() - timedelta(days=1)  # whatever the zone
        return _Draft(now, await self.store.watches.told(since), had)

    def _plan_message(self, draft: _Draft, watch: Subscription, papers: Sequence[Paper]) -> None:
        """Decide which papers a watch tells of now, which wait, and which its place has had."""
        day, had = local_day(watch, draft.now), draft.had[watch.place]
        repeats = watch.options.repeats
        silent = [one for one in papers if watch.paused or (one.id in had and not repeats)]
        new = sorted((one for one in papers if one not in silent), key=_votes_first)
        room = max(0, MAX_A_DAY - draft.told.get((watch.id, day), 0))
        for state, some in (("before", silent), ("told", new[:room]), ("held", new[room:])):
            ids = tuple(paper.id for paper in some)
            if ids:
                draft.matched.append(Matched(watch.id, day, state, ids))  # type: ignore[arg-type]
        if new:
            draft.had[watch.place] = had.union(paper.id for paper in new)
        if told := new[:room]:
            view = message(watch, told, feed_day(draft.now))
            draft.messages.append(_message(watch, draft.now, view, told))

    async def _plan_summaries(
        self,
        draft: _Draft,
        watches: Mapping[int, Subscription],
        held: Mapping[int, tuple[Held, ...]],
    ) -> None:
        """Make one message of what a watch held back on earlier days."""
        for number, days in held.items():
            watch = watches.get(number)
            if watch is None or watch.paused:
                continue
            today = local_day(watch, draft.now)
            over = [one for one in days if one.day < today]
            if not over:
                continue
            draft.summed[number] = over[-1].day
            had = frozenset() if watch.options.repeats else draft.had[watch.place]
            ids = [paper for one in over for paper in one.papers if paper not in had]
            if papers := sorted(await self.store.papers.get(ids), key=_votes_first):
                draft.had[watch.place] = draft.had[watch.place].union(ids)
                view = summary(watch, papers, feed_day(draft.now))
                draft.messages.append(_message(watch, draft.now, view, papers))

    async def _changed(self, progress: Progress, since: date) -> Mapping[str, Paper]:
        """Return the papers that changed since the last time and are followed still, by id."""
        found: dict[str, Paper] = {}
        after = progress.watched
        while after < progress.newest:
            rows = await self.store.papers.changed(after, AT_ONCE)
            if not rows:
                break
            after = rows[-1][0]
            found |= {one.id: one for _, one in rows if one.daily and one.daily >= since}
            await asyncio.sleep(0)
        return found

    async def _all(self) -> Mapping[int, Subscription]:
        watches: dict[int, Subscription] = {}
        while some := await self.store.watches.some(max(watches, default=0), AT_ONCE):
            watches |= {one.id: one for one in some}
            await asyncio.sleep(0)
        return watches

    async def _tidy(self) -> None:
        today = self.clock().date()
        if self._forgot != today:
            self._forgot = today
            await self.store.watches.forget(today - REMEMBERED)


def local_day(watch: Subscription, now: datetime) -> date:
    """Return the date that it is for a watch."""
    return now.astimezone(load_zone(watch.options.schedule.zone)).date()


def _match(
    watches: Sequence[Subscription], papers: Sequence[Paper], today: date, nearness: Nearness
) -> dict[int, tuple[Paper, ...]]:
    return dict(WatchIndex(watches, today, nearness).match(papers)) if papers else {}


def _questions(wanted: Iterable[DigestOptions], today: date) -> tuple[Query, ...]:
    """Return the questions of all that can be read, each once."""
    found: dict[Query, None] = {}
    for options in wanted:
        with suppress(UsageError):  # the index of watches says so
            found |= dict.fromkeys(questions(options, today))
    return tuple(found)


def _message(
    watch: Subscription,
    now: datetime,
    view: View,
    papers: Sequence[Paper],
) -> Message:
    digest = DueDigest(watch, local_day(watch, now), now, now + PAUSE_AFTER)
    part = Part(secrets.token_hex(10), freeze(view))
    return Message(digest, part, tuple(paper.id for paper in papers))


def _still(progress: Progress) -> Progress:
    """Return progress that stays where it is: only summaries are due."""
    return Progress(progress.watched, progress.changes, progress.watched)


def _votes_first(paper: Paper) -> tuple[int, str]:
    return -(paper.upvotes or 0), paper.id
