"""Similar papers: those that share the words that tell most about a paper."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

import numpy as np

from bot.papers import Paper
from bot.search.analysis.stemmer import stem
from bot.search.analysis.tokenizer import FUNCTION_WORDS
from bot.search.index.arrays import Places
from bot.search.index.documents import SEPARATOR, Document, document, ids_of
from bot.search.index.snapshot import Snapshot
from bot.search.ranking.bm25 import MAX_ANSWERS, Bm25, bm25_of_stems
from bot.search.ranking.context import SearchContext

if TYPE_CHECKING:
    from bot.search.ranking.meaning import Meaning

# Word stems that are compared: more cost time and change little.
MAX_STEMS = 80
# So many uses a word gains by standing in the title, in a keyword or an alias.
TITLE_USES, KEYWORD_USES = 1, 2
# More uses of a word tell less and less.
USES_POWER = 0.75
# What nearness counts beside the score by words, that of the paper itself being 1.
MEANING_WEIGHT = 0.1
# Words that say why a paper is similar.
MAX_SHARED_WORDS = 4


@dataclass(frozen=True, slots=True)
class SimilarPaper:
    """A paper that is similar to another, and the words that tell most of those that they share."""

    id: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Profile:
    """The word stems that tell most about a paper, the first one most: weights, and a word each."""

    weights: Mapping[str, float]
    words: Mapping[str, str]


def find_similar(
    connection: sqlite3.Connection,
    snapshot: Snapshot,
    paper: Paper,
    limit: int,
    meaning: Meaning | None = None,
) -> tuple[SimilarPaper, ...]:
    """Return the papers most similar to this one, itself left out; by its meaning too, if given."""
    profile = _profile(snapshot, _uses(document(paper)))
    # one more, for the paper itself
    context = SearchContext(connection, snapshot)
    bm25 = bm25_of_stems(context, profile.weights)
    if meaning and meaning.vectors.build == snapshot.build:
        rows = _best_by_both(context, bm25, meaning)[: limit + 1].tolist()
    else:
        rows = bm25.best(context, limit + 1).tolist()
    ids = [id_ for id_ in ids_of(connection, rows) if id_ != paper.id][:limit]
    return tuple(SimilarPaper(id_, _shared_words(connection, id_, profile)) for id_ in ids)


def _best_by_both(context: SearchContext, bm25: Bm25, meaning: Meaning) -> Places:
    """Return rows that say or mean the same, best first."""
    rows = np.union1d(bm25.best(context, MAX_ANSWERS), meaning.nearest(None))
    scores = bm25.scores(rows)
    # the paper itself has the highest score, if it is there
    merits = scores / (scores.max(initial=0) or 1.0)
    merits += MEANING_WEIGHT * meaning.nearness(rows)
    found: Places = rows[np.lexsort((-rows, -merits))]
    return found


def _uses(paper: Document) -> Counter[str]:
    """Return how often a paper uses each word."""
    uses: Counter[str] = Counter()
    for text, bonus in (
        (paper.abstract, 0),
        (paper.keywords, KEYWORD_USES),
        (paper.aliases, KEYWORD_USES),
        (paper.title, TITLE_USES),
    ):
        words = [word for word in text.split() if _tells(word)]
        uses.update(words)
        for word in set(words):
            uses[word] += bonus
    return uses


def _tells(word: str) -> bool:
    return len(word) > 1 and word not in FUNCTION_WORDS and word != SEPARATOR


def _profile(snapshot: Snapshot, uses: Counter[str]) -> _Profile:
    """Weigh word stems by how often a paper uses them; choose those that few others use."""
    papers = {word: n for each in snapshot.lexicons for word, n in each.paper_counts(uses).items()}
    scores = {
        word: log(1 + uses[word]) * log(1 + snapshot.row_count / max(1, n))
        for word, n in papers.items()
    }
    weights: dict[str, float] = {}
    words: dict[str, str] = {}
    for word in sorted(scores, key=lambda word: (-scores[word], word)):
        root = stem(word)
        if len(weights) < MAX_STEMS or root in weights:
            weights[root] = weights.get(root, 0.0) + uses[word] ** USES_POWER
            words.setdefault(root, word)
    return _Profile(weights, words)


def _shared_words(connection: sqlite3.Connection, id_: str, profile: _Profile) -> tuple[str, ...]:
    found = connection.execute(
        "SELECT title || ' ' || keywords || ' ' || aliases || ' ' || abstract "
        "FROM paper JOIN abstract USING (row) WHERE id = ?",
        (id_,),
    ).fetchone()
    present = {stem(word) for word in found[0].split()} if found else set()
    return tuple(profile.words[root] for root in profile.weights if root in present)[
        :MAX_SHARED_WORDS
    ]
