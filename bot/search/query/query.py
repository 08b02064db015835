"""A search as it was understood: words, phrases and filters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from bot.search.analysis.tokenizer import tokenize
from bot.search.query.date_ranges import format_day
from bot.text import count, listed, shorten

Sort: TypeAlias = Literal["best", "votes", "new"]
Place: TypeAlias = Literal["anywhere", "title", "abstract", "keyword", "author", "organization"]

# With more words it is a question in sentences: quotation marks quote in it, and it may be all
# capitals.
MAX_KEYWORDS = 15
_SEARCHED_PLACES = ("anywhere", "title", "abstract", "keyword")
_SORT_LABELS: dict[Sort, str] = {
    "best": "",
    "votes": "most votes first",
    "new": "newest first",
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row that a paper has to contain somewhere or in one place.

    Other spellings count too unless they are `quoted`.
    """

    text: str
    place: Place = "anywhere"
    quoted: bool = False

    def describe(self, *, wanted: bool) -> str:
        """Say in words that it is wanted, or unwanted."""
        text, having = shorten(self.text, 60), "with" if wanted else "without"
        match self.place:
            case "author":
                return f"by {text}" if wanted else f"not by {text}"
            case "organization":
                return f"from {text}" if wanted else f"not from {text}"
            case "anywhere":
                return f"{having} “{text}”"
            case "keyword":
                return f"{having} the keyword “{text}”"
            case _:
                return f"{having} “{text}” in the {self.place}"


@dataclass(frozen=True, slots=True)
class Query:
    """A search as it was understood.

    `text` is what was typed without the filters, with what was quoted. A paper has one of each
    group in `wanted`, and none of `unwanted`. `after` is the first day that counts, `before` the
    first that no longer does. `votes` is the least number of them. `has_code` is None where it does
    not matter.
    """

    text: str = ""
    wanted: tuple[tuple[Phrase, ...], ...] = ()
    unwanted: tuple[Phrase, ...] = ()
    after: date | None = None
    before: date | None = None
    votes: int | None = None
    has_code: bool | None = None
    sort: Sort = "best"

    @property
    def filtered(self) -> bool:
        """Whether it asks for anything but words and an order."""
        return self != Query(self.text, sort=self.sort)

    @property
    def sought(self) -> str:
        """All words that are searched in the text of papers."""
        phrases = [phrase for group in self.wanted for phrase in group]
        searched = [phrase.text for phrase in phrases if phrase.place in _SEARCHED_PLACES]
        return " ".join([self.text, *searched])

    @property
    def exact_words(self) -> frozenset[str]:
        """The folded words that were quoted, which stay as they are."""
        phrases = [phrase for group in self.wanted for phrase in group if phrase.quoted]
        return frozenset(word for phrase in phrases for word in tokenize(phrase.text))

    def describe(self) -> str:
        """Say in words what the filters and the order ask for, "" where there are none."""
        parts = [
            listed([phrase.describe(wanted=True) for phrase in group], "or")
            for group in self.wanted
        ]
        parts += [phrase.describe(wanted=False) for phrase in self.unwanted]
        parts += self._describe_values()
        return ", ".join(filter(None, [*parts, _SORT_LABELS[self.sort]]))

    def _describe_values(self) -> list[str]:
        parts = []
        if self.after:
            parts.append(f"since {format_day(self.after)}")
        if self.before:
            parts.append(f"before {format_day(self.before)}")
        if self.votes:
            parts.append(f"with at least {count(self.votes, 'vote')}")
        if self.has_code is not None:
            parts.append("with code" if self.has_code else "without code")
        return parts
