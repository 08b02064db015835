"""The options of a digest as arguments, and back as words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from datetime import date, time
from typing import Any, TypeAlias, get_type_hints

from bot.calendar.rhythms import LAST, On, Rhythm
from bot.calendar.schedule import DAY_NAMES, Every, Schedule
from bot.chat.arguments import choice, yes_or_no
from bot.chat.signatures import Options
from bot.digests.topic_text import is_phrase, split
from bot.errors import UsageError
from bot.features.arguments import ON, PUBLISH, ROLE, TIME, TOPICS, WHEN, ZONE
from bot.models import Closeness, DigestOptions, Order
from bot.text import count, listed

Changes: TypeAlias = Mapping[str, Any]  # the values of options, by name

USUAL_TIME = time(9)
# the words for no topics, for none left out, and for no role
NOTHING = {"topics": "any", "without": "none", "ping": "none"}
_SEARCHES = ("topics", "without")
MAX_TOPICS = 20
_ORDERS: Mapping[Order, str] = {
    "upvotes": "most upvotes first",
    "trending": "trending first",
    "new": "newest first",
    "for-me": "those most like your shelf first",
}
_LAYOUTS = {
    "threaded": "a short message, with each paper in its thread",
    "compact": "one short message",
    "full": "one message with summaries",
}
_CLOSENESS: Mapping[Closeness, str] = {
    "words": "",
    "close": "or close in meaning (about 1 paper of 250)",
    "wide": "or roughly so in meaning (about 1 paper of 90)",
}
_NO_DAYS = "on: goes with every:days, every:weekly or every:monthly. Leave it out, or choose one."
_WRONG_DAYS: Mapping[Every, str] = {
    "daily": _NO_DAYS,
    "weekdays": _NO_DAYS,
    "days": "Which days? Add them, as in on:mon,wed.",
    "weekly": "A weekly digest takes one day, as in on:mon. For several, use every:days.",
    "monthly": "A monthly digest takes a day of the month, as in on:15 or on:last.",
}

# what needs a language model
CLOSENESS = replace(
    choice(
        {
            "words": "Only papers with the words of a topic",
            "close": "Also papers close to a topic in meaning",
            "wide": "Also papers roughly about a topic",
        }
    ),
    rare=True,
)
# what the values of options are called where a person chooses one
CHOICES = {
    "every": choice(
        {
            "daily": "Every day",
            "weekdays": "Monday to Friday",
            "days": "On certain days of the week",
            "weekly": "Once a week",
            "monthly": "Once a month",
        }
    ),
    "layout": choice(
        {
            "threaded": "A list, and a thread for each paper",
            "compact": "A short list with buttons",
            "full": "Every paper with summary and buttons",
        }
    ),
    "order": choice(
        {
            "upvotes": "Most upvotes first",
            "trending": "Trending first",
            "new": "Newest first",
            "for-me": "Most like your shelf first, in a digest just for you",
        }
    ),
    "closeness": CLOSENESS,
    "day": choice({"today": "Today’s list", "yesterday": "Yesterday’s list, with final votes"}),
}

HELP = """
when: When [every day at 9:00] – as in weekdays at 8:30, mondays 17:00 or the 15th at 9
every: How often [daily]
on: On which days – weekdays as in mon,wed; for monthly a day of the month or last
at: Time of day [9:00] – as in 9:00, 17:30 or 9am
topics: Which papers [all] – searches with commas between, with filters as in find
layout: How it looks [threaded] – threaded, compact, or full with summaries

