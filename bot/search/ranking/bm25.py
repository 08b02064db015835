"""Questions in whole sentences: the papers that say most of what is asked, by BM25 over all that they say."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from math import log

import numpy as np
import numpy.typing as npt

from bot.search.deadline import Deadline
from bot.search.index.postings import K1, among
from bot.search.index.segment_reader import Stretch
from bot.search.index.snapshot import Snapshot
from bot.search.query.spelling import Slot
from bot.search.query.stems import stem
from bot.search.query.tokenizer import FUNCTION_WORDS
from bot.search.ranking.filters import Mask

# A question has no more; each costs time.
MOST_WORDS = 64
# Nobody reads further.
MOST = 200
# When so many papers, and such a share of a stretch, have been looked at for rare words, only so
# many are for others.
MANY, SHARE, LIKELY = 200_000, 0.2, 8192


def answers(
    connection: sqlite3.Connection,
    snapshot: Snapshot,
    typed: Sequence[str],
    slots: Sequence[Slot],
    passing: Mask | None,
    deadline: Deadline,
) -> list[int]:
    """Return the rows of the papers that answer best, the best first; `slots` say how the first words are meant."""
    meant = {slot.typed: slot.typed if slot.known else slot.meant for slot in slots}
    asked = Counter(
        stem(word)
        for said in typed
        if said not in FUNCTION_WORDS
        for word in meant.get(said, said).split()
    )
    weights = {root: 1 + log(number) for root, number in asked.most_common(MOST_WORDS)}
    return best(snapshot.lists(connection, (), weights), weights, snapshot, passing, MOST, deadline)


def best(
    stretches: Sequence[Stretch],
    weights: Mapping[str, float],
    snapshot: Snapshot,
    passing: Mask | None,
    most: int,
    deadline: Deadline,
) -> list[int]:
    """Return the rows of the papers that say most of these word stems, each weighed by how few papers have it."""
    holding: Counter[str] = Counter()
    for stretch in stretches:
        holding.update(
            {root: len(rows) for root, (rows, _) in stretch.body.items() if root in weights}
        )
    total = sum(stretch.size for stretch in stretches)
    tells = {
        root: weights[root] * (K1 + 1) / 255 * log(1 + (total - number + 0.5) / (number + 0.5))
        for root, number in holding.items()
    }
    rare_first = sorted(tells.items(), key=lambda one: -one[1])
    rows, scores = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
    least = 0.0
    for stretch in reversed(stretches):  # the newest papers first
        if len(rows) > 1 and deadline.over:
            break
        score = _scored(stretch, rare_first, snapshot.passing(stretch, passing), least)
        chosen = _highest(score, most, least)
        rows.append(chosen + stretch.first)
        scores.append(score[chosen])
        so_far = np.concatenate(scores)
        if len(so_far) > most:
            least = float(np.partition(so_far, -most)[-most])
    together, merits = np.concatenate(rows), np.concatenate(scores)
    order = np.lexsort((-together, -merits))[:most]
    found_rows: list[int] = together[order].tolist()
    return found_rows


def _scored(
    stretch: Stretch, rare_first: Sequence[tuple[str, float]], passing: Mask | None, least: float
) -> npt.NDArray[np.float32]:
    """Return what each paper that passes says of what is asked, rightly for those that get beyond `least`.

    Once the words that are left cannot lift a paper above that by themselves, or many papers have
    been looked at, they are added up for the likely ones only: MaxScore (H. Turtle, J. Flood,
    "Query evaluation: strategies and optimizations", 1995), with an end.
    """
    score = np.zeros(stretch.size, np.float32)
    words = [(*stretch.body[root], weight) for root, weight in rare_first if root in stretch.body]
    # what the words from each one on can add to a score
    still = [*np.cumsum([255 * weight for *_, weight in words][::-1])[::-1].tolist(), 0.0]
    looked_at, many = 0, max(MANY, SHARE * stretch.size)
    for n, (rows, marks, weight) in enumerate(words):
        if still[n] < least or (n and looked_at + len(rows) > many):
            likely = _likely(score, passing, least - still[n])
            for later, said, weighs in words[n:]:
                there, places = among(likely, later)
                score[likely[there]] += said[places] * np.float32(weighs)
            break
        score[rows] += marks * np.float32(weight)
        looked_at += len(rows)
    if passing is not None:
        score *= passing
    return score


def _likely(
    score: npt.NDArray[np.float32], passing: Mask | None, least: float
) -> npt.NDArray[np.int64]:
    """Return the rows that pass and have more than such a score, the best where they are many; all where few pass."""
    if passing is not None:
        through = np.flatnonzero(passing)
        if len(through) <= LIKELY:
            return through
        score = score * passing
    rows = np.flatnonzero(score > max(0.0, least))
    if len(rows) > LIKELY:
        rows = np.sort(rows[np.argpartition(-score[rows], LIKELY)[:LIKELY]])
    return rows


def _highest(score: npt.NDArray[np.float32], most: int, least: float) -> npt.NDArray[np.int64]:
    """Return where the highest scores stand, those above `least`."""
    chosen = np.flatnonzero(score > least)
    if len(chosen) > most:
        chosen = chosen[np.argpartition(-score[chosen], most)[:most]]
    return chosen
