"""What is compared: Paperboy's search, and what one could use instead, each as its makers show it."""

from __future__ import annotations

import json
import re
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from bench import model
from bot.errors import UsageError
from bot.identifiers import paper_id
from bot.papers import Paper
from bot.search import Index, Query, parse
from bot.search.ranking.meaning import Meaning
from bot.semantic.encoder import Vector
from bot.semantic.model import Model
from bot.semantic.model_folder import ModelFolder

T = TypeVar("T")

TODAY = date(2026, 1, 1)  # only filters depend on it
SUGGESTED = 25  # as many as Discord shows
WORD = re.compile(r"\w+")


class Engine(ABC):
    """Finds papers with what it keeps in a folder. Nothing heavy is imported before `build` or `open`."""

    name: ClassVar[str]
    grows: ClassVar[bool] = True  # papers can be added without building it anew
    blocks: ClassVar[bool] = True  # `look` takes its time in the caller's thread
    kept: ClassVar[str]  # the folder's name, the same where engines share one

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def missing(cls) -> str:
        """Say what has to be installed to measure it; "" where nothing has to."""
        return ""

    @abstractmethod
    async def build(self, papers: Iterable[Paper], number: int) -> None:
        """Take so many papers in, and keep them in the folder: the first ones, or more."""

    @abstractmethod
    async def open(self) -> None:
        """Get ready to answer, in a new process."""

    async def close(self) -> None:  # noqa: B027  # most have nothing to do
        """Let go of what is open."""

    @abstractmethod
    def look(self, text: str, limit: int) -> list[str]:
        """Return the ids of the papers found, best first."""

    async def find(self, text: str, limit: int) -> list[str]:
        """Return the ids of the papers found, best first, as from a coroutine."""
        return self.look(text, limit)


# --- Paperboy ---


class Search(Engine):
    """Paperboy's full search, as `find` uses it."""

    name = "Paperboy, search"
    kept = "paperboy"
    blocks = False
    _index: Index
    _opened = False

    async def build(self, papers: Iterable[Paper], number: int) -> None:
        """Follow the papers."""
        if not self._opened:
            await self.open()
        left, first = iter(papers), self._index.revision

        async def changed(after: int, limit: int) -> Sequence[tuple[int, Paper]]:
            return list(enumerate(islice(left, min(limit, first + number - after)), after + 1))

        await self._index.follow(changed, first + number)

    async def open(self) -> None:
        """Open the index."""
        self._index, self._opened = await self._open_index(), True

    async def _open_index(self) -> Index:
        return await Index.open(self._folder / "search.sqlite3", "benchmark")

    async def close(self) -> None:
        """Close the index."""
        await self._index.close()
        self._opened = False

    async def similar(self, paper: Paper, limit: int) -> list[str]:
        """Return the ids of papers like one."""
        return [one.id for one in await self._index.similar(paper, limit=limit)]

    def look(self, text: str, limit: int) -> list[str]:
        """Refuse: it never blocks its caller."""
        raise NotImplementedError

    async def find(self, text: str, limit: int) -> list[str]:
        """Look an id up, search for all else."""
        if known := paper_id(text):
            return [known]
        try:
            query = parse(text, TODAY)
        except UsageError:  # a title can look like a misspelt filter
            query = Query(text)
        return list((await self._index.search(query, limit=limit)).ids)


class SearchByMeaning(Search):
    """Paperboy's full search with a small language model, all papers being embedded."""

    name = "Paperboy, by meaning"
    kept = "paperboy-meaning"

    @classmethod
    def missing(cls) -> str:
        """Tell how to get the model."""
        return "" if model.is_there() and find_spec("onnxruntime") else "a model: make model"

    async def build(self, papers: Iterable[Paper], number: int) -> None:
        """Follow the papers, and embed each."""
        known: dict[str, Paper] = {}

        def noted() -> Iterator[Paper]:
            for paper in papers:
                known[paper.id] = paper
                yield paper

        async def papers_of(ids: Sequence[str]) -> Sequence[Paper]:
            return [known[id_] for id_ in ids]

        await super().build(noted(), number)
        if self._index.semantic:
            await self._index.semantic.catch_up(papers_of)

    async def meaning_of(self, query: Query) -> Meaning | None:
        """Return what a query means."""
        return await self._index.semantic.meaning_of(query) if self._index.semantic else None

    async def vectors_of(self, ids: Sequence[str]) -> Mapping[str, Vector]:
        """Return the vectors of papers by their ids."""
        return await self._index.vectors_of(ids)

    async def read(self, work: Callable[..., T], *args: object) -> T:
        """Call `work` with a connection, what it reads, and `args`."""
        return await self._index.read(work, *args, empty=None)  # type: ignore[return-value]

    async def _open_index(self) -> Index:
        path = self._folder / "search.sqlite3"
        return await Index.open(path, "benchmark", Model(ModelFolder(model.FOLDER)))


