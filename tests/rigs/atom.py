"""What RFC 4287 asks of an Atom document, as a small schema: its musts, and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from xml.etree.ElementTree import Element, fromstring

ATOM = "{http://www.w3.org/2005/Atom}"
XHTML = "{http://www.w3.org/1999/xhtml}"
# appendix B: how often each child may stand in its parent (least, most; None is without bound)
FEED = {
    "author": (0, None),
    "category": (0, None),
    "contributor": (0, None),
    "generator": (0, 1),
    "icon": (0, 1),
    "id": (1, 1),
    "link": (0, None),
    "logo": (0, 1),
    "rights": (0, 1),
    "subtitle": (0, 1),
    "title": (1, 1),
    "updated": (1, 1),
    "entry": (0, None),
}
ENTRY = {
    "author": (0, None),
    "category": (0, None),
    "content": (0, 1),
    "contributor": (0, None),
    "id": (1, 1),
    "link": (0, None),
    "published": (0, 1),
    "rights": (0, 1),
    "source": (0, 1),
    "summary": (0, 1),
    "title": (1, 1),
    "updated": (1, 1),
}
PERSON = {"name": (1, 1), "uri": (0, 1), "email": (0, 1)}
ATTRIBUTES = {
    "link": {"href", "rel", "type", "hreflang", "title", "length"},
    "category": {"term", "scheme", "label"},
    "content": {"type", "src"},
    "generator": {"uri", "version"},
    "title": {"type"},
    "summary": {"type"},
}
# section 3.3: with a time zone, T and Z in capitals
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+", re.IGNORECASE)


def problems(document: str) -> list[str]:
    """Return what an Atom feed breaks, [] if it keeps to the specification."""
    feed = fromstring(document)
    if feed.tag != f"{ATOM}feed":
        return [f"the root is {feed.tag}"]
    return [*_feed(feed)]


def _feed(feed: Element) -> Iterator[str]:
    yield from _children(feed, FEED)
    yield from _common(feed)
    entries = feed.findall(f"{ATOM}entry")
    # 4.1.1
    if feed.find(f"{ATOM}author") is None and any(
        one.find(f"{ATOM}author") is None for one in entries
    ):
        yield "neither the feed nor each entry has an author"
    names = [(_text(one, "id"), _text(one, "updated")) for one in entries]
    if len(set(names)) < len(names):
        yield "two entries have one id and one date"
    for entry in entries:
        yield from _entry(entry)


def _entry(entry: Element) -> Iterator[str]:
    yield from _children(entry, ENTRY)
    yield from _common(entry)
    content = entry.find(f"{ATOM}content")
    relations = [one.get("rel", "alternate") for one in entry.findall(f"{ATOM}link")]
    if content is None and "alternate" not in relations:  # 4.1.2
        yield "an entry has neither content nor an alternate link"
    if content is not None and content.get("type") == "xhtml":  # 4.1.3.3
        if [child.tag for child in content] != [f"{XHTML}div"] or (content.text or "").strip():
            yield "XHTML content is not one div"
        yield from (f"{one.tag} in XHTML" for one in content.iter() if _strange(one))


def _strange(element: Element) -> bool:
    return not element.tag.startswith(XHTML) and element.tag != f"{ATOM}content"


def _common(parent: Element) -> Iterator[str]:
    if not ABSOLUTE.fullmatch(_text(parent, "id")):  # 4.2.6
        yield "an id is no absolute IRI"
    for name in ("updated", "published"):
        for one in parent.findall(f"{ATOM}{name}"):
            yield from _instant(one.text or "")
    for person in (*parent.findall(f"{ATOM}author"), *parent.findall(f"{ATOM}contributor")):
        yield from _children(person, PERSON)
    for one in parent.findall(f"{ATOM}category"):
        if not one.get("term"):  # 4.2.2.1
            yield "a category has no term"
    yield from _links(parent)
    for name in ("title", "summary"):
        for one in parent.findall(f"{ATOM}{name}"):
            if one.get("type", "text") == "text" and len(one):  # 3.1.1.1
                yield f"a {name} of plain text has children"


def _links(parent: Element) -> Iterator[str]:
    links = parent.findall(f"{ATOM}link")
    alternates = [
        (one.get("type"), one.get("hreflang")) for one in links if one.get("rel") == "alternate"
    ]
    if len(set(alternates)) < len(alternates):  # 4.1.1, 4.1.2
        yield "two alternate links have one type"
    for one in links:
        if not ABSOLUTE.fullmatch(one.get("href", "")):
            yield "a link leads nowhere"
        if one.get("type") and not re.fullmatch(r"[^/\s]+/[^/\s]+", one.get("type", "")):
            yield "a link has no media type"


def _children(parent: Element, rules: Mapping[str, tuple[int, int | None]]) -> Iterator[str]:
    names = [child.tag.removeprefix(ATOM) for child in parent]
    yield from (f"{name} in {parent.tag}" for name in names if name not in rules)
    for name, (least, most) in rules.items():
        if not least <= names.count(name) <= (len(names) if most is None else most):
            yield f"{names.count(name)} × {name} in {parent.tag}"
    for child in parent:
        known = ATTRIBUTES.get(child.tag.removeprefix(ATOM), set())
        plain = {name for name in child.attrib if not name.startswith("{")}
        yield from (f"{name} on {child.tag}" for name in plain - known)


def _instant(text: str) -> Iterator[str]:
    if not INSTANT.fullmatch(text):
        yield f"{text!r} is no instant"
        return
    try:
        datetime.fromisoformat(text)
    except ValueError:
        yield f"{text!r} is not on the calendar"


def _text(parent: Element, name: str) -> str:
    return parent.findtext(f"{ATOM}{name}") or ""
