"""Filters said in words: "papers by deepseek about reasoning last month", "kaist robots with code".

Only what can hardly be meant otherwise is taken for a filter; the words of titles stay words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from bot.calendar.dates import NotADate, Period, read_period
from bot.search.analysis.tokenizer import FUNCTION_WORDS, fold, tokenize
from bot.search.query.query import MAX_KEYWORDS

MAX_NAME_WORDS = 5
MAX_DATE_WORDS = 4
# A name that stands by itself means the organisation if it is by this share of the papers that have
# the word. Beside “with code” the lower one will do: among 938 organisations of the daily lists
# google, nvidia and microsoft are above it; meta, qwen and hong kong, mostly other things, below.
SURE_SHARE, LIKELY_SHARE = 2 / 3, 1 / 3
_NOUNS = frozenset("papers articles preprints publications studies".split())
_BEFORE = frozenset(
    "show find give get list me us all the any some recent new latest newest top best popular "
    "most upvoted search for what are".split()
)
_ORDERS = {"latest": "new", "newest": "new", "top": "votes", "popular": "votes", "upvoted": "votes"}
_CODE = re.compile(
    r"(?:with|has|having|that have|and) (?:available |open |public |source )*code(?: available)?"
    r"|code (?:is )?available"
)
_NO_CODE = re.compile(r"(?:without|with no) code")
_RELATIVE = re.compile(r"\b(?:last|past|previous|this|yesterday|ago)\b")
_SINCE = {"since": "since", "after": "after", "before": "before", "until": "until"}
_IN = frozenset("in during from over within of".split())
_EDGES = frozenset(
    "about on regarding concerning covering and the in from of for with by at".split()
)
_DATE_FILTER = re.compile(
    r"(?:after|since|before|until|day|week|month|year):[^\s\"]+", re.IGNORECASE
)


class Names(Protocol):
    """The people and organisations that papers are by."""

    def is_organization(self, words: Sequence[str]) -> bool:
        """Tell whether an organisation is called so."""

    def organization_share(self, words: Sequence[str]) -> float:
        """Return which share of the papers that have these words is by the organisation."""

    def is_author(self, words: Sequence[str]) -> bool:
        """Tell whether an author's name has all these words."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A search whose filters were said in words: the `words` that are left, and the `filters`.

    An `offered` one is only probable, and its words are among those that are left. `unnamed` is the
    search with the organisations that were only named as words, "" if there are none.
    """

    words: str
    filters: tuple[str, ...]
    offered: str = ""
    unnamed: str = ""

    @property
    def text(self) -> str:
        """The search with its filters written out."""
        return " ".join([self.words, *self.filters]).strip()

    @property
    def narrowed(self) -> str:
        """The search with the filter that is offered instead of its words."""
        name = self.offered.partition(":")[2].strip('"')
        return f"{' '.join(self.words.replace(name, ' ', 1).split())} {self.offered}"

    def without(self, unwanted: str) -> str:
        """Return the search without one of the filters."""
        return " ".join([self.words, *(one for one in self.filters if one != unwanted)]).strip()


def read_wording(text: str, today: date, names: Names) -> Wording | None:
    """Return a search with the filters that its words ask for, None where they ask for none."""
    words = text.split()
    if not words or len(words) > MAX_KEYWORDS or '"' in text:
        return None
    reader = _Reader(words, today, names)
    reader.read()
    if not reader.filters and not reader.names_only:
        return None
    return reader.wording()


@dataclass(slots=True)
class _Reader:
    """The words that are still to be read, those that are left over, and the filters so far.

    A search that begins with “papers” is `asked` for in words.
    """

    words: Sequence[str]
    today: date
    names: Names
    left: list[str] = field(default_factory=list)
    filters: list[str] = field(default_factory=list)
    asked: bool = False
    names_only: list[str] = field(default_factory=list)
    likely_names: list[str] = field(default_factory=list)

    def read(self) -> None:
        """Read all words."""
        at = self._noun()
        while at < len(self.words):
            read = self._date_filter(at) or self._not(at) or self._phrase(at)
            if not read:
                self.left.append(self.words[at])
            at += read or 1
        if self.filters:
            self._trim()

    def wording(self) -> Wording:
        """Return what was read; the name of an organisation alone is only probably a filter."""
        if self.filters or self.asked:
            names = self.names_only or self._named_with_code()
            rest = " ".join(word for word in self.left if word not in names)
            unnamed = " ".join([*self.left, *self.filters]) if names else ""
            filters = (*self.filters, *(_filter("org", [name]) for name in names))
            return Wording(rest, filters, unnamed=unnamed)
        return Wording(" ".join(self.left), (), _filter("org", [self.names_only[0]]))

    def _named_with_code(self) -> list[str]:
        """Return the likely organisation with which a search for code begins or ends."""
        ends = (self.left[0], self.left[-1]) if self.left else ()
        named = [name for name in self.likely_names if name in ends]
        return named[:1] if {"has:code", "-has:code"}.intersection(self.filters) else []

    def _noun(self) -> int:
        """Return where the search begins behind "show me the latest papers about"."""
        folded = [fold(word).removesuffix("'s") for word in self.words]
        noun = next((n for n, word in enumerate(folded) if word in _NOUNS), None)
        if noun is None or not self._adjectives([w for w in folded[:noun] if w not in _BEFORE]):
            return 0
        self.asked = True
        order = next((_ORDERS[word] for word in folded[:noun] if word in _ORDERS), "")
        if order:
            self.filters.append(f"sort:{order}")
        return noun + 1

    def _adjectives(self, words: Sequence[str]) -> bool:
        """Read what stands before "papers": nothing, a time or an organisation."""
        if not words:
            return True
        if period := self._period(" ".join(words)):
            self.filters.append(f"since:{period.first}")
        elif self.names.is_organization(words):
            self.filters.append(_filter("org", words))
        else:
            return False
        return True

    def _date_filter(self, at: int) -> int:
        """Read after:May 28, whose date goes on behind the space."""
        if not _DATE_FILTER.fullmatch(self.words[at]):
            return 0
        name, _, begun = self.words[at].partition(":")
        for end in range(min(at + MAX_DATE_WORDS, len(self.words)), at + 1, -1):
            date_words = " ".join([begun, *self.words[at + 1 : end]])
            if self._period(date_words):
                self.filters.append(f'{name}:"{date_words}"')
                return end - at
        return 0

    def _not(self, at: int) -> int:
        """Read NOT before a word, unless all is written in capitals."""
        following = self.words[at + 1 : at + 2]
        if self.words[at] != "NOT" or not following or not self.left:
            return 0
        if " ".join(self.words).isupper() or not _is_telling(following[0]):
            return 0
        self.filters.append(f"-{following[0]}")
        return 2

    def _phrase(self, at: int) -> int:
        """Read a phrase that asks for a filter; return how many words it has, 0 if it is none."""
        return self._code(at) or self._time(at) or self._name(at) or self._organization(at)

    def _code(self, at: int) -> int:
        for end in range(min(at + 5, len(self.words)), at + 1, -1):
            said = fold(" ".join(self.words[at:end]))
            for pattern, meaning in ((_CODE, "has:code"), (_NO_CODE, "-has:code")):
                if pattern.fullmatch(said) and (self.asked or self._ends(end)):
                    self.filters.append(meaning)
                    return end - at
        return 0

    def _ends(self, at: int) -> bool:
        """Tell whether nothing but further filters follows."""
        rest = _Reader(self.words[at:], self.today, self.names, asked=self.asked)
        while rest.words:
            read = rest._phrase(0)
            if not read:
                return False
            rest.words = rest.words[read:]
        return True

    def _time(self, at: int) -> int:
        said = fold(self.words[at])
        begin = at + (said in _SINCE or said in _IN)
        for end in range(min(begin + MAX_DATE_WORDS, len(self.words)), begin, -1):
            date_words = " ".join(self.words[begin:end])
            period = self._period(date_words)
            if period and self._is_time(said, date_words, at, end):
                self.filters.append(self._written(said, date_words, period))
                return end - at
        return 0

    def _is_time(self, said: str, date_words: str, at: int, end: int) -> bool:
        """Tell whether words that can be a date are meant as one."""
        if said in _SINCE:
            return self.asked or self._ends(end)
        if _RELATIVE.search(fold(date_words)):
            return self.asked or self._ends(end) or at == 0
        return self.asked and said in _IN

    def _written(self, said: str, date_words: str, period: Period) -> str:
        if said in _SINCE:
            return f"{_SINCE[said]}:{_iso(period)}"
        if _RELATIVE.search(fold(date_words)):
            return f"since:{period.first}"
        name = {1: "day", 7: "week"}.get(period.days, "month" if period.days < 32 else "year")
        return f"{name}:{_iso(period)}"

    def _period(self, text: str) -> Period | None:
        try:
            return read_period(text, self.today)
        except NotADate:
            return None

    def _name(self, at: int) -> int:
        """Read "by" with an author or an organisation, and "from" or "at" with the latter."""
        said = fold(self.words[at])
        if said not in {"by", "from"} and (said != "at" or not self.asked):
            return 0
        for end in range(min(at + 1 + MAX_NAME_WORDS, len(self.words)), at + 1, -1):
            name = tokenize(" ".join(self.words[at + 1 : end]))
            if not name or not self._stops(end):
                continue
            if self.names.is_organization(name):
                self.filters.append(_filter("org", self.words[at + 1 : end]))
                return end - at
            if said == "by" and (len(name) > 1 or self.asked) and self.names.is_author(name):
                self.filters.append(_filter("author", self.words[at + 1 : end]))
                return end - at
        return 0

    def _stops(self, at: int) -> bool:
        """Tell whether a name ends there: nothing follows, or a filter, or "about" where asked."""
        about = self.asked and at < len(self.words) and fold(self.words[at]) in _EDGES
        return about or self._ends(at)

    def _organization(self, at: int) -> int:
        """Read an organisation that stands by itself."""
        for end in range(min(at + MAX_NAME_WORDS, len(self.words)), at, -1):
            name = tokenize(" ".join(self.words[at:end]))
            share = self.names.organization_share(name) if name else 0.0
            if share >= LIKELY_SHARE and len(self.words) > end - at:
                names = self.names_only if share >= SURE_SHARE else self.likely_names
                names.append(" ".join(self.words[at:end]))
                self.left.append(names[-1])
                return end - at
        return 0

    def _trim(self) -> None:
        """Leave out what only joined the filters to the words."""
        while self.asked and self.left and fold(self.left[0]) in _EDGES:
            self.left.pop(0)
        while self.left and fold(self.left[-1]) in _EDGES:
            self.left.pop()


def _is_telling(word: str) -> bool:
    return word[0].isalnum() and fold(word) not in FUNCTION_WORDS


def _filter(name: str, words: Sequence[str]) -> str:
    value = " ".join(words).strip(",;.?!")
    return f'{name}:"{value}"' if " " in value else f"{name}:{value}"


def _iso(period: Period) -> str:
    """Write a period as filters read it: 2025, 2025-03, 2025-W11 or 2025-03-15."""
    first = period.first
    if period.days > 31:
        return f"{first:%Y}"
    if period.days > 7:
        return f"{first:%Y-%m}"
    return f"{first:%G-W%V}" if period.days == 7 else str(first)
