"""Which papers somebody would want to read, by the words of those that they keep. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from math import log, sqrt
from typing import TypeAlias

from bot.papers import Paper
from bot.search.query.tokenizer import COMMON, words

# A word of the title or a keyword tells more about a paper than one of its abstract; whose it is
# tells much.
TITLE, TERM, ORGANIZATION = 3, 2, 4
# How much the one paper that is most alike counts, beside all that are kept together.
NEAREST = 0.5
TELLING = 60  # words of a paper that are compared

Vector: TypeAlias = Mapping[str, float]


def rank_for(kept: Sequence[Paper], papers: Sequence[Paper]) -> list[tuple[Paper, Paper]]:
    """Order papers by likeness to those that somebody keeps, each with the kept one that it is most like.

    By TF-IDF and cosines; papers that have nothing in common with any are left out.
    """
    spoken = [_uses(paper) for paper in (*kept, *papers)]
    holding = Counter(word for uses in spoken for word in uses)
    vectors = [_weighed(uses, holding, len(spoken)) for uses in spoken]
    ours, theirs = vectors[: len(kept)], vectors[len(kept) :]
    together = _together(ours)
    standing: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for n, vector in enumerate(ours):
        for word, weight in vector.items():
            standing[word].append((n, weight))
    scored = []
    for paper, vector in zip(papers, theirs, strict=True):
        alike: dict[int, float] = defaultdict(float)
        for word, weight in vector.items():
            for n, ours_of_it in standing.get(word, ()):
                alike[n] += weight * ours_of_it
        if alike:
            nearest = max(alike, key=lambda n: (alike[n], -n))
            score = NEAREST * alike[nearest] + sum(
                w * together.get(word, 0.0) for word, w in vector.items()
            )
            scored.append((score, paper, kept[nearest]))
    scored.sort(key=lambda one: (-one[0], one[1].id))
    return [(paper, because) for _, paper, because in scored]


def _uses(paper: Paper) -> Counter[str]:
    uses = Counter(word for word in words(paper.abstract) if len(word) > 1 and word not in COMMON)
    for bonus, text in ((TITLE, paper.title), (TERM, " ".join(paper.keywords))):
        for word in set(words(text)) - set(COMMON):
            uses[word] += bonus
    if paper.organization:
        uses[f"@{paper.organization.handle}"] += ORGANIZATION
    return uses


def _weighed(uses: Mapping[str, int], holding: Mapping[str, int], total: int) -> Vector:
    """Weigh words by how often they are used and how few others use them, the whole of length 1."""
    weights = {
        word: log(1 + n) * log(total / holding[word])
        for word, n in uses.items()
        if 1 < holding[word] < total
    }
    best = dict(sorted(weights.items(), key=lambda one: -one[1])[:TELLING])
    length = sqrt(sum(weight * weight for weight in best.values()))
    return {word: weight / length for word, weight in best.items()} if length else {}


def _together(vectors: Sequence[Vector]) -> Vector:
    total: dict[str, float] = defaultdict(float)
    for vector in vectors:
        for word, weight in vector.items():
            total[word] += weight
    length = sqrt(sum(weight * weight for weight in total.values()))
    return {word: weight / length for word, weight in total.items()} if length else {}
