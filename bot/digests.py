"""What goes into a digest, and how it looks: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot import cards
from bot.papers import Paper
from bot.search import parse
from bot.search.matching import matches
from bot.subscriptions import Order, Subscription, Wishes
from bot.text import count, listed
from bot.views import Block, Button, Buttons, Item, Link, Picture, Spans, Strong, Text, View, line, note

LONGEST = 27  # days before its last that a digest goes back to make up for what was missed
IN_ONE_MESSAGE = 5  # papers with all that is said about them: Discord takes forty components
ORDERS: Mapping[Order, str] = {
    "upvotes": "most upvoted first",
    "trending": "what is trending first",
    "new": "newest first",
    "for-me": "those most like what you keep first",
}
SPANS = {"weekly": "week", "monthly": "month"}
KEYCAPS = (*(f"{digit}\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}" for digit in range(1, 10)), "🔟")


@dataclass(frozen=True, slots=True)
class Liked:
    """A paper that people of the place kept or voted for, and how many did."""

    paper: Paper
    kept: int
    votes: int


@dataclass(frozen=True, slots=True)
class Digest:
    """What was chosen for one digest: out of `total` papers of the days `first` to `last`.

    `late` are those of earlier days which came after their digest; `liked` is what the place itself liked meanwhile;
    `because` names for a paper the one which the reader keeps and it is like.
    """

    wishes: Wishes
    first: date
    last: date
    papers: tuple[Paper, ...]
    total: int
    late: frozenset[str] = frozenset()
    liked: tuple[Liked, ...] = ()
    remark: str = ""
    because: Mapping[str, Paper] = field(default_factory=dict)


def fitting(wishes: Wishes, papers: Iterable[Paper], today: date) -> tuple[Paper, ...]:
    """Return those of the papers that are wished for, in their order."""
    topics, without = ([parse(part, today) for part in split(text)] for text in (wishes.topics, wishes.without))
    return tuple(
        paper
        for paper in papers
        if (not topics or any(matches(query, paper) for query in topics))
        and not any(matches(query, paper) for query in without)
        and (paper.upvotes or 0) >= wishes.votes
        and (paper.code or not wishes.code)
    )


def choose(wishes: Wishes, papers: Iterable[Paper], first: Sequence[str] = ()) -> tuple[Paper, ...]:
    """Return as many papers as are wished for, in the order that is wished for, with those of `first` before all."""
    places = {paper: place for place, paper in enumerate(first)}

    def rank(paper: Paper) -> tuple[int, int, int, str]:
        newest = (paper.daily or date.min).toordinal() if wishes.order == "new" else 0
        return places.get(paper.id, len(places)), -newest, -(paper.upvotes or 0), paper.id

    return tuple(sorted(papers, key=rank)[: wishes.papers])


def split(topics: str) -> tuple[str, ...]:
    """Return the searches that somebody wrote with commas between them; one inside quotation marks is none."""
    parts, quoted = [""], False
    for character in topics:
        quoted ^= character == '"'
        if character == "," and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return tuple(part.strip() for part in parts if part.strip())


def views(digest: Digest) -> tuple[View, ...]:
    """Return the messages of a digest: the head, and for "threaded" one a paper, which belong into its thread."""
    if not digest.papers:
        return (View((line(_nothing(digest)), _more(digest)), title=_title(digest)),)
    match digest.wishes.layout:
        case "compact":
            items = [_short(paper, n, digest, save=True) for n, paper in enumerate(digest.papers, 1)]
            blocks = (note(_told(digest)), *items, *_liked(digest), _more(digest))
            return (View(blocks, title=_title(digest), reactions=KEYCAPS[: len(items)]),)
        case "threaded":
            items = [_short(paper, n, digest) for n, paper in enumerate(digest.papers, 1)]
            head = View((note(_told(digest)), *items, *_liked(digest), _more(digest)), title=_title(digest))
            return (head, *map(_card, digest.papers))
        case "full":
            return tuple(_full(digest))


def expected(counts: Sequence[int]) -> float:
    """Return how many papers a list is likely to have, from lists like it: their median, 0 where there are none."""
    ordered = sorted(counts)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2 if ordered else 0.0


def _full(digest: Digest) -> Iterable[View]:
    for begin in range(0, len(digest.papers), IN_ONE_MESSAGE):
        because: dict[str, Spans] = {paper: (cards.because(kept),) for paper, kept in digest.because.items()}
        items = cards.items(digest.papers[begin : begin + IN_ONE_MESSAGE], (), begin + 1, because)
        last = begin + IN_ONE_MESSAGE >= len(digest.papers)
        above: tuple[Block, ...] = () if begin else (note(_told(digest)),)
        below: tuple[Block, ...] = (*_liked(digest), _more(digest)) if last else ()
        yield View((*above, *items, *below), title="" if begin else _title(digest))


def _title(digest: Digest) -> str:
    match digest.wishes.schedule.every:
        case "weekly" | "monthly" as every:
            return f"Daily Papers · the {SPANS[every]} from {_from_to(digest.first, digest.last)}"
        case _ if digest.first < digest.last:
            return f"Daily Papers · {_from_to(digest.first, digest.last)}"
        case _:
            return f"Daily Papers · {digest.last:%A} {cards.day_name(digest.last)}"


def _from_to(first: date, last: date) -> str:
    """Write a span of days: "27 April to 3 May 2026"."""
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%B}{year} to {cards.day_name(last)}"


def _told(digest: Digest) -> str:
    """Say how many papers there were, how these were chosen, and what of earlier days is among them."""
    wishes, shown = digest.wishes, len(digest.papers)
    narrowed = ", on your topics" if wishes.topics or wishes.without or wishes.votes or wishes.code else ""
    told = f"{shown} of {count(digest.total, 'paper')}{narrowed}, {ORDERS[wishes.order]}."
    if late := sum(paper.id in digest.late for paper in digest.papers):
        told += f" {late} came onto an earlier list late."
    return f"{told} {digest.remark}".strip()


def _nothing(digest: Digest) -> str:
    what = "on your topics " if digest.wishes.topics or digest.wishes.without else ""
    span = SPANS.get(digest.wishes.schedule.every)
    when = f"lists of that {span}" if span else f"list of {cards.day_name(digest.last)}"
    return f"Nothing new {what}is on the {when}."


def _short(paper: Paper, number: int, digest: Digest, *, save: bool = False) -> Item:
    late = [f"on the list of {cards.day_name(paper.daily)}"] if paper.id in digest.late and paper.daily else []
    votes = [f"▲ {paper.upvotes:,}"] if paper.upvotes is not None else []
    facts = " · ".join([*votes, *([cards.byline(paper, 2)] if paper.authors else []), *late])
    because = [cards.because(digest.because[paper.id])] if paper.id in digest.because else []
    return Item(
        title=(Link(cards.title(paper), paper.url) if paper.url else Strong(cards.title(paper)),),
        lines=tuple((said,) for said in [facts, *because] if said),
        buttons=(cards.keep_button(paper, kept=False),) if save else (),
        number=number,
        paper=paper.id,
    )


def _card(paper: Paper) -> View:
    """Show one paper in the thread, with its abstract and its picture."""
    [item] = cards.items([paper], kept=())
    facts: tuple[Spans, ...] = item.lines[:-1] if paper.summary or paper.abstract else item.lines
    about = paper.summary or paper.abstract
    shown = Item(item.title, facts, paper=paper.id)
    abstract: tuple[Block, ...] = (Text((about,)),) if about else ()
    if paper.summary and paper.abstract:
        abstract += (Text((Strong("Abstract"), "  ", paper.abstract)),)
    picture: tuple[Block, ...] = (Picture(paper.thumbnail, cards.title(paper)),) if paper.thumbnail else ()
    press = Buttons(
        (
            cards.keep_button(paper, kept=False),
            cards.vote_button(paper, voted=False),
            Button("Similar", f"similar {paper.id}"),
        )
    )
    return View((shown, *abstract, *picture, press))


def _liked(digest: Digest) -> tuple[Block, ...]:
    if not digest.liked:
        return ()
    lines: list[Spans] = []
    for one in digest.liked:
        kept = [f"kept by {one.kept:,}"] if one.kept else []
        votes = [count(one.votes, "vote")] if one.votes else []
        name = cards.title(one.paper)
        lines.append((Link(name, one.paper.url) if one.paper.url else name, f"  {listed([*kept, *votes])}"))
    return (Item((Strong("What you kept and voted for here"),), tuple(lines)),)


def _more(digest: Digest) -> Buttons:
    match digest.wishes.schedule.every:
        case "weekly":
            year, week, _ = digest.last.isocalendar()
            return Buttons((Button("The whole week", f"week {year}-W{week:02}"), Button("Trending", "trending")))
        case "monthly":
            return Buttons((Button("The whole month", f"month {digest.last:%Y-%m}"), Button("Trending", "trending")))
        case _:
            newest = max((paper.daily for paper in digest.papers if paper.daily), default=digest.last)
            return Buttons((Button("All of the day", f"day {newest}"), Button("Trending", "trending")))


def window(subscription: Subscription, last: date) -> date:
    """Return the first day that a digest covers whose last day is given.

    That is the day after the last one dealt with, at most four weeks back; a week or a month is ranked as a whole.
    """
    match subscription.wishes.schedule.every:
        case "weekly":
            return last - timedelta(days=6)
        case "monthly":
            after = last + timedelta(days=1)
            before = after.replace(day=1) - timedelta(days=1)
            return before.replace(day=min(after.day, before.day))
        case _:
            first = subscription.covered + timedelta(days=1) if subscription.covered else last
            return min(last, max(first, last - timedelta(days=LONGEST)))


def fresh(papers: Iterable[Paper], first: date, weighed: Collection[str]) -> tuple[tuple[Paper, ...], frozenset[str]]:
    """Return the papers of the days from `first`, with those of earlier days that came later, and which these are."""
    found = [paper for paper in papers if (paper.daily and paper.daily >= first) or paper.id not in weighed]
    return tuple(found), frozenset(paper.id for paper in found if not paper.daily or paper.daily < first)
