"""Several days as people write them: May 25 to May 29, 25–29 May, 25.5. 29.5.2026, last week."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from bot.calendar.dates import NotADate, Period, read_period
from bot.text import shorten, straight

_BEFORE = re.compile(r"(?:from|between)\s+", re.IGNORECASE)
# said between the first and the last day, the clearest first: a minus is in dates too
_BETWEEN = (
    re.compile(
        r"\s+(?:to|til|till|until|through|thru|and|bis)\s+|\s*(?:–|—|→|…|\.{2,3})\s*", re.IGNORECASE
    ),
    re.compile(r"\s+-\s+"),
    re.compile(r"-"),
    re.compile(r"\s+"),
)
_DAY_ALONE = re.compile(r"(?:the )?(\d{1,2})(?:st|nd|rd|th|\.)?", re.IGNORECASE)
_YEAR = re.compile(r"\d{4}")
ONE_DAY, WEEK, MONTH = timedelta(days=1), timedelta(days=7), timedelta(days=31)
HALF_A_YEAR = timedelta(days=183)
MAX_CHARS = 100  # that such words have


def read_days(text: str, today: date) -> Period:
    """Return the days that words mean: one period, or all from a first to a last.

    Days without a year are the latest that have begun. Raises NotADate.

    >>> read_days("25 to 29 May", date(2026, 5, 27))
    Period(first=datetime.date(2026, 5, 25), last=datetime.date(2026, 5, 29))
    """
    try:
        return read_period(text, today)
    except NotADate as error:
        trouble = error
    words = _BEFORE.sub("", " ".join(straight(text).replace('"', " ").split()), count=1)
    for between in _BETWEEN:
        found, why = _read_parts(words, between, today)
        if found:
            return found
        trouble = why if str(why) and not str(trouble) else trouble
    raise trouble


def _read_parts(
    words: str, between: re.Pattern[str], today: date
) -> tuple[Period | None, NotADate]:
    """Read words as two dates with something between; NotADate where two places fit.

    Where none does, say why the last was none.
    """
    found, trouble = set(), NotADate()
    for at in between.finditer(words[:MAX_CHARS]):
        try:
            found.add(_from_to(words[: at.start()], words[at.end() :], today))
        except NotADate as error:
            trouble = error
    if len(found) > 1:
        raise NotADate(f"“{shorten(words, 60)}” isn’t clear. Write “to” between the two days.")
    return next(iter(found), None), trouble


def _from_to(first: str, last: str, today: date) -> Period:
    """Read the first and the last day; one that is a number alone has the month of the other."""
    if number := _DAY_ALONE.fullmatch(first):
        end = read_period(last, today)
        begin = Period(_day_before(end.first, int(number[1])), end.last)
        later = _a_year_later(begin)
        return later if not _YEAR.search(last) and later.first <= today else begin
    begin = read_period(first, today)
    if (number := _DAY_ALONE.fullmatch(last)) and begin.days == 1:
        return Period(begin.first, _replace(begin.first, int(number[1])))
    end = read_period(last, today)
    if end.last >= begin.first:
        return Period(begin.first, end.last)
    if _is_relative(first, today) or _is_relative(last, today):
        return Period(begin.first, end.last)
    if _YEAR.search(last):  # of both
        begin = begin if _YEAR.search(first) else read_period(first, end.last)
    else:
        end = next((one for one in _later_years(end) if _is_after(begin, one)), end)
    return Period(begin.first, end.last)


def _is_relative(text: str, today: date) -> bool:
    """Tell whether words like last friday mean another day each week."""
    moved = read_period(text, today).first - read_period(text, today - WEEK).first
    return ONE_DAY <= moved <= MONTH


def _day_before(day: date, number: int) -> date:
    """Return the latest day of this number in a month, up to another day."""
    month = day.replace(day=1)
    if number > day.day:
        month = (month - ONE_DAY).replace(day=1)
    return _replace(month, number)


def _replace(day: date, number: int) -> date:
    try:
        return day.replace(day=number)
    except ValueError as error:
        raise NotADate from error


def _is_after(begin: Period, end: Period) -> bool:
    """Tell whether an end is meant after a beginning: May 25 isn't after May 29, a year later."""
    return timedelta(0) <= end.last - begin.first < HALF_A_YEAR


def _later_years(period: Period) -> Iterator[Period]:
    for _ in range(2):
        period = _a_year_later(period)
        yield period


def _a_year_later(period: Period) -> Period:
    return Period(_next_year(period.first), _next_year(period.last))


def _next_year(day: date) -> date:
    """Return the same day of the next year; of 29 February, the day before."""
    if (day.month, day.day) == (2, 29):
        day -= ONE_DAY
    return day.replace(year=day.year + 1)
