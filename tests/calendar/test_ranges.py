"""Several days as people write them."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calendar.dates import NotADate
from bot.calendar.ranges import read_days

TODAY = date(2026, 5, 27)  # a Wednesday
# what people write, with the first and the last day that it means
RANGES = (
    ("May 25 to May 29", "2026-05-25", "2026-05-29"),
    ("25 to 29 May", "2026-05-25", "2026-05-29"),
    ("May 25th through 29th", "2026-05-25", "2026-05-29"),
    ("25-29 May", "2026-05-25", "2026-05-29"),
    ("25–29 May 2025", "2025-05-25", "2025-05-29"),
    ("25. bis 29. Mai", "2026-05-25", "2026-05-29"),
    ("25.5. 29.5.", "2026-05-25", "2026-05-29"),
    ("25.5. - 29.5.2026", "2026-05-25", "2026-05-29"),
    ("2026-05-25 2026-05-29", "2026-05-25", "2026-05-29"),
    ("2026-05-25..2026-05-29", "2026-05-25", "2026-05-29"),
    ("may 25 29 may", "2026-05-25", "2026-05-29"),
    ("May 25 to May 29, 2025", "2025-05-25", "2025-05-29"),
    ("the 20th to the 25th", "2026-05-20", "2026-05-25"),
    ("28 to 2 May", "2026-04-28", "2026-05-02"),
    ("28 to 29 May", "2025-05-28", "2025-05-29"),
    ("Dec 28 to Jan 3", "2025-12-28", "2026-01-03"),
    ("May 25 to Jun 3", "2026-05-25", "2026-06-03"),
    ("between 1.5. and 15.5.", "2026-05-01", "2026-05-15"),
    ("from May 25 to yesterday", "2026-05-25", "2026-05-26"),
    ("monday to wednesday", "2026-05-25", "2026-05-27"),
    ("3 days ago until today", "2026-05-24", "2026-05-27"),
    ("last week", "2026-05-18", "2026-05-24"),
    ("last week to yesterday", "2026-05-18", "2026-05-26"),
    ("last 3 days", "2026-05-24", "2026-05-27"),
    ("April to May", "2026-04-01", "2026-05-31"),
    ("2026-W20 to 2026-W22", "2026-05-11", "2026-05-31"),
    ("yesterday", "2026-05-26", "2026-05-26"),
)
REFUSALS = (
    ("April 2025 May", "“April 2025 May” isn’t clear. Write “to” between the two days."),
    ("30 Feb to 2 Mar", "There is no such date as “30 Feb”."),
    ("25 to 31 April", "There is no such date as “31 April”."),
    ("5/6 to 7/6", "That could be 5 June or 6 May. Write it as 2025-06-05 or 2026-05-06."),
    (
        "May 25 to tomorrow",
        "“tomorrow” hasn’t come yet, and papers are listed on their day. Try today.",
    ),
    ("25 to 29", ""),
    ("diffusion to models", ""),
    ("to", ""),
)


@pytest.mark.parametrize(("text", "first", "last"), RANGES)
def test_several_days_are_read(text, first, last):
    found = read_days(text, TODAY)
    assert (str(found.first), str(found.last)) == (first, last)


@pytest.mark.parametrize(("text", "reason"), REFUSALS)
def test_what_is_not_clear_is_refused(text, reason):
    with pytest.raises(NotADate) as caught:
        read_days(text, TODAY)
    assert str(caught.value) == reason


@settings(max_examples=50)
@given(st.dates(date(2023, 5, 4), TODAY), st.dates(date(2023, 5, 4), TODAY))
def test_two_days_in_figures_are_those_days(one, other):
    for text in (f"{one} {other}", f"{one} to {other}", f"{one:%d %B %Y} - {other:%d %B %Y}"):
        found = read_days(text, TODAY)
        assert (found.first, found.last) == (one, other)
