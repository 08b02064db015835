"""Which days a digest covers: each day once, whatever the rhythm, the zone and the time."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from bot.calendar.schedule import Schedule
from bot.digests.planner import last_day
from bot.digests.selection import window
from bot.models import DigestOptions, Person, Place, Subscription

ZONES = (
    "Pacific/Auckland",
    "Asia/Tokyo",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Europe/Berlin",
    "Europe/London",
    "UTC",
    "America/Sao_Paulo",
    "America/New_York",
    "America/Los_Angeles",
)
RHYTHMS = (
    ("daily", ()),
    ("weekdays", ()),
    ("days", (1, 4)),
    ("weekly", (0,)),
    ("weekly", (4,)),
    ("monthly", (1,)),
    ("monthly", (31,)),
)
ONE_DAY = timedelta(days=1)


def spans(schedule: Schedule, day: str, digests: int) -> list[tuple[date, date, date]]:
    """Return the local date of each digest, and the days that it covers."""
    moment = datetime(2026, 1, 1, 12, tzinfo=UTC)
    options = DigestOptions(schedule, day=day)  # type: ignore[arg-type]
    person, place = Person("chat", "T", "ada"), Place("chat", "T", "C")
    one = Subscription(1, place, person, options, moment)
    found = []
    for _ in range(digests):
        local, moment = schedule.after(moment)
        last = last_day(one, moment)
        found.append((local, window(one, last), last))
        one = replace(one, covered=last)
    return found


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("every", "on"), RHYTHMS)
@pytest.mark.parametrize("day", ["today", "yesterday"])
@pytest.mark.parametrize("at", [time(0, 30), time(9), time(18)])
def test_every_day_is_covered_once(zone, every, on, day, at):
    found = spans(Schedule(every, at, zone, on), day, 12)
    for (_, first, last), (_, next_first, _) in pairwise(found):
        assert first <= last
        assert next_first == last + ONE_DAY


def test_a_week_and_a_month_are_those_since_the_digest_before():
    friday = Schedule("weekly", time(16), "Europe/Berlin", (4,))
    assert spans(friday, "yesterday", 2)[1] == (
        date(2026, 1, 9),
        date(2026, 1, 2),
        date(2026, 1, 8),
    )
    monthly = Schedule("monthly", time(9), "Pacific/Auckland", (1,))
    assert spans(monthly, "today", 2)[1] == (
        date(2026, 3, 1),
        date(2026, 2, 1),
        date(2026, 2, 28),
    )
    last = Schedule("monthly", time(22), "Europe/Berlin", (31,))
    assert spans(last, "today", 2)[1] == (date(2026, 2, 28), date(2026, 2, 1), date(2026, 2, 28))


@pytest.mark.parametrize(("every", "days"), [("daily", 28), ("weekly", 28), ("monthly", 92)])
def test_what_was_missed_for_long_is_covered_within_bounds(every, days):
    person, place = Person("chat", "T", "ada"), Place("chat", "T", "C")
    options = DigestOptions(Schedule(every, time(9), "UTC"))
    long_ago = Subscription(1, place, person, options, datetime.now(UTC), covered=date(2025, 1, 1))
    assert window(long_ago, date(2026, 1, 31)) == date(2026, 1, 31) - (days - 1) * ONE_DAY
