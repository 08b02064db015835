"""Days and times said in one: as people write them, and as Paperboy does."""

from __future__ import annotations

from contextlib import suppress
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendar.rhythms import LAST, Rhythm, read_rhythm
from bot.calendar.schedule import Every, Schedule
from bot.features.digest_options import when

NINE = time(9)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("every morning at nine", Rhythm("daily", None, NINE)),
        ("Every day at 9:00", Rhythm("daily", None, NINE)),
        ("at 9 every day", Rhythm("daily", None, NINE)),
        ("daily 9", Rhythm("daily", None, NINE)),
        ("noon", Rhythm("daily", None, time(12))),
        ("every evening at 7", Rhythm("daily", None, time(19))),
        ("weekdays at 8:30", Rhythm("weekdays", None, time(8, 30))),
        ("mo-fr 9", Rhythm("weekdays", None, NINE)),
        ("mondays 17:00", Rhythm("weekly", (0,), time(17))),
        ("9:00 on mondays", Rhythm("weekly", (0,), NINE)),
        ("every week on tuesday at half past 8", Rhythm("weekly", (1,), time(8, 30))),
        ("weekly", Rhythm("weekly")),
        ("mon and fri at 5pm berlin", Rhythm("days", (0, 4), time(17), "Europe/Berlin")),
        ("weekends at 10am, new york", Rhythm("days", (5, 6), time(10), "America/New_York")),
        ("mon,wed", Rhythm("days", (0, 2))),
        ("the 15th at 9", Rhythm("monthly", 15, NINE)),
        ("1st of the month at 8", Rhythm("monthly", 1, time(8))),
        ("last day of the month at 9", Rhythm("monthly", LAST, NINE)),
        ("monthly", Rhythm("monthly")),
    ],
)
def test_days_and_a_time_are_read_as_people_write_them(text, meant):
    assert read_rhythm(text) == meant


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("every other week", "“every other week” isn’t clear. Write it as every day at 9:00"),
        ("every 2 days at 9", "“every 2 days at 9” isn’t clear."),
        ("first monday at 9", "“first monday at 9” isn’t clear."),
        ("9", "“9” isn’t clear."),
        ("every evening", "“every evening” isn’t exact. At what time, as in 9:00 or 7pm?"),
        ("daily at 25:00", "“25:00” isn’t a time of day."),
        ("daily at 9 nowhere", "“nowhere” isn’t a time zone."),
        ("mon " * 500, "isn’t clear."),
    ],
)
def test_what_is_not_clear_is_refused_with_examples(text, sentence):
    with pytest.raises(ValueError, match="isn’t") as refused:
        read_rhythm(text)
    assert sentence in str(refused.value)


RHYTHMS: st.SearchStrategy[tuple[Every, tuple[int, ...]]] = st.one_of(
    st.sampled_from([("daily", ()), ("weekdays", ())]),
    st.integers(0, 6).map(lambda day: ("weekly", (day,))),
    st.sets(st.integers(0, 6), min_size=2, max_size=4).map(lambda on: ("days", tuple(sorted(on)))),
    st.integers(1, LAST).map(lambda day: ("monthly", (day,))),
)


@given(RHYTHMS, st.times(), st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "UTC"]))
def test_what_paperboy_says_of_a_schedule_reads_as_that_schedule(rhythm, at, zone):
    every, on = rhythm
    schedule = Schedule(every, at.replace(second=0, microsecond=0), zone, on)
    said = read_rhythm(when(schedule))
    days = (said.on,) if isinstance(said.on, int) else said.on or ()
    assert Schedule(said.every, said.at or NINE, said.zone or "", days) == schedule


@given(st.text() | st.from_regex(r"(every|at|on|mon|9|15th|day|,| )+", fullmatch=True))
def test_any_text_is_read_or_refused(text):
    with suppress(ValueError):
        assert read_rhythm(text).every