class Completion(Search):
    """Paperboy's autocompletion, as slash commands use it."""

    name = "Paperboy, completion"

    async def find(self, text: str, limit: int) -> list[str]:  # noqa: ARG002  # as many as are shown
        """Complete what is typed."""
        return [
            suggestion.value for suggestion in await self._index.suggest("paper", text, SUGGESTED)
        ]


# --- rapidfuzz ---


class Titles(Engine):
    """rapidfuzz's own search: its weighted ratio against every title."""

    name = "rapidfuzz WRatio"
    kept = "titles"
    _titles: dict[str, str]

    async def build(self, papers: Iterable[Paper], number: int) -> None:  # noqa: ARG002
        """Write down the titles."""
        with (self._folder / "titles.jsonl").open("a", encoding="utf-8") as lines:
            lines.writelines(json.dumps([paper.id, paper.title]) + "\n" for paper in papers)

    async def open(self) -> None:
        """Read the titles."""
        with (self._folder / "titles.jsonl").open(encoding="utf-8") as lines:
            self._titles = dict(map(json.loads, lines))

    def look(self, text: str, limit: int) -> list[str]:
        """Compare with each title."""
        from rapidfuzz import fuzz, process, utils

        found = process.extract(
            text, self._titles, scorer=fuzz.WRatio, processor=utils.default_process, limit=limit
        )
        return [paper for *_, paper in found]


# --- SQLite's FTS5 ---


class Fts5(Engine):
    """FTS5's bm25 over titles and authors: all words, and if none has them, any."""

    name = "FTS5 bm25"
    kept = "fts5"
    columns: ClassVar[str] = "title, authors"
    tokenizer: ClassVar[str] = "unicode61"

    async def build(self, papers: Iterable[Paper], number: int) -> None:  # noqa: ARG002
        """Fill the table."""
        await self.open()
        with self._connection as connection:
            connection.execute(
                f"CREATE VIRTUAL TABLE IF NOT EXISTS papers USING fts5 (id UNINDEXED, {self.columns}, "
                f"tokenize='{self.tokenizer}')"
            )
            rows = ((paper.id, *self._row(paper)) for paper in papers)
            marks = ", ".join("?" * (2 + self.columns.count(",")))
            connection.executemany(f"INSERT INTO papers VALUES ({marks})", rows)  # noqa: S608  # only question marks

    async def open(self) -> None:
        """Open the database."""
        self._connection = sqlite3.connect(self._folder / "fts5.sqlite3", check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")

    async def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def look(self, text: str, limit: int) -> list[str]:
        """Ask for all words, then for any."""
        quoted = [f'"{word}"' for word in WORD.findall(text)]
        return self._matching(" AND ".join(quoted), limit) or self._matching(
            " OR ".join(quoted), limit
        )

    def _matching(self, sought: str, limit: int) -> list[str]:
        rows = self._connection.execute(
            "SELECT id FROM papers WHERE papers MATCH ? ORDER BY rank LIMIT ?",
            (sought or '""', limit),
        )
        return [paper for (paper,) in rows]

    def _row(self, paper: Paper) -> tuple[str, ...]:
        return paper.title, " ".join(paper.authors)


class Fts5Porter(Fts5):
    """FTS5's bm25 over titles and abstracts, by the stems of words: any of them."""

    name = "FTS5 porter, abstracts"
    kept = "fts5-porter"
    columns = "title, authors, abstract"
    tokenizer = "porter unicode61"

    def look(self, text: str, limit: int) -> list[str]:
        """Ask for any of the words."""
        return self._matching(" OR ".join(f'"{word}"' for word in WORD.findall(text)), limit)

    def _row(self, paper: Paper) -> tuple[str, ...]:
        return plain_title(paper), " ".join(paper.authors), paper.abstract


# --- bm25s ---


class Bm25s(Engine):
    """bm25s over titles, authors and abstracts, without its list of stop words."""

    name = "bm25s"
    kept = "bm25s"
    grows = False
    stems: ClassVar[bool] = False

    async def build(self, papers: Iterable[Paper], number: int) -> None:  # noqa: ARG002
        """Index the words, and save the index."""
        import bm25s

        ids: list[str] = []

        def texts() -> Iterator[str]:
            for paper in papers:
                ids.append(paper.id)
                yield f"{plain_title(paper)} {' '.join(paper.authors)} {paper.abstract}"

        index = bm25s.BM25()
        index.index(self._words(list(texts())), show_progress=False)
        index.save(self._folder / "bm25s")
        (self._folder / "ids.json").write_text(json.dumps(ids))

    async def open(self) -> None:
        """Map the index into memory."""
        import bm25s

        self._index = bm25s.BM25.load(self._folder / "bm25s", mmap=True)
        self._ids: list[str] = json.loads((self._folder / "ids.json").read_text())

    def look(self, text: str, limit: int) -> list[str]:
        """Ask for any of the words."""
        found, _ = self._index.retrieve(
            self._words([text]), k=min(limit, len(self._ids)), show_progress=False
        )
        return [self._ids[number] for number in found[0]]

    def _words(self, texts: list[str]) -> Any:
        import bm25s
        import Stemmer

        stemmer = Stemmer.Stemmer("english") if self.stems else None
        return bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False)


