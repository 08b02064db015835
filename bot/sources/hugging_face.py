"""The Hugging Face papers API: lists of papers, search, and single papers."""

from __future__ import annotations

from datetime import date, timedelta
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlencode, urlsplit

from bot.errors import SettingsError, SourceDown, SourceError
from bot.identifiers import paper_id
from bot.network.proxies import NO_PROXIES, Proxies
from bot.papers import Paper, web_address
from bot.sources.items import Batch, batch, paper_from_item
from bot.sources.rate_limit import Patience
from bot.sources.web import Answer, Web
from bot.text import clean

PAGE = 100  # the most that one page of /api/daily_papers holds
MAX_PAGES = 100  # the fullest month has about 1,500 papers
LONGEST_QUERY = 250  # /api/papers/search refuses more
MAX_FOUND = 120  # … and this limit too

__all__ = ["Batch", "HuggingFace", "Patience"]


class HuggingFace:
    """The papers API at an address. All methods raise SourceError, with a sentence for people."""

    def __init__(
        self,
        endpoint: str,
        token: str | None = None,
        *,
        patience: Patience | None = None,
        proxies: Proxies = NO_PROXIES,
    ) -> None:
        token = (token or "").strip()
        if not token.isascii() or not token.isprintable() or " " in token:
            raise SettingsError("HF_TOKEN has characters that no token has; copy it again.")
        self.has_token = bool(token)
        self._web = Web(_address(endpoint), token or None, patience or Patience(), proxies)

    @property
    def clock_offset(self) -> timedelta | None:
        """How far the server's clock was ahead of ours at its last answer."""
        return self._web.clock_offset

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of all connections."""
        await self._web.close()

    async def daily(self, day: date) -> Batch:
        """Return the list of one day."""
        return await self._list({"date": day.isoformat()}, day)

    async def trending(self, limit: int = 50) -> Batch:
        """Return at most `limit` papers that are trending now."""
        return await self._list({"sort": "trending"}, most=limit)

    async def search(self, text: str, limit: int = 50, patience: Patience | None = None) -> Batch:
        """Search with the API's own search; a query that is too long is cut."""
        # counted as JavaScript does: an emoji is two
        query = (
            clean(text)
            .encode("utf-16-le")[: 2 * LONGEST_QUERY]
            .decode("utf-16-le", "ignore")
            .strip()
        )
        if not query:
            return Batch(())
        asked = {"q": query, "limit": str(max(1, min(limit, MAX_FOUND)))}
        answer = await self._web.get(f"/api/papers/search?{urlencode(asked)}", batch, patience)
        return _cut(answer.value, limit) if answer else Batch(())

    async def paper(self, id: str) -> Paper | None:  # noqa: A002  # it is the paper's id, as everywhere
        """Return one paper, None if the API does not know it."""
        arxiv = paper_id(id)
        if arxiv is None:
            return None  # it has no others
        answer = await self._web.get(f"/api/papers/{quote(arxiv)}", paper_from_item)
        return answer.value if answer else None

    async def index(self, id: str) -> bool:  # noqa: A002  # as above
        """Have a paper indexed there, which needs a token; False if there is no such paper."""
        arxiv = paper_id(id)
        return arxiv is not None and await self._web.post("/api/papers/index", {"arxivId": arxiv})

    async def _list(
        self, query: dict[str, str], day: date | None = None, most: int = PAGE * MAX_PAGES
    ) -> Batch:
        asked = urlencode(query | {"limit": str(max(1, min(most, PAGE)))})
        papers: dict[str, Paper] = {}
        skipped, seen = 0, set[str]()
        while asked and asked not in seen and len(seen) < MAX_PAGES:
            seen.add(asked)
            page = await self._page(asked, day)
            new = {paper.id: paper for paper in page.value.papers if paper.id not in papers}
            papers |= new
            skipped += page.value.skipped
            # lists move while they are read: a page can repeat some papers, but one that repeats
            # them all is the last
            more = (new or page.value.skipped) and len(papers) < most
            asked = page.next if more else ""
        if len(seen) == MAX_PAGES:
            raise SourceError(
                "A list of papers at HF_ENDPOINT has no end; check that address or try later."
            )
        return _cut(Batch(tuple(papers.values()), skipped), most)

    async def _page(self, asked: str, day: date | None) -> Answer[Batch]:
        path = f"/api/daily_papers?{asked}"
        answer = await self._web.get(path, lambda items: batch(items, day))
        if answer is None:
            raise SourceDown("There is no list of papers at HF_ENDPOINT; check that address.")
        return answer


def _cut(found: Batch, most: int) -> Batch:
    return Batch(found.papers[:most], found.skipped)


def _address(endpoint: str) -> str:
    address = web_address(endpoint.strip())
    parts = urlsplit(address or "")
    if address is None or "@" in parts.netloc or parts.query or parts.fragment:
        raise SettingsError(
            "HF_ENDPOINT must be an address such as https://huggingface.co, with no name or "
            "password."
        )
    return address.rstrip("/")
