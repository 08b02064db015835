"""Shelves as JSON: an object with a list of papers, each in the shape of every answer for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from bot.exchange.entries import Entry, entry_of
from bot.papers import record


def write(entries: Sequence[Entry]) -> str:
    """Write entries."""
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
    """Read entries: of such an object, of a list, or of one paper."""
    found = json.loads(text)
    papers = found.get("papers", [found]) if isinstance(found, dict) else found
    return tuple(_read(papers if isinstance(papers, list) else []))


def _read(papers: Iterable[object]) -> Iterable[Entry]:
    for paper in papers:
        if isinstance(paper, str):
            yield entry_of(paper, "")
        elif isinstance(paper, dict):
            said = {name: value for name, value in paper.items() if isinstance(value, str)}
            tags = paper.get("tags")
            yield entry_of(
                said.get("id") or said.get("arxiv_url") or said.get("url", ""),
                said.get("title", ""),
                said.get("saved", ""),
                ",".join(map(str, tags)) if isinstance(tags, list) else "",
                said.get("note", ""),
                read=paper.get("read") is True,
                private=paper.get("private") is True,
            )
