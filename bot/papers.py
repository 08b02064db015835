"""A paper and its rules: its links, and what it looks like as JSON. Nothing here does I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from bot.identifiers import paper_id
from bot.text import clean


def web_address(text: object) -> str | None:
    """Return `text` if it is an absolute http(s) address that can be shown, else None."""
    if (
        not isinstance(text, str)
        or len(text) > 2000
        or re.search(r"[\s<>\"|\\^`{}\x00-\x20\x7f-\x9f]", text)
    ):
        return None
    if clean(text) != text:
        return None
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and named else None


@dataclass(frozen=True, slots=True)
class Account:
    """A person or an organisation on Hugging Face."""

    handle: str
    name: str

    @property
    def url(self) -> str:
        """Its page on Hugging Face."""
        return f"https://huggingface.co/{self.handle}"


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as far as it is known; None and empty mean not known.

    All text is clean and on one line.
    """

    id: str
    title: str
    authors: tuple[str, ...] = ()
    abstract: str = ""
    summary: str = ""  # one sentence
    keywords: tuple[str, ...] = ()
    organization: Account | None = None
    submitter: Account | None = None
    published: date | None = None
    daily: date | None = None  # the day on whose list it stood
    upvotes: int | None = None
    comments: int | None = None
    code: str | None = None
    code_matched: bool = False  # found by a machine: it can be a third party's
    stars: int | None = None
    project: str | None = None
    thumbnail: str | None = None
    media: tuple[str, ...] = ()

    @property
    def on_arxiv(self) -> bool:
        """Whether the id is one of arXiv's; imported papers can have any id."""
        return paper_id(self.id) == self.id

    @property
    def url(self) -> str | None:
        """Its page on Hugging Face."""
        return f"https://huggingface.co/papers/{self.id}" if self.on_arxiv else None

    @property
    def arxiv_url(self) -> str | None:
        """Its page on arXiv."""
        return f"https://arxiv.org/abs/{self.id}" if self.on_arxiv else None

    @property
    def doi(self) -> str:
        """Its DOI at arXiv, "" where it has none: https://info.arxiv.org/help/doi.html."""
        return f"10.48550/arXiv.{self.id}" if self.on_arxiv else ""

    @property
    def pdf_url(self) -> str | None:
        """The paper itself."""
        return f"https://arxiv.org/pdf/{self.id}" if self.on_arxiv else None


def record(paper: Paper) -> dict[str, object]:
    """Return a paper as JSON values: the shape of every `--json` answer."""

    def account(of: Account | None) -> dict[str, str] | None:
        return {"handle": of.handle, "name": of.name} if of else None

    return {
        "id": paper.id,
        "title": paper.title,
        "authors": list(paper.authors),
        "published": paper.published.isoformat() if paper.published else None,
        "daily": paper.daily.isoformat() if paper.daily else None,
        "upvotes": paper.upvotes,
        "comments": paper.comments,
        "summary": paper.summary,
        "abstract": paper.abstract,
        "keywords": list(paper.keywords),
        "organization": account(paper.organization),
        "submitter": account(paper.submitter),
        "code": paper.code,
        "code_matched": paper.code_matched,
        "stars": paper.stars,
        "project": paper.project,
        "thumbnail": paper.thumbnail,
        "media": list(paper.media),
        "url": paper.url,
        "arxiv_url": paper.arxiv_url,
        "pdf_url": paper.pdf_url,
    }
