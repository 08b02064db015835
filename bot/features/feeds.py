"""Feeds: the day's papers, what is trending, a shelf, or a search, as an Atom document."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from bot.errors import UsageError
from bot.exchange.atom import Feed
from bot.features.services import Services
from bot.library.library import Library
from bot.library.listings import Listing
from bot.models import Person
from bot.search import parse
from bot.store import Tenant

MAX_PAPERS = 100  # in a feed
PAPERS_PAGE = "https://huggingface.co/papers"


async def build_feed(services: Services, person: Person, words: str, now: datetime) -> Feed:
    """Return the feed of a search, of `today`, of `trending`, or of the person's own `shelf`.

    A search lists its newest papers first unless it says otherwise. Raises UsageError for a search
    that makes no sense, and SourceError if a list is not known and cannot be fetched.
    """
    library, origin = services.library, services.store.identity
    match words.lower().split():
        case []:
            raise UsageError(
                "Name a search, today, trending or shelf, as in `paperboy feed robot`."
            )
        case ["today"]:
            listed = await _latest(library)
            return Feed("today", origin, "Daily Papers", listed.papers, now, PAPERS_PAGE)
        case ["trending"]:
            listed = await library.trending(limit=MAX_PAPERS)
            page = f"{PAPERS_PAGE}/trending"
            return Feed("trending", origin, "Trending papers", listed.papers, now, page)
        case ["shelf"]:
            tenant = services.store.tenant(person.platform, person.tenant)
            return await _shelf(library, tenant, person, now, origin)
        case _:
            return await _search(library, words, now, origin)


async def _latest(library: Library) -> Listing:
    """List the last two days with papers, so that a reader that asks once a day misses none."""
    today = library.today()
    last = await library.latest_day() or today
    first = await library.day_before(last) or last
    return await library.between(first, today, limit=MAX_PAPERS)


async def _search(library: Library, words: str, now: datetime, origin: str) -> Feed:
    query = parse(words, library.today())
    newest = f"{words} sort:new" if query.sort == "best" else words
    found = await library.search(newest, limit=MAX_PAPERS)
    page = f"{PAPERS_PAGE}?q={quote(query.text)}" if query.text and not query.filtered else ""
    return Feed(f"find/{words}", origin, f"Papers: {words}", found.papers, now, page)


async def _shelf(
    library: Library, tenant: Tenant, person: Person, now: datetime, origin: str
) -> Feed:
    """Return the papers that a person saved last, each dated when it was saved."""
    ids = (await tenant.shelf.ids(person.id))[:MAX_PAPERS]
    kept = await tenant.shelf.entries(person.id, ids)
    saved = {one: entry.saved for one, entry in kept.items()}
    name = f"shelf/{person.platform}/{person.tenant}/{person.id}"
    papers = await library.papers(ids)
    return Feed(name, origin, "Your shelf", papers, now, moments=saved)
