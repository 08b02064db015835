"""Filters of other search engines, and what Paperboy has in their place."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from rapidfuzz import fuzz, process

from bot.errors import UsageError
from bot.search.analysis.tokenizer import tokenize
from bot.text import listed, shorten

MIN_LIKENESS = 60  # percent that a name has in common with the filter that is probably meant
_OTHERS: Mapping[str, tuple[str, ...]] = {
    "votes:": ("upvotes", "likes", "points", "score", "minvotes", "citations", "stars"),
    "title:": ("intitle", "allintitle", "ti"),
    "abstract:": ("intext", "inabstract", "abs"),
    "keyword:": ("tag", "tags", "topic", "category", "cat", "subject", "keywords"),
    "author:": ("by", "au", "writer", "authors", "inauthor"),
    "org:": ("affiliation", "institution", "company", "university", "from", "site"),
    "after:": ("date", "published", "submitted", "newer"),
    "before:": ("older",),
    "sort:": ("order", "orderby", "sortby"),
    "has:code": ("code", "github", "repo"),
}
_NOT_THERE: Mapping[str, str] = {
    "lang": "all papers are in English",
    "language": "all papers are in English",
    "venue": "Hugging Face doesn’t say where papers were published",
    "journal": "Hugging Face doesn’t say where papers were published",
    "conference": "Hugging Face doesn’t say where papers were published",
    "filetype": "every paper is a PDF",
    "limit": "a page has five papers, and More shows the next",
}
_MEANT = {name: meant for meant, names in _OTHERS.items() for name in names}
_UNKNOWN = re.compile(r"(?<!\S)-?([a-z]{2,20}):(?!//)[^\s:/]+")


def refuse_foreign(name: str, value: str) -> None:
    """Raise UsageError where a name is a filter of another search engine: "intitle:graphs"."""
    if not value:
        return
    if why := _NOT_THERE.get(name):
        raise UsageError(f"There is no filter “{name}:”: {why}. Leave it out.")
    if meant := _MEANT.get(name):
        example = meant if meant == "has:code" else f"{meant}{shorten(value, 40)}"
        raise UsageError(f"There is no filter “{name}:”. Did you mean “{example}”?")


def words_like_filters(text: str) -> frozenset[str]:
    """Return the words of a search that look like a filter but are none, as in "foo:bar"."""
    return frozenset(word for part in _UNKNOWN.finditer(text) for word in tokenize(part[0]))


def write_as_typed(text: str, typed: str) -> str:
    """Write words of a text that look like a filter as they were typed: with the colon."""
    for part in _UNKNOWN.finditer(typed):
        text = text.replace(" ".join(tokenize(part[0])), part[0])
    return text


def name_unknown(text: str, known: Collection[str]) -> str:
    """Say which words of a search look like a filter but are none, "" where there are none."""
    unknown = [name for name in _UNKNOWN.findall(text) if name not in known]
    if not unknown:
        return ""
    near = process.extractOne(unknown[0], list(known), scorer=fuzz.ratio, score_cutoff=MIN_LIKENESS)
    main = ("author", "org", "title", "after", "before", "votes", "has", "sort")
    meant = (
        f"Did you mean “{near[0]}:”?" if near else f"Filters are {listed([f'{n}:' for n in main])}."
    )
    return f"“{unknown[0]}:” isn’t a filter, so it was searched as a word. {meant}"
