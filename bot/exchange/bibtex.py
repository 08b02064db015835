"""Shelves as BibTeX and biblatex, read by bibtexparser; damaged entries give what can be seen."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import unescape
from itertools import islice, pairwise

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import Block, ImplicitComment, ParsingFailedBlock
from bibtexparser.model import Entry as Record

from bot.exchange.cite_keys import cite_keys
from bot.exchange.entries import DAMAGED, MAX_ENTRIES, Entry, Marks, entry
from bot.exchange.fields import id_of
from bot.exchange.latex import decode, encode
from bot.exchange.names import take_apart
from bot.papers import Paper
from bot.text import clean, shorten

READ, PRIVATE = "paperboy-read", "paperboy-private"
MAX_TITLE = 500  # characters
MAX_STRINGS = 1000  # abbreviations that are known to all entries
AT_ONCE = 400  # entries
_START = re.compile(r"^[ \t]*@[ \t]*[A-Za-z]+[ \t]*[{(]", re.MULTILINE)
_STRING = re.compile(
    r"^[ \t]*@string[ \t]*\{[^{}]{0,200}(?:\{[^{}]*\}[^{}]{0,200})?\}", re.MULTILINE | re.IGNORECASE
)
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_BEGINS = re.compile(
    r"@\s*(?!string|preamble|comment)\w+\s*[{(]\s*(?:(?P<key>[^\s,={}]+)(?!\s*=|[^\s,={}]))?",
    re.IGNORECASE,
)
_FIELD = re.compile(r"(?:^|[,{\n\s])([A-Za-z][\w-]*)\s*=\s*")
# Ar{X}iv: braces keep a capital
_BROKEN_WORD = re.compile(r"(?<=[A-Za-z])\{([A-Za-z]{1,3})\}|\{([A-Za-z]{1,3})\}(?=[A-Za-z])")
_FIELDS_GO_ON = re.compile(r"[\s,}\"{]*[\w-]+\s*=")


def write(entries: Sequence[Entry]) -> str:
    """Write entries, each under a key of its first author, year and first word."""
    keys = cite_keys([one.paper for one in entries])
    return "\n".join(_written(key, one) for key, one in zip(keys, entries, strict=True))


def read(text: str) -> tuple[Entry, ...]:
    """Read entries; a damaged one has the id and the title that stand in it."""
    quiet = logging.getLogger("bibtexparser")
    quiet.setLevel(logging.CRITICAL)  # it warns of every field that stands twice
    found: list[Entry] = []
    before = ""  # the damaged entry that may go on
    for block in _blocks(text):
        raw = block.raw or ""
        if isinstance(block, ImplicitComment):
            _add_rest(found, before, raw)
        elif (one := _read(block)) is not None:
            found.append(one)
        before = raw if type(block) is ParsingFailedBlock else ""
        if len(found) >= MAX_ENTRIES:
            break
    return tuple(found)


def _blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a text, read some hundred at a time: the parser compares all keys."""
    strings = "".join(f"{one[0]}\n" for one in islice(_STRING.finditer(text), MAX_STRINGS))
    starts = [one.start() for one in islice(_START.finditer(text), 2 * MAX_ENTRIES)]
    cuts = [0, *starts[AT_ONCE::AT_ONCE], len(text)]
    for start, end in pairwise(cuts):
        known = strings if start else ""  # the first part has most of its own
        yield from parse_string(known + text[start:end]).blocks


def _written(key: str, one: Entry) -> str:
    lines = [f"  {name} = {value}" for name, value in _fields(one) if value not in {"", "{}"}]
    return f"@misc{{{key},\n" + ",\n".join(lines) + "\n}\n"


