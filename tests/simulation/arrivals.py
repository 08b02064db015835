"""The papers that syncs find, for those who watch: when they come, and when they gain votes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.library.sync import feed_day
from bot.models import DigestOptions
from bot.papers import Paper
from tests.rigs.virtual import START

SUBJECTS = ("robots", "proteins")
A_DAY = (0, 0, 1, 3, 24)  # papers: of many at once a watch tells some, and sums up the rest
ASKED_AGAIN = timedelta(days=3)  # for which a sync asks for the papers of a day
VOTES = 9


@dataclass(frozen=True)
class Arrival:
    """A paper, when it comes, and when people have voted for it."""

    id: str
    title: str
    at: datetime
    voted: datetime

    def as_of(self, now: datetime) -> Paper:
        """Return the paper as it is at a moment."""
        votes = VOTES if now >= self.voted else 0
        return Paper(self.id, self.title, daily=feed_day(self.at), upvotes=votes)


class Arrivals:
    """All papers of one seed; `offered` and `saved` say when a sync first had them, by votes."""

    def __init__(self, seed: int, days: int) -> None:
        luck = random.Random(seed + 1_000_000)
        self.all: list[Arrival] = []
        for day in range(days):
            at = START + timedelta(days=day, hours=luck.uniform(0, 24))
            for _ in range(luck.choice(A_DAY)):
                number = len(self.all)
                title = f"Study {number} of {luck.choice(SUBJECTS)}"
                voted = at + timedelta(hours=luck.uniform(2, 60))
                self.all.append(Arrival(f"watched-{number}", title, at, voted))
        self.offered: dict[tuple[str, int], datetime] = {}
        self.saved: dict[tuple[str, int], datetime] = {}

    def heard(self, now: datetime) -> Sequence[Paper]:
        """Return what a sync hears that no sync has saved."""
        some = [one for one in self.all if now - ASKED_AGAIN <= one.at <= now]
        papers = [paper for one in some if self._is_news(paper := one.as_of(now))]
        for paper in papers:
            self.offered.setdefault((paper.id, paper.upvotes or 0), now)
        return papers

    def _is_news(self, paper: Paper) -> bool:
        return (paper.id, paper.upvotes or 0) not in self.saved

    def note(self, papers: Sequence[Paper], now: datetime) -> None:
        """Note that papers were saved."""
        for paper in papers:
            self.saved.setdefault((paper.id, paper.upvotes or 0), now)


def matches(options: DigestOptions, one: Arrival, votes: int) -> bool:
    """Tell whether a watch asks for a paper with so many votes."""
    return options.topics in one.title and votes >= options.votes
