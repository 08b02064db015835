"""The messages of watches. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot import cards
from bot.chat.views import Block, Button, Buttons, Item, Link, Spans, Strong, View, note
from bot.digests.layout import KEYCAPS
from bot.digests.topic_text import describe, is_repository, split
from bot.digests.topics import only_by_meaning
from bot.models import Subscription
from bot.papers import Paper
from bot.text import count, shorten

MAX_NAMED = 20  # papers that a summary names
TITLE_LENGTH = 60
MAX_SEARCH = 80  # characters of a search that a button can hold


def message(watch: Subscription, papers: Sequence[Paper], today: date) -> View:
    """Return the message about papers that have just matched a watch."""
    close = only_by_meaning(watch.options, papers, today)
    items = [
        _item(paper, number, today, close=paper.id in close)
        for number, paper in enumerate(papers, 1)
    ]
    told = note(f"Watch {watch.id}: {describe(watch.options)}.")
    blocks: tuple[Block, ...] = (told, *items, _buttons(watch))
    return View(blocks, title=_title(watch, "New"), reactions=KEYCAPS[: len(items)])


def summary(watch: Subscription, papers: Sequence[Paper], today: date) -> View:
    """Return the message about papers that were too many for their day."""
    named, total = papers[:MAX_NAMED], len(papers)
    close = only_by_meaning(watch.options, named, today)
    items = [_line(paper, number, close=paper.id in close) for number, paper in enumerate(named, 1)]
    told = note(f"{count(total, 'more paper')} for watch {watch.id}: {describe(watch.options)}.")
    rest = [note(f"… and {total - len(named):,} more.")] if total > len(named) else []
    return View((told, *items, *rest, _buttons(watch)), title=_title(watch, "More"))


def _title(watch: Subscription, begins: str) -> str:
    return shorten(f"{begins}: {watch.options.topics or 'all papers'}", TITLE_LENGTH)


def _item(paper: Paper, number: int, today: date, *, close: bool) -> Item:
    facts = [f"▲ {paper.upvotes:,}"] if paper.upvotes is not None else []
    facts += [cards.byline(paper, 2)] if paper.authors else []
    earlier = paper.daily is not None and (today - paper.daily).days > 1
    facts += [f"on the list of {cards.day_name(paper.daily)}"] if earlier and paper.daily else []
    facts += [cards.CLOSE_IN_MEANING] if close else []
    lines: tuple[Spans, ...] = ((" · ".join(facts),),) if facts else ()
    save = (cards.keep_button(paper, kept=False),)
    return Item(_name(paper), lines, save, number=number, paper=paper.id)


def _line(paper: Paper, number: int, *, close: bool) -> Item:
    lines: tuple[Spans, ...] = ((cards.CLOSE_IN_MEANING,),) if close else ()
    return Item(_name(paper), lines, number=number, paper=paper.id)


def _name(paper: Paper) -> Spans:
    title = cards.title(paper)
    return (Link(title, paper.url) if paper.url else Strong(title),)


def _buttons(watch: Subscription) -> Buttons:
    searches = split(watch.options.topics)
    shown = Button("My watches", "watches")
    if len(searches) == 1 and not is_repository(searches[0]) and len(searches[0]) <= MAX_SEARCH:
        return Buttons((Button("All matches", f"find {searches[0]} sort:new"), shown))
    return Buttons((shown,))
