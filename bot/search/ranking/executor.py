"""From a query to papers: understood, looked for, the best of them on top."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from bot.search.deadline import Deadline
from bot.search.index.columns import Facts
from bot.search.index.snapshot import Snapshot
from bot.search.query.query_parser import SENTENCE, Query, Sort
from bot.search.query.spelling import Slot, Speller
from bot.search.query.tokenizer import COMMON, FUNCTION_WORDS, words
from bot.search.ranking.authors import people
from bot.search.ranking.bm25 import answers
from bot.search.ranking.candidates import FEW, Candidates, ids
from bot.search.ranking.filters import Filters, Mask
from bot.search.ranking.reranking import Ranked, rank

# A paper that answers less of the query than this is only near it; more is asked where others
# answer all of it.
ANSWERS, ANSWERS_BESIDE_BETTER = 0.35, 0.6
# Known words are read as slips only in queries of this length: in longer ones the other words will
# do.
DOUBTED = 8
# With less of the query in its title, names and terms, the best paper is one whose abstract answers
# it.
IN_ABSTRACTS = 0.5
# A question has as many telling words.
QUESTION = 4
# In so many ways a word of a name is spelt, to find one that somebody has.
SPELLINGS = 60
# A person's name has no more words than this.
NAME = 3


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found.

    `total` counts all that match, of the answers to a question 200 at most. `corrected` is the
    query as understood, where words were replaced. `nearest` are papers that come close when none
    matches.
    """

    ids: tuple[str, ...] = ()
    total: int = 0
    corrected: str | None = None
    nearest: tuple[str, ...] = ()


def find(
    connection: sqlite3.Connection,
    snapshot: Snapshot,
    query: Query,
    limit: int,
    offset: int,
    within: tuple[str, ...] | None,
    *,
    thorough: bool = True,
) -> Hits:
    """Find the papers that a query asks for, all or among the ids `within`.

    A thorough search also answers questions, and looks for frequent words in abstracts.
    """
    deadline = Deadline.soon()
    filters = Filters(connection, snapshot, deadline)
    passing = filters.passing(query, within)
    if not words(query.text):
        # text without a word in it, such as "?!", asks for nothing; no text asks for everything
        if query.text and not query.filtered:
            return Hits()
        facts = snapshot.facts(connection)
        rows = np.flatnonzero(facts.there if passing is None else passing)
        return Hits(
            tuple(ids(connection, _sorted(facts, rows, query.sort)[offset : offset + limit])),
            len(rows),
        )
    search = partial(_by_words, connection, snapshot, deadline, thorough=thorough)
    hits = search(query, passing, limit, offset)
    if hits.total or not query.filtered:
        return hits
    plain = Query(query.text)  # what is meant may stand there in other words
    around = search(plain, filters.passing(plain, within), limit, 0)
    return replace(hits, corrected=around.corrected, nearest=around.ids or around.nearest)


def _sorted(facts: Facts, rows: npt.NDArray[np.int64], sort: Sort) -> list[int]:
    """Return rows with most votes first, or the newest first."""
    first, then = (facts.votes, facts.day) if sort == "votes" else (facts.day, facts.votes)
    order = np.lexsort((-rows, -then[rows], -first[rows]))
    found: list[int] = rows[order].tolist()
    return found


def _by_words(
    connection: sqlite3.Connection,
    snapshot: Snapshot,
    deadline: Deadline,
    query: Query,
    passing: Mask | None,
    limit: int,
    offset: int,
    *,
    thorough: bool,
) -> Hits:
    """Find what is remembered of a paper, or what answers a question; a sentence is one."""
    typed = words(query.text)
    speller = Speller(snapshot.lexicons, snapshot.papers, typed)
    slots = speller.slots()
    if not (thorough and query.sort == "best" and len(typed) > SENTENCE):
        search = _Search(
            connection, snapshot, query, passing, deadline, typed, speller, slots, thorough=thorough
        )
        if not search.asks:
            return search.page(limit, offset)
    rows = answers(connection, snapshot, typed, slots, passing, deadline)
    corrected = _corrected(connection, slots, rows[0]) if rows else None
    return Hits(tuple(ids(connection, rows[offset : offset + limit])), len(rows), corrected)


def _corrected(connection: sqlite3.Connection, slots: Sequence[Slot], best: int) -> str | None:
    """Return the query in the words that the best paper holds, None where it holds them as they were typed."""
    (text,) = connection.execute(
        "SELECT ' ' || title || ' ' || people || ' ' || keywords || ' ' || terms || ' ' || "
        "abstract || ' ' "
        "FROM paper JOIN said USING (row) WHERE row = ?",
        (best,),
    ).fetchone()
    meant = [_held(slot, text) for slot in slots]
    typed = [slot.typed for slot in slots]
    return " ".join(dict.fromkeys(" ".join(meant).split())) if meant != typed else None


