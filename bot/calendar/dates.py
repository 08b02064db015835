"""Dates as people write them: May 28, 28.5.2026, april, last week, 3 days ago, 2026年5月28日."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NoReturn

from bot.calendar.month_names import month_number, weekday_number
from bot.text import shorten

_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_UNIT = r"(d|day|w|wk|week|m|mo|month|y|yr|year)s?"
_NUMBERS = "a one two three four five six seven eight nine ten eleven twelve".split()
_NUMBER = rf"(\d{{1,4}}|an|{'|'.join(_NUMBERS)})"
_AGO = re.compile(rf"{_NUMBER} ?{_UNIT}(?: ago| back)?")
_LAST_MANY = re.compile(rf"(?:the )?(?:last|past|previous) {_NUMBER} {_UNIT}")
_SPAN = re.compile(r"(?:the )?(this|last|past|previous) (week|weekend|month|year)")
_FUTURE = re.compile(
    rf"tomorrow|(?:the )?day after tomorrow|next .*|(?:the )?coming .*|in {_NUMBER} {_UNIT}"
)
_WEEK = re.compile(
    r"(\d{4})[- ]?w(?:eek)?[- ]?(\d{1,2})|(?:w|week|kw|cw) ?(\d{1,2})(?:[ /-]+(\d{4}))?"
)
_QUARTER = re.compile(r"(\d{4})[- ]?q([1-4])|q([1-4])[ /-]+(\d{4})")
_BY_SIZE = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})(?:\2(\d{1,2}))?)?\.?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_EAST_ASIAN = re.compile(r"(\d{4})[年년] ?(?:(\d{1,2})[月월] ?(?:(\d{1,2})[日일号]?)?)?")
_BY_HABIT = re.compile(r"(\d{1,2})([-/.])(\d{1,2})(?:\2(\d{4}|\d{2})?)?")
_TIME_AFTER = re.compile(r"(\d{4}-\d\d-\d\d)(?:t\d\d:?\d\d| \d\d:\d\d)\S*")
# spaces, and the signs in 28-May-2026, May.28 and 28May
_BETWEEN = re.compile(
    r"[\s,/]+|(?<=[^\W\d])[.-]?(?=\d)|(?<=\d)[.-](?=[^\W\d])|(?<=\d)(?=[^\W\d]{3})|\.$"
)
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|e|\.)?")
_FILLERS = frozenset("the of on in at de del di du von der am le la el den dem d".split())
_PLAIN = str.maketrans("ßøłđıœæþ", "solđioat") | str.maketrans(
    {"ß": "ss", "’": "'", "−": "-", "–": "-", "—": "-"}
)


@dataclass(frozen=True, slots=True)
class Period:
    """One day or several in a row: the first and the last of them."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


class NotADate(ValueError):
    """Words mean no date; the message is a sentence that says why, "" where they are just none."""


def read_period(text: str, today: date) -> Period:
    """Return the days that words mean; without a year the latest that have come.

    Raises NotADate.
    """
    words = _fold(text)
    if _FUTURE.fullmatch(words):
        raise NotADate(
            f"“{shorten(text, 40)}” hasn’t come yet, and papers are listed on their day. Try today."
        )
    for read in _READERS:
        try:
            if found := read(words, today):
                return found
        except NotADate:
            raise
        except (ValueError, OverflowError) as error:
            raise NotADate(f"There is no such date as “{shorten(text, 40)}”.") from error
    raise NotADate


def _fold(text: str) -> str:
    """Return text in small letters, without accents, with ASCII digits and single spaces."""
    text = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    kept = (char for char in text if not unicodedata.combining(char))
    digits = (str(unicodedata.digit(char, char)) for char in kept)
    composed = unicodedata.normalize("NFC", "".join(digits))
    return " ".join(composed.strip("\"' ").split())


def _relative(words: str, today: date) -> Period | None:
    days = {"today": 0, "now": 0, "yesterday": 1}.get(words)
    if words.removeprefix("the ") == "day before yesterday":
        days = 2
    if ago := _AGO.fullmatch(words):
        days = _number(ago[1]) * _DAYS[_unit(ago[2])]
    if days is not None:
        return _one(today - timedelta(days=days))
    if many := _LAST_MANY.fullmatch(words):
        return Period(today - timedelta(days=_number(many[1]) * _DAYS[_unit(many[2])]), today)
    return None


def _span(words: str, today: date) -> Period | None:
    named = _SPAN.fullmatch(words)
    if not named:
        return _weekend("", today) if words == "weekend" else None
    which, unit = named[1], named[2]
    if unit == "weekend":
        return _weekend(which, today)
    if which == "past":
        return Period(today - timedelta(days=_DAYS[unit]), today)
    back = which != "this"
    match unit:
        case "week":
            return _week_of(today - timedelta(days=7 * back))
        case "month":
            first = today.replace(day=1)
            return _month(first - timedelta(days=1) if back else first)
        case _:
            return _year(today.year - back)


def _weekend(which: str, today: date) -> Period:
    """Return this weekend, the last one that is over, or else the latest that has begun."""
    is_weekend = today.weekday() >= 5
    saturday = today - timedelta(days=(today.weekday() - 5) % 7)
    if which == "this" and not is_weekend:
        saturday += timedelta(days=7)
    elif which and which != "this" and is_weekend:
        saturday -= timedelta(days=7)
    return Period(saturday, saturday + timedelta(days=1))


def _weekday(words: str, today: date) -> Period | None:
    which, _, name = words.rpartition(" ")
    number = weekday_number(name)
    if number is None or which not in {"", "last", "this", "past", "on", "on last"}:
        return None
    back = (today.weekday() - number) % 7
    return _one(today - timedelta(days=back or 7 * ("last" in which)))


