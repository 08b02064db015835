"""Papers as an Atom feed: https://www.rfc-editor.org/rfc/rfc4287. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from bot import __version__
from bot.mathematics import plain_mathematics
from bot.papers import Paper

ATOM = "http://www.w3.org/2005/Atom"
XHTML = "http://www.w3.org/1999/xhtml"
UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)  # of a paper without any date: always the same
# what XML 1.0 cannot hold: https://www.w3.org/TR/xml/#charsets
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NO_MOMENTS: Mapping[str, datetime] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: its name, its papers, and the page that shows the same, "" if there is none.

    The `name` is unique in an installation, whose `origin` is any text of its own: its id is made
    of both. `made` is when it was written, `moments` when papers came into it, by id; by default
    that is the later one of the days on which a paper was published and listed.
    """

    name: str
    origin: str
    title: str
    papers: Sequence[Paper]
    made: datetime
    page: str = ""
    moments: Mapping[str, datetime] = field(default_factory=lambda: _NO_MOMENTS)

    def updated(self, paper: Paper) -> datetime:
        """Return when a paper came into the feed; votes that it gets later change nothing."""
        days = [day for day in (paper.daily, paper.published) if day]
        usual = _midnight(max(days)) if days else UNKNOWN
        return self.moments.get(paper.id, usual)


def write(feed: Feed) -> str:
    """Return a feed as an XML document; the same papers always have the same ids and dates."""
    register_namespace("", ATOM)
    root = Element(f"{{{ATOM}}}feed", {"xml:lang": "en"})
    papers = {paper.id: paper for paper in feed.papers}.values()
    updated = max(map(feed.updated, papers), default=feed.made)
    _add(root, "id", _name_id(f"{feed.origin}/{feed.name}"))
    _add(root, "title", feed.title)
    _add(root, "updated", _instant(updated))
    # of papers whose own authors are not known
    _add(_add(root, "author"), "name", "Paperboy")
    _add(root, "generator", "Paperboy", version=__version__)
    _link(root, "alternate", feed.page, "text/html")
    for paper in papers:
        _entry(_add(root, "entry"), paper, feed.updated(paper))
    indent(root, " ")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, "unicode")}\n'


def entry_id(paper: Paper) -> str:
    """Return the id of a paper in every feed: its page, or a name made of its id."""
    return paper.url or _name_id(f"paper/{paper.id}")


def _entry(entry: Element, paper: Paper, updated: datetime) -> None:
    _add(entry, "id", entry_id(paper))
    _add(entry, "title", plain_mathematics(paper.title) or paper.id)
    _add(entry, "updated", _instant(updated))
    if paper.published:
        _add(entry, "published", _instant(_midnight(paper.published)))
    for name in filter(_printable, paper.authors):
        _add(_add(entry, "author"), "name", name)
    _link(entry, "alternate", paper.url, "text/html")
    _link(entry, "related", paper.arxiv_url, "text/html", "arXiv")
    _link(entry, "related", paper.pdf_url, "application/pdf", "PDF")
    _link(entry, "related", paper.code, "text/html", "Code")
    _link(entry, "related", paper.project, "text/html", "Project")
    for keyword in filter(_printable, dict.fromkeys(paper.keywords)):
        _add(entry, "category", term=keyword)
    if paper.summary:
        _add(entry, "summary", paper.summary, type="text")
    _content(_add(entry, "content", type="xhtml"), paper)


def _content(content: Element, paper: Paper) -> None:
    division = SubElement(content, "div", {"xmlns": XHTML})
    if paper.thumbnail:
        picture = {"src": paper.thumbnail, "alt": "", "width": "600"}
        SubElement(SubElement(division, "p"), "img", picture)
    texts = [paper.summary, paper.abstract if paper.abstract != paper.summary else ""]
    for text in filter(None, texts):
        SubElement(division, "p").text = _printable(text)
    if not len(division):
        division.text = _printable(paper.title or paper.id)


def _link(
    parent: Element, relation: str, address: str | None, media_type: str, title: str = ""
) -> None:
    if address:
        named = {"title": title} if title else {}
        _add(parent, "link", rel=relation, type=media_type, href=address, **named)


def _add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    written = {key: _printable(value) for key, value in attributes.items()}
    child = SubElement(parent, f"{{{ATOM}}}{name}", written)
    child.text = _printable(text) or None
    return child


def _printable(text: str) -> str:
    return _NO_XML.sub("", text)


def _name_id(name: str) -> str:
    # a tag: URI needs a domain of one's own, which an installation need not have
    return uuid5(NAMESPACE_URL, f"urn:paperboy:{name}").urn


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
