"""Read single fields of a paper from outside JSON; a bad one is dropped, never the paper. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import islice

from bot.identifiers import paper_id
from bot.papers import Account, web_address
from bot.text import clean, shorten

# Each stands well above the longest that 8,206 papers of the feed hold (in brackets), and low
# enough for a page of a hundred such papers to stay small.
LONGEST_TITLE = 500  # (175)
LONGEST_SUMMARY = 1_000  # one sentence; a few are whole paragraphs of 1,600 and are cut
LONGEST_ABSTRACT = 20_000  # (1,923)
LONGEST_NAME = 200  # (55)
LONGEST_KEYWORD = 100  # (73)
MAX_AUTHORS = 3_000  # (664); the largest collaborations of physics have close to 3,000
MAX_KEYWORDS = 50  # (33)
MAX_MEDIA = 20  # (13)
MAX_OF_ANYTHING = 2**31 - 1  # a count beyond fits no Integer column of PostgreSQL
LONGEST_ID = 64  # fits the narrowest button payload, Discord's custom_id of 100 characters

_HANDLE = re.compile(r"[\w.-]*\w[\w.-]*", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def identifier(value: object) -> str:
    """Return the id, arXiv's in its canonical spelling. Raises ValueError if it is no id."""
    number = count(value)
    word = str(number) if number is not None else value
    if not isinstance(word, str) or not word:
        raise ValueError("it has no id")
    one_word = word.isprintable() and clean(word) == word and " " not in word
    if not one_word or len(word) > LONGEST_ID:
        raise ValueError(f"its id is not a printable word of at most {LONGEST_ID} characters")
    return paper_id(word) or word


def text(value: object, longest: int) -> str:
    """Return a text as one clean line of at most `longest` characters, "" if it is no text."""
    # what stands far behind the cut need not be cleaned first
    return shorten(clean(value[: 8 * longest]), longest) if isinstance(value, str) else ""


def count(value: object) -> int | None:
    """Return a whole number from 0, None for anything else, true and false included."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value <= MAX_OF_ANYTHING else None  # type: ignore[operator, return-value]  # whole says int


def day(value: object) -> date | None:
    """Return the date at the start of an ISO date or time, None if there is none."""
    if not isinstance(value, str) or not _DAY.match(value):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def names(value: object) -> tuple[str, ...]:
    """Return the names in a list of names or of {"name", "hidden"}, without the hidden ones."""
    return _first(MAX_AUTHORS, _names(value))


def words(value: object) -> tuple[str, ...]:
    """Return the keywords in a list, each once."""
    return _first(MAX_KEYWORDS, _once(text(word, LONGEST_KEYWORD) for word in _list(value)))


def addresses(value: object) -> tuple[str, ...]:
    """Return the web addresses in a list, each once."""
    return _first(MAX_MEDIA, _once(web_address(address) or "" for address in _list(value)))


def account(value: object) -> Account | None:
    """Read an account: {"name", "fullname"} or {"handle", "name"}; None if it has no page."""
    if not isinstance(value, Mapping):
        return None
    handle = _one_of(
        value, ("handle", "user", "name"), lambda it: it if isinstance(it, str) else ""
    )
    if len(handle) > LONGEST_KEYWORD or not _HANDLE.fullmatch(handle):
        return None
    return Account(
        handle, _one_of(value, ("fullname", "name"), lambda it: text(it, LONGEST_NAME)) or handle
    )


def _names(value: object) -> Iterator[str]:
    for author in _list(value):
        if isinstance(author, Mapping):
            yield "" if author.get("hidden") else text(author.get("name"), LONGEST_NAME)
        else:
            yield text(author, LONGEST_NAME)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _once(found: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(found)


def _first(most: int, found: Iterable[str]) -> tuple[str, ...]:
    return tuple(islice(filter(None, found), most))


def _one_of(
    value: Mapping[str, object], keys: tuple[str, ...], read: Callable[[object], str]
) -> str:
    return next(filter(None, (read(value.get(key)) for key in keys)), "")