def _fields(one: Entry) -> Iterator[tuple[str, str]]:
    paper = one.paper
    authors = " and ".join(_author(name) for name in paper.authors if name.strip())
    yield "title", f"{{{encode(paper.title, keep_capitals=True)}}}"
    yield "author", f"{{{authors}}}"
    if paper.published:
        yield "year", f"{{{paper.published.year}}}"
        yield "month", MONTHS[paper.published.month - 1]
    if paper.on_arxiv:
        yield "eprint", f"{{{paper.id}}}"
        yield "archiveprefix", "{arXiv}"
        yield "eprinttype", "{arxiv}"  # biblatex's name for it
        # an id from before 2007 names its archive; later ones tell nothing of it
        yield "primaryclass", f"{{{paper.id.partition('/')[0] if '/' in paper.id else ''}}}"
        yield "doi", f"{{{paper.doi}}}"
        yield "url", f"{{{paper.arxiv_url}}}"
    else:
        yield "howpublished", f"{{{encode(paper.id)}}}"
    yield "abstract", f"{{{encode(paper.abstract)}}}"
    yield "keywords", f"{{{encode(', '.join(one.tags))}}}"
    yield "annote", f"{{{encode(one.note)}}}"
    yield "date-added", f"{{{one.saved.isoformat() if one.saved else ''}}}"
    yield READ, "{yes}" if one.read else ""
    yield PRIVATE, "{yes}" if one.private else ""


def _author(name: str) -> str:
    parts = take_apart(name)
    if parts.literal:
        return f"{{{encode(parts.literal)}}}"
    if parts.suffix:
        return ", ".join(map(encode, (parts.family, parts.suffix, parts.given)))
    # BibTeX takes a given name that begins with no capital for a particle of the family name
    if not parts.given[0].isupper():
        return f"{encode(parts.family)}, {encode(parts.given)}"
    return encode(f"{parts.given} {parts.family}")


def _read(block: Block) -> Entry | None:
    # a key that stands twice breaks LaTeX, but no shelf
    meant = block.ignore_error_block if isinstance(block, ParsingFailedBlock) else block
    if isinstance(meant, Record):
        fields = [
            (one.key.lower(), _BROKEN_WORD.sub(r"\1\2", str(one.value))) for one in meant.fields
        ]
        return _entry(meant.key, fields)
    return _damaged(block.raw or "") if isinstance(block, ParsingFailedBlock) else None


def _damaged(raw: str) -> Entry | None:
    begins = _BEGINS.match(raw)
    if not begins:
        return None
    found = _entry(begins["key"] or "", list(_fields_in(raw)))
    if found.paper.id or found.paper.title:
        return found
    return replace(found, key=found.key or shorten(clean(raw), 100), problem=DAMAGED)


def _fields_in(raw: str) -> Iterator[tuple[str, str]]:
    """Yield the fields of a damaged entry as far as they can be told apart."""
    starts = list(_FIELD.finditer(raw))
    ends = (*(one.start() for one in starts[1:]), len(raw))
    for start, end in zip(starts, ends, strict=False):
        yield start[1].lower(), raw[start.end() : end].strip(' \t\r\n,{}"')


def _entry(key: str, fields: list[tuple[str, str]]) -> Entry:
    first: dict[str, str] = {}
    for name, value in fields:
        first.setdefault(name, value)

    def plain(name: str) -> str:
        return decode(first.get(name, ""))

    marks = Marks(
        first.get("date-added", ""),
        plain("keywords"),
        plain("annote"),
        first.get(READ) == "yes",
        first.get(PRIVATE) == "yes",
    )
    foreign = plain("howpublished")
    id_ = (
        _old_id(first) or id_of([*fields, ("key", key)]) or (foreign if " " not in foreign else "")
    )
    return entry(id_, shorten(decode(unescape(first.get("title", ""))), MAX_TITLE), marks, key)


def _old_id(fields: dict[str, str]) -> str:
    """Return an id from before 2007 of which eprint has the number and the class the archive."""
    number, archive = fields.get("eprint", ""), fields.get("primaryclass", "")
    return (
        f"{archive}/{number}" if archive and re.fullmatch(r"[0-9]{7}(?:v[0-9]+)?", number) else ""
    )


def _add_rest(found: list[Entry], before: str, raw: str) -> None:
    """Give what stands behind a damaged entry to it: its fields, after a brace too many."""
    if not found or found[-1].paper.id:
        return
    if before and (whole := _damaged(before + raw)):
        found[-1] = whole
    elif _FIELDS_GO_ON.match(raw) and (id_ := id_of(_fields_in(f",{raw}"))):
        found[-1] = replace(found[-1], paper=Paper(id_, found[-1].paper.title), problem="")
