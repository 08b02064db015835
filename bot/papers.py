"""A paper and its rules: ids and links in every spelling, clean titles and names.

Nothing here does I/O.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from bot.text import clean

# https://info.arxiv.org/help/arxiv_identifier.html: YYMM.NNNN(N) since 2007, archive[.CC]/YYMMNNN
# before
_NEW_ID = r"(?:\d{2}(?:0[1-9]|1[0-2])\.\d{4,5})"
_OLD_ID = r"(?:[a-z]+(?:-[a-z]+)?(?:\.[A-Za-z]{2})?/\d{2}(?:0[1-9]|1[0-2])\d{3})"
_ID = rf"({_NEW_ID}|{_OLD_ID})(?:v\d+)?"
_HOST = r"(?:https?://)?(?:[\w-]+\.)*"
_SPELLING = re.compile(
    rf"""(?:
        (?:{_HOST}arxiv\.org/(?:abs|pdf|html|format|ps|src|e-print)/{_ID}(?:\.pdf)?)   # arXiv's own pages and mirrors
      | (?:{_HOST}(?:huggingface\.co|hf\.co)/(?:api/)?papers/{_ID})                            # Hugging Face
      | (?:{_HOST}alphaxiv\.org/(?:abs|overview|html)/{_ID})
      | (?:(?:https?://)?(?:dx\.)?(?:doi\.org/)?10\.48550/arxiv\.{_ID})               # arXiv's DOI
      | (?:arxiv\s*:\s*{_ID})
      | {_ID}
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_TAIL = re.compile(r"(?:\.(?:md|pdf))?/?(?:[?#]\S*)?(?:\s*\[[\w.-]+\])?", re.IGNORECASE)
_WRAPPING = "<>()[]{}\"'`,;.!"


def paper_id(text: str) -> str | None:
    """Return the arXiv id that `text` spells, without its version, or None where it spells none.

    >>> paper_id("https://arxiv.org/pdf/2401.00001v2.pdf?download=1")
    '2401.00001'
    """
    text = text.strip().strip(_WRAPPING) if "[" not in text[1:] else text.strip()
    found = _SPELLING.match(text)
    if found is None or not _TAIL.fullmatch(text, found.end()):
        return None
    return _canonical(found)


def paper_ids(text: str, limit: int = 20) -> tuple[str, ...]:
    """Return the ids of the papers that a longer text names or links to, in order, each once, `limit` at most."""
    ids: dict[str, None] = {}
    for word in re.split(r"[\s|<>]+", text):
        if found := paper_id(word):
            ids.setdefault(found)
            if len(ids) == limit:
                break
    return tuple(ids)


def _canonical(found: re.Match[str]) -> str:
    spelt = next(group for group in found.groups() if group)
    archive, slash, number = spelt.partition("/")
    # the subject class is no part of the canonical id: math.GT/0309136 is math/0309136
    return f"{archive.partition('.')[0].lower()}/{number}" if slash else spelt


def web_address(text: object) -> str | None:
    """Return `text` where it is an absolute http(s) address that can be shown and followed, otherwise None."""
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
