"""The keys under which BibTeX and CSL cite a paper: vaswani2017attention."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from unicodedata import normalize

from bot.papers import Paper

_KEY = re.compile(r"@?(?P<who>[a-z]*)(?P<year>[0-9]{4})?(?P<word>[a-z0-9]*)(?:-(?P<id>[\w.-]+))?")
MIN_LETTERS = 4  # of the title's word


def cite_key(paper: Paper) -> str:
    """Return a paper's key: its first author's last name, its year, and its title's first word."""
    who = _plain(next((name.split()[-1] for name in paper.authors if name.strip()), ""))
    words = map(_plain, paper.title.split())
    word = next((word for word in words if len(word) >= MIN_LETTERS), "")
    year = paper.published.year if paper.published else ""
    return f"{who}{year}{word}" or _plain(paper.id) or "paper"


def cite_keys(papers: Sequence[Paper]) -> Iterator[str]:
    """Yield the keys of papers that stand in one file; equal ones go on with the paper's id."""
    seen: set[str] = set()
    for paper in papers:
        key = cite_key(paper)
        if key in seen:
            key = _unused(f"{key}-{re.sub(r'[^a-z0-9.]+', '-', paper.id.lower())}", seen)
        seen.add(key)
        yield key


def parse_key(key: str) -> tuple[str, str, str]:
    """Return the author's name, the year and the title's word in a key, "" for what is missing."""
    found = _KEY.fullmatch(key.lower())
    return (found["who"], found["year"] or "", found["word"]) if found else ("", "", "")


def matches(key: str, paper: Paper) -> bool:
    """Tell whether a paper is exported under a key."""
    plain, own = key.lower().removeprefix("@"), cite_key(paper)
    return plain == own or plain.startswith(f"{own}-")


def _unused(key: str, seen: set[str]) -> str:
    n = 2
    wanted = key
    while wanted in seen:
        wanted, n = f"{key}-{n}", n + 1
    return wanted


def _plain(text: str) -> str:
    unaccented = normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", unaccented.lower())
