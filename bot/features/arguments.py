"""The kinds of arguments that commands take."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import TypeAlias

from bot.chat.arguments import Argument, number
from bot.chat.kinds import Days, Lookup, Number, TimeOfDay, Upload, Where, Words
from bot.schedule import DAY_NAMES
from bot.text import listed, shorten, straight
from bot.zones import find_zones

On: TypeAlias = tuple[int, ...] | int  # days of the week from 0 for Monday, or a day of the month

FIRST_DAY = date(2023, 5, 4)  # of the lists
LONGEST_TAG, MOST_TAGS = 40, 20
LAST = 31  # of the month: the last where it is shorter
FAR = timedelta(days=366)  # no list is further ahead


def _text(text: str, _: date) -> str:
    return straight(text)


def _as_it_is(text: str, _: date) -> str:
    return text


def _day(text: str, today: date) -> date:
    if named := _named(text, today=today, yesterday=today - timedelta(days=1)):
        return named
    try:
        return _near(date.fromisoformat(text), today)
    except ValueError:
        raise ValueError(
            f"“{shorten(text, 40)}” isn’t a day. Write it as 2026-05-29, today or yesterday."
        ) from None


def _week(text: str, today: date) -> date:
    this = _monday(today)
    if named := _named(text, this=this, last=this - timedelta(days=7)):
        return named
    try:
        if found := re.fullmatch(r"(\d{4})-?w(\d{1,2})", text.lower(), re.ASCII):
            return _near(date.fromisocalendar(int(found[1]), int(found[2]), 1), today)
        return _near(_monday(date.fromisoformat(text)), today)
    except (ValueError, OverflowError):
        sentence = (
            f"“{shorten(text, 40)}” isn’t a week. Write it as 2026-W22, a day in it, this or last."
        )
        raise ValueError(sentence) from None


def _month(text: str, today: date) -> date:
    this = today.replace(day=1)
    if named := _named(text, this=this, last=(this - timedelta(days=1)).replace(day=1)):
        return named
    try:
        if found := re.fullmatch(r"(\d{4})-(\d{1,2})", text, re.ASCII):
            return _near(date(int(found[1]), int(found[2]), 1), today)
        return _near(date.fromisoformat(text).replace(day=1), today)
    except ValueError:
        sentence = (
            f"“{shorten(text, 40)}” isn’t a month. Write it as 2026-05, a day in it, this or last."
        )
        raise ValueError(sentence) from None


def _time(text: str, _: date) -> time:
    found = re.fullmatch(r"(\d{1,2})(?:[:.h](\d{2}))? ?(?:([ap])\.?m\.?)?", text.lower(), re.ASCII)
    named = {"noon": time(12), "midnight": time(0)}.get(text.lower())
    if (
        found
        and (not found[3] or 1 <= int(found[1]) <= 12)
        and int(found[2] or 0) < 60
        and int(found[1]) < 24
    ):
        hour = int(found[1]) % 12 + 12 * (found[3] == "p") if found[3] else int(found[1])
        return time(hour, int(found[2] or 0))
    if named is None:
        raise ValueError(
            f"“{shorten(text, 40)}” isn’t a time of day. Write it as 9:00, 17:30 or 9am."
        )
    return named


def _zone(text: str, _: date) -> str:
    words = straight(text).strip('"')
    found = find_zones(words) if len(words) > 1 else ()
    wanted = "_".join(words.split()).casefold()
    exact = [name for name in found if name.casefold() == wanted]
    cities = [name for name in found if name.casefold().rpartition("/")[2] == wanted]
    possible = exact[:1] or cities or list(found)
    if len(possible) == 1:
        return possible[0]
    shown = shorten(text, 40)
    if not possible:
        raise ValueError(
            f"“{shown}” isn’t a time zone. Name a large city in it, as in Berlin or New York."
        )
    raise ValueError(f"“{shown}” could be {listed(possible[:3], 'or')}. Write the one you mean.")


def _on(text: str, _: date) -> On:
    words = re.split(r"[\s,]+", straight(text).strip('", ').lower())
    days = [
        n
        for word in words
        for n, name in enumerate(DAY_NAMES)
        if len(word) > 1 and name.startswith(word.rstrip("."))
    ]
    match words:
        case ["last"]:
            return LAST
        case [day] if re.fullmatch(r"\d{1,2}", day, re.ASCII) and 1 <= int(day) <= LAST:
            return int(day)
        case _ if len(days) == len(words):
            return tuple(sorted(set(days)))
    raise ValueError(
        f"“{shorten(text, 40)}” aren’t days. Write mon,wed, or 15 or last for a day of the month."
    )


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


def _named(text: str, **days: date) -> date | None:
    return days.get(text.lower())


def _near(day: date, today: date) -> date:
    """Return the day; ValueError if it is so far ahead that sums could leave the calendar."""
    if day - today > FAR:
        raise ValueError(day)
    return day


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
    if len(tags) > MOST_TAGS:
        raise ValueError(f"That’s {len(tags)} tags; the limit is {MOST_TAGS} at a time.")
    return tags


def _tag(text: str, today: date) -> str:
    return _tags(text, today)[0]


QUERY = Argument("what to look for", _text, "diffusion author:ho after:2025")
PAPER = Argument("a paper", _text, "2401.00001, a link, or part of a title", Lookup("paper"))
WORDS = Argument("words", _text, "diffusion")
DAY = Argument("a day", _day, "2026-05-29")
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
ON = Argument("days", _on, "mon,wed", Days(), depends=("every", ("days", "weekly", "monthly")))
TIME = Argument("a time of day", _time, "9:00", TimeOfDay())
ZONE = Argument("a time zone", _zone, "Berlin", Lookup("zone"))
WHERE = Argument("a place", _text, "here, me or #papers", Where())
SUBSCRIPTION = Argument(
    "the number of a subscription", subscription_number, "3", Number(1, 999_999_999)
)
SUBSCRIPTION_OR_NOW = Argument(SUBSCRIPTION.noun, _subscription_or_now, SUBSCRIPTION.example)
MESSAGE = number(1, 999_999_999, "the number of a message")
