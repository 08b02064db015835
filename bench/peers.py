"""Peers that are more than one call, or that have to be there to be measured."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bench.engines import WORD, Engine, TantivyFuzzy, plain_title
from bot.papers import Paper

_SCRIPT = Path(__file__).with_name("minisearch.cjs")


class TantivyReranked(TantivyFuzzy):
    """tantivy's fuzzy terms, its first hundred ordered by how well the words match with rapidfuzz."""

    name = "tantivy fuzzy, re-ranked"
    kept = "tantivy-reranked"
    reread = 100

    async def build(self, papers: Iterable[Paper], number: int) -> None:
        """Write the papers, and their titles and authors to compare with."""
        taken = list(papers)
        await super().build(taken, number)
        with (self._folder / "said.jsonl").open("a", encoding="utf-8") as lines:
            for paper in taken:
                said = f"{plain_title(paper)} {' '.join(paper.authors)}".lower()
                lines.write(json.dumps([paper.id, WORD.findall(said)]) + "\n")

    async def open(self) -> None:
        """Map the index into memory, and read what is compared."""
        await super().open()
        with (self._folder / "said.jsonl").open(encoding="utf-8") as lines:
            self._said: dict[str, list[str]] = dict(map(json.loads, lines))

    def look(self, text: str, limit: int) -> list[str]:
        """Order the first hundred by the mean of how well each word matches its best counterpart."""
        typed = WORD.findall(text.lower())
        found = super().look(text, self.reread)
        scores = {paper: _match(typed, self._said[paper]) for paper in found}
        return sorted(found, key=lambda paper: -scores[paper])[:limit]


def _match(typed: Sequence[str], said: Sequence[str]) -> float:
    """Return how well the words match: whole, misspelt, or as beginnings."""
    import numpy as np
    from rapidfuzz import fuzz, process

    if not (typed and said):
        return 0.0
    whole = process.cdist(typed, said, scorer=fuzz.ratio)
    begun = process.cdist(typed, said, scorer=_beginning)
    best = np.maximum(whole, begun).max(axis=1)
    return float(best.mean())


def _beginning(word: str, other: str, **_: object) -> float:
    return 95.0 if other.startswith(word) else 0.0


class MiniSearch(Engine):
    """MiniSearch in a Node process: fuzzy .2 and prefixes, titles twice as heavy."""

    name = "MiniSearch"
    kept = "minisearch"

    @classmethod
    def missing(cls) -> str:
        """Ask Node for the package."""
        node = shutil.which("node")
        command = [node or "node", "-e", "require('minisearch')"]
        there = node and not subprocess.run(command, capture_output=True, check=False).returncode  # noqa: S603
        return "" if there else "node, and NODE_PATH with the package minisearch"

    async def build(self, papers: Iterable[Paper], number: int) -> None:  # noqa: ARG002
        """Write the papers down; MiniSearch keeps its index in memory."""
        with (self._folder / "papers.jsonl").open("a", encoding="utf-8") as lines:
            for paper in papers:
                said = {"title": plain_title(paper), "authors": " ".join(paper.authors)}
                lines.write(json.dumps({"id": paper.id, **said, "abstract": paper.abstract}) + "\n")

    async def open(self) -> None:
        """Start the process, which reads the papers."""
        command = [shutil.which("node") or "node", str(_SCRIPT), str(self._folder / "papers.jsonl")]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe)  # noqa: ASYNC220, S603

    async def close(self) -> None:
        """End the process."""
        if hasattr(self, "_process"):
            self._process.communicate()

    def look(self, text: str, limit: int) -> list[str]:
        """Ask with one line, and read one."""
        asked, answered = self._process.stdin, self._process.stdout
        if not (asked and answered):
            raise RuntimeError("the process of MiniSearch has no pipes")
        asked.write(json.dumps({"text": text, "limit": limit}).encode() + b"\n")
        asked.flush()
        found: list[str] = json.loads(answered.readline())
        return found


class Xapian(Engine):
    """Xapian's query parser with stems, spelling correction and a last word that may be begun."""

    name = "Xapian"
    kept = "xapian"

    @classmethod
    def missing(cls) -> str:
        """Look for Xapian's Python bindings."""
        return "" if importlib.util.find_spec("xapian") else "the Python bindings of Xapian"

    async def build(self, papers: Iterable[Paper], number: int) -> None:  # noqa: ARG002
        """Write the papers, titles three times as heavy, with a dictionary for spelling."""
        import xapian

        database = xapian.WritableDatabase(str(self._folder), xapian.DB_CREATE_OR_OPEN)
        terms = xapian.TermGenerator()
        terms.set_stemmer(xapian.Stem("en"))
        terms.set_database(database)
        terms.set_flags(xapian.TermGenerator.FLAG_SPELLING)
        for paper in papers:
            document = xapian.Document()
            terms.set_document(document)
            for text, weight in (
                (plain_title(paper), 3),
                (" ".join(paper.authors), 2),
                (paper.abstract, 1),
            ):
                terms.index_text(text, weight)
                terms.increase_termpos()
            document.set_data(paper.id)
            database.add_document(document)
        database.close()

    async def open(self) -> None:
        """Open the database."""
        import xapian

        self._database = xapian.Database(str(self._folder))
        self._parser = xapian.QueryParser()
        self._parser.set_stemmer(xapian.Stem("en"))
        self._parser.set_stemming_strategy(xapian.QueryParser.STEM_SOME)
        self._parser.set_database(self._database)

    def look(self, text: str, limit: int) -> list[str]:
        """Ask with the words as they are, and as they are corrected where nothing is found."""
        return self._matching(text, limit) or self._matching(
            self._parser.get_corrected_query_string(), limit
        )

    def _matching(self, text: Any, limit: int) -> list[str]:
        import xapian

        flags = xapian.QueryParser.FLAG_SPELLING_CORRECTION | xapian.QueryParser.FLAG_PARTIAL
        enquire = xapian.Enquire(self._database)
        enquire.set_query(self._parser.parse_query(text, flags))
        return [match.document.get_data().decode() for match in enquire.get_mset(0, limit)]


PEERS: tuple[type[Engine], ...] = (TantivyReranked, MiniSearch, Xapian)
