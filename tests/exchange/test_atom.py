"""Feeds: read by feedparser, checked against RFC 4287, and the same for the same papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.exchange.atom import UNKNOWN, Feed, entry_id, write
from bot.papers import Paper
from tests.conftest import DIFFUSION, HEBB, MANY, NOW
from tests.rigs.atom import problems
from tests.rigs.papers import papers

IMPORTED = Paper("MED-10", "", abstract="Weather & <noise>.")


def feed(*shown: Paper, **more) -> Feed:
    return Feed("find/weather", "origin", "Papers: weather", shown, NOW, **more)


def read(document: str):
    found = feedparser.parse(document.encode())
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    return found


def test_feedparser_reads_all_that_a_feed_says():
    found = read(write(feed(HEBB, DIFFUSION, page="https://huggingface.co/papers")))
    assert found.feed.title == "Papers: weather"
    assert found.feed.link == "https://huggingface.co/papers"
    first, second = found.entries
    assert first.title == HEBB.title
    assert (first.id, first.link) == (HEBB.url, HEBB.url)
    assert [one.name for one in first.authors] == list(HEBB.authors)
    assert [one.term for one in first.tags] == list(HEBB.keywords)
    assert first.summary == HEBB.summary
    assert HEBB.abstract in first.content[0].value
    assert str(HEBB.thumbnail) in first.content[0].value
    assert {one.title for one in second.links if "title" in one} == {"arXiv", "PDF", "Code"}


def test_dates_are_the_days_on_which_papers_were_published_and_listed():
    found = read(write(feed(HEBB, DIFFUSION)))
    assert [one.updated for one in found.entries] == [
        "2026-05-29T00:00:00Z",
        "2026-05-28T00:00:00Z",
    ]
    assert found.entries[0].published == "2026-05-27T00:00:00Z"
    assert found.feed.updated == "2026-05-29T00:00:00Z"


def test_a_paper_in_a_shelf_is_dated_when_it_was_saved():
    saved = datetime(2026, 6, 1, 9, 30, 15, tzinfo=UTC)
    found = read(write(feed(HEBB, moments={HEBB.id: saved})))
    assert found.entries[0].updated == found.feed.updated == "2026-06-01T09:30:15Z"


def test_votes_and_time_leave_a_feed_as_it_was():
    before = write(feed(HEBB, DIFFUSION))
    later = replace(feed(replace(HEBB, upvotes=900), DIFFUSION), made=NOW + timedelta(days=1))
    assert write(later) == before


def test_a_feed_has_an_id_of_its_own_in_each_installation():
    documents = [write(feed()), write(replace(feed(), origin="another"))]
    documents += [write(replace(feed(), name="today"))]
    ids = [read(document).feed.id for document in documents]
    assert len(set(ids)) == 3
    assert all(one.startswith("urn:uuid:") for one in ids)


def test_a_feed_without_papers_is_one_too():
    assert problems(write(feed())) == []
    assert read(write(feed())).feed.updated == "2026-05-29T15:00:00Z"


def test_a_paper_without_title_date_or_page_has_what_a_feed_needs():
    document = write(feed(IMPORTED))
    assert problems(document) == []
    (entry,) = read(document).entries
    assert entry.title == "MED-10"
    assert entry.id == entry_id(IMPORTED)
    assert entry.updated == f"{UNKNOWN:%Y-%m-%dT%H:%M:%SZ}"


def test_a_paper_that_is_listed_twice_stands_once():
    assert len(read(write(feed(HEBB, DIFFUSION, HEBB))).entries) == 2


@given(st.lists(papers(), max_size=4), st.text(max_size=40))
def test_any_papers_make_a_feed_that_keeps_to_the_specification(shown: list[Paper], title: str):
    document = write(Feed(title, "origin", title, shown, NOW))
    assert problems(document) == []
    assert len(read(document).entries) == len({paper.id for paper in shown})


HOSTILE = ("</title><script>x()</script>", "]]>&amp;<", "\ud800\ufffe\x00\x0b", "a\u2028b")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup(text: str):
    paper = Paper("2605.00009", text, (text,), text, text, (text,), daily=date(2026, 5, 1))
    document = write(replace(feed(paper), title=text))
    assert problems(document) == []
    assert "<script" not in document
    read(document)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("<title>Papers: weather</title>", ""),
        ("2026-05-29T00:00:00Z</updated>", "29 May 2026</updated>"),
        ('rel="related"', 'rel="alternate"'),
        ("<id>https://", "<id>"),
        ("<name>Ada Lovelace</name>", ""),
        ("summary", "weather"),
    ],
)
def test_the_checks_notice_what_is_wrong(wrong: str, right: str):
    document = write(feed(HEBB, *MANY))
    broken = document.replace(wrong, right)
    assert problems(document) == []
    assert broken != document
    assert problems(broken) != []
