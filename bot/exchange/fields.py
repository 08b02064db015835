"""Which of a record's fields names the paper: programs put its id into many.

https://info.arxiv.org/help/bib_feed.html; the exports of Google Scholar, DBLP, Semantic Scholar,
Mendeley, Zotero, JabRef, EndNote, ACL and ADS.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.identifiers import id_in_address, paper_id, paper_ids

MAX_VALUE = 40_000  # characters of one field that are looked at
_IDS = frozenset(("arxiv", "arxivid", "arxivnumber", "arxivno", "eprint", "eprintid", "archiveid"))
_NUMBERS = frozenset(("number", "volume", "pages", "page", "eid", "issue", "id", "articleno"))
# what may name other papers too
_LONG = re.compile(r"abstract|note|comment|summary|description|keyword|tag|title|text|tldr|extra")
_LINK = re.compile(r"url|link|href|uri|pdf|doi|website|homepage|address|^ee$|howpublished|paper$")

Fields = Iterable[tuple[str, str]]
Named = list[tuple[str, str]]  # names in small letters and digits


def id_of(fields: Fields) -> str:
    """Return the id that a record's fields give its paper, the surest field first; "" for none."""
    named = [(_plain(name), value.strip()[:MAX_VALUE]) for name, value in fields]
    found = next(_candidates(named), "")
    if found or not any("arxiv" in value.lower() for _, value in named):
        return found
    # arXiv is named in one field, and the number stands alone in another
    numbers = (paper_id(value) for name, value in named if name in _NUMBERS)
    return next(filter(None, numbers), "")


def _candidates(named: Named) -> Iterator[str]:
    yield from _in_id_fields(named)
    for name, value in named:
        if _LINK.search(name):
            yield from _linked(value)
    for name, value in named:
        if not _is_no_id(name, value):
            yield from paper_ids(value, 1)
    yield from _in_long_texts(named)


def _in_id_fields(named: Named) -> Iterator[str]:
    elsewhere = _is_elsewhere(named)
    for name, value in named:
        if (name in _IDS or "arxiv" in name) and not (elsewhere and name.startswith("eprint")):
            yield from paper_ids(value, 1, bare=True)


def _is_no_id(name: str, value: str) -> bool:
    # a volume that looks like an id is one only where the record names arXiv
    number = name in _NUMBERS and value[:1].isdigit()
    return number or name in _IDS or _LONG.search(name) is not None


def _in_long_texts(named: Named) -> Iterator[str]:
    """Yield the ids of texts that name one paper alone, abstracts last."""
    for name, value in sorted(named, key=lambda one: "abstract" in one[0]):
        if _LONG.search(name) and len(ids := paper_ids(value, 2)) == 1:
            yield ids[0]


def _linked(value: str) -> Iterator[str]:
    own = id_in_address(value) if "/" in value and " " not in value else None
    yield from [own] if own else paper_ids(value, 1)


def _is_elsewhere(named: Named) -> bool:
    """Tell whether the record says that its eprint is another archive's."""
    archives = [value.lower() for name, value in named if name in {"archiveprefix", "eprinttype"}]
    return any(archives) and not any("arxiv" in one for one in archives)


def _plain(name: str) -> str:
    """Return a field's name in small letters and digits, as in arxivid for arXiv_ID."""
    return re.sub(r"[\W_]", "", name.lower())
