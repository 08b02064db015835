"""Whether one paper is what a search asks for: the same as the index says, but to the letter."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UsageError
from bot.papers import Account, Paper
from bot.search import matches, parse

TODAY = date(2025, 6, 1)
PAPER = Paper(
    "2501.00001",
    "Pre-Training Graph Networks",
    ("Ada Lovelace", "Bernhard Schölkopf"),
    "We revisit a multimodal Message Passing Scheme (MPS). Labels are costly.",
    summary="Fewer labels are needed.",
    keywords=("message passing", "molecules"),
    organization=Account("turing-lab", "Turing Lab"),
    published=date(2025, 3, 5),
    upvotes=10,
    code="https://github.com/example/mps",
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "graph network",
        "networks of graphs",
        "pretraining",
        "pre training",
        "multi-modal",
        "MPS",
        "scholkopf lovelace",
        '"graph networks"',
        '"graph network"',
        "-diffusion",
        '-"networks graph"',
        "diffusion OR graph",
        "author:lovelace",
        'author:"B. Schölkopf"',
        'author:"Lovelace Ada"',
        "org:turing",
        '-org:nvidia keyword:molecule keyword:"message passing"',
        "title:networks abstract:label -title:label",
        "after:2025-03 before:2025-03-06 week:2025-W10 votes:10 has:code sort:new",
    ],
)
def test_a_paper_that_has_all_of_it_matches(text: str):
    assert matches(parse(text, TODAY), PAPER)


@pytest.mark.parametrize(
    "text",
    [
        "grph",
        "graph diffusion",
        "?!",
        '"networks graph"',
        '"networks ada"',
        '"lovelace bernhard"',
        "graph -labels",
        "diffusion OR audio",
        "-author:schölkopf",
        'author:"Ada Schölkopf"',
        'author:"?!"',
        "org:nvidia",
        "title:molecules",
        "abstract:graph",
        "keyword:graph",
        "after:2025-04",
        "before:2025-03-05",
        "votes:11",
        "-has:code",
    ],
)
def test_a_paper_that_lacks_something_does_not(text: str):
    assert not matches(parse(text, TODAY), PAPER)


def test_what_is_not_known_of_a_paper_is_not_there():
    bare = Paper("1", "Graphs")
    assert not matches(parse("after:2020", TODAY), bare)
    assert not matches(parse("has:code", TODAY), bare)
    assert matches(parse("-has:code -org:nvidia -author:li", TODAY), bare)


@given(st.text())
def test_any_text_is_compared(text: str):
    try:
        query = parse(text, TODAY)
    except UsageError:
        return
    assert matches(query, Paper("1", text)) in {True, False}
