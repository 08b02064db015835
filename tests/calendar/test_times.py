"""Times of day as people write them, and what each means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendar.times import NotATime, read_time

TIMES = [
    ("9", "09:00"),
    ("09", "09:00"),
    ("9:00", "09:00"),
    ("9.30", "09:30"),
    ("9h", "09:00"),
    ("9h30", "09:30"),
    ("09h30", "09:30"),
    ("0930", "09:30"),
    ("17:30", "17:30"),
    ("17:30:00", "17:30"),
    ("9am", "09:00"),
    ("9 AM", "09:00"),
    ("9 a.m.", "09:00"),
    ("9:30 pm", "21:30"),
    ("9p", "21:00"),
    ("12am", "00:00"),
    ("12pm", "12:00"),
    ("12:30am", "00:30"),
    ("noon", "12:00"),
    ("Midnight", "00:00"),
    ("24:00", "00:00"),
    ("half past 8", "08:30"),
    ("quarter to nine", "08:45"),
    ("quarter past 7 pm", "19:15"),
    ("10 past 8", "08:10"),
    ("8 o’clock", "08:00"),
    ("nine", "09:00"),
    ("at 9", "09:00"),
    ("9 uhr", "09:00"),
    ("21 Uhr 30", "21:30"),
    ("halb neun", "08:30"),
    ("kl. 9", "09:00"),
    ("18 h 05", "18:05"),
    ("19.00 hrs", "19:00"),
    ("9時30分", "09:30"),
    ("午後3時半", "15:30"),
    ("오전 9시", "09:00"),
    ("上午9点", "09:00"),
    ("晚上8点", "20:00"),
    ("9 in the morning", "09:00"),
    ("7 in the evening", "19:00"),
    ("eight tonight", "20:00"),
    ("9：30", "09:30"),
    ("٩:٣٠", "09:30"),
]


@pytest.mark.parametrize(("text", "clock"), TIMES)
def test_a_time_is_read_as_people_write_it(text, clock):
    assert f"{read_time(text):%H:%M}" == clock


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("25:00", "“25:00” isn’t a time of day. Write it as 9:00, 17:30 or 9am."),
        ("9:60", "isn’t a time of day"),
        ("13pm", "isn’t a time of day. Write"),
        ("0am", "isn’t a time of day. Write"),
        ("half nine", "isn’t a time of day"),
        ("morning", "isn’t exact. At what time, as in 9:00 or 7pm?"),
        ("9:00 CET", "a time zone as zone:Berlin"),
        ("9am Berlin", "a time zone as zone:Berlin"),
        ("9:00+02:00", "a time zone as zone:Berlin"),
    ],
)
def test_what_is_no_time_is_refused_with_a_reason(text, sentence):
    with pytest.raises(NotATime) as refused:
        read_time(text)
    assert sentence in str(refused.value)


@given(st.text(max_size=20) | st.from_regex(r"[0-9apmh: .]{0,8}", fullmatch=True))
def test_any_text_is_a_time_or_refused(text):
    try:
        read_time(text)
    except NotATime:
        return
