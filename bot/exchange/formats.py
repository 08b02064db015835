"""Which formats there are, and which one a text is in."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from importlib import import_module
from typing import Literal, Protocol, TypeAlias, cast, get_args

from bot.exchange.entries import MOST, Entry
from bot.identifiers import paper_ids
from bot.papers import Paper

Format: TypeAlias = Literal["bibtex", "ris", "csv", "json", "markdown"]
FORMATS: tuple[Format, ...] = get_args(Format)
SUFFIXES: dict[str, Format] = {
    ".bib": "bibtex",
    ".ris": "ris",
    ".csv": "csv",
    ".json": "json",
    ".md": "markdown",
}


class _Codec(Protocol):
    def write(self, entries: Sequence[Entry]) -> str: ...

    def read(self, text: str) -> tuple[Entry, ...]: ...


def write(format_: Format, entries: Sequence[Entry]) -> str:
    """Write entries in a format."""
    return _module(format_).write(entries)


def read(text: str) -> tuple[Entry, ...]:
    """Read the entries of a text in any of the formats, or of one that only holds links to papers."""
    text = text.removeprefix("\ufeff")
    found = _format_in(text)
    entries = _module(found).read(text) if found else ()
    return (
        entries or tuple(Entry(Paper(id_, "")) for id_ in paper_ids(text.replace('"', "\n"), MOST))
    )[:MOST]


def format_of(name: str) -> Format | None:
    """Return the format that the name of a file tells."""
    return next(
        (known for suffix, known in SUFFIXES.items() if name.lower().endswith(suffix)), None
    )


def suffix_of(format_: Format) -> str:
    """Return what the name of a file of that format ends in."""
    return next(suffix for suffix, known in SUFFIXES.items() if known == format_)


def _format_in(text: str) -> Format | None:
    if re.search(r"^\s*@\s*\w+\s*[{(]", text, re.MULTILINE):
        return "bibtex"
    if re.search(r"^TY  - ", text, re.MULTILINE):
        return "ris"
    if text.lstrip()[:1] in {"[", "{"} and _is_json(text):
        return "json"
    first = text.lstrip().partition("\n")[0].lower()
    if "," in first and re.search(r"(^|,)\"?(id|title)\"?(,|\s*$)", first):
        return "csv"
    return "markdown" if re.search(r"^[-*] \[", text, re.MULTILINE) else None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (
        ValueError,
        RecursionError,
    ):  # the second where it is nested too deep to be anybody's shelf
        return False
    return True


def _module(format_: Format) -> _Codec:
    # start-up time: a format is loaded when it is asked for
    return cast("_Codec", import_module(f"bot.exchange.{format_}"))
