"""Watches matched through their words give what comparing each with each paper gives."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests.topic_text import is_repository, repository_key
from bot.digests.topics import selector
from bot.digests.watch_index import WatchIndex
from bot.models import DigestOptions, Person, Place, Subscription
from tests.conftest import DIFFUSION, HEBB, NOW, TODAY
from tests.digests.test_digests import WISHES
from tests.rigs.papers import papers

PAPERS = (
    HEBB,
    DIFFUSION,
    replace(HEBB, id="2605.00003", title="A Gateway to Video Diffusion", authors=("G. Hinton",)),
    replace(DIFFUSION, id="2605.00004", organization=None, code=None, upvotes=3),
)
WORDS = (
    "diffusion",
    "hebb learning",
    "gate way",
    '"wire together"',
    "title:weather",
    "keyword:plasticity",
    "author:lovelace",
    "author:g",
    'author:"ada lovelace"',
    "-author:hinton",
    "org:analytic",
    "votes:50",
    "has:code",
    "diffusion OR synapses",
    "after:2026-05-25",
    "the of",
    "author:?!",
    "https://github.com/Analytical/hebb",
    "github.com/someone/weather/",
)
SEARCHES = st.one_of(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(", ".join),
    st.lists(st.sampled_from(WORDS[:-2]), min_size=1, max_size=3).map(" ".join),
)


def watch(number: int, options: DigestOptions) -> Subscription:
    place = Place("chat", "T", "room")
    return Subscription(number, place, Person("chat", "T", "ada"), options, NOW, watch=True)


def found(options: list[DigestOptions], some) -> dict[int, list[str]]:
    watches = [watch(number, one) for number, one in enumerate(options, 1)]
    matched = WatchIndex(watches, TODAY).match(some)
    return {number: [paper.id for paper in those] for number, those in matched.items()}


def compared(options: list[DigestOptions], some) -> dict[int, list[str]]:
    each = {
        number: [paper.id for paper in some if selector(one, TODAY).selects(paper)]
        for number, one in enumerate(options, 1)
    }
    return {number: those for number, those in each.items() if those}


@given(
    st.lists(
        st.builds(
            DigestOptions,
            st.just(WISHES.schedule),
            topics=SEARCHES,
            without=st.sampled_from(("", "weather", "author:hinton")),
            votes=st.sampled_from((0, 20, 100)),
            code=st.booleans(),
        ),
        max_size=8,
    ),
    st.lists(papers(), max_size=3),
)
def test_an_index_matches_what_comparing_with_each_matches(options, more):
    some = (*PAPERS, *more)
    assert found(options, some) == compared(options, some)


@pytest.mark.parametrize("words", WORDS)
def test_each_kind_of_search_is_found_through_the_index(words: str):
    options = [replace(WISHES, topics=words)]
    assert found(options, PAPERS) == compared(options, PAPERS)


@pytest.mark.parametrize(
    ("topic", "paper"),
    [
        ("github.com/analytical/HEBB", HEBB),
        ("https://github.com/analytical/hebb.git", HEBB),
        ("https://www.github.com/analytical/hebb/", HEBB),
        ("author:hinton", PAPERS[2]),
        ("org:analyt", HEBB),
        ("gateway diffusion", PAPERS[2]),
    ],
)
def test_a_repository_a_name_and_words_find_their_paper(topic: str, paper):
    assert paper.id in found([replace(WISHES, topics=topic)], PAPERS)[1]


def test_a_deeper_page_is_of_the_same_repository():
    assert repository_key("https://github.com/A/b/tree/main") == "github.com/a/b"
    assert not is_repository("https://huggingface.co/papers/2401.00001")
    assert not is_repository("github.com/owner")
    assert repository_key("https://github.com") == ""


def test_a_watch_that_cannot_be_read_holds_up_no_other(caplog):
    assert found([replace(WISHES, topics="votes:many"), replace(WISHES, topics="weather")], PAPERS)
    assert "watch 1 can't be read: votes: needs a number" in caplog.text
