"""Periods as people write them in a search: 2025, 2025-03, 2025-W11, 2025-03-15, yesterday, 7d."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.errors import UsageError
from bot.search.query.tokenizer import fold
from bot.text import shorten

_PERIOD = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_WEEK = re.compile(r"(\d{4})-?w(\d{1,2})", re.ASCII)
_AGO = re.compile(r"(\d{1,4})\s*([dwmy])", re.ASCII)
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_MONTHS = (
    # the bot speaks English
    "January February March April May June July August September October November December"
).split()


def period(value: str, today: date) -> tuple[date, date]:
    """Return the first day of a period and the first after it: a year, a month, a week, a day, or some time ago.

    UsageError where it is none.
    """
    try:
        if ago := _AGO.fullmatch(fold(value)):
            first = today - timedelta(days=int(ago[1]) * _DAYS[ago[2]])
            return first, first + timedelta(days=1)
        named = {"today": today, "yesterday": today - timedelta(days=1)}.get(fold(value))
        if named:
            return named, named + timedelta(days=1)
        if week := _WEEK.fullmatch(fold(value)):
            first = date.fromisocalendar(int(week[1]), int(week[2]), 1)
            return first, first + timedelta(days=7)
        if written := _PERIOD.fullmatch(value):
            year, month, day = (int(number) if number else None for number in written.groups())
            first = date(year or 0, month or 1, day or 1)
            if day:
                return first, first + timedelta(days=1)
            following = (
                date(first.year + 1, 1, 1)
                if not month or month == 12
                else date(first.year, month + 1, 1)
            )
            return first, following
    except (ValueError, OverflowError):
        pass  # 2025-13, or further back than the calendar goes
    raise UsageError(
        f"“{shorten(value, 40)}” is no date: write 2025, 2025-03, 2025-W11, 2025-03-15, today, "
        "yesterday or 7d "
        "(seven days ago)."
    )


def spoken(day: date) -> str:
    """Write a day as people say it: 2025 or March 2025 for the first day of one."""
    month = _MONTHS[day.month - 1]
    if day.day > 1:
        return f"{day.day} {month} {day.year}"
    return f"{month} {day.year}" if day.month > 1 else str(day.year)
