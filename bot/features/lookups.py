"""Papers that a file names, by id or by title: in the library, then at Hugging Face."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.exchange.titles import title_key, words_of
from bot.identifiers import paper_id
from bot.papers import Paper

if TYPE_CHECKING:
    from bot.library.library import Library

# Hugging Face answers 500 requests in 5 minutes; people who search need some of them
BURST = 100  # requests at once
PAUSE_SECONDS = 0.8  # between further ones
MAX_CANDIDATES = 5  # papers that are compared with a title
MAX_MISSING = 20_000  # ids and titles that are remembered
MISSING_SECONDS = 3600.0  # for which Hugging Face is not asked again


class Lookups:
    """Looks papers up one by one, within Hugging Face's limit, however many people ask."""

    def __init__(self, library: Library, pause: float = PAUSE_SECONDS) -> None:
        self._library = library
        self._pause = pause
        self._turn = asyncio.Lock()
        self._allowed, self._allowed_at = float(BURST), 0.0
        self._missing: dict[str, float] = {}

    async def known(self, ids: Sequence[str]) -> dict[str, Paper]:
        """Return the known ones of these papers by their ids."""
        return {paper.id: paper for paper in await self._library.papers(ids)}

    async def known_title(self, title: str) -> Paper | None:
        """Return the known paper of a title, however it is written."""
        words = words_of(title)
        found = await self._library.search(words, limit=MAX_CANDIDATES) if words else None
        return _of_title(title, found.papers) if found else None

    def is_missing(self, paper: Paper) -> bool:
        """Tell whether Hugging Face need not be asked: it said no, or there is nothing to ask."""
        if not _question(paper):
            return True
        since = self._missing.get(_question(paper))
        return since is not None and _seconds() - since < MISSING_SECONDS

    async def remote(self, paper: Paper) -> Paper | None:
        """Return the paper at Hugging Face with the id, or else the title, of `paper`.

        It is kept, so that it is known from then on. Raises SourceError.
        """
        if self.is_missing(paper):
            return None
        await self._wait()
        if paper_id(paper.id):
            found = await self._library.paper(paper.id)
        else:
            found = _of_title(paper.title, await self._library.search_remote(paper.title))
            await self._library.keep([found] if found else [])
        if found is None:
            self._remember(_question(paper))
        return found

    async def _wait(self) -> None:
        """Wait until one more request is within the limit."""
        async with self._turn:
            gained = (_seconds() - self._allowed_at) / self._pause if self._pause else BURST
            self._allowed = min(BURST, self._allowed + gained)
            self._allowed_at = _seconds()
            if self._allowed < 1:
                await asyncio.sleep(self._pause * (1 - self._allowed))
            self._allowed -= 1

    def _remember(self, question: str) -> None:
        self._missing[question] = _seconds()
        if len(self._missing) > MAX_MISSING:
            del self._missing[next(iter(self._missing))]


def _question(paper: Paper) -> str:
    return paper_id(paper.id) or title_key(paper.title)


def _of_title(title: str, papers: Sequence[Paper]) -> Paper | None:
    wanted = title_key(title)
    return next((one for one in papers if wanted and title_key(one.title) == wanted), None)


def _seconds() -> float:
    return asyncio.get_running_loop().time()
