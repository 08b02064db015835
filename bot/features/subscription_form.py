"""The options of a digest as arguments, and back as words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, time
from typing import Any, Literal, TypeAlias

from bot.errors import UsageError
from bot.features.arguments import LAST, On
from bot.models import Day, DigestOptions, Layout, Order
from bot.schedule import DAY_NAMES, Every, Schedule
from bot.text import count, listed

YesNo: TypeAlias = Literal["yes", "no"]

USUAL_TIME = time(9)
ANY, NONE = "any", "none"  # what stands for no topics, and for none left out
MOST_TOPICS = 20
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
_NO_DAYS = "on: goes with every:days, every:weekly or every:monthly. Leave it out, or choose one."
_WRONG_DAYS: Mapping[Every, str] = {
    "daily": _NO_DAYS,
    "weekdays": _NO_DAYS,
    "days": "Which days? Add them, as in on:mon,wed.",
    "weekly": "A weekly digest takes one day, as in on:mon. For several, use every:days.",
    "monthly": "A monthly digest takes a day of the month, as in on:15 or on:last.",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments about a digest by their names; None for those not given."""

    topics: str | None = None
    every: Every | None = None
    on: On | None = None
    at: time | None = None
    zone: str | None = None
    papers: int | None = None
    order: Order | None = None
    day: Day | None = None
    without: str | None = None
    votes: int | None = None
    code: YesNo | None = None
    layout: Layout | None = None
    quiet: YesNo | None = None
    repeats: YesNo | None = None

    def beyond(self, before: DigestOptions) -> Asked:
        """Return only the arguments that differ from the present options."""
        now = asked(before)
        return replace(
            self, **{one.name: None for one in fields(self) if _same(self, now, one.name)}
        )


def asked(options: DigestOptions) -> Asked:
    """Return the arguments that give these options."""
    when = options.schedule
    on: On | None = (when.on[0] if when.every == "monthly" else when.on) if when.on else None
    return Asked(
        options.topics,
        when.every,
        on,
        when.at,
        when.zone,
        options.papers,
        options.order,
        options.day,
        options.without,
        options.votes,
        _yes(options.code),
        options.layout,
        _yes(options.quiet),
        _yes(options.repeats),
    )


def wished(said: Asked, before: DigestOptions, today: date) -> DigestOptions:
    """Apply arguments to options. Raises UsageError if they make no sense."""
    texts = {
        "topics": _searches(said.topics, ANY, today),
        "without": _searches(said.without, NONE, today),
    }
    truths = {
        name: value == "yes"
        for name in ("code", "quiet", "repeats")
        if (value := getattr(said, name))
    }
    plain = {name: getattr(said, name) for name in ("papers", "order", "day", "votes", "layout")}
    changes: dict[str, Any] = {
        name: value for name, value in (plain | texts).items() if value is not None
    } | truths
    return replace(before, schedule=_schedule(said, before.schedule), **changes)


def usual_options(schedule: Schedule) -> DigestOptions:
    """Return the options of a new subscription: an early one shows the list of the day before."""
    early = not schedule.zone or schedule.early
    return DigestOptions(schedule, day="yesterday" if early else "today")


def words(options: DigestOptions) -> Mapping[str, str]:
    """Write options as the arguments that give them."""
    said = asked(options)
    written = {one.name: getattr(said, one.name) for one in fields(said)}
    texts = {name: "" if value is None else str(value) for name, value in written.items()}
    return texts | {"on": _days_written(options.schedule), "at": _clock(options.schedule.at)}


def line(options: DigestOptions, where: str) -> str:
    """Write the command that subscribes with these options; "" where no line can hold them."""
    usual = {**words(usual_options(options.schedule)), "every": "", "on": "", "at": "", "zone": ""}
    told = {name: value for name, value in words(options).items() if value != usual[name]}
    topics = told.pop("topics", "")
    if any('"' in value and "'" in value for value in [*told.values(), where]):
        return ""
    return " ".join(
        filter(
            None,
            [
                "subscribe",
                topics,
                *(f"{n}:{_quoted(v)}" for n, v in (told | {"where": where}).items()),
            ],
        )
    )


def when(schedule: Schedule) -> str:
    """Describe when a digest comes, as in "every Monday at 9:00, Europe/Berlin time"."""
    return f"{_rhythm(schedule)} at {_clock(schedule.at)}, {schedule.zone} time"


def which(options: DigestOptions) -> str:
    """Describe which papers are in a digest."""
    newest = "yesterday’s list" if options.day == "yesterday" else "today’s list"
    daily = options.schedule.every == "daily"
    source = newest if daily else f"the lists since the last digest, up to {newest}"
    parts = [f"{count(options.papers, 'paper')} of {source}", _ORDERS[options.order]]
    parts += [f"about {options.topics}"] if options.topics else []
    parts += [f"without {options.without}"] if options.without else []
    parts += [f"with {count(options.votes, 'upvote')} or more"] if options.votes else []
    parts += ["only with code"] if options.code else []
    return " · ".join(parts)


def looks(options: DigestOptions) -> str:
    """Describe how a digest looks."""
    quiet = "no message without papers" if options.quiet else "a message even without papers"
    again = ["papers may repeat"] if options.repeats else []
    return " · ".join([f"{options.layout}: {_LAYOUTS[options.layout]}", quiet, *again])


def _schedule(said: Asked, before: Schedule) -> Schedule:
    every = said.every or _implied(said.on, before.every)
    kept = before.on if every == before.every or {every, before.every} == {"days", "weekly"} else ()
    on = _on(every, said.on, kept)
    return Schedule(every, said.at or before.at, said.zone or before.zone, on)


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


def _searches(text: str | None, nothing: str, today: date) -> str | None:
    """Check comma-separated searches; "" if the text stands for none. Raises UsageError."""
    from bot.digests.selection import (
        split,  # start-up time: searching is imported where it is needed
    )
    from bot.search import parse

    if not text or text.lower() == nothing:
        return "" if text else None
    parts, argument = split(text), "topics" if nothing == ANY else "without"
    if len(parts) > MOST_TOPICS:
        sentence = f"That is {len(parts)} topics; the limit is {MOST_TOPICS}."
        raise UsageError(sentence, argument=argument)
    for part in parts:
        if parse(part, today).sort != "best":
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


def _days_written(schedule: Schedule) -> str:
    if schedule.every == "monthly":
        return "last" if schedule.on == (LAST,) else str(schedule.on[0])
    return ",".join(DAY_NAMES[day][:3] for day in schedule.on)


def _clock(at: time) -> str:
    return f"{at.hour}:{at.minute:02}"


def _yes(value: bool) -> YesNo:  # noqa: FBT001  # that is what it is about
    return "yes" if value else "no"


def _same(said: Asked, now: Asked, name: str) -> bool:
    return bool(getattr(said, name) == getattr(now, name))


def _quoted(value: str) -> str:
    if " " not in value and '"' not in value:
        return value
    return f"'{value}'" if '"' in value else f'"{value}"'