More:
zone: Time zone [yours] – a city in it, as in Berlin
papers: How many papers [5] – from 1 to 10
order: Sort by [upvotes] – for-me: most like your shelf, in a digest just for you
day: Up to which list [today, in the morning yesterday] – yesterday has final votes
without: Topics to leave out – searches with commas between
closeness: How close in meaning [close] – for topics of three words or more, with a language model
votes: Minimum upvotes [0]
code: Only papers with code [no]
quiet: No message on days without papers [yes]
repeats: Repeat papers already posted [no]
ping: Role to ping [none] – at Discord, in a channel
publish: Publish for followers [no] – at Discord, in an announcement channel
"""
OPTIONS = Options.of(
    HELP,
    get_type_hints(Schedule) | get_type_hints(DigestOptions, include_extras=True),
    {
        "when": WHEN,
        "on": ON,
        "at": TIME,
        "zone": ZONE,
        "topics": TOPICS,
        "without": TOPICS,
        "ping": ROLE,
        "publish": PUBLISH,
        **CHOICES,
    },
)
# what clearing an input of a subscription that is there means
CLEARED = NOTHING | {
    one.name: str(one.default) for one in fields(DigestOptions) if type(one.default) is int
}
_SCHEDULE = {one.name for one in fields(Schedule)}
MAX_INPUTS = 5  # of a form in Discord
# what can be changed in one form, by what it is about
SUBJECTS: dict[str, tuple[str, ...]] = {
    "When": ("every", "on", "at", "zone", "day"),
    "Which papers": ("topics", "closeness", "without", "votes", "code"),
    "How it looks": ("layout", "papers", "order", "quiet", "repeats"),
    "Who is told": ("ping", "publish"),
}
BROADCAST = SUBJECTS["Who is told"]  # what few platforms have
OF_WATCHES = ("topics", "closeness", "without", "votes", "code", "repeats")
# what a form asks for first: where and when digests come, of which papers, and how they look
_FIRST = ("where", "when", "every", "on", "at", "zone", "topics", "layout")


def apply(changes: Changes, before: DigestOptions, today: date) -> DigestOptions:
    """Change options. Raises UsageError if they make no sense."""
    others = {name: value for name, value in changes.items() if name not in _SCHEDULE}
    for name in others.keys() & _SEARCHES:
        others[name] = _searches(others[name], name, today)
    return replace(before, schedule=_schedule(changes, before.schedule), **others)


def in_parts(changes: Changes) -> Changes:
    """Return changes with the days and the time that are said in one as options of their own."""
    match changes.get("when"):
        case Rhythm(every, on, at, zone):
            parts = {"every": every, "on": on, "at": at, "zone": zone}
            said = {name: value for name, value in parts.items() if value is not None}
            return said | {name: value for name, value in changes.items() if name != "when"}
        case _:
            return changes


def inputs(options: DigestOptions, where: str = "") -> Mapping[str, str]:
    """Return what the inputs of a form hold at first, in their order."""
    schedule = options.schedule
    when = f"{_rhythm(schedule)} at {_clock(schedule.at)}"
    held = {**words(options), "when": when, "where": where}
    return {name: held[name] for name in (*_FIRST, *held)}


def values(options: DigestOptions) -> Changes:
    """Return options as the arguments that give them, by name."""
    when, others = options.schedule, asdict(options)
    del others["schedule"]
    on: On | None = (when.on[0] if when.every == "monthly" else when.on) if when.on else None
    return {"every": when.every, "on": on, "at": when.at, "zone": when.zone, **others}


def usual_options(schedule: Schedule) -> DigestOptions:
    """Return the options of a new subscription: an early one shows the list of the day before."""
    early = not schedule.zone or schedule.early
    return DigestOptions(schedule, day="yesterday" if early else "today")


def words(options: DigestOptions) -> Mapping[str, str]:
    """Write options as the arguments that give them."""
    return _written(values(options))


def line(options: DigestOptions, where: str) -> str:
    """Write the command that subscribes with these options; "" where no line can hold them."""
    usual = values(usual_options(options.schedule))
    changes = {
        name: value
        for name, value in values(options).items()
        if name in _SCHEDULE or value != usual[name]
    }
    return line_of(changes, where)


def line_of(changes: Changes, where: str) -> str:
    """Write the command that subscribes with what is said; "" where no line can hold that."""
    told = {**_written(changes), "where": where}
    topics = told.pop("topics", "")
    if any('"' in value and "'" in value for value in told.values()):
        return ""
    named = [f"{name}:{_quoted(value)}" for name, value in told.items() if value]
    return " ".join(filter(None, ["subscribe", topics, *named]))


def when(schedule: Schedule) -> str:
    """Describe when a digest comes, as in "every Monday at 9:00, Europe/Berlin time"."""
    return f"{_rhythm(schedule)} at {_clock(schedule.at)}, {schedule.zone} time"


def which(options: DigestOptions, *, by_meaning: bool) -> str:
    """Describe which papers are in a digest, that may be chosen `by_meaning` too."""
    newest = "yesterday’s list" if options.day == "yesterday" else "today’s list"
    daily = options.schedule.every == "daily"
    source = newest if daily else f"the lists since the last digest, up to {newest}"
    parts = [f"{count(options.papers, 'paper')} of {source}", _ORDERS[options.order]]
    parts += [f"about {options.topics}"] if options.topics else []
    parts += [closeness(options)] if by_meaning and closeness(options) else []
    parts += [f"without {options.without}"] if options.without else []
    parts += [f"with {count(options.votes, 'upvote')} or more"] if options.votes else []
    parts += ["only with code"] if options.code else []
    return " · ".join(parts)


def closeness(options: DigestOptions) -> str:
    """Describe how near in meaning to a topic is enough; "" where only words count."""
    is_asked = any(map(is_phrase, split(options.topics)))
    return _CLOSENESS[options.closeness] if is_asked else ""


def looks(options: DigestOptions) -> str:
    """Describe how a digest looks."""
    quiet = "no message without papers" if options.quiet else "a message even without papers"
    again = ["papers may repeat"] if options.repeats else []
    told = ["pings a role"] if options.ping else []
    told += ["published for followers"] if options.publish else []
    return " · ".join([f"{options.layout}: {_LAYOUTS[options.layout]}", quiet, *again, *told])


def _schedule(changes: Changes, before: Schedule) -> Schedule:
    on: On | None = changes.get("on")
    every: Every = changes.get("every") or _implied(on, before.every)
    kept = before.on if every == before.every or {every, before.every} == {"days", "weekly"} else ()
    at, zone = changes.get("at", before.at), changes.get("zone", before.zone)
    return Schedule(every, at, zone, _on(every, on, kept))


def _implied(on: On | None, before: Every) -> Every:
    match on:
        case None:
            return before
        case int():
            return "monthly"
        case (_,):
            return before if before in {"days", "weekly"} else "weekly"
        case _:
            return "days"


def _on(every: Every, on: On | None, kept: tuple[int, ...]) -> tuple[int, ...]:
    """Return the days of a rhythm: the given ones, the present ones, or the default."""
    usual: dict[Every, On] = {
        "days": kept,
        "weekly": kept[:1] or (0,),
        "monthly": kept[0] if kept else 1,
    }
    match every, usual.get(every) if on is None else on:
        case "daily" | "weekdays", None:
            return ()
        case "monthly", int(day):
            return (day,)
        case ("days", (_, *_) as days) | ("weekly", (_,) as days):
            return days
        case _:
            raise UsageError(_WRONG_DAYS[every], argument="on")


def _searches(text: str, argument: str, today: date) -> str:
    """Check comma-separated searches; "" if the text stands for none. Raises UsageError."""
    # start-up time: searching is imported where it is needed
    from bot.digests.topics import Repository, parse_topic

    if text.lower() in NOTHING.values():
        return ""
    parts = split(text)
    if len(parts) > MAX_TOPICS:
        sentence = f"That is {len(parts)} topics; the limit is {MAX_TOPICS}."
        raise UsageError(sentence, argument=argument)
    for part in parts:
        topic = parse_topic(part, today)
        if not isinstance(topic, Repository) and topic.sort != "best":
            raise UsageError(
                "Topics can’t sort: leave out sort:, and use order: for the digest.",
                argument=argument,
            )
    return ", ".join(parts)


def _rhythm(schedule: Schedule) -> str:
    match schedule.every:
        case "daily":
            return "Every day"
        case "weekdays":
            return "Mondays to Fridays"
        case "days" | "weekly":
            return f"Every {listed([DAY_NAMES[day].capitalize() for day in schedule.on])}"
        case "monthly":
            day = "the last day" if schedule.on == (LAST,) else f"day {schedule.on[0]}"
            return f"Every month, on {day},"


def _clock(at: time) -> str:
    return f"{at.hour}:{at.minute:02}"


def _written(changes: Changes) -> dict[str, str]:
    written = {name: _word(value) for name, value in changes.items()}
    return written | ({"on": "last"} if changes.get("on") == LAST else {})


def _word(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return yes_or_no(value)
        case time():
            return _clock(value)
        case tuple():
            return ",".join(DAY_NAMES[day][:3] for day in value)
        case _:
            return str(value)


def _quoted(value: str) -> str:
    if " " not in value and '"' not in value:
        return value
    return f"'{value}'" if '"' in value else f'"{value}"'
