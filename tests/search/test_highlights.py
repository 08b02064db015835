"""Which words of a paper are shown as the reason that it was found."""

from hypothesis import given
from hypothesis import strategies as st

from bot.papers import Paper
from bot.search import Highlights, highlights
from bot.search.query.highlights import MAX_PASSAGE_CHARS

PAPER = Paper(
    "1",
    "Graph Networks",
    abstract=f"{'Nothing of note. ' * 20}Messages are passed by graphs. {'More. ' * 50}",
)


def test_words_in_the_title_are_reason_enough():
    assert highlights(PAPER, "network of graphs") == Highlights(("Graph", "Networks"))


def test_the_passage_with_most_of_the_words_is_shown():
    found = highlights(PAPER, "the graph messages")
    assert found.title == ("Graph",)
    assert found.passage[:5] == (
        ("… ", False),
        ("Messages", True),
        (" are passed by ", False),
        ("graphs", True),
        found.passage[4],
    )
    assert found.passage[4][0].endswith("More. …")


@given(st.text(), st.text())
def test_a_passage_is_what_the_abstract_says(abstract: str, sought: str):
    found = highlights(Paper("1", "", abstract=abstract), sought + abstract[:20])
    passage = "".join(part for part, _ in found.passage)
    assert passage.removeprefix("… ").removesuffix(" …") in abstract + " …"
    assert len(passage) <= max(MAX_PASSAGE_CHARS, len(abstract)) + 4
