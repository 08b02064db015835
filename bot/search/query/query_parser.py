"""The language of a search: words, and filters such as `author:"Ada Lovelace" after:2025-03 has:code sort:votes`.

Words forgive slips and endings, what is quoted is meant as it stands. `-` leaves out, `OR` stands
between two of which one will do, and `title:`, `abstract:` and `keyword:` look in one place. In
sentences quotation marks ask for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal, TypeAlias, get_args

from rapidfuzz.distance import OSA

from bot.errors import UsageError
from bot.search.query.date_ranges import period, spoken
from bot.search.query.tokenizer import fold, words
from bot.text import clean, count, listed, shorten

Sort: TypeAlias = Literal["best", "votes", "new"]
Place: TypeAlias = Literal["anywhere", "title", "abstract", "keyword", "author", "organization"]

# Nobody asks for more; each costs time.
MOST_TERMS = 30
# With more words it is a question in sentences: quotation marks quote in it, and it may be all
# capitals.
SENTENCE = 15
_PART = re.compile(
    r'(?P<minus>[-−–](?=["\w]))?'
    r'(?:(?P<name>[^\W\d_]+):(?P<gap>\s*)(?:"(?P<said>[^"]*)"?|(?P<value>\S*))|"(?P<phrase>[^"]*)"?|(?P<word>\S+))'
)
_LEAST = re.compile(r"(?:>=?)?(\d{1,9})\+?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Term:
    """Something that a paper says: words in a row, somewhere or in one place; `quoted` where no other will do."""

    text: str
    place: Place = "anywhere"
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A search as it was understood.

    `text` is what was typed without the filters, with what was quoted. A paper has one of each
    group in `wanted`, and none of `unwanted`. `after` is the first day that counts, `before` the
    first that no longer does. `votes` is the least number of them. `has_code` is None where it does
    not matter.
    """

    text: str = ""
    wanted: tuple[tuple[Term, ...], ...] = ()
    unwanted: tuple[Term, ...] = ()
    after: date | None = None
    before: date | None = None
    votes: int | None = None
    has_code: bool | None = None
    sort: Sort = "best"

    @property
    def filtered(self) -> bool:
        """Whether anything but words and an order was asked for."""
        return self != Query(self.text, sort=self.sort)

    @property
    def sought(self) -> str:
        """All words that are looked for in what papers say."""
        places = ("anywhere", "title", "abstract", "keyword")
        return " ".join(
            [
                self.text,
                *(term.text for group in self.wanted for term in group if term.place in places),
            ]
        )

    def describe(self) -> str:
        """Say what the filters ask for, or "" where there are none."""
        said = [
            listed([_asked(term, wanted=True) for term in group], "or") for group in self.wanted
        ]
        said += [_asked(term, wanted=False) for term in self.unwanted]
        if self.after:
            said.append(f"since {spoken(self.after)}")
        if self.before:
            said.append(f"before {spoken(self.before)}")
        if self.votes:
            said.append(f"with at least {count(self.votes, 'vote')}")
        if self.has_code is not None:
            said.append("with code" if self.has_code else "without code")
        order = {"best": "", "votes": "most votes first", "new": "newest first"}[self.sort]
        return ", ".join([*said, order] if order else said)


def parse(text: str, today: date) -> Query:
    """Read a search as it was typed; UsageError where a filter makes no sense."""
    text = clean(text)
    reading = _Reading(today, sentence=len(text.split()) > SENTENCE, shouted=text == text.upper())
    for part in _PART.finditer(text):
        reading.take(part)
    query = reading.query()
    # quotation marks with nothing between them ask for nothing, an empty query for everything
    return query if query != Query() or reading.heeded else Query(text)


