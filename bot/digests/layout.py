"""The layout of a digest. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from bot import cards
from bot.chat.views import (
    Block,
    Button,
    Buttons,
    Item,
    Link,
    Spans,
    Strong,
    View,
    line,
    note,
)
from bot.digests.selection import ORDERS, Digest
from bot.papers import Paper
from bot.text import count, listed

FEEDBACK = (("Useful", "useful"), ("Not for us", "not-for-us"))
IN_ONE_MESSAGE = 5  # papers with all that is said about them: Discord takes forty components
KEYCAPS = (
    *(f"{digit}\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}" for digit in range(1, 10)),
    "🔟",
)


def views(digest: Digest) -> tuple[View, ...]:
    """Return the messages of a digest: the head, and if threaded one per paper for its thread."""
    if not digest.papers:
        return (View((line(_nothing(digest)), _more(digest)), title=_title(digest)),)
    options = digest.options
    head, *others = _messages(digest)
    in_place = options.publish and options.layout != "threaded"
    return (
        replace(head, ping=options.ping, publish=options.publish),
        *(replace(one, publish=in_place) for one in others),
    )


def _messages(digest: Digest) -> tuple[View, ...]:
    numbered = enumerate(digest.papers, 1)
    match digest.options.layout:
        case "compact":
            items = [_short(paper, n, digest, compact=True) for n, paper in numbered]
            blocks = (note(_told(digest)), *items, *_liked(digest), _more(digest))
            return (View(blocks, title=_title(digest), reactions=KEYCAPS[: len(items)]),)
        case "threaded":
            items = [_short(paper, n, digest) for n, paper in numbered]
            head = View(
                (note(_told(digest)), *items, *_liked(digest), _more(digest)),
                title=_title(digest),
            )
            return (head, *map(_card, digest.papers))
        case "full":
            return tuple(_full(digest))


def join(messages: Sequence[View]) -> View:
    """Return one message with all that several say."""
    blocks = tuple(_without_feedback(block) for message in messages for block in message.blocks)
    return View(blocks, title=messages[0].title)


def _without_feedback(block: Block) -> Block:
    """Leave out what only helps where it can be pressed."""
    if not isinstance(block, Buttons):
        return block
    return Buttons(tuple(one for one in block.buttons if not one.line.startswith("rate ")))


def _full(digest: Digest) -> Iterable[View]:
    for begin in range(0, len(digest.papers), IN_ONE_MESSAGE):
        shown = digest.papers[begin : begin + IN_ONE_MESSAGE]
        remarks = {paper.id: _remark(paper, digest) for paper in shown}
        items = cards.items(shown, (), begin + 1, remarks)
        last = begin + IN_ONE_MESSAGE >= len(digest.papers)
        above: tuple[Block, ...] = () if begin else (note(_told(digest)),)
        last_blocks = (*_liked(digest), _more(digest))
        below: tuple[Block, ...] = last_blocks if last else ()
        title = "" if begin else _title(digest)
        yield View((*above, *items, *below), title=title, arranged="cards")


def _title(digest: Digest) -> str:
    return f"Daily Papers · {_days(digest)}"


def _days(digest: Digest) -> str:
    if digest.first < digest.last:
        return _from_to(digest.first, digest.last)
    return f"{digest.last:%A} {cards.day_name(digest.last)}"


def _from_to(first: date, last: date) -> str:
    """Write a span of days: "27 April to 3 May 2026"."""
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%B}{year} to {cards.day_name(last)}"


def _told(digest: Digest) -> str:
    """Say how many papers there were, how they were chosen, and how many came late."""
    options, shown = digest.options, len(digest.papers)
    narrowed = (
        ", on your topics"
        if options.topics or options.without or options.votes or options.code
        else ""
    )
    told = f"{shown} of {count(digest.total, 'paper')}{narrowed}, {ORDERS[options.order]}."
    if late := sum(paper.id in digest.late for paper in digest.papers):
        told += f" {late} joined an earlier list late."
    return f"{told} {digest.remark}".strip()


def _nothing(digest: Digest) -> str:
    what = "on your topics " if digest.options.topics or digest.options.without else ""
    lists = "lists" if digest.first < digest.last else "list"
    return f"Nothing new {what}on the {lists} of {_days(digest)}."


def _short(paper: Paper, number: int, digest: Digest, *, compact: bool = False) -> Item:
    """Show a paper in a few lines; a `compact` one has a button in place of summary and picture."""
    late = (
        [f"on the list of {cards.day_name(paper.daily)}"]
        if paper.id in digest.late and paper.daily
        else []
    )
    votes = [f"▲ {paper.upvotes:,}"] if paper.upvotes is not None else []
    facts = " · ".join([*votes, *([cards.byline(paper, 2)] if paper.authors else []), *late])
    about = "" if compact else cards.blurb(paper, cards.ONE_LINE)
    lines = [(facts,) if facts else (), (about,) if about else (), _remark(paper, digest)]
    return Item(
        title=(Link(cards.title(paper), paper.url) if paper.url else Strong(cards.title(paper)),),
        lines=tuple(filter(None, lines)),
        buttons=(cards.keep_button(paper, kept=False),) if compact else (),
        number=number,
        paper=paper.id,
        picture=None if compact else paper.thumbnail,
    )


def _remark(paper: Paper, digest: Digest) -> Spans:
    """Say why a paper is there, and what else says nearly the same."""
    because = [cards.because(digest.because[paper.id])] if paper.id in digest.because else []
    close = [cards.CLOSE_IN_MEANING] if paper.id in digest.by_meaning else []
    return cards.joined([*because, *close, cards.much_like(digest.twins.get(paper.id, ()))])


def _card(paper: Paper) -> View:
    """Show one paper in the thread, with its summary beside its picture, and its abstract."""
    [item] = cards.items([paper], kept=())
    about = paper.summary or paper.abstract
    facts = item.lines[:-1] if about else item.lines
    shown = Item(
        item.title,
        (*facts, (about,)) if about else facts,
        paper=paper.id,
        picture=paper.thumbnail,
    )
    press = Buttons(
        (
            cards.keep_button(paper, kept=False),
            cards.vote_button(paper, voted=False),
            Button("Similar", f"similar {paper.id}"),
        )
    )
    return View((shown, *cards.abstract(paper), press))


def _liked(digest: Digest) -> tuple[Block, ...]:
    if not digest.liked:
        return ()
    lines: list[Spans] = []
    for one in digest.liked:
        kept = [f"kept by {one.kept:,}"] if one.kept else []
        votes = [count(one.votes, "vote")] if one.votes else []
        name = cards.title(one.paper)
        lines.append(
            (Link(name, one.paper.url) if one.paper.url else name, f"  {listed([*kept, *votes])}")
        )
    return (Item((Strong("What you kept and voted for here"),), tuple(lines)),)


def _more(digest: Digest) -> Buttons:
    """Lead to all papers of the days that the digest covers, and ask what it was worth."""
    if digest.first < digest.last:
        every = Button("All of these days", f"days {digest.first} {digest.last}")
    else:
        every = Button("All of the day", f"day {digest.last}")
    papers = " ".join(paper.id for paper in digest.papers)
    asked = [Button(label, f"rate {verdict} {papers}") for label, verdict in FEEDBACK if papers]
    return Buttons((every, Button("Trending", "trending"), *asked))
