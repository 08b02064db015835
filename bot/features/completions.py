"""What completes an argument while it is typed, by what the argument is."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.calendar.zones import complete_zones
from bot.cards import day_name
from bot.chat.ports import Completion
from bot.errors import PaperboyError
from bot.features.digest_options import when
from bot.models import Person, Subscription, Suggestion

if TYPE_CHECKING:  # start-up time
    from bot.library.library import Library
    from bot.search.completion import Kind
    from bot.store import Store

log = logging.getLogger(__name__)

MAX_SUGGESTIONS = 25  # the shortest menu: Discord's autocompletion
MAX_DAYS = 60  # that are offered, counted from today
MIN_NAME, MAX_NAMES = 3, 3  # letters of a name, and how many of a kind are offered in a search
_NAME_FILTER = re.compile(
    r'(?:^|\s)-?(?P<filter>author|org|organi[sz]ation):"?(?P<name>[^"]*)$', re.IGNORECASE
)


def completions(store: Store, library: Library) -> Mapping[str, Completion]:
    """Return what completes each kind of argument."""
    return {
        "tag": partial(_tags, store),
        "zone": _zones,
        "paper": partial(_indexed, library, "paper"),
        "author": partial(_indexed, library, "author"),
        "organization": partial(_indexed, library, "organization"),
        "query": partial(_queries, library),
        "day": partial(_days, library),
        "subscription": partial(_subscriptions, store),
    }


async def _tags(store: Store, text: str, person: Person | None) -> tuple[Suggestion, ...]:
    """Complete the last of several tags with what the person's team uses."""
    if person is None:
        return ()
    done, comma, begun = text.rpartition(",")
    tags = store.tenant(person.platform, person.tenant).tags
    found = await tags.used(person.id, begun.strip().lower(), MAX_SUGGESTIONS)
    before = f"{done}{comma} " if comma else ""
    return tuple(Suggestion(f"{before}{tag}", f"{before}{tag}") for tag in found)


async def _zones(text: str, _: Person | None) -> tuple[Suggestion, ...]:
    return tuple(Suggestion(shown, zone) for shown, zone in complete_zones(text)[:MAX_SUGGESTIONS])


async def _queries(library: Library, text: str, person: Person | None) -> tuple[Suggestion, ...]:
    """Complete a search: titles, names after a filter that takes one, and filters."""
    if named := _NAME_FILTER.search(text):
        kind: Kind = "author" if named["filter"].lower() == "author" else "organization"
        before = text[: named.start("name")].removesuffix('"')
        found = await _indexed(library, kind, named["name"], person)
        queries = [f'{before}"{one.value}"' for one in found]
        return tuple(Suggestion(query, query) for query in queries)
    from bot.search.query.query_filters import EXAMPLES  # start-up time: a search loads it anyway

    papers = await _indexed(library, "paper", text, person)
    before, space, word = text.rpartition(" ")
    begun = [example for example in EXAMPLES.values() if word and example.startswith(word.lower())]
    filters = [Suggestion(f"{before}{space}{one}", f"{before}{space}{one}") for one in begun]
    return (*filters, *await _names(library, text, person), *papers)[:MAX_SUGGESTIONS]


async def _names(library: Library, text: str, person: Person | None) -> list[Suggestion]:
    """Return the searches for authors and organisations whose names begin with a text."""
    if len(text) < MIN_NAME:
        return []
    authors = await _indexed(library, "author", text, person)
    organizations = await _indexed(library, "organization", text, person)
    return [
        *_named("author", [one for one in authors if _is_begun(one.label, text)]),
        *_named("org", [one for one in organizations if _is_begun(one.label, text)]),
    ]


def _named(name: str, found: Sequence[Suggestion]) -> list[Suggestion]:
    return [
        Suggestion(f"{name}: {one.label}", f'{name}:"{one.value}"') for one in found[:MAX_NAMES]
    ]


def _is_begun(name: str, text: str) -> bool:
    """Tell whether a text begins a name, or the last word of it."""
    last = name.rpartition(" ")[2]
    return any(one.lower().startswith(text.lower()) for one in (name, last))


async def _days(library: Library, text: str, _: Person | None) -> tuple[Suggestion, ...]:
    """Complete a day by its name or date: the last ones."""
    today = library.today()
    days = [today - timedelta(days=back) for back in range(MAX_DAYS)]
    named = {today: "Today", today - timedelta(days=1): "Yesterday"}
    every = [(f"{named.get(day, f'{day:%A}')}, {day_name(day)}", day.isoformat()) for day in days]
    found = [one for one in every if any(text.lower() in part.lower() for part in one)]
    return tuple(Suggestion(*one) for one in found[:MAX_SUGGESTIONS])


async def _subscriptions(store: Store, text: str, person: Person | None) -> tuple[Suggestion, ...]:
    """Complete the number of a subscription that the person made, by what is known of it."""
    if person is None:
        return ()
    subscriptions = store.tenant(person.platform, person.tenant).subscriptions
    made = await subscriptions.near(person.id, "", MAX_SUGGESTIONS)
    found = [Suggestion(" · ".join(filter(None, _facts(one))), str(one.id)) for one in made]
    return tuple(one for one in found if text.lower() in one.label.lower())


def _facts(one: Subscription) -> tuple[str, str, str]:
    return str(one.id), when(one.options.schedule), one.options.topics


async def _indexed(
    library: Library, kind: Kind, text: str, person: Person | None
) -> tuple[Suggestion, ...]:
    """Complete from the search index; what a person types on takes the place of what waits."""
    asker = (person.platform, person.tenant, person.id, kind) if person else None
    try:
        return await library.suggest(kind, text, MAX_SUGGESTIONS, asker=asker)
    except PaperboyError as error:
        log.warning("completing a %s: %s", kind, error)
        return ()
