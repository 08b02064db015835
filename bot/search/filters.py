"""The filters of a query as conditions on papers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from rapidfuzz import fuzz

from bot.search.expressions import any_of, quoted
from bot.search.language import Query, Term
from bot.search.names import alternatives, anybody, called, people
from bot.search.spelling import MOST_WORDS, Speller
from bot.search.words import words


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions on the rows of `paper`, with their arguments; all together are led in by AND."""

    sql: str = ""
    args: tuple[object, ...] = ()

    def __and__(self, other: Filter) -> Filter:
        return Filter(self.sql + other.sql, self.args + other.args)


NOTHING = Filter("FALSE")


def conditions(connection: sqlite3.Connection, query: Query, within: Collection[str] | None) -> Filter:
    """Return what a paper has to meet besides its words."""
    wanted = Filter()
    if query.after:
        wanted &= Filter(" AND paper.day >= ?", (query.after.isoformat(),))
    if query.before:
        wanted &= Filter(" AND paper.day < ?", (query.before.isoformat(),))
    if query.votes:
        wanted &= Filter(" AND paper.votes >= ?", (query.votes,))
    if query.has_code is not None:
        wanted &= Filter(f" AND {'' if query.has_code else 'NOT '}paper.code")
    for group in query.wanted:
        wanted &= _one_of([_having(connection, term) for term in group])
    for term in query.unwanted:
        left_out = _having(connection, replace(term, quoted=True))
        wanted &= Filter(f" AND NOT {left_out.sql}", left_out.args)
    if within is not None:
        wanted &= Filter(" AND paper.id IN (SELECT value FROM json_each(?))", (json.dumps(list(within)),))
    return wanted


def _one_of(conditions: Sequence[Filter]) -> Filter:
    sql = " OR ".join(one.sql for one in conditions)
    return Filter(f" AND ({sql})", tuple(arg for one in conditions for arg in one.args))


def _having(connection: sqlite3.Connection, term: Term) -> Filter:
    """Return the condition that a paper says this."""
    match term.place:
        case "author":
            return _named(connection, term.text) if term.quoted else _by(connection, term.text)
        case "organization":
            return _from(connection, term.text)
        case "anywhere":
            return _saying(connection, "", term)
        case "title":
            return _saying(connection, "title : ", term)
        case "abstract":
            return _saying(connection, "abstract : ", term)
        case "keyword":
            return _saying(connection, "keywords : ", term)
        case _:
            assert_never(term.place)


def _saying(connection: sqlite3.Connection, where: str, term: Term) -> Filter:
    """Papers that say words in a row; one that is not quoted and that nobody uses is read as a slip."""
    typed = words(term.text)[:MOST_WORDS]
    sought = quoted(" ".join(typed))
    if not typed:
        return NOTHING
    if len(typed) == 1 and not term.quoted:
        (slot,) = Speller(connection, typed).slots()
        sought = sought if slot.known else any_of([typed[0], *alternatives(slot)])
    return Filter("paper.row IN (SELECT rowid FROM body WHERE body MATCH ?)", (where + sought,))


def _named(connection: sqlite3.Connection, name: str) -> Filter:
    """Papers with an author in whose name all these words stand."""
    typed = words(name)
    names = [spelt for _, spelt in called(connection, typed)] if len(typed) > 1 else typed
    return _written_by(names)


def _written_by(names: Sequence[str]) -> Filter:
    if not names:
        return NOTHING
    return Filter("paper.row IN (SELECT rowid FROM head WHERE head MATCH ?)", (f"people : {any_of(names)}",))


def _by(connection: sqlite3.Connection, name: str) -> Filter:
    """Papers with an author in whose name all these words stand, also misspelt."""
    speller = Speller(connection, words(name))
    slots = speller.slots()
    if not anybody(connection, slots):
        slots = speller.doubting(slots)
    found = people(connection, slots)
    if not found:
        return NOTHING
    # one word is looked for itself: there are more people of one name than are listed
    names = [spelt for _, spelt in found] if len(slots) > 1 else [slots[0].typed, *alternatives(slots[0])]
    return _written_by(names)


def _from(connection: sqlite3.Connection, name: str) -> Filter:
    """Papers of an organisation, by its name or a part of it, also misspelt."""
    typed = " ".join(words(name))
    found = []
    for handle, said in connection.execute("SELECT handle, words FROM organization"):
        known = said.split()
        # one slip in six letters, and "nvid" for nvidia
        if all(any(k.startswith(t) or fuzz.ratio(t, k) > 80 for k in known) for t in typed.split()) and typed:
            found.append(handle)
    # a paper of no organisation is from none of these
    return Filter("coalesce(paper.organization, '') IN (SELECT value FROM json_each(?))", (json.dumps(found),))
