"""Items of the Hugging Face papers API become papers, whatever else they hold."""

from copy import deepcopy
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.papers import Account, Paper
from bot.sources import fields
from bot.sources.items import Batch, batch, paper_from_item

DAY = date(2026, 5, 21)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda each: st.lists(each) | st.dictionaries(st.text(), each),
    max_leaves=20,
)
ITEM = {
    "paper": {
        "id": "2605.00001",
        "authors": [
            {"name": "Ada  Lovelace", "hidden": False, "user": {"fullname": "Ada"}},
            {"name": "Somebody Else", "hidden": True},
            {"name": "Charles\nBabbage"},
        ],
        "publishedAt": "2026-05-18T17:34:15.000Z",
        "submittedOnDailyAt": "2026-05-20T00:50:58.348Z",
        "submittedOnDailyBy": {"user": "akhaliq", "name": "akhaliq", "fullname": "AK"},
        "title": "Engines that\n  Weave <think> & *Compute*",
        "summary": "Algebraical patterns\nare woven.",
        "upvotes": 32,
        "discussionId": "x",
        "projectPage": "https://engine.example.org/",
        "githubRepo": "https://github.com/ada/engine",
        "githubRepoAddedBy": "auto",
        "githubStars": 1843,
        "ai_summary": "It weaves.",
        "ai_keywords": ["weaving", "engines", "weaving"],
        "organization": {
            "name": "analytical",
            "fullname": "Analytical Society",
            "avatar": "/a.png",
        },
        "mediaUrls": ["https://cdn.example.org/1.mp4", "/relative.png"],
    },
    "title": "Engines that Weave",
    "publishedAt": "2026-05-20T03:50:58.348Z",
    "numComments": 3,
    "thumbnail": "https://cdn.example.org/1.png",
    "submittedBy": {"name": "charles", "fullname": "Charles B."},
}
PAPER = Paper(
    "2605.00001",
    "Engines that Weave <think> & *Compute*",
    authors=("Ada Lovelace", "Charles Babbage"),
    abstract="Algebraical patterns are woven.",
    summary="It weaves.",
    keywords=("weaving", "engines"),
    organization=Account("analytical", "Analytical Society"),
    submitter=Account("charles", "Charles B."),
    published=date(2026, 5, 18),
    daily=date(2026, 5, 20),
    upvotes=32,
    comments=3,
    code="https://github.com/ada/engine",
    code_matched=True,
    stars=1843,
    project="https://engine.example.org/",
    thumbnail="https://cdn.example.org/1.png",
    media=("https://cdn.example.org/1.mp4",),
)
INNER = ITEM["paper"]
assert isinstance(INNER, dict)


def test_a_wrapped_item_is_read_in_full():
    assert paper_from_item(ITEM, DAY) == PAPER


def test_a_flat_one_is_read_too_without_what_it_does_not_say():
    paper = paper_from_item(INNER)
    assert (paper.title, paper.authors, paper.daily) == (PAPER.title, PAPER.authors, PAPER.daily)
    assert (paper.comments, paper.thumbnail, paper.submitter) == (
        None,
        None,
        Account("akhaliq", "AK"),
    )


def test_an_item_with_nothing_but_id_and_title_is_a_paper_of_its_day():
    assert paper_from_item({"paper": {"id": "2605.00001", "title": "T"}}, DAY) == Paper(
        "2605.00001", "T", daily=DAY
    )


def test_the_title_of_the_item_stands_in_for_the_papers_own():
    assert paper_from_item({"paper": {"id": "2605.00001"}, "title": "T"}).title == "T"


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (None, "it is not a JSON object"),
        ([], "it is not a JSON object"),
        ({}, "it has no title"),
        ({"paper": []}, "it has no title"),
        ({"title": "T"}, "it has no id"),
        ({"id": None, "title": "T"}, "it has no id"),
        ({"id": True, "title": "T"}, "it has no id"),
        ({"id": "", "title": "T"}, "it has no id"),
        ({"id": "2605.00001", "title": " \n\u200b"}, "it has no title"),
        ({"id": "2605.00001", "title": ["T"]}, "it has no title"),
        ({"id": "a b", "title": "T"}, "its id is not a printable word of at most 64 characters"),
        (
            {"id": "a\u202eb", "title": "T"},
            "its id is not a printable word of at most 64 characters",
        ),
        ({"id": "x" * 65, "title": "T"}, "its id is not a printable word of at most 64 characters"),
    ],
)
def test_what_is_no_paper_is_refused_with_the_reason(item: object, reason: str):
    with pytest.raises(ValueError, match=f"^{reason}$"):
        paper_from_item(item)