class _Search:
    """One search for what is remembered of a paper."""

    _slots: Sequence[Slot]
    _candidates: Candidates
    _ranked: Sequence[Ranked]

    def __init__(
        self,
        connection: sqlite3.Connection,
        snapshot: Snapshot,
        query: Query,
        passing: Mask | None,
        deadline: Deadline,
        typed: Sequence[str],
        speller: Speller,
        slots: Sequence[Slot],
        *,
        thorough: bool,
    ) -> None:
        self._connection = connection
        self._snapshot = snapshot
        self._query = query
        self._passing = passing
        self._deadline = deadline
        self._thorough = thorough
        self._typed = typed
        telling = [word for word in dict.fromkeys(self._typed) if word not in FUNCTION_WORDS]
        self._long = len(telling) >= QUESTION
        self._asking = len(telling) > 1 and len(self._typed) - len(telling) > 1
        self._look(slots)
        if not self._candidates.total and len(self._slots) <= DOUBTED:
            self._look(speller.doubting(self._slots))
        self._rank()
        if 0 < self._candidates.total < FEW and len(self._slots) <= DOUBTED and not self._sure:
            self._read_as_slips(speller)
        if self._candidates.total and _like_a_name(self._slots) and not self._sure:
            self._read_as_a_name(speller)

    @property
    def _sure(self) -> bool:
        """Whether the best paper is what was meant, by its title or somebody's name."""
        return bool(self._ranked) and (self._ranked[0].clear or self._ranked[0].named)

    def _read_as_slips(self, speller: Speller) -> None:
        """Look for a title that has more of the query if known words are slips; one that is being typed is none yet."""
        *before, last = self._slots
        had = self._ranked[0].head
        slots = (*speller.doubting(before), last) if last.begun else speller.doubting(self._slots)
        self._read_anew(slots, lambda best: best.head > had)

    def _read_as_a_name(self, speller: Speller) -> None:
        """Look for somebody whose name is nearly that: "ruoqi lui" are words of two people, and slips for a third."""
        slots = speller.doubting(self._slots, SPELLINGS)
        spelt = {word for _, name in people(self._connection, slots) for word in name.split()}
        if spelt:
            self._read_anew(tuple(slot.only(spelt) for slot in slots), lambda best: best.named)

    def _read_anew(self, slots: tuple[Slot, ...], better: Callable[[Ranked], bool]) -> None:
        """Look for other readings, if these are others, and keep what that finds where the best of it is better."""
        if slots == self._slots:
            return
        before = self._slots, self._candidates, self._ranked
        self._look(slots)
        self._rank()
        if not (self._ranked and better(self._ranked[0])):
            self._slots, self._candidates, self._ranked = before

    def _look(self, slots: Sequence[Slot]) -> None:
        self._slots = slots
        self._candidates = Candidates(
            self._connection,
            self._snapshot,
            self._typed,
            slots,
            self._passing,
            self._deadline,
            # a question is answered out of all texts anyway
            thorough=self._thorough and not (self._long or self._asking),
        )

    def _rank(self) -> None:
        self._ranked = rank(self._candidates.gather(), self._slots, self._typed)

    @property
    def asks(self) -> bool:
        """Whether this is a question rather than what is remembered of a title."""
        if (
            not self._thorough
            or self._query.sort != "best"
            or (self._ranked and self._ranked[0].clear)
        ):
            return False
        return (
            self._long
            or self._asking
            or (bool(self._candidates.total) and self._ranked[0].head < IN_ABSTRACTS)
        )

    def page(self, limit: int, offset: int) -> Hits:
        """Return one page of what was found, or what is nearest where nothing fits."""
        complete = dict.fromkeys(self._candidates.complete)
        corrected = None
        if self._ranked and self._thorough:
            corrected = _corrected(self._connection, self._slots, self._ranked[0].candidate.row)
        least = ANSWERS_BESIDE_BETTER if complete else ANSWERS
        matching = [r for r in self._ranked if r.candidate.row in complete or r.cover >= least]
        if not matching:
            return Hits(
                corrected=corrected, nearest=tuple(r.candidate.id for r in self._ranked[:limit])
            )
        rows = [r.candidate.row for r in matching]
        if self._query.sort != "best":
            found = self._candidates.all_complete if complete else np.array(rows, np.int64)
            ordered = _sorted(self._snapshot.facts(self._connection), found, self._query.sort)
            return Hits(
                tuple(ids(self._connection, ordered[offset : offset + limit])),
                len(found),
                corrected,
            )
        beside = sum(row not in complete for row in rows)
        near = set(rows)
        rows += [row for row in complete if row not in near]
        if len(rows) < offset + limit and len(complete) < self._candidates.total:
            # nobody reads so far: what came in last first
            rows += np.setdiff1d(self._candidates.all_complete, rows)[::-1].tolist()
        return Hits(
            tuple(ids(self._connection, rows[offset : offset + limit])),
            self._candidates.total + beside,
            corrected,
        )


def _like_a_name(slots: Sequence[Slot]) -> bool:
    return 1 < len(slots) <= NAME and all(
        len(slot.typed) > 1 and slot.typed not in COMMON for slot in slots
    )


def _held(slot: Slot, text: str) -> str:
    if f" {slot.typed} " in text or (slot.begun and f" {slot.typed}" in text):
        return slot.typed
    # a word that is one can be meant as another, but is not run together with its neighbour
    readings = [r for r in slot.readings if r.slipped] if slot.known else slot.readings
    fitting = [r.words for r in readings if all(f" {word} " in text for word in r.words)]
    meant = " ".join(fitting[0]) if fitting else slot.typed
    # one or many is no other word
    return slot.typed if meant.rstrip("s") == slot.typed.rstrip("s") else meant
