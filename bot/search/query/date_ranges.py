"""Dates as people write them in a search: 2025, march, last week, 2025-03-15, yesterday, 7d."""

from __future__ import annotations

from datetime import date, timedelta

from bot.calendar.dates import NotADate, read_period
from bot.errors import UsageError
from bot.text import shorten

_MONTHS = (
    # the bot speaks English
    "January February March April May June July August September October November December"
).split()


def parse_dates(value: str, today: date) -> tuple[date, date]:
    """Return the first day of a year, month, week or day, and the first day after it.

    UsageError where the value is none of these.
    """
    try:
        period = read_period(value, today)
        return period.first, period.last + timedelta(days=1)
    except (NotADate, OverflowError) as error:
        raise UsageError(
            str(error)
            or f"“{shorten(value, 40)}” is not a date: write 2025-03-15, “May 28”, 2025-03, "
            "2025-W11, april, “last week” or 7d (seven days ago)."
        ) from error


def format_day(day: date) -> str:
    """Write a day in words: 2025 or March 2025 for the first day of one."""
    month = _MONTHS[day.month - 1]
    if day.day > 1:
        return f"{day.day} {month} {day.year}"
    return f"{month} {day.year}" if day.month > 1 else str(day.year)
