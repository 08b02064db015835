"""How the papers of a digest look in each layout."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from bot.calendar.schedule import Schedule
from bot.chat.views import plain
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
