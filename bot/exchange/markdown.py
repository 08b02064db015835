"""Shelves as Markdown, and papers out of any Markdown, HTML or running text, by markdown-it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.exchange.entries import MAX_ENTRIES, Entry, Marks, entry
from bot.exchange.passages import Passage, passages
from bot.exchange.titles import words_of
from bot.identifiers import id_in_address, paper_ids
from bot.papers import Paper
from bot.text import listed, shorten

AUTHORS = 3
HEADING = "# Papers\n"
MAX_TITLE = 300  # characters
MIN_WORDS = 2  # of a title
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&!])")
_SAID = re.compile(r"(Saved|Tags|Note|Read|Private)(?:: (.*))?", re.DOTALL)
# what people call a link to a paper, and no title
_GENERIC = frozenset(
    "arxiv paper pdf abs abstract link url html here code github website project page blog doi "
    "preprint read openreview open review hf hugging face huggingface video slides poster data "
    "dataset model demo bibtex cite".split()
)
# where papers are that arXiv may have too
_PAPER_LIKE = re.compile(
    r"://(?:[\w-]+\.)*(?:openreview\.net|aclanthology\.(?:org|info)|aclweb\.org|"
    r"proceedings\.mlr\.press|"
    r"proceedings\.neurips\.cc|papers\.n(?:eur)?ips\.cc|openaccess\.thecvf\.com|dl\.acm\.org|"
    r"ieeexplore\.ieee\.org|(?:dx\.)?doi\.org|semanticscholar\.org/paper|nature\.com/articles|"
    r"science\.org/doi|link\.springer\.com|sciencedirect\.com|jmlr\.org|ojs\.aaai\.org|ijcai\.org|"
    r"pnas\.org|(?:bio|med)rxiv\.org|ecva\.net|isca-speech\.org|arxiv\.org/(?:abs|pdf)|"
    r"dblp\.org/rec|usenix\.org/conference|researchgate\.net/publication|papers\.ssrn\.com)"
    r"|\.pdf(?:[?#].*)?$",
    re.IGNORECASE,
)


def write(entries: Sequence[Entry]) -> str:
    """Write entries: a list of links, each with what was said of the paper under it."""
    return f"{HEADING}\n" + "".join(f"{line}\n" for one in entries for line in _lines(one))


def read(text: str) -> tuple[Entry, ...]:
    """Read the papers that a text links to or names.

    A line whose link is a paper's, but not at arXiv, gives its title.
    """
    is_ours = text.startswith(HEADING)
    found: list[Entry] = []
    seen: dict[str, int] = {}
    for passage in passages(text):
        said = _SAID.fullmatch(passage.source) if is_ours and passage.nested else None
        if said and found:
            found[-1] = _with_mark(found[-1], said[1], _unescaped(said[2] or ""))
            continue
        for one in _entries(passage, is_ours=is_ours):
            if one.paper.id and one.paper.id in seen:
                continue
            seen[one.paper.id] = len(found)
            found.append(one)
        if len(found) >= MAX_ENTRIES:
            break
    return tuple(found[:MAX_ENTRIES])


def _entries(passage: Passage, *, is_ours: bool) -> Iterator[Entry]:
    if passage.bibtex:
        yield from _in_bibtex(passage.text)
    if is_ours and passage.strong and passage.code and not passage.heading:
        yield entry(passage.code, passage.strong)
        return
    labels = _labels(passage, is_ours=is_ours)
    alone = _title(passage) if len(labels) == 1 else ""
    for id_, label in labels.items():
        yield entry(id_, label if _is_title(label) else alone)
    if not labels and not passage.heading:
        yield from _without_id(passage)


def _in_bibtex(text: str) -> Iterator[Entry]:
    from bot.exchange.bibtex import read as read_bibtex

    return (one for one in read_bibtex(text) if one.paper.id)


def _labels(passage: Passage, *, is_ours: bool) -> dict[str, str]:
    """Return the ids that a passage links to or names, with the words of their links."""
    labels: dict[str, str] = {}
    for link in passage.links:
        if id_ := id_in_address(link.address) if link.address else None:
            labels.setdefault(id_, link.label)
    for id_ in () if is_ours else paper_ids(passage.text, MAX_ENTRIES):
        labels.setdefault(id_, "")
    return labels


def _without_id(passage: Passage) -> Iterator[Entry]:
    links = [link for link in passage.links if _PAPER_LIKE.search(link.address)]
    titled = [link for link in links if _is_title(link.label)]
    for link in titled:
        yield Entry(Paper("", shorten(link.label, MAX_TITLE)), key=shorten(link.address, 100))
    if links and not titled:
        title = _title(passage)
        yield Entry(Paper("", title), key=shorten(links[0].address, 100))


def _title(passage: Passage) -> str:
    """Return what is most likely the title of the paper in a passage."""
    labels = [link.label for link in passage.links]
    candidates = [passage.strong, *labels, passage.lead, *passage.cells]
    return next((shorten(one, MAX_TITLE) for one in candidates if _is_title(one)), "")


def _is_title(text: str) -> bool:
    words = words_of(text[:MAX_TITLE]).split()
    return len(words) >= MIN_WORDS and not all(w in _GENERIC or w.isdigit() for w in words)


def _with_mark(one: Entry, name: str, text: str) -> Entry:
    marked = entry(
        one.paper.id,
        "",
        Marks(
            text if name == "Saved" else "",
            text if name == "Tags" else "",
            text if name == "Note" else "",
            name == "Read",
            name == "Private",
        ),
    )
    return replace(
        one,
        saved=marked.saved or one.saved,
        tags=marked.tags or one.tags,
        note=marked.note or one.note,
        read=one.read or marked.read,
        private=one.private or marked.private,
    )


def _lines(one: Entry) -> Iterator[str]:
    paper = one.paper
    title = _literal(paper.title or paper.id)
    name = (
        f"[{title}]({paper.arxiv_url})" if paper.arxiv_url else f"**{title}** ({_code(paper.id)})"
    )
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


def _code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _literal(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)


def _unescaped(text: str) -> str:
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)
