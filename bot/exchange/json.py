"""Shelves as JSON and JSON Lines: ours, and those of CSL, Zotero, Semantic Scholar and others."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from bot.exchange.entries import DAMAGED, MAX_ENTRIES, Entry, Marks, entry
from bot.exchange.fields import id_of
from bot.identifiers import paper_id, paper_ids
from bot.papers import Paper, record
from bot.text import clean, shorten

MAX_DEPTH = 40
MAX_PARTS = 200  # fields and parts of fields of one record that are looked at
_TITLES = ("title", "papertitle", "name")
# what belongs to a record though it is an object of its own
_OWN = frozenset(
    ("externalids", "ids", "identifiers", "identifier", "links", "data", "url", "urls", "custom")
)
Value = object


def write(entries: Sequence[Entry]) -> str:
    """Write entries: an object with a list of papers, each as `--json` answers show it."""
    papers = [
        {
            **record(one.paper),
            "saved": one.saved.isoformat() if one.saved else None,
            "read": one.read,
            "private": one.private,
            "tags": list(one.tags),
            "note": one.note,
        }
        for one in entries
    ]
    return json.dumps({"papers": papers}, ensure_ascii=False, indent=1) + "\n"


def read(text: str) -> tuple[Entry, ...]:
    """Read entries of any JSON; what is damaged gives up the ids in it."""
    value = parsed(text)
    found = _damaged(text) if value is None else _entries(value)
    return tuple(islice(found, MAX_ENTRIES))


def parsed(text: str) -> Value:
    """Return JSON as values, its numbers as they are written; None where it is none."""
    try:
        value: Value = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):  # the second where it is nested too deep for a shelf
        return None
    return value


def is_lines(text: str) -> bool:
    """Tell whether a text is JSON Lines."""
    lines = list(islice(filter(str.strip, text.splitlines()), 3))
    return len(lines) > 1 and lines[0].strip()[:1] in {"{", "["} and parsed(lines[0]) is not None


def _damaged(text: str) -> Iterator[Entry]:
    """Read line by line where lines are JSON, and take ids out of those that are not."""
    lines = text.splitlines() if is_lines(text) else [text]
    for line in filter(str.strip, lines):
        value = parsed(line) if len(lines) > 1 else None
        if value is not None:
            yield from _entries(value)
            continue
        ids = paper_ids(line.replace('"', "\n"), MAX_ENTRIES)
        yield from (Entry(Paper(id_, "")) for id_ in ids)
        if not ids:
            yield Entry(Paper("", ""), key=shorten(clean(line), 100), problem=DAMAGED)


def _entries(value: Value, depth: int = 0) -> Iterator[Entry]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, str):
        yield from (Entry(Paper(id_, "")) for id_ in paper_ids(value))
    elif isinstance(value, list):
        for one in value:
            yield from _entries(one, depth + 1)
    elif isinstance(value, dict):
        yield from _of_object(value, depth)


def _of_object(value: Mapping[str, Value], depth: int) -> Iterator[Entry]:
    one = _record(value)
    if one.paper.id and paper_id(one.paper.id):
        yield one
        return
    inner = [
        found
        for part in value.values()
        if isinstance(part, dict | list)
        for found in _entries(part, depth + 1)
        if found.paper.id or not one.paper.title
    ]
    if inner:
        yield from inner
    elif one.paper.title or one.paper.id:
        yield one
    elif _holds_only_text(value) and (ids := paper_ids(" \n".join(_texts(value)), 1)):
        yield replace(one, paper=Paper(ids[0], ""))


def _record(value: Mapping[str, Value]) -> Entry:
    texts = {name: text for name, text in value.items() if isinstance(text, str)}
    by_name = {_plain(name): text for name, text in texts.items()}
    custom = value.get("custom")
    ours = custom if isinstance(custom, dict) else value
    tags = ours.get("tags")
    marks = Marks(
        _text(ours.get("saved")),
        ",".join(str(tag) for tag in tags if isinstance(tag, str))
        if isinstance(tags, list)
        else "",
        _text(ours.get("note")),
        ours.get("read") is True,
        ours.get("private") is True,
    )
    fields = list(islice(_fields(value), MAX_PARTS))
    title = next((by_name[name] for name in _TITLES if by_name.get(name)), "")
    key = by_name.get("citationkey") or by_name.get("key") or by_name.get("id") or ""
    return entry(id_of(fields) or _text(ours.get("id")), shorten(clean(title), 500), marks, key)


def _fields(value: Mapping[str, Value], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, part in value.items():
        if isinstance(part, str):
            yield f"{prefix}{name}", part
        elif isinstance(part, dict) and _plain(name) in _OWN:
            yield from _fields(part, f"{prefix}{name}.")
        elif isinstance(part, list) and all(isinstance(one, str) for one in part):
            yield from ((f"{prefix}{name}", one) for one in part[:MAX_PARTS])


def _holds_only_text(value: Mapping[str, Value]) -> bool:
    return not any(isinstance(part, dict | list) for part in value.values())


def _texts(value: Mapping[str, Value]) -> Iterator[str]:
    return (part for part in value.values() if isinstance(part, str))


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))
