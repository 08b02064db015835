"""The filters of a query: which rows pass."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import reduce
from typing import TypeAlias, assert_never

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from bot.search.deadline import Deadline
from bot.search.index.documents import BETWEEN, as_number
from bot.search.index.postings import KEYWORD, LAST_PLACE, PERSON, TERM
from bot.search.index.segment_reader import Stretch
from bot.search.index.snapshot import Snapshot
from bot.search.query.query_parser import Place, Query, Term
from bot.search.query.spelling import MOST_WORDS, Speller
from bot.search.query.stems import stem
from bot.search.query.tokenizer import FUNCTION_WORDS, words
from bot.search.ranking.authors import alternatives, anybody, called, people

Mask: TypeAlias = npt.NDArray[np.bool_]

# Texts that are read at once.
AT_ONCE = 2000
_FIELDS = {
    "anywhere": f" || ' {BETWEEN} ' || ".join(("title", "people", "keywords", "terms", "abstract")),
    "title": "title",
    "keyword": "keywords",
    "abstract": "abstract",
}


class Filters:
    """Decides which rows pass a query's filters."""

    def __init__(
        self, connection: sqlite3.Connection, snapshot: Snapshot, deadline: Deadline
    ) -> None:
        self._connection = connection
        self._snapshot = snapshot
        self._deadline = deadline

    def passing(self, query: Query, within: tuple[str, ...] | None) -> Mask | None:
        """Return for each row whether it passes, None where all do."""
        if not query.filtered and within is None:
            return None
        facts = self._snapshot.facts(self._connection)
        passing = facts.there.copy()
        if within is not None:
            passing &= self._mask(self._snapshot.rows(self._connection, within))
        if query.after:
            passing &= facts.day >= as_number(query.after)
        if query.before:
            passing &= (facts.day < as_number(query.before)) & (facts.day > 0)
        if query.votes:
            passing &= facts.votes >= query.votes
        if query.has_code is not None:
            passing &= facts.code == query.has_code
        for group in query.wanted:
            passing &= reduce(
                np.bitwise_or, [self._having(term, passing, doubt=False) for term in group]
            )
        for term in query.unwanted:
            passing &= ~self._having(replace(term, quoted=True), passing, doubt=True)
        return passing

    def _having(self, term: Term, passing: Mask, *, doubt: bool) -> Mask:
        """Return for each row whether its paper says this, `doubt` where there is no time left to look.

        Rows that do not pass anyway are not looked at.
        """
        match term.place:
            case "author":
                return self._by(term, passing, doubt=doubt)
            case "organization":
                return self._from(term.text)
            case "anywhere" | "title" | "abstract" | "keyword":
                return self._saying(term, passing, doubt=doubt)
            case _:
                assert_never(term.place)

    def _saying(self, term: Term, passing: Mask, *, doubt: bool) -> Mask:
        """Papers that say words in a row; one that is not quoted and that nobody uses is read as a slip."""
        typed = words(term.text)[:MOST_WORDS]
        sure, unsure = np.zeros((2, len(passing)), bool)
        if not typed:
            return sure
        meant = [self._endings(word) for word in typed]
        if len(typed) == 1 and not term.quoted:
            (slot,) = self._speller(typed).slots()
            meant = meant if slot.known else [[typed[0], *alternatives(slot)]]
        spelt = [word for each in meant for word in each]
        for stretch in self._snapshot.lists(self._connection, spelt, map(stem, spelt)):
            here = slice(stretch.first, stretch.first + stretch.size)
            sure[here], unsure[here] = _holding(stretch, meant, term.place)
        said = " ".join("(?:" + "|".join(map(re.escape, each)) + ")" for each in meant)
        return sure | self._looked_up(
            unsure & passing, _FIELDS[term.place], f" {said} ", doubt=doubt
        )

    def _endings(self, word: str) -> list[str]:
        """Return the words with the same stem, itself first."""
        root = stem(word)
        # "study" and "studies" are of "studi"
        start = root[:-1] if len(root) > 3 else root
        if len(start) < 3 or word in FUNCTION_WORDS:
            return [word]
        alike = [
            other
            for each in self._snapshot.lexicons
            for other in each.alike(start)
            if stem(other) == root
        ]
        return list(dict.fromkeys([word, *alike]))

    def _by(self, term: Term, passing: Mask, *, doubt: bool) -> Mask:
        """Papers with an author in whose name all these words stand, also misspelt where it is not quoted."""
        names = self._names(term)
        sure, unsure = np.zeros((2, len(passing)), bool)
        if not names:
            return sure
        parts = [name.split() for name in names]
        for stretch in self._snapshot.lists(
            self._connection, [word for name in parts for word in name], ()
        ):
            here = slice(stretch.first, stretch.first + stretch.size)
            for name in parts:
                holding = [_at(stretch, [word], PERSON) for word in name]
                unsure[here] |= reduce(np.bitwise_and, holding)
                if len(name) == 1:
                    sure[here] |= _at(stretch, name, PERSON, PERSON)
        return sure | self._looked_up(
            unsure & passing & ~sure,
            "people",
            f" (?:{'|'.join(map(re.escape, names))}) ",
            doubt=doubt,
        )

    def _names(self, term: Term) -> Sequence[str]:
        """Return the names, or parts of names, that are meant."""
        typed = words(term.text)
        if term.quoted:
            return (
                [spelt for _, spelt in called(self._connection, typed)] if len(typed) > 1 else typed
            )
        speller = self._speller(typed)
        slots = speller.slots()
        if not anybody(self._connection, slots):
            slots = speller.doubting(slots)
        found = people(self._connection, slots)
        if found and len(slots) == 1:
            # it is looked for itself: there are more people of one name than are listed
            return [slots[0].typed, *alternatives(slots[0])]
        return list(dict.fromkeys(spelt for _, spelt in found))

    def _from(self, name: str) -> Mask:
        """Papers of an organisation, by its name or a part of it, also misspelt."""
        typed = words(name)
        facts = self._snapshot.facts(self._connection)
        found = []
        for handle, said in self._connection.execute("SELECT handle, words FROM organization"):
            known = said.split()
            # one slip in six letters, and "nvid" for nvidia
            if typed and all(
                any(k.startswith(t) or fuzz.ratio(t, k) > 80 for k in known) for t in typed
            ):
                found.append(facts.organizations.get(handle, -2))
        mask: Mask = np.isin(facts.organization, found)
        return mask

    def _looked_up(self, rows: Mask, text: str, pattern: str, *, doubt: bool) -> Mask:
        """Return which of the rows have the pattern in their text, newest first as long as there is time."""
        said = re.compile(pattern)
        left = np.flatnonzero(rows)[::-1]
        found = np.zeros(len(rows), bool)
        while len(left) and not self._deadline.over:
            texts = self._connection.execute(
                f"SELECT paper.row, ' ' || {text} || ' ' FROM json_each(?) CROSS JOIN paper ON paper.row = value "  # noqa: S608
                "JOIN said ON said.row = value",
                (json.dumps(left[:AT_ONCE].tolist()),),
            )
            found[[row for row, spoken in texts if said.search(spoken)]] = True
            left = left[AT_ONCE:]
        found[left] = doubt
        return found

    def _speller(self, typed: Sequence[str]) -> Speller:
        return Speller(self._snapshot.lexicons, self._snapshot.papers, typed)

    def _mask(self, rows: npt.NDArray[np.int64]) -> Mask:
        mask = np.zeros(self._snapshot.papers + 1, bool)
        mask[rows] = True
        return mask


