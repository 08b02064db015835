"""From a query to papers: understood, looked for, the best of them on top."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bot.search.candidates import Candidate, Candidates
from bot.search.filters import Filter, conditions
from bot.search.language import Query
from bot.search.names import anybody
from bot.search.questions import answers
from bot.search.ranking import Ranked, rank
from bot.search.spelling import Slot, Speller
from bot.search.words import COMMON, FUNCTION_WORDS, words

# A paper that answers less of the query than this is only near it; more is asked where others answer all of it.
ANSWERS, ANSWERS_BESIDE_BETTER = 0.35, 0.6
# Known words are read as slips only in queries of this length: in longer ones the other words will do.
DOUBTED = 8
# With less of the query in its title, names and terms, the best paper is one whose abstract answers it.
IN_ABSTRACTS = 0.5
# A question has as many telling words.
QUESTION = 4
# A person's name has no more words than this.
NAME = 3


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found.

    `total` counts all that match, no further than about 2,000. `corrected` is the query as understood, where words were
    replaced. `nearest` are papers that come close when none matches.
    """

    ids: tuple[str, ...] = ()
    total: int = 0
    corrected: str | None = None
    nearest: tuple[str, ...] = ()


def find(
    connection: sqlite3.Connection,
    query: Query,
    limit: int,
    offset: int,
    within: Collection[str] | None,
    *,
    thorough: bool = True,
) -> Hits:
    """Find the papers that a query asks for, all or among the ids `within`.

    A thorough search also answers questions, and puts in order what stands only in abstracts.
    """
    wanted = conditions(connection, query, within)
    if not words(query.text):
        # text without a word in it, such as "?!", asks for nothing; no text asks for everything
        return Hits() if query.text and not query.filtered else _list(connection, query, wanted, limit, offset)
    hits = _Search(connection, query, wanted, thorough=thorough).page(limit, offset)
    if hits.total or not query.filtered:
        return hits
    plain = Query(query.text)  # what is meant may stand there in other words
    around = _Search(connection, plain, conditions(connection, plain, within), thorough=thorough).page(limit, 0)
    return replace(hits, corrected=around.corrected, nearest=around.ids or around.nearest)


def _list(connection: sqlite3.Connection, query: Query, wanted: Filter, limit: int, offset: int) -> Hits:
    """List by the filters alone."""
    passing = f"FROM paper WHERE TRUE{wanted.sql}"
    ids = connection.execute(
        f"SELECT id {passing} ORDER BY {_order(query)} LIMIT ? OFFSET ?",
        (*wanted.args, limit, offset),
    ).fetchall()
    (total,) = connection.execute(f"SELECT count(*) {passing}", wanted.args).fetchone()
    return Hits(tuple(paper_id for (paper_id,) in ids), total)


def _order(query: Query) -> str:
    return "votes DESC, day DESC, paper.id" if query.sort == "votes" else "day DESC, votes DESC, paper.id"


class _Search:
    """One search by words."""

    def __init__(self, connection: sqlite3.Connection, query: Query, wanted: Filter, *, thorough: bool) -> None:
        self._connection = connection
        self._query = query
        self._wanted = wanted
        self._thorough = thorough
        self._typed = words(query.text)
        telling = [word for word in dict.fromkeys(self._typed) if word not in FUNCTION_WORDS]
        self._long = len(telling) >= QUESTION
        self._asking = len(telling) > 1 and len(self._typed) - len(telling) > 1
        speller = Speller(connection, self._typed)
        self._look(speller.slots(), connection, wanted)
        if not self._candidates.best and len(self._slots) <= DOUBTED:
            self._look(speller.doubting(self._slots), connection, wanted)
        self._rank()
        if _like_a_name(self._slots) and self._candidates.best and not self._ranked[0].clear:
            # "ruoqi lui" are words of two people, and slips for the name of a third
            slots = speller.doubting(self._slots)
            if not anybody(connection, self._slots) and anybody(connection, slots):
                self._look(slots, connection, wanted)
                self._rank()

    def _look(self, slots: Sequence[Slot], connection: sqlite3.Connection, wanted: Filter) -> None:
        self._slots = slots
        self._candidates = Candidates(connection, self._typed, slots, wanted)

    def _rank(self) -> None:
        self._ranked = rank(self._candidates.gather(), self._slots, self._typed)

    def page(self, limit: int, offset: int) -> Hits:
        """Return one page of what was found, or what is nearest where nothing fits."""
        best = self._candidates.best
        corrected = _corrected(self._slots, self._ranked[0].candidate) if self._ranked else None
        if self._thorough and self._query.sort == "best" and self._asks():
            return replace(self._answered(limit, offset), corrected=corrected)
        least = ANSWERS_BESIDE_BETTER if best else ANSWERS
        matching = [r for r in self._ranked if r.candidate.row in best or r.cover >= least]
        if not matching:
            return Hits(corrected=corrected, nearest=tuple(r.candidate.id for r in self._ranked[:limit]))
        if self._query.sort != "best":
            return replace(self._sorted(matching, limit, offset), corrected=corrected)
        ids = [r.candidate.id for r in matching[offset : offset + limit]]
        rows = {r.candidate.row for r in matching}
        further = len(set(self._candidates.everywhere) - rows)
        if further and len(ids) < limit:
            beyond = max(0, offset - len(matching))
            ids += self._candidates.further(limit - len(ids), beyond, without=rows)
        return Hits(tuple(ids), len(matching) + further, corrected)

    def _asks(self) -> bool:
        """Whether this is a question rather than what is remembered of a title."""
        if self._ranked and self._ranked[0].clear:
            return False
        return self._long or self._asking or (bool(self._candidates.best) and self._ranked[0].head < IN_ABSTRACTS)

    def _answered(self, limit: int, offset: int) -> Hits:
        rows = answers(self._connection, self._typed, self._slots, self._wanted)
        return Hits(tuple(self._candidates.ids(rows[offset : offset + limit])), len(rows))

    def _sorted(self, matching: Sequence[Ranked], limit: int, offset: int) -> Hits:
        if self._candidates.best:
            ids = self._candidates.listed(_order(self._query), limit, offset)
            return Hits(tuple(ids), len(self._candidates.everywhere))

        def key(ranked: Ranked) -> tuple[str | int, str | int]:
            day, votes = ranked.candidate.day or "", ranked.candidate.votes
            return (votes, day) if self._query.sort == "votes" else (day, votes)

        ids = [r.candidate.id for r in sorted(matching, key=key, reverse=True)]
        return Hits(tuple(ids[offset : offset + limit]), len(ids))


def _like_a_name(slots: Sequence[Slot]) -> bool:
    return 1 < len(slots) <= NAME and all(len(slot.typed) > 1 and slot.typed not in COMMON for slot in slots)


def _corrected(slots: Sequence[Slot], best: Candidate) -> str | None:
    """Return the query in the words that the best paper holds, None where it holds them as they were typed."""
    meant = [_held(slot, best.text) for slot in slots]
    return " ".join(dict.fromkeys(" ".join(meant).split())) if meant != [slot.typed for slot in slots] else None


def _held(slot: Slot, text: str) -> str:
    if f" {slot.typed} " in text or (slot.begun and f" {slot.typed}" in text):
        return slot.typed
    fitting = [r.words for r in slot.readings if all(f" {word} " in text for word in r.words)]
    meant = " ".join(fitting[0]) if fitting else slot.meant
    # one or many is no other word
    return slot.typed if meant.rstrip("s") == slot.typed.rstrip("s") else meant
