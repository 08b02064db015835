"""Many tenants in one database, written in bulk: people, shelves, messages, digests."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from itertools import islice
from typing import Any, TypeAlias

from sqlalchemy import Table, insert

from bot.calendar.schedule import Schedule
from bot.models import DigestOptions
from bot.papers import Paper
from bot.store import Store
from bot.store.connections import Transaction
from bot.store.schema import deliveries, digests, messages, people, posted, shelf, subscriptions

PLATFORM = "bench"
PAPERS, PER_DAY = 3000, 30
PAST_DIGESTS, PER_DIGEST = 5, 10  # of each tenant, and the papers of each
ROWS_AT_ONCE = 5000

Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many tenants of so many people, of whom some keep so many papers each.

    The first subscriptions come `due` together, the others a day later.
    """

    due: datetime
    tenants: int
    people: int = 50
    active: int = 5
    kept: int = 5
    digests: int = 5000

    @property
    def entries(self) -> int:
        """How many papers are kept in all."""
        return self.tenants * self.active * self.kept


async def fill(store: Store, crowd: Crowd) -> None:
    """Write the papers and all that the tenants have."""
    found = papers(crowd.due.date())
    for day in sorted({paper.daily for paper in found if paper.daily}):
        some = [paper for paper in found if paper.daily == day]
        await store.papers.save(some, crowd.due)
        await store.days.record(day, len(some), crowd.due)
    tables: tuple[tuple[Table, Iterator[Row]], ...] = (
        (people, _people(crowd)),
        (shelf, _shelves(crowd, found)),
        (subscriptions, _subscriptions(crowd)),
        (digests, _digests(crowd)),
        (deliveries, _deliveries(crowd)),
        (posted, _posted(crowd, found)),
        (messages, _messages(crowd, found)),
    )
    for table, rows in tables:
        await _insert(store, table, rows)


def papers(last: date) -> list[Paper]:
    """Return papers of many days, up to this one."""
    words = [f"{start}{end}" for start in _STARTS for end in _ENDS]
    dice = random.Random(1)
    return [
        Paper(
            f"26{n % 12 + 1:02}.{n:05}",
            " ".join(dice.sample(words, 6)).capitalize(),
            (f"Ada Lovelace {n % 400}", "Emmy Noether"),
            abstract=" ".join(dice.choices(words, k=120)),
            daily=last - timedelta(days=n // PER_DAY),
            upvotes=dice.randrange(90),
        )
        for n in range(PAPERS)
    ]


async def _insert(store: Store, table: Table, rows: Iterator[Row]) -> None:
    database = store._database  # noqa: SLF001  # no program writes so much at once
    while some := list(islice(rows, ROWS_AT_ONCE)):

        async def write(transaction: Transaction, some: list[Row] = some) -> None:
            await transaction.execute(insert(table), some)

        await database.write(write)


def _people(crowd: Crowd) -> Iterator[Row]:
    for tenant in _tenants(crowd):
        for person in range(crowd.people):
            yield {**_of(tenant), "person": f"U{person}", "name": f"Person {person}"}


def _shelves(crowd: Crowd, found: list[Paper]) -> Iterator[Row]:
    for tenant in _tenants(crowd):
        for person in range(crowd.active):
            for n, paper in enumerate(
                random.Random(tenant * 50 + person).sample(found, crowd.kept)
            ):
                at = crowd.due - timedelta(hours=n + 1)
                row = {**_of(tenant), "person": f"U{person}", "paper": paper.id, "saved": at}
                yield {**row, "touched": at, "private": False, "address": "C", "place": "#c"}


def _subscriptions(crowd: Crowd) -> Iterator[Row]:
    schedule = Schedule("daily", clock(crowd.due.hour, crowd.due.minute), "UTC")
    options = DigestOptions(schedule, layout="compact", day="yesterday").to_json()
    for tenant in _tenants(crowd):
        due = crowd.due + timedelta(days=tenant >= crowd.digests)
        row = {**_of(tenant), "address": f"C{tenant}", "person": "U0", "wishes": options}
        row |= {"made": _past(crowd, PAST_DIGESTS), "next_date": due.date(), "next_due": due}
        row |= {"covered": due.date() - timedelta(days=2), "paused": "", "watch": False}
        yield {**row, "id": tenant + 1}


def _digests(crowd: Crowd) -> Iterator[Row]:
    for tenant, n in _earlier(crowd):
        at = _past(crowd, n)
        row = {"subscription": tenant + 1, "date": at.date(), "state": "sent", "due": at}
        row |= {"until": at, "not_before": at, "first": at.date(), "last": at.date()}
        yield {**row, "weighed": ("2601.00000",) * 40, "reason": "", "ended": at}


def _deliveries(crowd: Crowd) -> Iterator[Row]:
    for tenant, n in _earlier(crowd):
        at, key = _past(crowd, n), f"{tenant}-{n}"
        row = {**_of(tenant), "subscription": tenant + 1, "date": at.date(), "part": 0}
        row |= {
            "address": f"C{tenant}",
            "threaded": False,
            "key": key,
            "view": {"title": "D" * 500},
        }
        row |= {"state": "sent", "not_before": at, "until": at, "fence": 1, "attempts": 1}
        yield {**row, "message": key, "sent_to": f"C{tenant}", "thread": "", "trouble": ""}


def _posted(crowd: Crowd, found: list[Paper]) -> Iterator[Row]:
    for tenant, n in _earlier(crowd):
        day = _past(crowd, n).date()
        for paper in _listed(found, n):
            row = {**_of(tenant), "address": f"C{tenant}", "paper": paper.id}
            yield {**row, "subscription": tenant + 1, "date": day}


def _messages(crowd: Crowd, found: list[Paper]) -> Iterator[Row]:
    for tenant, n in _earlier(crowd):
        shown = tuple(paper.id for paper in _listed(found, n))
        row = {**_of(tenant), "address": f"C{tenant}", "message": f"{tenant}-{n}"}
        yield {**row, "papers": shown, "sent": _past(crowd, n)}


def _listed(found: list[Paper], days: int) -> Iterable[Paper]:
    begin = (days + 1) * PER_DAY
    return found[begin : begin + PER_DIGEST]


def _earlier(crowd: Crowd) -> Iterator[tuple[int, int]]:
    return ((tenant, n) for tenant in _tenants(crowd) for n in range(1, PAST_DIGESTS + 1))


def _past(crowd: Crowd, days: int) -> datetime:
    return crowd.due.astimezone(UTC) - timedelta(days=days)


def _tenants(crowd: Crowd) -> range:
    return range(crowd.tenants)


def _of(tenant: int) -> Row:
    return {"platform": PLATFORM, "tenant": f"T{tenant}"}


_STARTS = (
    "diffu",
    "trans",
    "reinfor",
    "opti",
    "hebbi",
    "gener",
    "percep",
    "spar",
    "quanti",
    "robo",
)
_ENDS = ("sion", "former", "cement", "mization", "an", "ative", "tion", "sity", "zation", "tics")
