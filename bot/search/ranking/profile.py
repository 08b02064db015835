"""Papers for a reader, by the words of those on the reader's shelf. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from math import log, sqrt
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from bot.papers import Paper
from bot.search.analysis.tokenizer import STOP_WORDS, tokenize
from bot.search.ranking.kept_vectors import KeptVectors

# So many uses a word gains by standing in the title or in a keyword, and an organisation has.
TITLE_USES, KEYWORD_USES, ORGANIZATION_USES = 3, 2, 4
# How much the one paper that is most similar counts, beside all on the shelf together.
NEAREST_WEIGHT = 0.5
# How much papers count that were called useful or useless, beside all on the shelf together.
FEEDBACK_WEIGHT = 0.5
# How much a keyword or an organisation counts that comes again among the papers kept.
RECURRING_WEIGHT = 0.8
# How much closeness in meaning counts beside that in words.
MEANING_WEIGHT = 0.3
MAX_WORDS = 60  # of a paper that are compared

Vector: TypeAlias = Mapping[str, float]


def rank_for(
    kept: Sequence[Paper],
    papers: Sequence[Paper],
    useful: Sequence[Paper] = (),
    useless: Sequence[Paper] = (),
    meanings: Mapping[str, npt.NDArray[np.float32]] = MappingProxyType({}),
) -> list[tuple[Paper, Paper]]:
    """Order papers by similarity to those kept, each with the kept one that is most similar.

    By TF-IDF and cosines; papers that have nothing in common with any are left out. Similarity to
    papers that the reader called useful counts for a paper, that to useless ones against it. So do
    keywords and organisations of several kept papers. What papers mean counts as far as `meanings`
    has their vectors; the paper kept last comes first.
    """
    rated = (*useful, *useless)
    uses = [_uses(paper) for paper in (*kept, *papers, *rated)]
    # a word of many kept papers is telling, unless many others have it too
    others = Counter(word for each in uses[len(kept) : len(kept) + len(papers)] for word in each)
    vectors = [_vector(each, others, len(papers) + 1) for each in uses]
    ours, theirs = vectors[: len(kept)], vectors[len(kept) : len(kept) + len(papers)]
    told = vectors[len(kept) + len(papers) :]
    liked, disliked = _centroid(told[: len(useful)]), _centroid(told[len(useful) :])
    postings, centroid = _postings(ours), _centroid(ours)
    meant = KeptVectors.of([paper.id for paper in kept], meanings)
    recurring = _recurring(kept, papers)
    scored = []
    for paper, vector in zip(papers, theirs, strict=True):
        similarities = _sum(_similarities(vector, postings), meant.similarities(paper.id))
        if similarities:
            nearest = max(similarities, key=lambda n: (similarities[n], -n))
            opinion = _cosine(vector, liked) - _cosine(vector, disliked)
            overall = _cosine(vector, centroid) + FEEDBACK_WEIGHT * opinion
            overall += MEANING_WEIGHT * meant.overall(paper.id)
            overall += RECURRING_WEIGHT * sum(recurring.get(each, 0) for each in _topics(paper))
            score = NEAREST_WEIGHT * similarities[nearest] + overall
            scored.append((score, paper, kept[nearest]))
    scored.sort(key=lambda one: (-one[0], one[1].id))
    return [(paper, because) for _, paper, because in scored]


def _recurring(kept: Sequence[Paper], papers: Sequence[Paper]) -> Mapping[str, float]:
    """Weigh what several kept papers are about: by how many they are, and how few others."""
    times, others = (
        Counter(topic for paper in each for topic in _topics(paper)) for each in (kept, papers)
    )
    total = len(papers) + 2
    return {
        topic: (n - 1) / len(kept) * log(total / max(1, others[topic]), total)
        for topic, n in times.items()
        if n > 1  # one paper has many keywords, and says of none that it was kept for that
    }


def _topics(paper: Paper) -> frozenset[str]:
    """Return a paper's keywords, each as a whole, and its organisation."""
    handle = {f"@{paper.organization.handle}"} if paper.organization else set()
    return frozenset({*handle, *(" ".join(tokenize(keyword)) for keyword in paper.keywords)})


def _sum(words: Mapping[int, float], meaning: Mapping[int, float]) -> Mapping[int, float]:
    """Return by how much papers are alike in words and meaning together."""
    return {n: words.get(n, 0.0) + MEANING_WEIGHT * meaning.get(n, 0.0) for n in {*words, *meaning}}


def _cosine(vector: Vector, other: Vector) -> float:
    return sum(weight * other.get(word, 0.0) for word, weight in vector.items())


def _uses(paper: Paper) -> Counter[str]:
    abstract = tokenize(paper.abstract)
    uses = Counter(word for word in abstract if len(word) > 1 and word not in STOP_WORDS)
    for bonus, text in ((TITLE_USES, paper.title), (KEYWORD_USES, " ".join(paper.keywords))):
        for word in set(tokenize(text)) - set(STOP_WORDS):
            uses[word] += bonus
    if paper.organization:
        uses[f"@{paper.organization.handle}"] += ORGANIZATION_USES
    return uses


def _vector(uses: Mapping[str, int], others: Mapping[str, int], total: int) -> Vector:
    """Return the words by how often they are used and how few others use them, of length 1."""
    weights = {
        word: log(1 + n) * log(total / others[word]) for word, n in uses.items() if word in others
    }
    best = dict(sorted(weights.items(), key=lambda one: -one[1])[:MAX_WORDS])
    return _normalize(best)


def _normalize(weights: Mapping[str, float]) -> Vector:
    length = sqrt(sum(weight * weight for weight in weights.values()))
    return {word: weight / length for word, weight in weights.items()} if length else {}


def _centroid(vectors: Sequence[Vector]) -> Vector:
    total: dict[str, float] = defaultdict(float)
    for vector in vectors:
        for word, weight in vector.items():
            total[word] += weight
    return _normalize(total)


def _postings(vectors: Sequence[Vector]) -> Mapping[str, Sequence[tuple[int, float]]]:
    """Return for each word the vectors that have it, with its weights."""
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for n, vector in enumerate(vectors):
        for word, weight in vector.items():
            postings[word].append((n, weight))
    return postings


def _similarities(
    vector: Vector, postings: Mapping[str, Sequence[tuple[int, float]]]
) -> Mapping[int, float]:
    """Return the cosines with those vectors that have a word in common."""
    cosines: dict[int, float] = defaultdict(float)
    for word, weight in vector.items():
        for n, ours in postings.get(word, ()):
            cosines[n] += weight * ours
    return cosines
