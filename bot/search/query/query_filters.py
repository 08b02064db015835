"""The filters of the search language, by name: `after:2025`, `votes:50`, `has:code`, `sort:new`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeAlias, get_args

from rapidfuzz.distance import OSA

from bot.errors import UsageError
from bot.search.analysis.tokenizer import fold
from bot.search.query.date_ranges import parse_dates
from bot.search.query.query import Place, Query, Sort
from bot.text import listed, shorten

# Narrows a query by a value; UsageError where the value makes no sense.
Filter: TypeAlias = Callable[[Query, str, date], Query]

_MIN_VOTES = re.compile(r"(?:>=?)?(\d{1,9})\+?", re.ASCII)


def refuse_slip(name: str, value: str) -> None:
    """Raise UsageError where a name is a slip for a filter: "auther:hinton".

    "BERT: pre-training" is none, but a title.
    """
    near = [known for known in EXAMPLES if OSA.distance(name, known) == 1 and len(known) > 3]
    if near and value:
        raise UsageError(f"There is no filter “{shorten(name, 40)}:”; did you mean “{near[0]}:”?")


def require_value(name: str, value: str) -> None:
    """Raise UsageError where nothing follows the colon."""
    if not value:
        raise UsageError(f"“{name}:” needs something after it, for example {EXAMPLES[name]}.")


def _after(query: Query, value: str, today: date) -> Query:
    first, _ = parse_dates(value, today)
    return replace(query, after=max(first, query.after or first))


def _before(query: Query, value: str, today: date) -> Query:
    first, _ = parse_dates(value, today)
    return replace(query, before=min(first, query.before or first))


def _until(query: Query, value: str, today: date) -> Query:
    _, beyond = parse_dates(value, today)
    return replace(query, before=min(beyond, query.before or beyond))


def _during(query: Query, value: str, today: date) -> Query:
    return _until(_after(query, value, today), value, today)


def _in_week(query: Query, value: str, today: date) -> Query:
    first, beyond = parse_dates(value, today)
    if beyond - first == timedelta(days=1):
        # the calendar's first day is a Monday, so this stays within the calendar
        value = f"{first - timedelta(days=first.weekday()):%G-W%V}"
    return _during(query, value, today)


def _votes(query: Query, value: str, _: date) -> Query:
    number = _MIN_VOTES.fullmatch(value)
    if not number:
        raise UsageError("votes: needs a number, as in votes:50")
    # ">50" means 51 at least
    votes = int(number[1]) + (value.startswith(">") and not value.startswith(">="))
    return replace(query, votes=max(votes, query.votes or 0))


def _has(query: Query, value: str, _: date) -> Query:
    if fold(value) != "code":
        raise UsageError(f"Unsupported filter “has:{shorten(value, 40)}”; try has:code.")
    return replace(query, has_code=True)


def _sort(query: Query, value: str, _: date) -> Query:
    for sort in get_args(Sort):
        if fold(value) == sort:
            return replace(query, sort=sort)
    orders = listed([f"sort:{sort}" for sort in get_args(Sort)], "or")
    raise UsageError(f"Unknown order “sort:{shorten(value, 40)}”; use {orders}.")


PLACES: Mapping[str, Place] = {
    "author": "author",
    "org": "organization",
    "organization": "organization",
    "organisation": "organization",
    "title": "title",
    "abstract": "abstract",
    "keyword": "keyword",
}
FILTERS: Mapping[str, Filter] = {
    "after": _after,
    "since": _after,
    "before": _before,
    "until": _until,
    "week": _in_week,
    "month": _during,
    "year": _during,
    "day": _during,
    "votes": _votes,
    "has": _has,
    "sort": _sort,
}
EXAMPLES: Mapping[str, str] = {
    "author": 'author:"Ada Lovelace"',
    "org": "org:nvidia",
    "organization": "organization:nvidia",
    "organisation": "organisation:nvidia",
    "title": "title:diffusion",
    "abstract": "abstract:diffusion",
    "keyword": "keyword:diffusion",
    "after": "after:2025-03",
    "since": "since:7d",
    "before": "before:2025",
    "until": "until:2025-06",
    "week": "week:2025-W11",
    "month": "month:2025-03",
    "year": "year:2025",
    "day": "day:2025-03-15",
    "votes": "votes:50",
    "has": "has:code",
    "sort": "sort:votes",
}
