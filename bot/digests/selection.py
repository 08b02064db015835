"""The selection of papers for a digest. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.calendar.schedule import Every
from bot.digests.topics import NOTHING_NEAR, selector
from bot.models import DigestOptions, Order, Subscription
from bot.papers import Paper
from bot.search.nearness import Nearness

ONE_DAY = timedelta(days=1)
# the days that a digest covers at most, with what skipped ones before it missed
USUAL_LONGEST = timedelta(weeks=4)
LONGEST: Mapping[Every, timedelta] = {"monthly": timedelta(days=92)}
ORDERS: Mapping[Order, str] = {
    "upvotes": "most upvoted first",
    "trending": "trending first",
    "new": "newest first",
    "for-me": "those most like your shelf first",
}
# rhythms whose digests say what people of the place liked since the one before
LONG_RHYTHMS = ("weekly", "monthly")


@dataclass(frozen=True, slots=True)
class Liked:
    """A paper that people of the place saved or voted for, and how many did."""

    paper: Paper
    kept: int
    votes: int


@dataclass(frozen=True, slots=True)
class Digest:
    """The contents of one digest, out of `total` papers of the days `first` to `last`.

    `late` are papers of earlier days that came after their digest; `liked` is what people of the
    place liked since; `because` names for a paper the similar one on the reader's shelf. Papers
    are there `by_meaning` alone, or have `twins` that say nearly the same. Of those `unread` it is
    not known yet what they mean.
    """

    options: DigestOptions
    first: date
    last: date
    papers: tuple[Paper, ...]
    total: int
    late: frozenset[str] = frozenset()
    liked: tuple[Liked, ...] = ()
    remark: str = ""
    because: Mapping[str, Paper] = field(default_factory=dict)
    by_meaning: frozenset[str] = frozenset()
    twins: Mapping[str, tuple[Paper, ...]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()


def select_matching(
    options: DigestOptions,
    papers: Iterable[Paper],
    today: date,
    nearness: Nearness = NOTHING_NEAR,
) -> tuple[Paper, ...]:
    """Return the papers that match the options, in their order."""
    return tuple(filter(selector(options, today, nearness).selects, papers))


def rank_papers(
    options: DigestOptions, papers: Iterable[Paper], first: Sequence[str] = ()
) -> tuple[Paper, ...]:
    """Return papers in the order of a digest, those of `first` before all others."""
    places = {paper: place for place, paper in enumerate(first)}

    def rank(paper: Paper) -> tuple[int, int, int, str]:
        newest = (paper.daily or date.min).toordinal() if options.order == "new" else 0
        return places.get(paper.id, len(places)), -newest, -(paper.upvotes or 0), paper.id

    return tuple(sorted(papers, key=rank))


def usual_length(counts: Sequence[int]) -> float:
    """Return the median length of similar lists, 0 if there are none."""
    ordered = sorted(counts)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2 if ordered else 0.0


def window(subscription: Subscription, last: date) -> date:
    """Return the first day that a digest covers whose last day is given.

    It follows the last day of the digest before, so that a skipped digest is covered by the next,
    within bounds. The first digest covers one day, seven days, or a month.
    """
    every = subscription.options.schedule.every
    if subscription.covered is None:
        return _first_window(every, last)
    longest = LONGEST.get(every, USUAL_LONGEST)
    return min(last, max(subscription.covered + ONE_DAY, last - longest + ONE_DAY))


def _first_window(every: Every, last: date) -> date:
    match every:
        case "daily" | "weekdays" | "days":
            return last
        case "weekly":
            return last - timedelta(days=6)
        case "monthly":
            after = last + ONE_DAY
            month_before = after.replace(day=1) - ONE_DAY
            return month_before.replace(day=min(after.day, month_before.day))


def select_new(
    papers: Iterable[Paper], first: date, weighed: Collection[str]
) -> tuple[tuple[Paper, ...], frozenset[str]]:
    """Return the papers from `first` on, and earlier ones that came late, with these ids."""
    found = [
        paper
        for paper in papers
        if (paper.daily and paper.daily >= first) or paper.id not in weighed
    ]
    return tuple(found), frozenset(
        paper.id for paper in found if not paper.daily or paper.daily < first
    )
