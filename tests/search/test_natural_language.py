"""Filters said in words, and titles that only sound like them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.query.foreign_filters import name_unknown
from bot.search.query.natural_language import Wording, read_wording
from bot.search.query.query_filters import EXAMPLES

TODAY = date(2026, 5, 29)
ORGANIZATIONS = {"deepseek", "nvidia", "kaist", "tsinghua university", "google deepmind"}
AUTHORS = {"yann lecun", "hinton"}


class Known:
    """Names as an index knows them; KAIST is nothing else, NVIDIA mostly a maker of chips."""

    def is_organization(self, words):
        return " ".join(words) in ORGANIZATIONS

    def organization_share(self, words):
        return {"kaist": 0.9, "nvidia": 0.5, "deepseek": 0.2}.get(" ".join(words), 0.0)

    def is_author(self, words):
        return " ".join(words) in AUTHORS


def read(text: str) -> Wording | None:
    return read_wording(text, TODAY, Known())


@pytest.mark.parametrize(
    ("text", "words", "filters"),
    [
        (
            "papers by deepseek about reasoning last month",
            "reasoning",
            ["org:deepseek", "since:2026-04-01"],
        ),
        ("kaist robotics with code", "robotics", ["has:code", "org:kaist"]),
        ("nvidia robots with code", "robots", ["has:code", "org:nvidia"]),
        ("robots nvidia without code", "robots", ["-has:code", "org:nvidia"]),
        ("fast nvidia kernels with code", "fast nvidia kernels", ["has:code"]),
        ("deepseek reasoning with code", "deepseek reasoning", ["has:code"]),
        ("nvidia robots last month", "nvidia robots", ["since:2026-04-01"]),
        ("robots by nvidia this year", "robots", ["org:nvidia", "since:2026-01-01"]),
        ("diffusion from google deepmind", "diffusion", ['org:"google deepmind"']),
        (
            "papers by Yann LeCun about world models since 2025",
            "world models",
            ['author:"Yann LeCun"', "since:2025"],
        ),
        ("papers by hinton", "", ["author:hinton"]),
        ("show me the latest papers on agents", "agents", ["sort:new"]),
        ("top papers last week", "", ["sort:votes", "since:2026-05-18"]),
        ("last week's papers about robotics", "robotics", ["since:2026-05-18"]),
        ("nvidia papers about video", "video", ["org:nvidia"]),
        (
            "papers from tsinghua university in april",
            "",
            ['org:"tsinghua university"', "month:2026-04"],
        ),
        ("papers in 2025 about speech", "speech", ["year:2025"]),
        (
            "video generation without code since april",
            "video generation",
            ["-has:code", "since:2026-04"],
        ),
        ("mixture of experts before 2025", "mixture of experts", ["before:2025"]),
        ("segment anything in the last 3 months", "segment anything", ["since:2026-02-28"]),
        ("reasoning NOT survey", "reasoning", ["-survey"]),
        ("after:May 28 diffusion", "diffusion", ['after:"May 28"']),
        ("robots since:last week", "robots", ['since:"last week"']),
    ],
)
def test_filters_are_taken_from_words(text, words, filters):
    found = read(text)
    assert found
    assert (found.words, list(found.filters)) == (words, filters)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "attention is all you need",
        "learning by cheating",
        "image generation by diffusion",
        "efficient exploration at scale",
        "code generation with code models",
        "learning what NOT to count",
        "SCALING IS NOT ENOUGH",
        "papers about papers",
        "montreal forced aligner in 2026",
        "deepseek r1",
        "hinton",
        '"last month" kaist',
        "a b c d e f g h i j k l papers by nvidia last month",
    ],
)
def test_words_that_may_be_a_title_stay_words(text):
    assert read(text) is None


def test_an_organisation_alone_is_only_offered():
    found = read("kaist robotics")
    assert found == Wording("kaist robotics", (), "org:kaist")
    assert found.narrowed == "robotics org:kaist"


def test_one_filter_can_be_taken_away():
    found = read("papers by deepseek about reasoning last month")
    assert found
    assert found.without("org:deepseek") == "reasoning since:2026-04-01"


@given(
    st.lists(
        st.sampled_from("papers by kaist nvidia with code last month since NOT 2025 about".split())
        | st.text(max_size=6)
    )
)
def test_any_words_are_read(words):
    read(" ".join(words))


def test_what_only_looks_like_a_filter_is_named():
    assert name_unknown("foo:bar diffusion", EXAMPLES).startswith("“foo:” isn’t a filter")
    assert "Did you mean “author:”?" in name_unknown("authoress:hinton", EXAMPLES)
    for text in ("author:hinton", "BERT: pre-training", "Re:Zero", "https://example.org", "a b"):
        assert name_unknown(text, EXAMPLES) == ""