@pytest.mark.parametrize(
    ("said", "meant"),
    [("2605.00001v2", "2605.00001"), ("MED-10", "MED-10"), (18, "18"), ("17", "17")],
)
def test_ids_are_canonical_and_need_not_be_those_of_arxiv(said: object, meant: str):
    assert paper_from_item({"id": said, "title": "T"}).id == meant


@pytest.mark.parametrize("field", sorted(INNER.keys() - {"id", "title"}))
@settings(max_examples=25)  # of each of many fields
@given(value=JSON)
def test_a_field_of_the_paper_may_be_anything(field: str, value: object):
    item = deepcopy(ITEM)
    item["paper"][field] = value  # type: ignore[index]  # it is a dict
    assert paper_from_item(item).id == PAPER.id


@pytest.mark.parametrize("field", sorted(ITEM.keys() - {"paper"}))
@settings(max_examples=25)  # of each of many fields
@given(value=JSON)
def test_a_field_of_the_item_may_be_anything(field: str, value: object):
    assert paper_from_item(ITEM | {field: value}).title == PAPER.title


@given(JSON | st.dictionaries(st.sampled_from(sorted(INNER) + sorted(ITEM)), JSON))
def test_no_json_raises_anything_but_a_value_error(item: object):
    try:
        paper = paper_from_item(item)
    except ValueError:
        return
    assert paper.id
    assert paper.title


def test_a_wrong_value_is_not_known_rather_than_nothing():
    wrong = {
        "upvotes": True,
        "githubStars": -1,
        "numComments": 1.5,
        "publishedAt": "2026-02-30",
        "githubRepo": "//x",
    }
    paper = paper_from_item({"id": "1", "title": "T"} | wrong)
    assert (paper.upvotes, paper.stars, paper.comments, paper.published, paper.code) == (None,) * 5
    assert not paper.code_matched


@pytest.mark.parametrize("handle", ["a b", "../x", "..", "", "a/b", "é", None, 5, "x" * 200])
def test_an_account_whose_page_cannot_be_linked_to_is_dropped(handle: object):
    assert (
        paper_from_item(
            {"id": "1", "title": "T", "organization": {"name": handle, "fullname": "N"}}
        ).organization
        is None
    )


def test_an_account_without_a_full_name_is_called_by_its_handle():
    assert fields.account({"name": "a.b_c-d", "fullname": None}) == Account("a.b_c-d", "a.b_c-d")


def test_the_name_of_the_thumbnail_in_2024_is_understood():
    old = {"paper": {"id": "1", "title": "T"}, "mediaUrl": "https://cdn.example.org/1.png"}
    assert paper_from_item(old).thumbnail == "https://cdn.example.org/1.png"


def test_everything_has_its_bounds():
    huge = {
        "id": "1",
        "title": "t " * 10_000,
        "summary": "s " * 100_000,
        "ai_summary": "s " * 10_000,
        "authors": [{"name": "n " * 1000}] * 5000,
        "ai_keywords": [f"{n} " * 1000 for n in range(100)],
        "mediaUrls": [f"https://cdn.example.org/{n}" for n in range(100)],
        "upvotes": 2**31,
        "numComments": 2**31 - 1,
    }
    paper = paper_from_item(huge)
    assert (len(paper.title), len(paper.abstract), len(paper.summary)) == (500, 20_000, 1000)
    assert (len(paper.authors), len(paper.keywords), len(paper.media)) == (3000, 50, 20)
    assert max(map(len, paper.authors)) <= 200
    assert max(map(len, paper.keywords)) <= 100
    assert (paper.upvotes, paper.comments) == (None, 2**31 - 1)


def test_a_batch_counts_what_it_skips_and_holds_each_paper_once():
    assert batch([ITEM, None, {"paper": {}}, ITEM], DAY) == Batch((PAPER,), 2)
    with pytest.raises(ValueError, match="not a list"):
        batch({"error": "x"})