@dataclass(slots=True)
class _Reading:
    """What was read so far; `either` after an OR, `groups` are terms of which one will do."""

    today: date
    sentence: bool
    shouted: bool
    filters: Query = field(default_factory=Query)
    groups: list[list[Term]] = field(default_factory=list)
    unwanted: list[Term] = field(default_factory=list)
    heeded: bool = False  # whether there was a filter or an order
    open: bool = False  # whether the last thing read can stand before an OR
    either: bool = False

    def take(self, part: re.Match[str]) -> None:
        """Read one part more."""
        or_ = part["word"] == "OR" and not (self.sentence and self.shouted)
        if or_ and self.open and not part["minus"]:
            self.either = True
            return
        term = _term(part)
        if term is None and self._filtered(part):
            self.heeded, self.open, self.either = True, False, False
            return
        term = term or Term(part[0].removeprefix(part["minus"] or "").replace('"', " "))
        if part["minus"]:
            self.unwanted.append(term)
            self.open = self.either = False
            return
        if self.either:
            self.groups[-1].append(term)
        else:
            self.groups.append([term])
        self.open, self.either = True, False

    def query(self) -> Query:
        """Return the whole."""
        query = self.filters
        if query.after and query.before and query.after >= query.before:
            raise UsageError(
                f"No paper is both since {spoken(query.after)} and before {spoken(query.before)}: "
                "change a date."
            )
        plain, wanted = [], []
        for group in self.groups:
            alone = group[0] if len(group) == 1 else None
            if alone and alone.place == "anywhere":
                plain.append(alone.text)
            if not alone or alone.place != "anywhere" or (alone.quoted and not self.sentence):
                wanted.append(tuple(dict.fromkeys(filter(_says_something, group))))
        found = list(filter(None, dict.fromkeys(wanted)))
        left_out = tuple(dict.fromkeys(filter(_says_something, self.unwanted)))
        if len(left_out) + sum(map(len, found)) > MOST_TERMS:
            raise UsageError(
                f"That asks for too much at once: use at most {MOST_TERMS} quotations and filters."
            )
        return replace(
            query, text=" ".join(" ".join(plain).split()), wanted=tuple(found), unwanted=left_out
        )

    def _filtered(self, part: re.Match[str]) -> bool:
        """Heed a filter; False where the colon belongs to words, as in "BERT: pre-training"."""
        if not part["name"]:
            return False
        name, value, with_code = fold(part["name"]), _value(part), self.filters.has_code
        if name not in _FILTERS:
            if not part["gap"]:
                _refuse_slip(name, value)
            return False
        if part["minus"] and name != "has":
            raise UsageError(
                f"“-{name}:” leaves nothing out: a minus goes before words, places, names and "
                "has:code."
            )
        try:
            if not value:
                raise UsageError(
                    f"“{name}:” needs something after it, for example {_EXAMPLES[name]}."
                )
            self.filters = _FILTERS[name](self.filters, value, self.today)
        except UsageError:
            # "after: the party" is a title, "after:party" a mistake
            if part["gap"] and value:
                return False
            raise
        if part["minus"]:
            self.filters = replace(self.filters, has_code=False)
        if with_code is not None and with_code != self.filters.has_code:
            raise UsageError(
                "No paper is both with code and without: leave out has:code or -has:code."
            )
        return True


def _term(part: re.Match[str]) -> Term | None:
    """Return what a paper has to say, None for other filters and for a colon that belongs to words."""
    if part["phrase"] is not None:
        return Term(" ".join(part["phrase"].split()), quoted=True)
    if part["word"] is not None:
        return Term(part["word"].replace('"', " ").strip())
    name = fold(part["name"])
    if name not in _PLACES:
        return None
    value = " ".join(_value(part).split())
    if not value:
        raise UsageError(f"“{name}:” needs something after it, for example {_EXAMPLES[name]}.")
    if part["gap"] and _PLACES[name] not in ("author", "organization"):
        return None  # "Abstract: we show" was pasted
    return Term(value, _PLACES[name], quoted=part["said"] is not None)


def _value(part: re.Match[str]) -> str:
    return (part["value"] or part["said"] or "").strip()


def _says_something(term: Term) -> bool:
    """Whether there is a word in it; nobody is called “?!”, and that is looked for in vain."""
    return term.place in ("author", "organization") or bool(words(term.text))


