"""Which formats there are, and which one a text is in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import import_module
from itertools import islice
from typing import Literal, Protocol, TypeAlias, cast, get_args

from bot.exchange.entries import MAX_ENTRIES, Entry

Format: TypeAlias = Literal["bibtex", "ris", "csv", "json", "csl", "markdown"]
FORMATS: tuple[Format, ...] = get_args(Format)
# the longer one first: .csl.json ends in .json too
SUFFIXES: dict[str, Format] = {
    ".csl.json": "csl",
    ".bib": "bibtex",
    ".ris": "ris",
    ".csv": "csv",
    ".json": "json",
    ".md": "markdown",
}
NAMES: dict[Format, str] = {
    "bibtex": "BibTeX",
    "ris": "RIS",
    "csv": "CSV",
    "json": "JSON",
    "csl": "CSL-JSON",
    "markdown": "Markdown",
}
_BIBTEX = re.compile(r"^[ \t]*@\s*[a-z]+\s*[{(]", re.MULTILINE | re.IGNORECASE)
_RIS = re.compile(r"^\s{0,3}TY {1,2}-", re.MULTILINE)
_MARKDOWN = re.compile(
    r"\]\(|^#{1,6} [^#\n]*$|^```|^[ \t]*\|[^|\n]*\|[^|\n]*\||^[ \t]*[-*+] \[", re.MULTILINE
)
_JSON = re.compile(r'\[\s*\]|\{\s*\}|\{\s*"|\[\s*(?:"|\{\s*["}]|\[\s*["{\[])')
_COMMENT = re.compile(r"\s*(?:%|$)")
MAX_HEAD = 200_000  # characters of comments before the first record


class _Codec(Protocol):
    def write(self, entries: Sequence[Entry]) -> str: ...

    def read(self, text: str) -> tuple[Entry, ...]: ...


def write(format_: Format, entries: Sequence[Entry]) -> str:
    """Write entries in a format."""
    return _codec(format_).write(entries)


def read(text: str) -> tuple[Entry, ...]:
    """Read the entries of a text in any format, or the links to papers that it holds."""
    text = text.removeprefix("\ufeff")
    entries = _codec(format_in(text)).read(text)
    if any(one.paper.id or one.paper.title or one.problem for one in entries):
        return entries[:MAX_ENTRIES]
    return _codec("markdown").read(text)[:MAX_ENTRIES]


def format_of(name: str) -> Format | None:
    """Return the format that the name of a file tells."""
    lower = name.lower()
    return next((known for suffix, known in SUFFIXES.items() if lower.endswith(suffix)), None)


def suffix_of(format_: Format) -> str:
    """Return what the name of a file of that format ends in."""
    return next(suffix for suffix, known in SUFFIXES.items() if known == format_)


def format_in(text: str) -> Format:
    """Return the format that a text is in; links and running text count as Markdown."""
    from bot.exchange.csv import is_table  # start-up time: formats are loaded when they are needed

    lines = (line for line in text[:MAX_HEAD].splitlines() if not _COMMENT.match(line))
    start = "\n".join(islice(lines, 3))[:200].lstrip()
    signs = len(_MARKDOWN.findall(text))
    if _BIBTEX.match(start) or _prevails(_BIBTEX, text, signs):
        return "bibtex"
    if _RIS.match(start) or _prevails(_RIS, text, signs):
        return "ris"
    if _JSON.match(start):
        return "json"
    return "csv" if is_table(text, is_markdown=signs > 0) else "markdown"


def _prevails(begins: re.Pattern[str], text: str, signs_of_markdown: int) -> bool:
    """Tell whether a format’s records are more than Markdown that quotes some."""
    records = len(begins.findall(text))
    return records > signs_of_markdown


def _codec(format_: Format) -> _Codec:
    return cast("_Codec", import_module(f"bot.exchange.{format_}"))