def _holding(stretch: Stretch, meant: Sequence[Sequence[str]], place: Place) -> tuple[Mask, Mask]:
    """Return which rows say the words there for sure, and which have to be looked up."""
    holding = np.ones(stretch.size, bool)
    for spelt in meant:
        if place in ("anywhere", "abstract"):
            if spelt[0] in FUNCTION_WORDS:
                continue  # no list has these
            holding &= _at(stretch, spelt, TERM) | _saying(stretch, spelt)
        else:
            holding &= _at(stretch, spelt, LAST_PLACE if place == "title" else KEYWORD)
    if len(meant) > 1:
        return np.zeros(stretch.size, bool), holding
    # a list tells the first place of a word only: title, names, keywords, terms
    match place:
        case "keyword":
            sure = holding & _at(stretch, meant[0], KEYWORD, KEYWORD)
        case "abstract":
            sure = holding & ~_at(stretch, meant[0], TERM) & (meant[0][0] not in FUNCTION_WORDS)
        case "anywhere" if meant[0][0] in FUNCTION_WORDS:
            sure = _at(stretch, meant[0], TERM)
        case _:
            sure = holding
    return sure, holding & ~sure


def _at(stretch: Stretch, spelt: Iterable[str], last: int, first: int = 0) -> Mask:
    """Return which rows have one of the words in a place from `first` to `last`."""
    found = np.zeros(stretch.size, bool)
    for word in spelt:
        if word in stretch.head:
            rows, marks = stretch.head[word]
            found[rows[(marks <= last) & (marks >= first)]] = True
    return found


def _saying(stretch: Stretch, spelt: Iterable[str]) -> Mask:
    found = np.zeros(stretch.size, bool)
    for root in set(map(stem, spelt)):
        if root in stretch.body:
            found[stretch.body[root][0]] = True
    return found
