"""The search language: words, and filters such as `author:"Ada Lovelace" after:2025-03 sort:votes`.

Words match despite slips and other endings, quoted phrases only as written. `-` leaves out, `OR`
stands between two of which one is enough, and `title:`, `abstract:` and `keyword:` search one
place. In sentences, quotation marks have no meaning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bot.errors import UsageError
from bot.search.analysis.tokenizer import fold, tokenize
from bot.search.query.date_ranges import format_day
from bot.search.query.foreign_filters import refuse_foreign
from bot.search.query.query import MAX_KEYWORDS, Phrase, Query
from bot.search.query.query_filters import FILTERS, PLACES, refuse_slip, require_value
from bot.text import clean

# More are never needed, and each costs time.
MAX_PHRASES = 30
# as keyboards on phones and in other countries type them
_QUOTATION_MARKS = str.maketrans(dict.fromkeys("“”„‟«»″＂", '"'))
_PART = re.compile(
    r'(?P<minus>[-−–](?=["\w]))?'
    r'(?:(?P<name>[^\W\d_]+):(?P<gap>\s*)(?:"(?P<quoted>[^"]*)"?|(?P<value>\S*))'
    r'|"(?P<phrase>[^"]*)"?|(?P<word>\S+))'
)


def parse(text: str, today: date) -> Query:
    """Read a search as it was typed; UsageError where a filter makes no sense."""
    text = clean(text).translate(_QUOTATION_MARKS)
    sentence = len(text.split()) > MAX_KEYWORDS
    parser = _Parser(today, is_sentence=sentence, has_or=not (sentence and text == text.upper()))
    for part in _PART.finditer(text):
        parser.take(part)
    query = parser.query()
    # quotation marks with nothing between them ask for nothing, an empty query for everything
    return query if query != Query() or parser.has_filters else Query(text)


@dataclass(slots=True)
class _Parser:
    """What was read so far: filters, groups of phrases of which one is enough, and unwanted ones.

    `can_join` says whether the last part may stand before an OR, `joins` that there was one.
    """

    today: date
    is_sentence: bool
    has_or: bool
    filters: Query = field(default_factory=Query)
    groups: list[list[Phrase]] = field(default_factory=list)
    unwanted: list[Phrase] = field(default_factory=list)
    has_filters: bool = False
    can_join: bool = False
    joins: bool = False

    def take(self, part: re.Match[str]) -> None:
        """Read the next part."""
        if self.has_or and part["word"] == "OR" and self.can_join and not part["minus"]:
            self.joins = True
            return
        phrase = _phrase(part)
        if phrase is None and self._filter(part):
            self.has_filters, self.can_join, self.joins = True, False, False
            return
        phrase = phrase or Phrase(part[0].removeprefix(part["minus"] or "").replace('"', " "))
        self._add(phrase, unwanted=bool(part["minus"]))

    def query(self) -> Query:
        """Return the whole."""
        _refuse_empty_period(self.filters)
        words = " ".join(group[0].text for group in self.groups if _is_loose(group))
        required = [_distinct(group) for group in self.groups if self._is_required(group)]
        wanted = tuple(filter(None, dict.fromkeys(required)))
        unwanted = _distinct(self.unwanted)
        if len(unwanted) + sum(map(len, wanted)) > MAX_PHRASES:
            raise UsageError(f"Too much at once: use at most {MAX_PHRASES} phrases and filters.")
        return replace(self.filters, text=" ".join(words.split()), wanted=wanted, unwanted=unwanted)

    def _add(self, phrase: Phrase, *, unwanted: bool) -> None:
        if unwanted:
            self.unwanted.append(phrase)
        elif self.joins:
            self.groups[-1].append(phrase)
        else:
            self.groups.append([phrase])
        self.can_join, self.joins = not unwanted, False

    def _is_required(self, group: Sequence[Phrase]) -> bool:
        """Whether a paper has to have one of the group, rather than some words like these."""
        return not _is_loose(group) or (group[0].quoted and not self.is_sentence)

    def _filter(self, part: re.Match[str]) -> bool:
        """Apply a filter; False where the colon belongs to words, as in "BERT: pre-training"."""
        name = fold(part["name"] or "")
        if name not in FILTERS:
            if name and not part["gap"]:
                refuse_slip(name, _value(part))
                refuse_foreign(part["name"], _value(part))
            return False
        if part["minus"] and name != "has":
            raise UsageError(
                f"“-{name}:” leaves nothing out: a minus goes before words, places, names and "
                "has:code."
            )
        before = self.filters.has_code
        if not self._apply(name, part):
            return False
        if part["minus"]:
            self.filters = replace(self.filters, has_code=False)
        _refuse_contradiction(before, self.filters.has_code)
        return True

    def _apply(self, name: str, part: re.Match[str]) -> bool:
        """Narrow the query; False where it is words: "after: the party" is, "after:party" not."""
        value = _value(part)
        try:
            require_value(name, value)
            self.filters = FILTERS[name](self.filters, value, self.today)
        except UsageError:
            if part["gap"] and value:
                return False
            raise
        return True


def _refuse_empty_period(query: Query) -> None:
    if query.after and query.before and query.after >= query.before:
        raise UsageError(
            f"No paper is both since {format_day(query.after)} and before "
            f"{format_day(query.before)}: change a date."
        )


def _refuse_contradiction(before: bool | None, has_code: bool | None) -> None:  # noqa: FBT001
    if before is not None and before != has_code:
        raise UsageError("No paper is both with code and without: leave out has:code or -has:code.")


def _phrase(part: re.Match[str]) -> Phrase | None:
    """Return the phrase that a part is; None for filters and for a colon that belongs to words."""
    if part["phrase"] is not None:
        return Phrase(" ".join(part["phrase"].split()), quoted=True)
    if part["word"] is not None:
        return Phrase(part["word"].replace('"', " ").strip())
    name = fold(part["name"])
    if name not in PLACES:
        return None
    value = " ".join(_value(part).split())
    require_value(name, value)
    if part["gap"] and PLACES[name] not in ("author", "organization"):
        return None  # "Abstract: we show" was pasted
    return Phrase(value, PLACES[name], quoted=part["quoted"] is not None)


def _value(part: re.Match[str]) -> str:
    return (part["value"] or part["quoted"] or "").strip()


def _is_loose(group: Sequence[Phrase]) -> bool:
    """Whether it is one phrase that may be anywhere."""
    return len(group) == 1 and group[0].place == "anywhere"


def _distinct(phrases: Sequence[Phrase]) -> tuple[Phrase, ...]:
    """Return the phrases that say something, each once."""
    return tuple(dict.fromkeys(filter(_says_something, phrases)))


def _says_something(phrase: Phrase) -> bool:
    """Whether there is a word in it; no author is called “?!”, so that finds nothing."""
    return phrase.place in ("author", "organization") or bool(tokenize(phrase.text))
