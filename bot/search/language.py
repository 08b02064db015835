"""The language of a search: words, and filters such as `author:"Ada Lovelace" after:2025-03 has:code sort:votes`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, TypeAlias, get_args

from rapidfuzz.distance import OSA

from bot.errors import UsageError
from bot.search.words import fold
from bot.text import clean, count, listed, shorten

Sort: TypeAlias = Literal["best", "votes", "new"]

_PART = re.compile(
    r'(?P<name>[^\W\d_]+):(?P<gap>\s*)(?:"(?P<said>[^"]*)"?|(?P<value>\S*))|"(?P<phrase>[^"]*)"?|(?P<word>\S+)'
)
_PERIOD = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_AGO = re.compile(r"(\d{1,4})\s*([dwmy])", re.ASCII)
_LEAST = re.compile(r"(?:>=?)?(\d{1,9})\+?", re.ASCII)
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_MONTHS = (
    "January February March April May June July August September October November December"  # the bot speaks English
).split()


@dataclass(frozen=True, slots=True)
class Query:
    """A search as it was understood.

    `text` is what was typed without the filters. `after` is the first day that counts, `before` the first that no
    longer does. `votes` is the least number of them.
    """

    text: str = ""
    phrases: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    after: date | None = None
    before: date | None = None
    votes: int | None = None
    has_code: bool = False
    sort: Sort = "best"

    @property
    def filtered(self) -> bool:
        """Whether anything but words and an order was asked for."""
        return self != Query(self.text, self.phrases, sort=self.sort)

    def describe(self) -> str:
        """Say what the filters ask for, or "" where there are none."""
        said = [f"by {name}" for name in self.authors] + [f"from {name}" for name in self.organizations]
        if self.after:
            said.append(f"since {_spoken(self.after)}")
        if self.before:
            said.append(f"before {_spoken(self.before)}")
        if self.votes:
            said.append(f"with at least {count(self.votes, 'vote')}")
        if self.has_code:
            said.append("with code")
        order = {"best": "", "votes": "most votes first", "new": "newest first"}[self.sort]
        return ", ".join([*said, order] if order else said)


def parse(text: str, today: date) -> Query:
    """Read a search as it was typed; UsageError where a filter makes no sense."""
    query, plain, phrases = Query(), [], []
    for part in _PART.finditer(clean(text)):
        filtered = _filtered(query, part, today) if part["name"] else None
        if filtered:
            query = filtered
        else:
            plain.append(part["phrase"] if part["word"] is None and not part["name"] else part[0].replace('"', " "))
        if part["phrase"] and len(part["phrase"].split()) > 1:
            phrases.append(part["phrase"].strip())
    if query.after and query.before and query.after >= query.before:
        raise UsageError(
            f"No paper is both since {_spoken(query.after)} and before {_spoken(query.before)}: change a date."
        )
    return replace(query, text=" ".join(" ".join(plain).split()), phrases=tuple(phrases))


def _filtered(query: Query, part: re.Match[str], today: date) -> Query | None:
    """Return the query with one filter more, or None where the colon belongs to words, as in "BERT: pre-training"."""
    name, value = fold(part["name"]), (part["value"] or part["said"] or "").strip()
    if name not in _FILTERS:
        if not part["gap"]:
            _refuse_slip(name, value)
        return None
    try:
        if not value:
            raise UsageError(f"“{name}:” needs something after it, for example {_EXAMPLES[name]}.")
        return _FILTERS[name](query, value, today)
    except UsageError:
        # "after: the party" is a title, "after:party" a mistake
        if part["gap"] and value:
            return None
        raise


def _refuse_slip(name: str, value: str) -> None:
    """Tell a misspelt filter from a colon in a title: "auther:hinton" is one, "BERT: pre-training" is none."""
    near = [known for known in _EXAMPLES if OSA.distance(name, known) == 1 and len(known) > 3]
    if near and value:
        raise UsageError(f"There is no filter “{shorten(name, 40)}:”; did you mean “{near[0]}:”?")


def _author(query: Query, value: str, _: date) -> Query:
    return replace(query, authors=(*query.authors, value))


def _organization(query: Query, value: str, _: date) -> Query:
    return replace(query, organizations=(*query.organizations, value))


def _after(query: Query, value: str, today: date) -> Query:
    first, _ = _period(value, today)
    return replace(query, after=max(first, query.after or first))


def _before(query: Query, value: str, today: date) -> Query:
    first, _ = _period(value, today)
    return replace(query, before=min(first, query.before or first))


def _until(query: Query, value: str, today: date) -> Query:
    _, beyond = _period(value, today)
    return replace(query, before=min(beyond, query.before or beyond))


def _votes(query: Query, value: str, _: date) -> Query:
    least = _LEAST.fullmatch(value)
    if not least:
        raise UsageError(
            f"“votes:{shorten(value, 40)}” asks for no number: votes:50 finds papers with 50 votes or more."
        )
    # ">50" means 51 at least
    wanted = int(least[1]) + (value.startswith(">") and not value.startswith(">="))
    return replace(query, votes=max(wanted, query.votes or 0))


def _has(query: Query, value: str, _: date) -> Query:
    if fold(value) != "code":
        raise UsageError(f"“has:{shorten(value, 40)}” cannot be asked for: only has:code, for papers with their code.")
    return replace(query, has_code=True)


def _sort(query: Query, value: str, _: date) -> Query:
    for sort in get_args(Sort):
        if fold(value) == sort:
            return replace(query, sort=sort)
    raise UsageError(
        f"“sort:{shorten(value, 40)}” is no order: use {listed([f'sort:{s}' for s in get_args(Sort)], 'or')}."
    )


def _period(value: str, today: date) -> tuple[date, date]:
    """Return the first day of a period and the first after it: a year, a month, a day, or some time ago."""
    try:
        if ago := _AGO.fullmatch(fold(value)):
            first = today - timedelta(days=int(ago[1]) * _DAYS[ago[2]])
            return first, first + timedelta(days=1)
        named = {"today": today, "yesterday": today - timedelta(days=1)}.get(fold(value))
        if named:
            return named, named + timedelta(days=1)
        if written := _PERIOD.fullmatch(value):
            year, month, day = (int(number) if number else None for number in written.groups())
            first = date(year or 0, month or 1, day or 1)
            if day:
                return first, first + timedelta(days=1)
            following = date(first.year + 1, 1, 1) if not month or month == 12 else date(first.year, month + 1, 1)
            return first, following
    except (ValueError, OverflowError):
        pass  # 2025-13, or further back than the calendar goes
    raise UsageError(
        f"“{shorten(value, 40)}” is no date: write 2025, 2025-03, 2025-03-15, today, yesterday or 7d (seven days ago)."
    )


def _spoken(day: date) -> str:
    month = _MONTHS[day.month - 1]
    if day.day > 1:
        return f"{day.day} {month} {day.year}"
    return f"{month} {day.year}" if day.month > 1 else str(day.year)


_FILTERS: dict[str, Callable[[Query, str, date], Query]] = {
    "author": _author,
    "org": _organization,
    "organization": _organization,
    "organisation": _organization,
    "after": _after,
    "since": _after,
    "before": _before,
    "until": _until,
    "votes": _votes,
    "has": _has,
    "sort": _sort,
}
_EXAMPLES = {
    "author": 'author:"Ada Lovelace"',
    "org": "org:nvidia",
    "organization": "organization:nvidia",
    "organisation": "organisation:nvidia",
    "after": "after:2025-03",
    "since": "since:7d",
    "before": "before:2025",
    "until": "until:2025-06",
    "votes": "votes:50",
    "has": "has:code",
    "sort": "sort:votes",
}