class Bm25sStems(Bm25s):
    """bm25s by the stems of words."""

    name = "bm25s, stems"
    kept = "bm25s-stems"
    stems = True


# --- tantivy ---


class Tantivy(Engine):
    """tantivy's BM25 over titles, authors and abstracts: any of the words."""

    name = "tantivy BM25"
    kept = "tantivy"

    async def build(self, papers: Iterable[Paper], number: int) -> None:  # noqa: ARG002
        """Write the papers, and commit them."""
        import tantivy

        schema = tantivy.SchemaBuilder().add_text_field("id", stored=True, tokenizer_name="raw")
        for field in ("title", "authors", "abstract"):
            schema = schema.add_text_field(field)
        writer = tantivy.Index(schema.build(), path=str(self._folder)).writer(
            heap_size=128_000_000, num_threads=1
        )
        for paper in papers:
            said = {
                "title": plain_title(paper),
                "authors": " ".join(paper.authors),
                "abstract": paper.abstract,
            }
            writer.add_document(tantivy.Document(id=paper.id, **said))
        writer.commit()
        writer.wait_merging_threads()

    async def open(self) -> None:
        """Map the index into memory."""
        import tantivy

        self._index = tantivy.Index.open(str(self._folder))
        self._searcher = self._index.searcher()

    def look(self, text: str, limit: int) -> list[str]:
        """Ask for any of the words."""
        words = WORD.findall(text.lower())
        found = self._searcher.search(self._query(words), limit, count=False).hits if words else []
        return [self._searcher.doc(address)["id"][0] for _, address in found]

    def _query(self, words: Sequence[str]) -> Any:
        return self._index.parse_query(
            " ".join(f'"{word}"' for word in words), ["title", "authors", "abstract"]
        )


class TantivyFuzzy(Tantivy):
    """tantivy's fuzzy terms over titles and authors: distance 1, and any word may be the beginning of one."""

    name = "tantivy fuzzy, prefix"

    def _query(self, words: Sequence[str]) -> Any:
        import tantivy

        schema = self._index.schema
        terms = [
            tantivy.Query.fuzzy_term_query(schema, field, word, distance=1, prefix=True)
            for word in words
            for field in ("title", "authors")
        ]
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])


ENGINES: tuple[type[Engine], ...] = (
    *(
        Completion,
        Search,
        SearchByMeaning,
        Titles,
        Fts5,
        Fts5Porter,
        Bm25s,
        Bm25sStems,
        Tantivy,
        TantivyFuzzy,
    ),
)
# What searches the text of a test collection.
READERS: tuple[type[Engine], ...] = (
    Search,
    SearchByMeaning,
    Titles,
    Fts5Porter,
    Bm25s,
    Bm25sStems,
    Tantivy,
)


def plain_title(paper: Paper) -> str:
    """Return the title, "" where it was made from the abstract: nobody should count its words twice."""
    return "" if paper.abstract.startswith(paper.title.removesuffix("…")) else paper.title
