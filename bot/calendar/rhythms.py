"""Days and times as people say them in one: "weekdays at 8:30", "the 15th at 9, Berlin"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from typing import TypeAlias

from bot.calendar.month_names import weekday_number
from bot.calendar.schedule import DAY_NAMES, WORKING, Every
from bot.calendar.times import read_time
from bot.calendar.zones import read_zone
from bot.text import shorten, straight

On: TypeAlias = tuple[int, ...] | int  # days of the week from 0 for Monday, or a day of the month

LAST = 31  # of the month: the last where it is shorter
MAX_TEXT = 100  # characters
MAX_TIME_WORDS = 6  # of which a time of day is read, as in "half past 8 in the evening"
_NO_DAYS = "aren’t days. Write mon,wed, or 15 or last for a day of the month."
_NO_RHYTHM = (
    "isn’t clear. Write it as every day at 9:00, weekdays at 8:30, mon and fri at 17:00, or the "
    "15th at 9."
)
_CLOCK = re.compile(
    r"(?:\bat |@ ?)|(?=\b\d{1,2}(?:[:.]\d\d|h\b| ?[ap]\.?m\b)|\b(?:noon|midnight)\b)"
    # "weekdays 9", and not "on day 9", "the 9th" or "every month 9"
    r"|(?<!\bday )(?<!\bthe )(?<!\bon )(?<!month )(?<!monthly )(?<=[a-z] )(?=\d{1,2}(?:,|$))"
)
_FIRST_TIME = re.compile(
    r"(?:at )?(?P<clock>.*?\d.*?|noon|midnight) (?P<days>(?:every|each|on)\b.*)"
)
_OTHER_RHYTHM = re.compile(r"\b(?:\d+|two|three|other|second) (?:hour|day|week|month)s?\b|\bhour")
_FILLER = frozenset(
    "every each on the of in a and day days daily week weekly month months monthly morning "
    "mornings afternoon afternoons evening evenings night nights".split()
)
_LATE = re.compile(r"\b(afternoon|evening|night)s?\b")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often something comes, and what was said of days, time and zone: None if nothing."""

    every: Every
    on: On | None = None
    at: time | None = None
    zone: str | None = None


def read_rhythm(text: str) -> Rhythm:
    """Read days with or without a time and a zone. Raises ValueError with a sentence."""
    words = " ".join(straight(text).lower().split())
    if len(words) > MAX_TEXT or words.isdecimal():
        raise ValueError(f"“{shorten(text, 60)}” {_NO_RHYTHM}")
    days, clock = words, ""
    if turned := _FIRST_TIME.fullmatch(words):
        days, clock = turned["days"], turned["clock"]
    elif found := _CLOCK.search(words):
        days, clock = words[: found.start()], words[found.end() :]
    try:
        every, on = _read_days(days)
    except ValueError as error:
        raise ValueError(f"“{shorten(text, 60)}” {_NO_RHYTHM}") from error
    late = _LATE.search(days)
    if late and not clock:
        raise ValueError(f"“{shorten(text, 60)}” isn’t exact. At what time, as in 9:00 or 7pm?")
    at, zone = _read_clock(clock, f" in the {late[1]}" if late else "")
    return Rhythm(every, on, at, zone)


def read_on(text: str) -> On:
    """Read days of the week, or a day of the month. Raises ValueError with a sentence."""
    words = re.split(r"[\s,]+", re.sub(r" ?[-–] ?", "-", straight(text).strip('", ').lower()))
    days = [day for word in words for day in _days_of_week(word)]
    match words:
        case ["last"]:
            return LAST
        case [day] if re.fullmatch(r"\d{1,2}", day, re.ASCII) and 1 <= int(day) <= LAST:
            return int(day)
        case _ if days and all(map(_days_of_week, words)):
            return tuple(sorted(set(days)))
    raise ValueError(f"“{shorten(text, 40)}” {_NO_DAYS}")


def _read_days(text: str) -> tuple[Every, On | None]:
    if _OTHER_RHYTHM.search(text):
        raise ValueError(text)
    words = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b|[^\w\s-]", " ", text)
    words = re.sub(r" (?:to|until|till|through) ", "-", " ".join(words.split()))
    named = " ".join(word for word in words.split() if word not in _FILLER)
    if named:
        return _rhythm_on(read_on(named))
    if "month" in words:
        return "monthly", None
    return ("weekly" if "week" in words else "daily"), None


def _rhythm_on(on: On) -> tuple[Every, On | None]:
    match on:
        case int():
            return "monthly", on
        case (_,):
            return "weekly", on
        case _ if on == WORKING:
            return "weekdays", None
        case _:
            return ("daily", None) if len(on) == len(DAY_NAMES) else ("days", on)


def _read_clock(text: str, part_of_day: str) -> tuple[time | None, str | None]:
    """Read a time, and the zone that may stand after it."""
    clock, comma, zone = text.strip(" ,").partition(",")
    if not clock:
        return None, None
    words = clock.split()
    for taken in range(min(len(words), MAX_TIME_WORDS), 0, -1):
        at = _time(" ".join(words[:taken]), part_of_day)
        if at is not None:
            zone = " ".join([*words[taken:], zone] if comma else words[taken:])
            zone = re.sub(r"\s+time$", "", zone.strip())
            return at, read_zone(zone) if zone else None
    return read_time(clock), None


def _time(text: str, part_of_day: str) -> time | None:
    for words in filter(None, (text + part_of_day if part_of_day else "", text)):
        try:
            return read_time(words)
        except ValueError:
            continue
    return None


def _days_of_week(word: str) -> tuple[int, ...]:
    """Return the days that a word means: "mon", "mondays", "mon-fri", "weekends"."""
    if word in {"weekday", "weekdays", "weekends", "weekend"}:
        return (5, 6) if word.startswith("weekend") else WORKING
    first, dash, last = word.partition("-")
    if dash:
        return _span_of_days(_days_of_week(first), _days_of_week(last))
    name = word.rstrip(".").removesuffix("s")
    begun = [n for n, day in enumerate(DAY_NAMES) if len(name) > 1 and day.startswith(name)]
    elsewhere = weekday_number(word.rstrip("."))
    return tuple(begun[:1] or ([] if elsewhere is None else [elsewhere]))


def _span_of_days(begin: tuple[int, ...], end: tuple[int, ...]) -> tuple[int, ...]:
    if not begin or not end:
        return ()
    return tuple((begin[0] + n) % 7 for n in range((end[0] - begin[0]) % 7 + 1))
