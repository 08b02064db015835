"""Read papers from items of the Hugging Face papers API. Pure.

`/api/daily_papers` and search wrap the paper in an item, `/api/papers/{id}` and the search of 2024
give it flat.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.papers import Account, Paper, web_address
from bot.sources import fields


@dataclass(frozen=True, slots=True)
class Batch:
    """A list of papers in order, and how many of its items were unreadable."""

    papers: tuple[Paper, ...]
    skipped: int = 0


def paper_from_item(item: object, day: date | None = None) -> Paper:
    """Read one item, wrapped or flat; `day` is the list it comes from.

    Only the id and the title are required; any other field that is missing or wrong is unknown.
    Raises ValueError with the reason.
    """
    if not isinstance(item, Mapping):
        raise ValueError("it is not a JSON object")
    inner = item.get("paper")
    paper: Mapping[str, object] = inner if isinstance(inner, Mapping) else item
    title, code = _title(paper, item), web_address(paper.get("githubRepo"))
    return Paper(
        id=fields.identifier(paper.get("id")),
        title=title,
        authors=fields.names(paper.get("authors")),
        abstract=fields.text(paper.get("summary") or item.get("summary"), fields.LONGEST_ABSTRACT),
        summary=fields.text(paper.get("ai_summary"), fields.LONGEST_SUMMARY),
        keywords=fields.words(paper.get("ai_keywords")),
        organization=_account(paper.get("organization"), item.get("organization")),
        submitter=_account(item.get("submittedBy"), paper.get("submittedOnDailyBy")),
        # not the wrapper's publishedAt: that is when it was put on the list, shifted by New York's
        # offset
        published=fields.day(paper.get("publishedAt")),
        daily=fields.day(paper.get("submittedOnDailyAt")) or day,
        upvotes=fields.count(paper.get("upvotes")),
        comments=fields.count(item.get("numComments")),
        code=code,
        code_matched=code is not None and paper.get("githubRepoAddedBy") == "auto",
        stars=fields.count(paper.get("githubStars")),
        project=web_address(paper.get("projectPage")),
        # mediaUrl is what the thumbnail was called in the middle of 2024
        thumbnail=web_address(item.get("thumbnail")) or web_address(item.get("mediaUrl")),
        media=fields.addresses(paper.get("mediaUrls")) or fields.addresses(item.get("mediaUrls")),
    )


def _account(*values: object) -> Account | None:
    return next(filter(None, map(fields.account, values)), None)


def _title(*objects: Mapping[str, object]) -> str:
    titles = (fields.text(one.get("title"), fields.LONGEST_TITLE) for one in objects)
    if title := next(filter(None, titles), ""):
        return title
    raise ValueError("it has no title")


def batch(items: object, day: date | None = None) -> Batch:
    """Read a list of items, and count those that are not papers. Raises ValueError."""
    if not isinstance(items, list):
        raise ValueError("it is not a list")
    papers: dict[str, Paper] = {}
    skipped = 0
    for item in items:
        try:
            paper = paper_from_item(item, day)
        except ValueError:
            skipped += 1
        else:
            papers.setdefault(paper.id, paper)
    return Batch(tuple(papers.values()), skipped)
