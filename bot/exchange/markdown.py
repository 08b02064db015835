"""Shelves as Markdown: a list of links, each with what was said of the paper under it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.exchange.entries import Entry, entry_of
from bot.text import listed

AUTHORS = 3
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")
_ITEM = re.compile(
    r"^[-*] \[(?P<title>(?:\\.|[^\]\\])*)\]\((?P<url>[^)]*)\)|^[-*] \*\*(?P<bare>.*?)\*\* \(`(?P<id>.*?)`\)"
)
_SAID = re.compile(r"^  [-*] (Saved|Tags|Note|Read|Private)(?:: (.*))?$")


def write(entries: Sequence[Entry]) -> str:
    """Write entries."""
    return "# Papers\n\n" + "".join(f"{line}\n" for one in entries for line in _lines(one))


def read(text: str) -> tuple[Entry, ...]:
    """Read entries of such a list."""
    found: list[tuple[str, str, dict[str, str]]] = []
    for line in text.splitlines():
        if item := _ITEM.match(line):
            title = item["title"] if item["title"] is not None else item["bare"]
            found.append((item["url"] or item["id"] or "", _plain(title), {}))
        elif found and (said := _SAID.match(line)):
            found[-1][2][said[1]] = _plain(said[2] or "")
    return tuple(
        entry_of(
            address,
            title,
            said.get("Saved", ""),
            said.get("Tags", ""),
            said.get("Note", ""),
            read="Read" in said,
            private="Private" in said,
        )
        for address, title, said in found
    )


def _lines(one: Entry) -> Iterator[str]:
    paper = one.paper
    title = _literal(paper.title or paper.id)
    name = f"[{title}]({paper.arxiv_url})" if paper.arxiv_url else f"**{title}** (`{paper.id}`)"
    authors = [*paper.authors[:AUTHORS], *(["others"] if len(paper.authors) > AUTHORS else [])]
    by = f", {_literal(listed(authors))}" if authors else ""
    yield f"- {name}{by}{f', {paper.published.year}' if paper.published else ''}"
    if one.saved:
        yield f"  - Saved: {one.saved.isoformat()}"
    if one.tags:
        yield f"  - Tags: {_literal(', '.join(one.tags))}"
    if one.note:
        yield f"  - Note: {_literal(one.note)}"
    yield from ["  - Read"] * one.read + ["  - Private"] * one.private


def _literal(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
