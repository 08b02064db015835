"""Read papers from plain records: hand-written, from test collections, or from `--json`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from bot.identifiers import paper_id
from bot.papers import Paper, web_address
from bot.sources import fields
from bot.sources.items import paper_from_item
from bot.text import shorten

LONGEST_MADE_TITLE = 100  # about as long as titles are
DEEPEST = 3  # a list of days of items, and one for good measure

# fields of the API alone; a record with one of these is one of its items, flat
_API = {
    "publishedAt",
    "submittedOnDailyAt",
    "ai_summary",
    "ai_keywords",
    "githubRepo",
    "projectPage",
    "discussionId",
}


def papers(value: object, day: date | None = None, depth: int = 0) -> Iterator[Paper | str]:
    """Yield the papers of one JSON value, and for each that cannot be read the reason.

    The value is an item of the API, a record, a captured day {"date", "items"}, the answer
    {"papers"} of a command, or a list of any of these. The parts of a test collection that are no
    documents are passed over.
    """
    match value:
        case list(items) if depth < DEEPEST:
            for each in items:
                yield from papers(each, day, depth + 1)
        case {"items": list(items), **rest}:
            yield from papers(items, fields.day(rest.get("date")) or day, depth + 1)
        case {"papers": list(items)}:
            yield from papers(items, day, depth + 1)
        case {"part": str(part)} if part != "corpus":
            return
        case _:
            try:
                yield _paper(value, day)
            except ValueError as error:
                yield str(error)


def paper_from_record(record: Mapping[str, object], day: date | None = None) -> Paper:
    """Read a record with an id and a title or an abstract. Raises ValueError with the reason."""
    abstract, summary = _abstract_and_summary(record)
    title = fields.text(record.get("title"), fields.LONGEST_TITLE) or shorten(
        abstract, LONGEST_MADE_TITLE
    )
    if not title:
        raise ValueError("it has neither a title nor an abstract")
    url = web_address(record.get("url"))
    # its page on arXiv or Hugging Face says nothing that the id does not say
    page = paper_id(url) if url else None
    code = web_address(record.get("code"))
    return Paper(
        id=fields.identifier(record.get("id") or page),
        title=title,
        authors=_authors(record.get("authors")),
        abstract=abstract,
        summary=summary,
        keywords=fields.words(record.get("keywords")),
        organization=fields.account(record.get("organization")),
        submitter=fields.account(record.get("submitter")),
        published=_published(record),
        daily=fields.day(record.get("daily")) or day,
        upvotes=fields.count(record.get("upvotes")),
        comments=fields.count(record.get("comments")),
        code=code,
        code_matched=code is not None and record.get("code_matched") is True,
        stars=fields.count(record.get("stars")),
        project=web_address(record.get("project")) or (None if page else url),
        thumbnail=web_address(record.get("thumbnail")),
        media=fields.addresses(record.get("media")),
    )


def _paper(value: object, day: date | None) -> Paper:
    if not isinstance(value, Mapping):
        raise ValueError("it is not a JSON object")
    if isinstance(value.get("paper"), Mapping) or _API & value.keys():
        return paper_from_item(value, day)
    return paper_from_record(value, day)


def _abstract_and_summary(record: Mapping[str, object]) -> tuple[str, str]:
    abstract = fields.text(record.get("abstract"), fields.LONGEST_ABSTRACT) or fields.text(
        record.get("text"), fields.LONGEST_ABSTRACT
    )
    summary = record.get("summary")
    # where there is no other, what is called a summary is the abstract
    if "abstract" in record or "text" in record:
        return abstract, fields.text(summary, fields.LONGEST_SUMMARY)
    return fields.text(summary, fields.LONGEST_ABSTRACT), ""


def _authors(value: object) -> tuple[str, ...]:
    if not isinstance(value, str):
        return fields.names(value)
    # "Abel, N.; Betti, E." separates with semicolons only; "A. Bell, C. Diaz and E. Fox" with the
    # rest
    between = r";" if ";" in value else r",\s*and\s|,|\sand\s|\s&\s"
    return fields.names(re.split(between, value[: fields.MAX_AUTHORS * fields.LONGEST_NAME]))


def _published(record: Mapping[str, object]) -> date | None:
    for key in ("published", "date", "year"):
        value = record.get(key)
        text = str(value) if isinstance(value, str | int) else ""
        # a year or a month is its first day
        whole = {4: f"{text}-01-01", 7: f"{text}-01"}.get(len(text), text)
        if found := fields.day(whole):
            return found
    return None
