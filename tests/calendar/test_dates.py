"""Dates as people write them, and what each means on Friday 29 May 2026."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.calendar.dates import NotADate, read_period

TODAY = date(2026, 5, 29)
DATES = [
    ("2026-05-28", "2026-05-28", "2026-05-28"),
    ("2026/5/28", "2026-05-28", "2026-05-28"),
    ("2026.05.28", "2026-05-28", "2026-05-28"),
    ("20260528", "2026-05-28", "2026-05-28"),
    ("2026-05-28T10:00:00Z", "2026-05-28", "2026-05-28"),
    ("28.5.2026", "2026-05-28", "2026-05-28"),
    ("28.05.26", "2026-05-28", "2026-05-28"),
    ("28.5.", "2026-05-28", "2026-05-28"),
    ("28/5/2026", "2026-05-28", "2026-05-28"),
    ("5/28/2026", "2026-05-28", "2026-05-28"),
    ("5/28", "2026-05-28", "2026-05-28"),
    ("28-05-2026", "2026-05-28", "2026-05-28"),
    ("28-May-2026", "2026-05-28", "2026-05-28"),
    ("28May2026", "2026-05-28", "2026-05-28"),
    ("May 28", "2026-05-28", "2026-05-28"),
    ("may 28th", "2026-05-28", "2026-05-28"),
    ("MAY 28, 2026", "2026-05-28", "2026-05-28"),
    ("28 May", "2026-05-28", "2026-05-28"),
    ("28th of May", "2026-05-28", "2026-05-28"),
    ("the 28th of May, 2026", "2026-05-28", "2026-05-28"),
    ("Thu, 28 May 2026", "2026-05-28", "2026-05-28"),
    ("28. Mai 2026", "2026-05-28", "2026-05-28"),
    ("28 mai 2026", "2026-05-28", "2026-05-28"),
    ("28 de mayo de 2026", "2026-05-28", "2026-05-28"),
    ("1er mai", "2026-05-01", "2026-05-01"),
    ("28 maggio", "2026-05-28", "2026-05-28"),
    ("28 mei", "2026-05-28", "2026-05-28"),
    ("28 de março", "2026-03-28", "2026-03-28"),
    ("28 février", "2026-02-28", "2026-02-28"),
    ("28 мая 2026", "2026-05-28", "2026-05-28"),
    ("2026年5月28日", "2026-05-28", "2026-05-28"),
    ("2026년 5월 28일", "2026-05-28", "2026-05-28"),
    ("２０２６-０５-２８", "2026-05-28", "2026-05-28"),
    ("٢٠٢٦-٠٥-٢٨", "2026-05-28", "2026-05-28"),
    ("the 28th", "2026-05-28", "2026-05-28"),
    ("31st", "2026-03-31", "2026-03-31"),
    ("Feb 29", "2024-02-29", "2024-02-29"),
    ("today", "2026-05-29", "2026-05-29"),
    ("Yesterday", "2026-05-28", "2026-05-28"),
    ("the day before yesterday", "2026-05-27", "2026-05-27"),
    ("3 days ago", "2026-05-26", "2026-05-26"),
    ("two weeks ago", "2026-05-15", "2026-05-15"),
    ("a month ago", "2026-04-29", "2026-04-29"),
    ("7d", "2026-05-22", "2026-05-22"),
    ("Thursday", "2026-05-28", "2026-05-28"),
    ("last friday", "2026-05-22", "2026-05-22"),
    ("monday", "2026-05-25", "2026-05-25"),
    ("april", "2026-04-01", "2026-04-30"),
    ("apr. 2026", "2026-04-01", "2026-04-30"),
    ("May '26", "2026-05-01", "2026-05-31"),
    ("2026 april", "2026-04-01", "2026-04-30"),
    ("june", "2025-06-01", "2025-06-30"),
    ("2026-04", "2026-04-01", "2026-04-30"),
    ("2025", "2025-01-01", "2025-12-31"),
    ("last week", "2026-05-18", "2026-05-24"),
    ("this week", "2026-05-25", "2026-05-31"),
    ("past week", "2026-05-22", "2026-05-29"),
    ("2026-W22", "2026-05-25", "2026-05-31"),
    ("week 22", "2026-05-25", "2026-05-31"),
    ("KW 40", "2025-09-29", "2025-10-05"),
    ("last month", "2026-04-01", "2026-04-30"),
    ("this month", "2026-05-01", "2026-05-31"),
    ("last year", "2025-01-01", "2025-12-31"),
    ("last 7 days", "2026-05-22", "2026-05-29"),
    ("last weekend", "2026-05-23", "2026-05-24"),
    ("Q1 2026", "2026-01-01", "2026-03-31"),
]


@pytest.mark.parametrize(("text", "first", "last"), DATES)
def test_a_date_is_read_as_people_write_it(text, first, last):
    found = read_period(text, TODAY)
    assert (str(found.first), str(found.last)) == (first, last)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("tomorrow", "“tomorrow” hasn’t come yet, and papers are listed on their day. Try today."),
        ("next week", "“next week” hasn’t come yet"),
        ("in 3 days", "“in 3 days” hasn’t come yet"),
        ("05/06/2026", "could be 5 June or 6 May. Write it as 2026-06-05 or 2026-05-06."),
        ("31.6.2026", "There is no such date as “31.6.2026”."),
        ("29 February 2025", "There is no such date"),
        ("2026-13", "There is no such date"),
        ("99th", "There is no such date"),
        ("9999y", "There is no such date"),
        ("Friday 28 May 2026", "2026-05-28 is a Thursday. Leave out the day of the week."),
        ("soon", ""),
        ("march madness", ""),
        ("12", ""),
    ],
)
def test_what_is_no_date_is_refused_with_a_reason(text, sentence):
    with pytest.raises(NotADate) as refused:
        read_period(text, TODAY)
    assert sentence in str(refused.value)
    assert bool(sentence) == bool(str(refused.value))


@given(st.text(max_size=30) | st.from_regex(r"[0-9a-z ./-]{0,14}", fullmatch=True))
@example("0000-00-00")
@example("32nd")
def test_any_text_is_a_date_or_refused(text):
    try:
        found = read_period(text, TODAY)
    except NotADate:
        return
    assert found.first <= found.last
