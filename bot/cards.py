"""How a paper looks: as one among others, and on a card of its own. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from bot.chat.views import (
    Block,
    Button,
    Buttons,
    Code,
    Item,
    Link,
    Span,
    Spans,
    Strong,
    Text,
    View,
    note,
)
from bot.mathematics import plain_mathematics
from bot.papers import Paper
from bot.text import count, listed, shorten

AUTHORS_IN_LIST = 2
AUTHORS_ON_CARD = 8
SUMMARY_IN_LIST = 240  # characters
ONE_LINE = 140  # characters: a sentence, which needs two lines beside a picture
KEYWORDS_ON_CARD = 8
MAX_TITLE = 500  # characters; the longest of arXiv have some 250
TITLE_IN_REASON = 90
CLOSE_IN_MEANING = "Close in meaning"
NO_REMARKS: Mapping[str, Spans] = MappingProxyType({})


def card(
    paper: Paper, *, kept: bool, votes: int = 0, voted: bool = False, said: Sequence[Block] = ()
) -> View:
    """Show one paper in full; `votes` are the team's, `said` is what people say about it."""
    about = paper.summary or paper.abstract
    facts = (_authors_line(paper), _origin_line(paper), _facts(paper))
    heading = Item(
        title=(Strong(title(paper)),),
        lines=tuple(filter(None, (*facts, (about,) if about else (), _links(paper)))),
        paper=paper.id,
        picture=paper.thumbnail,
    )
    blocks: list[Block] = [heading, *abstract(paper)]
    if paper.keywords:
        blocks.append(note("Keywords: ", ", ".join(paper.keywords[:KEYWORDS_ON_CARD])))
    if votes:
        blocks.append(note(f"{count(votes, 'vote')} in this team."))
    blocks += said
    similar = Button("Similar papers", f"similar {paper.id}")
    blocks.append(
        Buttons((keep_button(paper, kept=kept), vote_button(paper, voted=voted), similar))
    )
    return View(tuple(blocks))


def item(
    paper: Paper, number: int | None = None, *, kept: bool = False, remark: Spans = ()
) -> Item:
    """Show one paper among others, with a remark on it."""
    name = title(paper)
    lines = (
        joined([byline(paper), *_organization(paper), *_when(paper)]),
        _facts(paper),
        (blurb(paper),) if blurb(paper) else (),
        remark,
    )
    return Item(
        title=(Link(name, paper.url) if paper.url else Strong(name),),
        lines=tuple(filter(None, lines)),
        buttons=(
            keep_button(paper, kept=kept),
            Button("Details", f"paper {paper.id}"),
            Button("Similar", f"similar {paper.id}"),
        ),
        number=number,
        paper=paper.id,
        picture=paper.thumbnail,
    )


def blurb(paper: Paper, limit: int = SUMMARY_IN_LIST) -> str:
    """Return what a list says about a paper: its summary, or the beginning of its abstract."""
    return shorten(paper.summary or paper.abstract, limit)


def abstract(paper: Paper) -> tuple[Block, ...]:
    """Return the abstract where it is not what the card says already."""
    if not paper.summary or not paper.abstract or paper.abstract == paper.summary:
        return ()
    return (Text((Strong("Abstract"), "  ", paper.abstract)),)


def items(
    papers: Sequence[Paper],
    kept: Collection[str],
    first: int = 1,
    remarks: Mapping[str, Spans] = NO_REMARKS,
) -> tuple[Item, ...]:
    """Show papers among others, numbered from `first`, with a remark on some of them."""
    return tuple(
        item(paper, n, kept=paper.id in kept, remark=remarks.get(paper.id, ()))
        for n, paper in enumerate(papers, first)
    )


def keep_button(paper: Paper, *, kept: bool) -> Button:
    """Offer to save a paper, or to remove a saved one."""
    return Button("Saved ✓", f"unsave {paper.id}") if kept else Button("Save", f"save {paper.id}")


def vote_button(paper: Paper, *, voted: bool) -> Button:
    """Offer to vote for a paper, or to take back the vote."""
    return Button("Voted ✓", f"unvote {paper.id}") if voted else Button("Vote", f"vote {paper.id}")


def title(paper: Paper) -> str:
    """Return the title, cut if it is none that people would read, or else the id."""
    return shorten(plain_mathematics(paper.title), MAX_TITLE).strip() or paper.id


def because(kept: Paper) -> str:
    """Say why a paper is suggested: it is like one that the reader saved."""
    return f"Because you saved “{shorten(title(kept), TITLE_IN_REASON)}”"


def much_like(twins: Sequence[Paper]) -> Spans:
    """Name papers that say nearly the same as the one above."""
    if not twins:
        return ()
    names = [(shorten(title(one), TITLE_IN_REASON), one.url) for one in twins]
    return "Much like it: ", *joined([Link(name, url) if url else name for name, url in names])


def byline(paper: Paper, most: int = AUTHORS_IN_LIST) -> str:
    """Name the first authors and say how many more there are."""
    if len(paper.authors) <= most + 1:
        return listed(paper.authors)
    return f"{', '.join(paper.authors[:most])} and {len(paper.authors) - most:,} more"


def day_name(day: date) -> str:
    """Write a date so that day and month are clear: "29 May 2026"."""
    return f"{day.day} {day:%B %Y}"


def _authors_line(paper: Paper) -> Spans:
    if not paper.authors:
        return ()
    how_many = f" ({count(len(paper.authors), 'author')})" if len(paper.authors) > 1 else ""
    return ("By ", byline(paper, AUTHORS_ON_CARD), how_many)


def _origin_line(paper: Paper) -> Spans:
    daily: list[Span] = [f"Daily Papers {day_name(paper.daily)}"] if paper.daily else []
    published: list[Span] = [f"published {day_name(paper.published)}"] if paper.published else []
    submitter: list[Span] = [f"submitted by {paper.submitter.name}"] if paper.submitter else []
    return joined([*_organization(paper), *published, *daily, *submitter, Code(paper.id)])


def _organization(paper: Paper) -> list[Span]:
    return [Link(paper.organization.name, paper.organization.url)] if paper.organization else []


def _when(paper: Paper) -> list[Span]:
    when = paper.published or paper.daily  # the date that searches filter and sort by
    return [day_name(when)] if when else []


def _facts(paper: Paper) -> Spans:
    facts: list[Span | Spans] = []
    if paper.upvotes is not None:
        facts.append(f"▲ {paper.upvotes:,}")
    if paper.comments:
        facts.append(count(paper.comments, "comment"))
    if paper.code:
        # matched by a machine: it can be other people's work
        label = "code (matched automatically)" if paper.code_matched else "code"
        stars = (f" ★ {paper.stars:,}",) if paper.stars is not None else ()
        facts.append((Link(label, paper.code), *stars))
    return joined(facts)


def _links(paper: Paper) -> Spans:
    named = (
        ("Hugging Face", paper.url),
        ("arXiv", paper.arxiv_url),
        ("PDF", paper.pdf_url),
        ("project", paper.project),
        ("Upvote", paper.url),
    )
    return joined([Link(name, url) for name, url in named if url])


def joined(parts: Sequence[Span | Spans]) -> Spans:
    """Put dots between the parts, leaving out empty ones."""
    spans: list[Span] = []
    for part in filter(None, parts):
        if spans:
            spans.append(" · ")
        spans.extend(part if isinstance(part, tuple) else (part,))
    return tuple(spans)
