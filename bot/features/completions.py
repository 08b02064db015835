"""What completes an argument while it is typed, by what the argument is."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from bot.chat.ports import Completion
from bot.errors import PaperboyError
from bot.models import Person, Suggestion
from bot.zones import find_zones

if TYPE_CHECKING:  # start-up time
    from bot.library.library import Library
    from bot.search.completion import Kind
    from bot.store import Store

log = logging.getLogger(__name__)

MAX_SUGGESTIONS = 25  # the shortest menu: Discord's autocompletion


def completions(store: Store, library: Library) -> Mapping[str, Completion]:
    """Return what completes each kind of argument."""
    return {
        "tag": partial(_tags, store),
        "zone": _zones,
        "paper": partial(_indexed, library, "paper"),
        "author": partial(_indexed, library, "author"),
        "organization": partial(_indexed, library, "organization"),
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
    return tuple(Suggestion(name, name) for name in find_zones(text)[:MAX_SUGGESTIONS])


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
