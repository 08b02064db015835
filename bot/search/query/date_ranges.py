"""Dates as people write them in a search: 2025, 2025-03, 2025-W11, 2025-03-15, yesterday, 7d."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.errors import UsageError
from bot.search.analysis.tokenizer import fold
from bot.text import shorten

_CALENDAR = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_WEEK = re.compile(r"(\d{4})-?w(\d{1,2})", re.ASCII)
_AGO = re.compile(r"(\d{1,4})\s*([dwmy])", re.ASCII)
_UNIT_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_NAMED_DAYS_AGO = {"today": 0, "yesterday": 1}
_MONTHS = (
    # the bot speaks English
    "January February March April May June July August September October November December"
).split()


def parse_dates(value: str, today: date) -> tuple[date, date]:
    """Return the first day of a year, month, week or day, and the first day after it.

    UsageError where the value is none of these.
    """
    for parse in (_days_ago, _week, _calendar):
        try:
            if found := parse(value, today):
                return found
        except (ValueError, OverflowError):
            break  # 2025-13, or further back than the calendar goes
    raise UsageError(
        f"“{shorten(value, 40)}” is not a date: write 2025, 2025-03, 2025-W11, 2025-03-15, today, "
        "yesterday or 7d (seven days ago)."
    )


def _days_ago(value: str, today: date) -> tuple[date, date] | None:
    days = _NAMED_DAYS_AGO.get(fold(value))
    if ago := _AGO.fullmatch(fold(value)):
        days = int(ago[1]) * _UNIT_DAYS[ago[2]]
    return None if days is None else _days(today - timedelta(days=days), 1)


def _week(value: str, _: date) -> tuple[date, date] | None:
    week = _WEEK.fullmatch(fold(value))
    return _days(date.fromisocalendar(int(week[1]), int(week[2]), 1), 7) if week else None


def _calendar(value: str, _: date) -> tuple[date, date] | None:
    written = _CALENDAR.fullmatch(value)
    if not written:
        return None
    year, month, day = (int(number) if number else None for number in written.groups())
    first = date(year or 0, month or 1, day or 1)
    if day:
        return _days(first, 1)
    return first, _next_month(first) if month else date(first.year + 1, 1, 1)


def _days(first: date, number: int) -> tuple[date, date]:
    return first, first + timedelta(days=number)


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def format_day(day: date) -> str:
    """Write a day in words: 2025 or March 2025 for the first day of one."""
    month = _MONTHS[day.month - 1]
    if day.day > 1:
        return f"{day.day} {month} {day.year}"
    return f"{month} {day.year}" if day.month > 1 else str(day.year)
