"""Shelves as RIS, which reference managers read: https://en.wikipedia.org/wiki/RIS_(file_format)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from bot.exchange.entries import Entry, entry_of

_LINE = re.compile(r"^([A-Z][A-Z0-9])  -[ \t]*(.*)$")
READ, PRIVATE = "read", "private"


def write(entries: Sequence[Entry]) -> str:
    """Write entries."""
    return "".join(
        f"{tag}  - {text}\n" if tag != "ER" else "ER  - \n\n"
        for one in entries
        for tag, text in _lines(one)
    )


def read(text: str) -> tuple[Entry, ...]:
    """Read entries."""
    found: list[Entry] = []
    fields: dict[str, list[str]] = defaultdict(list)
    for line in text.splitlines():
        if not (said := _LINE.match(line)):
            continue
        if said[1] != "ER":
            fields[said[1]].append(said[2].strip())
            continue
        found.append(_entry(fields))
        fields = defaultdict(list)
    return tuple(found)


def _lines(one: Entry) -> Iterator[tuple[str, str]]:
    paper = one.paper
    yield "TY", "UNPB"
    yield "TI", paper.title
    for name in paper.authors:
        yield "AU", name
    if paper.published:
        yield "PY", str(paper.published.year)
        yield "DA", f"{paper.published:%Y/%m/%d}"
    if paper.abstract:
        yield "AB", paper.abstract
    if paper.arxiv_url:
        yield "UR", paper.arxiv_url
        yield "DB", "arXiv"
    yield "AN", paper.id
    for tag in one.tags:
        yield "KW", tag
    if one.note:
        yield "N1", one.note
    if one.saved:
        yield "C1", one.saved.isoformat()
    if marks := [name for name, there in ((READ, one.read), (PRIVATE, one.private)) if there]:
        yield "C2", " ".join(marks)
    yield "ER", ""


def _entry(fields: dict[str, list[str]]) -> Entry:
    def first(*tags: str) -> str:
        return next((fields[tag][0] for tag in tags if fields[tag]), "")

    marks = first("C2").split()
    return entry_of(
        first("AN", "UR", "DO", "L1"),
        first("TI", "T1"),
        first("C1"),
        ",".join(fields["KW"]),
        first("N1"),
        read=READ in marks,
        private=PRIVATE in marks,
    )
