"""When a digest is due: once on every local date that there is, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendar.schedule import Schedule
from bot.calendar.zones import find_zones, load_zone, zones

FIRST, LAST = date(2010, 1, 1), date(2037, 12, 31)
TIMES = (time(0), time(0, 30), time(1, 30), time(2, 30), time(9), time(23, 30))
DAYS = tuple(FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))


def different_zones():
    """Return one zone of each group that has the same data."""
    folder = files("tzdata") / "zoneinfo"
    return sorted(
        {
            folder.joinpath(*name.split("/")).read_bytes(): name for name in reversed(zones())
        }.values()
    )


def changes(name):
    """Return the local dates on which a zone's offset from UTC changes."""
    zone = load_zone(name)
    offsets = [datetime(day.year, day.month, day.day, 12, tzinfo=zone).utcoffset() for day in DAYS]
    return [
        day
        for (before, after), day in zip(pairwise(offsets), DAYS[1:], strict=True)
        if before != after
    ]


def walk(schedule, first, last):
    """Return the local dates of all digests due from `first` to `last`, in order."""
    moment = datetime.combine(first, time(), UTC) - timedelta(hours=40)
    while True:
        day, due = schedule.after(moment)
        if day > last:
            return
        if day >= first:
            yield day, due
        moment = due


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_around_every_change_of_every_zone_each_date_has_one_digest_in_order(part):
    cases = 0
    for name in different_zones()[part::4]:
        zone = load_zone(name)
        for change in changes(name):
            first, last = change - timedelta(days=2), change + timedelta(days=2)
            there = [first + timedelta(days=n) for n in range(5)]
            # a date that was left out has no noon
            noons = [datetime(d.year, d.month, d.day, 12, tzinfo=zone) for d in there]
            there = [
                d
                for d, noon in zip(there, noons, strict=True)
                if noon.astimezone(UTC).astimezone(zone) == noon
            ]
            for at in TIMES:
                found = list(walk(Schedule("daily", at, name), first, last))
                assert [day for day, _ in found] == there, (name, change, at)
                assert all(one < two for (_, one), (_, two) in pairwise(found)), (name, change, at)
                cases += len(found)
    assert cases > 25_000


@given(
    st.sampled_from(zones()),
    st.dates(FIRST, LAST),
    st.times(),
    st.sampled_from(("daily", "weekdays", "days", "weekly", "monthly")),
    st.integers(0, 6),
)
def test_the_last_until_and_the_first_after_a_moment_are_neighbours(zone, day, at, every, on):
    schedule = Schedule(
        every, at.replace(second=0, microsecond=0, fold=0), zone, (on + (every == "monthly"),)
    )
    moment = datetime.combine(day, time(13), UTC)
    next_day, due = schedule.after(moment)
    assert due > moment
    assert schedule.due(next_day) == due
    assert schedule.until(due, day - timedelta(days=70)) == (next_day, due)
    last = schedule.until(moment, day - timedelta(days=70))
    assert last is not None
    assert last[1] <= moment
    assert schedule.after(last[1]) == (next_day, due)


def test_an_hour_that_comes_twice_is_meant_the_first_time_and_one_left_out_later():
    berlin = Schedule("daily", time(2, 30), "Europe/Berlin")
    assert berlin.due(date(2026, 10, 25)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert berlin.due(date(2026, 3, 29)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_date_that_a_zone_left_out_has_no_digest():
    samoa = Schedule("daily", time(9), "Pacific/Apia")
    assert samoa.due(date(2011, 12, 30)) is None
    assert samoa.due(date(2011, 12, 31)) is not None


def test_a_month_that_is_too_short_has_its_digest_on_its_last_day():
    last = Schedule("monthly", time(9), "UTC", (31,))
    assert last.due(date(2026, 2, 28)) is not None
    assert last.due(date(2026, 3, 28)) is None


def test_a_city_names_its_zone():
    assert find_zones("berlin")[0] == "Europe/Berlin"
    assert find_zones("new york")[0] == "America/New_York"
    assert find_zones("Europe/Paris")[0] == "Europe/Paris"
    assert find_zones("atlantis") == ()
    with pytest.raises(ValueError, match="no time zone"):
        load_zone("../etc/passwd")
