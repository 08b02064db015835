"""The filters of a query as conditions on papers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from rapidfuzz import fuzz

from bot.search.language import Query
from bot.search.matching import any_of, quoted
from bot.search.names import alternatives, anybody, people
from bot.search.spelling import Speller
from bot.search.words import words


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions on the rows of `paper`, each led in by AND, with their arguments."""

    sql: str = ""
    args: tuple[object, ...] = ()

    def __and__(self, other: Filter) -> Filter:
        return Filter(self.sql + other.sql, self.args + other.args)


def conditions(connection: sqlite3.Connection, query: Query, within: Collection[str] | None) -> Filter:
    """Return what a paper has to meet besides its words."""
    wanted = Filter()
    if query.after:
        wanted &= Filter(" AND paper.day >= ?", (query.after.isoformat(),))
    if query.before:
        wanted &= Filter(" AND paper.day < ?", (query.before.isoformat(),))
    if query.votes:
        wanted &= Filter(" AND paper.votes >= ?", (query.votes,))
    if query.has_code:
        wanted &= Filter(" AND paper.code")
    for name in query.authors:
        wanted &= _by(connection, name)
    for name in query.organizations:
        wanted &= _from(connection, name)
    for phrase in query.phrases:
        if said := " ".join(words(phrase)):
            wanted &= Filter(" AND paper.row IN (SELECT rowid FROM body WHERE body MATCH ?)", (quoted(said),))
    if within is not None:
        wanted &= Filter(" AND paper.id IN (SELECT value FROM json_each(?))", (json.dumps(list(within)),))
    return wanted


def _by(connection: sqlite3.Connection, name: str) -> Filter:
    """Papers with an author in whose name all these words stand, also misspelt."""
    speller = Speller(connection, words(name))
    slots = speller.slots()
    if not anybody(connection, slots):
        slots = speller.doubting(slots)
    found = people(connection, slots)
    if not found:
        return Filter(" AND FALSE")
    # one word is looked for itself: there are more people of one name than are listed
    names = [spelt for _, spelt in found] if len(slots) > 1 else [slots[0].typed, *alternatives(slots[0])]
    return Filter(" AND paper.row IN (SELECT rowid FROM head WHERE head MATCH ?)", (f"people : {any_of(names)}",))


def _from(connection: sqlite3.Connection, name: str) -> Filter:
    """Papers of an organisation, by its name or a part of it, also misspelt."""
    typed = " ".join(words(name))
    found = []
    for handle, said in connection.execute("SELECT handle, words FROM organization"):
        known = said.split()
        # one slip in six letters, and "nvid" for nvidia
        if all(any(k.startswith(t) or fuzz.ratio(t, k) > 80 for k in known) for t in typed.split()) and typed:
            found.append(handle)
    return Filter(" AND paper.organization IN (SELECT value FROM json_each(?))", (json.dumps(found),))
