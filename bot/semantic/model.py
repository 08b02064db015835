"""A model in use: loaded when it is first needed, and freed when it is no longer."""

from __future__ import annotations

import ctypes
import sys
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from bot.papers import Paper
from bot.semantic.encoder import Encoder, Vector
from bot.semantic.known_models import ModelTraits
from bot.semantic.model_folder import ModelFolder

IDLE_SECONDS = 600.0
MAX_CACHED_QUERIES = 1000


class Model:
    """Turns queries and papers into vectors; several threads may use it at once.

    `clock` tells seconds that only go forward.
    """

    def __init__(self, folder: ModelFolder, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._clock = clock
        self._used = clock()
        self._encoder: Encoder | None = None
        self._loading = Lock()
        self._queries: OrderedDict[str, Vector] = OrderedDict()

    @property
    def name(self) -> str:
        """The name that people know it by."""
        return self._folder.name

    @property
    def traits(self) -> ModelTraits:
        """How it wants its texts."""
        return self._folder.traits

    @property
    def fingerprint(self) -> str:
        """What tells its vectors from those of other models; ModelError where it is missing."""
        return self._folder.fingerprint

    @property
    def is_loaded(self) -> bool:
        """Whether it takes up memory."""
        return self._encoder is not None

    def known_query(self, text: str) -> Vector | None:
        """Return the vector of a query that was asked before, None for another one."""
        found = self._queries.get(text)
        if found is not None:
            self._queries.move_to_end(text)
        return found

    def embed_query(self, text: str) -> Vector:
        """Return the vector of a query, and remember it; ModelError where there is no model."""
        vector = self._encode(self.traits.query_prefix + text)
        self._queries[text] = vector
        while len(self._queries) > MAX_CACHED_QUERIES:
            self._queries.popitem(last=False)
        return vector

    def embed_paper(self, paper: Paper) -> Vector:
        """Return the vector of a paper's title and abstract; ModelError where there is no model."""
        return self._encode(self.traits.paper_prefix + paper_text(paper))

    def free_if_idle(self) -> None:
        """Free the memory of a model that was not used for ten minutes."""
        if self._encoder and self._clock() - self._used >= IDLE_SECONDS:
            self._encoder = None
            _return_memory()

    def _encode(self, text: str) -> Vector:
        self._used = self._clock()
        encoder = self._encoder
        if encoder is None:
            with self._loading:
                encoder = self._encoder = self._encoder or self._folder.open()
        return encoder.encode(text)


def _return_memory() -> None:
    """Give freed memory back to the system: glibc would keep two thirds of a model's."""
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)


def paper_text(paper: Paper) -> str:
    """Return what a paper says, in one text."""
    title = paper.title.removesuffix("…")
    if not paper.abstract or not title or paper.abstract.startswith(title):
        return paper.abstract or paper.title
    return f"{paper.title}. {paper.abstract}"
