"""The weather: when places refuse everything, platforms are in trouble, or lists are empty."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property

from bot.library.listings import Listing
from bot.library.sync import feed_day
from bot.models import Place
from bot.papers import Paper
from tests.rigs.platform import Fault

AFTER_TAKING = (Fault.ANSWER_LOST, Fault.RESET, Fault.TAKEN_LATE, Fault.SLOW)
NOT_TAKING = (Fault.BUSY, Fault.DOWN, Fault.LOST, Fault.BROKEN)
EMPTY = 0.15  # the share of days without papers


class Weather:
    """Faults of requests: at times a place refuses everything, or the platform has a problem."""

    def __init__(self, luck: random.Random, places: Sequence[Place], days: int) -> None:
        self._luck = luck
        self.faults = 0
        whole = days * 24
        self._storms = [
            (at := luck.uniform(0, whole), at + luck.expovariate(1 / 4)) for _ in range(days // 7)
        ]
        self._bans = {
            place: (at := luck.uniform(0, whole), at + luck.expovariate(1 / 48))
            for place in places
            if luck.random() < 0.5
        }
        self._usual = luck.choice((0.0, 0.02, 0.1, 0.3))

    def hinders(self, place: Place, hour: float) -> bool:
        """Tell whether a ban of the place or a storm was on at an hour."""
        begin, end = self._bans.get(place, (0, 0))
        return begin <= hour < end or any(begin <= hour < end for begin, end in self._storms)

    def fault(self, request: str, place: Place) -> Fault:
        """Decide on one request."""
        hour = asyncio.get_running_loop().time() / 3600
        channel = Place(place.platform, place.tenant, place.address.partition("/")[0])
        begin, end = self._bans.get(channel, (0, 0))
        if begin <= hour < end:
            return self._count(Fault.REFUSED)
        stormy = any(begin <= hour < end for begin, end in self._storms)
        if self._luck.random() >= (0.6 if stormy else self._usual):
            return Fault.NONE
        return self._count(
            self._luck.choice((*NOT_TAKING, *AFTER_TAKING) if request == "send" else NOT_TAKING)
        )

    def _count(self, fault: Fault) -> Fault:
        self.faults += 1
        return fault


class Lists:
    """The lists of the feed: three papers a day, always at hand, and on some days none."""

    has_model = False

    def __init__(self, seed: int, now: Callable[[], datetime]) -> None:
        self._seed, self._now = seed, now
        self._known: dict[date, tuple[Paper, ...]] = {}

    @cached_property
    def _empty(self) -> frozenset[int]:
        luck = random.Random(self._seed)
        return frozenset(n for n in range(1000) if luck.random() < EMPTY)

    def of(self, day: date) -> tuple[Paper, ...]:
        """Return the papers of a day."""
        if day not in self._known:
            there = () if day.toordinal() % 1000 in self._empty else range(3)
            self._known[day] = tuple(
                Paper(f"{day}-{n}", f"Paper {n} of {day}", daily=day, upvotes=n) for n in there
            )
        return self._known[day]

    def today(self) -> date:
        """Return the day that the feed is at."""
        return feed_day(self._now())

    async def between(self, first: date, last: date, **_: object) -> Listing:
        """Return the papers of some days."""
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        papers = tuple(paper for day in days for paper in self.of(day))
        return Listing(papers, len(papers))

    async def papers(self, _: Sequence[str]) -> tuple[Paper, ...]:
        """Return no papers, as if no one liked any."""
        return ()
