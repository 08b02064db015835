"""Shelves as CSL-JSON, which pandoc, Zotero and citation processors read.

https://github.com/citation-style-language/schema/blob/master/schemas/input/csl-data.json
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.exchange.cite_keys import cite_keys
from bot.exchange.entries import Entry
from bot.exchange.json import read as read_json
from bot.exchange.names import take_apart


def write(entries: Sequence[Entry]) -> str:
    """Write entries; what CSL has no name for stands under “custom”."""
    keys = cite_keys([one.paper for one in entries])
    items = [_item(key, one) for key, one in zip(keys, entries, strict=True)]
    return json.dumps(items, ensure_ascii=False, indent=1) + "\n"


def read(text: str) -> tuple[Entry, ...]:
    """Read entries of CSL-JSON."""
    return read_json(text)


def _item(key: str, one: Entry) -> dict[str, object]:
    paper = one.paper
    on_arxiv: dict[str, object] = {
        "DOI": paper.doi,
        "URL": paper.arxiv_url,
        "publisher": "arXiv",
        "number": f"arXiv:{paper.id}",
    }
    item = {
        "id": key,
        "type": "article",
        "title": paper.title,
        "author": [_name(name) for name in paper.authors if name.strip()],
        "issued": _issued(one),
        **(on_arxiv if paper.on_arxiv else {}),
        "abstract": paper.abstract,
        "keyword": ", ".join(one.tags),
        "note": one.note,
        "custom": _custom(one),
    }
    return {name: value for name, value in item.items() if value}


def _custom(one: Entry) -> dict[str, object]:
    return {
        "id": one.paper.id,
        "saved": one.saved.isoformat() if one.saved else None,
        "read": one.read,
        "private": one.private,
        "tags": list(one.tags),
        "note": one.note,
    }


def _issued(one: Entry) -> dict[str, object] | None:
    day = one.paper.published
    return {"date-parts": [[day.year, day.month, day.day]]} if day else None


def _name(name: str) -> dict[str, str]:
    parts = take_apart(name)
    fields = {
        "family": parts.family,
        "given": parts.given,
        "suffix": parts.suffix,
        "literal": parts.literal,
    }
    return {field: text for field, text in fields.items() if text}
