"""How the papers of a digest look in each layout."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from bot.calendar.schedule import Schedule
from bot.chat.views import Item, View, plain
from bot.digests.layout import views
from bot.digests.selection import Digest
from bot.models import DigestOptions, Layout
from tests.conftest import HEBB, TODAY

QUIET = replace(HEBB, id="2605.00009", title="Without Votes", upvotes=None)


def shown(layout: Layout, late: frozenset[str] = frozenset()) -> str:
    options = DigestOptions(Schedule("daily", time(9), "UTC"), layout=layout)
    digest = Digest(options, TODAY, TODAY, (HEBB, QUIET), 2, late=late)
    return "\n\n".join(map(plain, views(digest)))


@pytest.mark.parametrize("layout", ["threaded", "compact", "full"])
def test_votes_are_told_where_they_are_known(layout: Layout):
    text = shown(layout)
    assert "▲ 120" in text
    assert text.count("▲") == text.count("▲ 120")
    assert text.index(HEBB.title) < text.index("▲ 120") < text.index(QUIET.title)


@pytest.mark.parametrize("layout", ["threaded", "compact"])
def test_a_paper_that_came_late_says_on_which_list_it_was(layout: Layout):
    told = "on the list of 29 May 2026"
    assert told in shown(layout, frozenset({HEBB.id}))
    assert "on the list of" not in shown(layout)


def messages(layout: Layout, papers: int = 1) -> list[View]:
    digest = Digest(
        DigestOptions(Schedule("daily", time(9), "UTC"), layout=layout),
        TODAY,
        TODAY,
        tuple(replace(HEBB, id=f"2605.0000{n}") for n in range(papers)),
        papers,
    )
    return list(views(digest))


def test_the_daily_message_has_the_summary_and_picture_of_each_paper_and_its_thread_too():
    for shown in messages("threaded"):
        text = plain(shown)
        assert text.index(HEBB.title) < text.index("▲ 120") < text.index(HEBB.summary)
        assert [one.picture for one in shown.blocks if isinstance(one, Item)] == [HEBB.thumbnail]


def test_a_summary_in_the_daily_message_has_a_line_or_two():
    long = replace(HEBB, summary="It works. " * 99)
    digest = Digest(DigestOptions(Schedule("daily", time(9), "UTC")), TODAY, TODAY, (long,), 1)
    head, _ = views(digest)
    (item,) = [one for one in head.blocks if isinstance(one, Item)]
    assert len(str(item.lines[1][0])) <= 140


@pytest.mark.parametrize("layout", ["threaded", "compact", "full"])
@pytest.mark.parametrize("papers", [1, 5, 10])
def test_every_digest_asks_once_what_its_papers_were_worth(layout: Layout, papers: int):
    lines = [one.line for shown in messages(layout, papers) for one in shown.buttons]
    rated = [line.split()[2:] for line in lines if line.startswith("rate useful")]
    assert [len(ids) for ids in rated] == [papers]