def _week(words: str, today: date) -> Period | None:
    week = _WEEK.fullmatch(words)
    if not week:
        return None
    year, number = week[1] or week[4], int(week[2] or week[3])
    if year:
        return _week_of(date.fromisocalendar(int(year), number, 1))
    this = date.fromisocalendar(today.isocalendar().year, number, 1)
    return _week_of(
        this if this <= today else date.fromisocalendar(today.isocalendar().year - 1, number, 1)
    )


def _quarter(words: str, _: date) -> Period | None:
    quarter = _QUARTER.fullmatch(words)
    if not quarter:
        return None
    first = date(int(quarter[1] or quarter[4]), 3 * int(quarter[2] or quarter[3]) - 2, 1)
    return Period(first, _month(first + timedelta(days=63)).last)


def _numeric(words: str, today: date) -> Period | None:
    """Read figures: the year first, or the day first with points, as in 28.5.2026."""
    if at := _TIME_AFTER.fullmatch(words):
        words = at[1]
    if found := _COMPACT.fullmatch(words):
        return _one(date(*map(int, found.groups())))
    if found := _EAST_ASIAN.fullmatch(words):
        return _of(*found.groups())
    if found := _BY_SIZE.fullmatch(words):
        return _of(found[1], found[3], found[4])
    if not (found := _BY_HABIT.fullmatch(words)):
        return None
    one, other = int(found[1]), int(found[3])
    day, month = (other, one) if other > 12 and found[2] != "." else (one, other)
    if found[2] != "." and one != other and max(one, other) <= 12:
        _ask_which(one, other, found[4], today)
    return _dated(month, day, found[4], today)


def _named(words: str, today: date) -> Period | None:
    """Read a date with the name of a month: May 28, 28th of May 2026, april, Thu, 28 May."""
    parts = [part for part in _BETWEEN.split(words) if part and part not in _FILLERS]
    if (found := _day_of_month(parts, today)) is not None:
        return found
    by_sort = {_sort_of(part): part.rstrip(".") for part in parts}
    if "" in by_sort or "month" not in by_sort or len(by_sort) < len(parts):
        return None
    month = month_number(by_sort["month"]) or 0
    day = int(re.sub(r"\D", "", by_sort["day"])) if "day" in by_sort else None
    found = _dated(month, day, by_sort.get("year"), today)
    if "weekday" in by_sort and not _is_a(by_sort["weekday"], found):
        raise NotADate(f"{found.first} is a {found.first:%A}. Leave out the day of the week.")
    return found


def _is_a(weekday: str, period: Period) -> bool:
    return period.days == 1 and period.first.weekday() == weekday_number(weekday)


def _sort_of(part: str) -> str:
    """Return what a part of a date is, "" if it is none."""
    name = part.rstrip(".")
    if month_number(name):
        return "month"
    if weekday_number(name) is not None:
        return "weekday"
    if re.fullmatch(r"\d{4}|'\d\d", part):
        return "year"
    return "day" if _ORDINAL.fullmatch(part) else ""


def _day_of_month(parts: list[str], today: date) -> Period | None:
    """Read "the 28th": the latest that has come."""
    match parts:
        case [one] if day := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)", one):
            first = today.replace(day=1)
            while int(day[1]) > (min(_month(first).last, today)).day and int(day[1]) <= 31:
                first = _month(first - timedelta(days=1)).first
            return _one(first.replace(day=int(day[1])))
        case _:
            return None


def _dated(month: int, day: int | None, year: str | None, today: date) -> Period:
    """Return a day or a month; without a year the latest that has come."""
    if year:
        number = int(year.strip("'"))
        return _of(number + 2000 if number < 100 else number, month, day)
    if (month, day) == (2, 29):
        return _one(next(d for y in range(9) if (d := _leap_day(today.year - y)) and d <= today))
    found = _of(today.year, month, day)
    return found if found.first <= today else _of(today.year - 1, month, day)


def _leap_day(year: int) -> date | None:
    day = date(year, 3, 1) - timedelta(days=1)
    return day if day.day == 29 else None


def _ask_which(one: int, other: int, year: str | None, today: date) -> NoReturn:
    days = [_dated(month, day, year, today).first for month, day in ((other, one), (one, other))]
    meant = " or ".join(f"{day.day} {day:%B}" for day in days)
    raise NotADate(f"That could be {meant}. Write it as {days[0]} or {days[1]}.")


def _of(year: str | int, month: str | int | None = None, day: str | int | None = None) -> Period:
    if not month:
        return _year(int(year))
    if not day:
        return _month(date(int(year), int(month), 1))
    return _one(date(int(year), int(month), int(day)))


def _one(day: date) -> Period:
    return Period(day, day)


def _week_of(day: date) -> Period:
    # the calendar's first day is a Monday, so this stays within the calendar
    monday = day - timedelta(days=day.weekday())
    return Period(monday, monday + timedelta(days=6))


def _month(day: date) -> Period:
    first = day.replace(day=1)
    next_month = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return Period(first, next_month - timedelta(days=1))


def _year(year: int) -> Period:
    return Period(date(year, 1, 1), date(year, 12, 31))


def _number(word: str) -> int:
    return int(word) if word.isdecimal() else max(1, _NUMBERS.index(word) if word != "an" else 1)


def _unit(word: str) -> str:
    return next(unit for unit in _DAYS if unit.startswith(word[0]))


_READERS: tuple[Callable[[str, date], Period | None], ...] = (
    _relative,
    _span,
    _weekday,
    _week,
    _quarter,
    _numeric,
    _named,
)
