"""The kinds of arguments that commands take."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta

from bot.calendar.dates import NotADate, Period, read_period
from bot.calendar.ranges import read_days
from bot.calendar.rhythms import LAST, On, Rhythm, read_on, read_rhythm
from bot.calendar.times import read_time
from bot.calendar.zones import read_zone
from bot.chat.arguments import YES_NO, Argument, number
from bot.chat.kinds import Days, Lookup, Number, Role, TimeOfDay, Upload, Where, Words
from bot.text import shorten, straight

FIRST_DAY = date(2023, 5, 4)  # of the lists
LONGEST_TAG, MAX_TAGS = 40, 20
MAX_DAYS = 101  # to list together
FAR = timedelta(days=366)  # no list is further ahead


def _text(text: str, _: date) -> str:
    return straight(text)


def _as_it_is(text: str, _: date) -> str:
    return text


def _day(text: str, today: date) -> date:
    examples = "2026-05-29, May 29, 29.5.2026, last friday, today or yesterday"
    period = _period(text, today, f"isn’t a day. Write it as {examples}.")
    if period.days > 1:
        sentence = f"“{shorten(text, 40)}” isn’t one day. For all of it, type: {_command(period)}"
        raise ValueError(sentence)
    return period.first


def _week(text: str, today: date) -> date:
    named = f"{text} week" if text.lower() in {"this", "last"} else text
    named = f"week {text}" if re.fullmatch(r"\d{1,2}", text, re.ASCII) else named
    no_week = "isn’t a week. Write it as 2026-W22, week 22, a day in it, this or last."
    period = _period(named, today, no_week)
    if _monday(period.first) != _monday(period.last):
        raise ValueError(f"“{shorten(text, 40)}” {no_week}")
    return _monday(period.first)


def _month(text: str, today: date) -> date:
    named = f"{text} month" if text.lower() in {"this", "last"} else text
    no_month = "isn’t a month. Write it as 2026-05, May 2026, a day in it, this or last."
    period = _period(named, today, no_month)
    first = period.first.replace(day=1)
    if first != period.last.replace(day=1):
        raise ValueError(f"“{shorten(text, 40)}” {no_month}")
    return first


def _days(text: str, today: date) -> Period:
    refusal = "isn’t clear. Write it as May 25 to May 29, 2026-05-25 2026-05-29, or last week."
    period = _period(text, today, refusal, read_days)
    if period.first > period.last:
        raise ValueError("The first day is after the last. Swap them.")
    if period.days > MAX_DAYS:
        raise ValueError(f"Choose at most {MAX_DAYS} days.")
    return period


def _period(
    text: str, today: date, refusal: str, read: Callable[[str, date], Period] = read_period
) -> Period:
    """Return the days that a text means; ValueError with a sentence."""
    try:
        period = read(text, today)
        if period.first - today > FAR:  # sums could leave the calendar
            raise NotADate
    except NotADate as error:
        raise ValueError(str(error) or f"“{shorten(text, 40)}” {refusal}") from error
    return period


def _command(period: Period) -> str:
    """Return the line that lists the papers of several days."""
    first, last = period.first, period.last
    if (first.weekday(), period.days) == (0, 7):
        return f"week {first:%G-W%V}"
    if first.day == 1 and (last + timedelta(days=1)).day == 1 and period.days <= LAST:
        return f"month {first:%Y-%m}"
    return f"days {first} {last}"


def _time(text: str, _: date) -> time:
    return read_time(text)


def _zone(text: str, _: date) -> str:
    return read_zone(straight(text))


def _on(text: str, _: date) -> On:
    return read_on(text)


def _when(text: str, _: date) -> Rhythm:
    return read_rhythm(text)


def _role(text: str, _: date) -> str:
    """Read the id of a role, as in a mention of it; "" if the text stands for none."""
    found = re.fullmatch(r"(?:<@&)?(\d{1,20})>?", text.strip(), re.ASCII)
    if not found and text.strip().lower() != "none":
        raise ValueError(f"“{shorten(text, 40)}” isn’t a role. Mention one, or write none.")
    return found[1] if found else ""


def _topics(text: str, _: date) -> str:
    """Read topics, also where their name stands before them as it would before other arguments."""
    named = re.fullmatch(r'topics:\s*(?:"([^"]*)"|(.*))', straight(text), re.IGNORECASE)
    return (named[1] or named[2] or "") if named else straight(text)


def _subscription_or_now(text: str, today: date) -> int | None:
    return None if text.lower() == "now" else subscription_number(text, today)


def subscription_number(text: str, _: date) -> int:
    """Read the number of a subscription; ValueError."""
    bare = text.removeprefix("#")
    if not re.fullmatch(r"\d{1,9}", bare, re.ASCII):
        raise ValueError(
            f"“{shorten(text, 40)}” isn’t the number of a subscription. “subscriptions” lists them."
        )
    return int(bare)


def _monday(day: date) -> date:
    # the calendar's first day is a Monday, so this stays within the calendar
    return day - timedelta(days=day.weekday())


def _tags(text: str, _: date) -> tuple[str, ...]:
    tags = tuple(
        dict.fromkeys(
            "-".join(tag.lower().strip().lstrip("#").split()) for tag in straight(text).split(",")
        )
    )
    if too_long := [tag for tag in tags if len(tag) > LONGEST_TAG]:
        raise ValueError(
            f"“{shorten(too_long[0], 60)}” is too long for a tag: the limit is {LONGEST_TAG} "
            "characters."
        )
    if not (tags := tuple(filter(None, tags))):
        raise ValueError("Write tags with commas between them, as in memory, to-replicate.")
    if len(tags) > MAX_TAGS:
        raise ValueError(f"That’s {len(tags)} tags; the limit is {MAX_TAGS} at a time.")
    return tags


def _tag(text: str, today: date) -> str:
    return _tags(text, today)[0]


QUERY = Argument("what to look for", _text, "diffusion author:ho after:2025", completed_by="query")
PAPERS = Argument("papers", _text, "2401.00001 2402.00002", Lookup("paper", many=True))
PAPER = Argument("a paper", _text, "2401.00001, a link, or part of a title", Lookup("paper"))
WORDS = Argument("words", _text, "diffusion")
DAY = Argument("a day", _day, "2026-05-29", completed_by="day")
SEVERAL_DAYS = Argument("days", _days, "May 25 to May 29")
WEEK = Argument("a week", _week, "2026-W22")
MONTH = Argument("a month", _month, "2026-05")
TAGS = Argument("tags", _tags, "memory, to-replicate", Lookup("tag", many=True))
TAG = Argument("a tag", _tag, "memory", Lookup("tag"))
NOTE = Argument("a note", _as_it_is, "try this on our data", Words(long=True))
PERSON = Argument("a person", _text, "@ada")
FILE = Argument("the name of a file", _text, "shelf.bib")
PASTED = Argument(
    "papers", _as_it_is, "https://arxiv.org/abs/2401.00001", Words(long=True, pasted=True)
)
ATTACHED = Argument("a file", _as_it_is, "shelf.bib", Upload())
COMMAND = Argument("a command", _text, "find", Lookup("command"))
PAGE = number(1, 10_000, "a page number")
TOPICS = Argument("topics", _topics, "diffusion, org:nvidia")
WHEN = Argument("days and a time", _when, "weekdays at 8:30", parts=("every", "on", "at"))
ON = Argument("days", _on, "mon,wed", Days(), depends=("every", ("days", "weekly", "monthly")))
TIME = Argument("a time of day", _time, "9:00", TimeOfDay())
ZONE = Argument("a time zone", _zone, "Berlin", Lookup("zone"))
# what few platforms have
ROLE = Argument("a role", _role, "a mention of it", Role(), rare=True)
PUBLISH = replace(YES_NO, rare=True)
WHERE = Argument("a place", _text, "here, me or #papers", Where())
SUBSCRIPTION = Argument(
    "the number of a subscription",
    subscription_number,
    "3",
    Number(1, 999_999_999),
    completed_by="subscription",
)
SUBSCRIPTION_OR_NOW = Argument(
    SUBSCRIPTION.noun, _subscription_or_now, SUBSCRIPTION.example, completed_by="subscription"
)
MESSAGE = number(1, 999_999_999, "the number of a message")
