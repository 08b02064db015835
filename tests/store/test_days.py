"""Which daily lists were fetched."""

from datetime import date, datetime, timedelta, timezone

from bot.store import Coverage, Store

FIRST = date(2026, 3, 1)


async def test_nothing_is_covered_at_first(store: Store):
    assert await store.days.covered() == Coverage(0, None, None)
    assert await store.days.fetched(date.min, date.max) == {}


async def test_the_last_fetch_of_a_day_counts(store: Store, noon: datetime):
    await store.days.record(FIRST, 0, noon)
    await store.days.record(FIRST, 12, noon + timedelta(hours=1))
    assert await store.days.fetched(FIRST, FIRST) == {FIRST: noon + timedelta(hours=1)}
    assert await store.days.covered() == Coverage(1, FIRST, FIRST)


async def test_only_the_days_asked_for_are_returned_both_ends_included(
    store: Store, noon: datetime
):
    days = [FIRST + timedelta(days=n) for n in range(5)]
    for day in days:
        await store.days.record(day, 1, noon)
    assert list(await store.days.fetched(days[1], days[3])) == days[1:4]
    assert await store.days.covered() == Coverage(5, days[0], days[4])


async def test_moments_come_back_in_utc(store: Store):
    tokyo = timezone(timedelta(hours=9))
    await store.days.record(FIRST, 1, datetime(2026, 3, 2, 6, 30, tzinfo=tokyo))
    (fetched,) = (await store.days.fetched(FIRST, FIRST)).values()
    assert fetched.isoformat() == "2026-03-01T21:30:00+00:00"