def _asked(term: Term, *, wanted: bool) -> str:
    text = shorten(term.text, 60)
    match term.place:
        case "author":
            return f"by {text}" if wanted else f"not by {text}"
        case "organization":
            return f"from {text}" if wanted else f"not from {text}"
        case "anywhere":
            return f"with “{text}”" if wanted else f"without “{text}”"
        case "keyword":
            return f"with the keyword “{text}”" if wanted else f"without the keyword “{text}”"
        case _:
            return f"{'with' if wanted else 'without'} “{text}” in the {term.place}"


def _refuse_slip(name: str, value: str) -> None:
    """Tell a misspelt filter from a colon in a title: "auther:hinton" is one, "BERT: pre-training" is none."""
    near = [known for known in _EXAMPLES if OSA.distance(name, known) == 1 and len(known) > 3]
    if near and value:
        raise UsageError(f"There is no filter “{shorten(name, 40)}:”; did you mean “{near[0]}:”?")


def _after(query: Query, value: str, today: date) -> Query:
    first, _ = period(value, today)
    return replace(query, after=max(first, query.after or first))


def _before(query: Query, value: str, today: date) -> Query:
    first, _ = period(value, today)
    return replace(query, before=min(first, query.before or first))


def _until(query: Query, value: str, today: date) -> Query:
    _, beyond = period(value, today)
    return replace(query, before=min(beyond, query.before or beyond))


def _during(query: Query, value: str, today: date) -> Query:
    return _until(_after(query, value, today), value, today)


def _in_week(query: Query, value: str, today: date) -> Query:
    first, beyond = period(value, today)
    if beyond - first == timedelta(days=1):
        # the calendar's first day is a Monday, so this stays within the calendar
        value = f"{first - timedelta(days=first.weekday()):%G-W%V}"
    return _during(query, value, today)


def _votes(query: Query, value: str, _: date) -> Query:
    least = _LEAST.fullmatch(value)
    if not least:
        raise UsageError(
            f"“votes:{shorten(value, 40)}” asks for no number: votes:50 finds papers with 50 "
            "votes or more."
        )
    # ">50" means 51 at least
    wanted = int(least[1]) + (value.startswith(">") and not value.startswith(">="))
    return replace(query, votes=max(wanted, query.votes or 0))


def _has(query: Query, value: str, _: date) -> Query:
    if fold(value) != "code":
        raise UsageError(
            f"“has:{shorten(value, 40)}” cannot be asked for: only has:code, for papers with "
            "their code."
        )
    return replace(query, has_code=True)


def _sort(query: Query, value: str, _: date) -> Query:
    for sort in get_args(Sort):
        if fold(value) == sort:
            return replace(query, sort=sort)
    raise UsageError(
        f"“sort:{shorten(value, 40)}” is no order: use "
        f"{listed([f'sort:{s}' for s in get_args(Sort)], 'or')}."
    )


_PLACES: dict[str, Place] = {
    "author": "author",
    "org": "organization",
    "organization": "organization",
    "organisation": "organization",
    "title": "title",
    "abstract": "abstract",
    "keyword": "keyword",
}
_FILTERS: dict[str, Callable[[Query, str, date], Query]] = {
    "after": _after,
    "since": _after,
    "before": _before,
    "until": _until,
    "week": _in_week,
    "month": _during,
    "year": _during,
    "day": _during,
    "votes": _votes,
    "has": _has,
    "sort": _sort,
}
_EXAMPLES = {
    "author": 'author:"Ada Lovelace"',
    "org": "org:nvidia",
    "organization": "organization:nvidia",
    "organisation": "organisation:nvidia",
    "title": "title:diffusion",
    "abstract": "abstract:diffusion",
    "keyword": "keyword:diffusion",
    "after": "after:2025-03",
    "since": "since:7d",
    "before": "before:2025",
    "until": "until:2025-06",
    "week": "week:2025-W11",
    "month": "month:2025-03",
    "year": "year:2025",
    "day": "day:2025-03-15",
    "votes": "votes:50",
    "has": "has:code",
    "sort": "sort:votes",
}
