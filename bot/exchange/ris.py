"""Shelves as RIS: https://en.wikipedia.org/wiki/RIS_(file_format)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.exchange.entries import DAMAGED, MAX_ENTRIES, Entry, Marks, entry
from bot.exchange.fields import id_of
from bot.exchange.names import inverted
from bot.papers import Paper

_LINE = re.compile(r"^\s{0,3}([A-Z][A-Z0-9]) {1,2}-(?: |$)[ \t]*(.*)$")
READ, PRIVATE = "read", "private"
# the tags by what they hold, as programs fill them; the others count as any field does
_NAMES = {
    "DO": "doi",
    "UR": "url",
    "LK": "url",
    "L1": "url",
    "L2": "url",
    "L3": "url",
    "L4": "url",
    "AB": "abstract",
    "N2": "abstract",
    "N1": "note",
    "RN": "note",
    "KW": "keywords",
    "TI": "title",
    "T1": "title",
    "M1": "number",
    "IS": "number",
    "VL": "volume",
    "SP": "pages",
}
Fields = list[tuple[str, str]]


def write(entries: Sequence[Entry]) -> str:
    """Write entries."""
    return "".join(
        f"{tag}  - {' '.join(text.split())}\n" if tag != "ER" else "ER  - \n\n"
        for one in entries
        for tag, text in _lines(one)
    )


def read(text: str) -> tuple[Entry, ...]:
    """Read entries; one that lacks its end ends where the next begins."""
    found: list[Entry] = []
    for fields, whole in _records(text):
        if whole:
            found.append(_entry(fields))
        elif id_ := id_of(_named(fields)):  # tags behind the end: the entry's, or another's
            stray = entry(id_, _first(fields, "TI", "T1"))
            if found and not found[-1].paper.id:
                paper = Paper(stray.paper.id, found[-1].paper.title or stray.paper.title)
                found[-1] = replace(found[-1], paper=paper, problem="")
            elif not found or found[-1].paper.id != stray.paper.id:
                found.append(stray)
        if len(found) == MAX_ENTRIES:
            break
    return tuple(found)


def _records(text: str) -> Iterator[tuple[Fields, bool]]:
    """Yield the fields of records, and whether each began with its type."""
    fields: Fields = []
    begun = False
    for line in text.splitlines():
        tagged = _LINE.match(line)
        tag, value = (tagged[1], tagged[2].strip()) if tagged else ("", line.strip())
        if tag in {"TY", "ER"}:
            if fields or begun:
                yield fields, begun
            fields, begun = [], tag == "TY"
        elif tag:
            fields.append((tag, value))
        elif fields and value:  # the line before goes on
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {value}".strip())
    if fields or begun:
        yield fields, begun


def _lines(one: Entry) -> Iterator[tuple[str, str]]:
    paper = one.paper
    yield "TY", "UNPB"
    yield "TI", paper.title
    for name in filter(str.strip, paper.authors):
        yield "AU", inverted(name)
    if paper.published:
        yield "PY", str(paper.published.year)
        yield "DA", f"{paper.published:%Y/%m/%d}"
    if paper.abstract:
        yield "AB", paper.abstract
    if paper.arxiv_url:
        yield "DO", paper.doi
        yield "UR", paper.arxiv_url
        yield "DB", "arXiv"
    yield "AN", paper.id
    for tag in one.tags:
        yield "KW", tag
    if one.note:
        yield "N1", one.note
    if one.saved:
        yield "C1", one.saved.isoformat()
    if marks := [name for name, is_so in ((READ, one.read), (PRIVATE, one.private)) if is_so]:
        yield "C2", " ".join(marks)
    yield "ER", ""


def _entry(fields: Fields) -> Entry:
    marks = _first(fields, "C2").split()
    tags = ",".join(value for tag, value in fields if tag == "KW")
    number = _first(fields, "AN")
    found = entry(
        id_of(_named(fields)) or (number if " " not in number else ""),
        _first(fields, "TI", "T1", "CT", "BT"),
        Marks(_first(fields, "C1"), tags, _first(fields, "N1"), READ in marks, PRIVATE in marks),
        _first(fields, "ID") or number,
    )
    return found if found.paper.id or found.paper.title else replace(found, problem=DAMAGED)


def _named(fields: Fields) -> Iterator[tuple[str, str]]:
    for tag, value in fields:
        yield _NAMES.get(tag, tag.lower()), value


def _first(fields: Fields, *tags: str) -> str:
    return next((value for tag in tags for name, value in fields if name == tag and value), "")
