"""The text of a Daily Papers page becomes records."""

import pytest

from tests.seed_page import records

HEAD = """new

Get trending papers in your email inbox!

Subscribe

Daily Papers

byAK and the research community

Nov 10
"""

PAGE = f"""{HEAD}
Kites as Antennas

We fly a kite and listen. It works (ell_1 < 2).

  • 1 authors
·
Feb 21, 2024

Why Bread Rises

Yeast is a model organism.

bakery The Bakery
·
Sep 30 25

Undated Umbrellas

We keep dry.

Clouds, Counted

There are seven.

  • 12 authors
·
Aug 3, 2023 2
"""


def test_a_page_yields_all_its_papers_with_ids_of_their_own():
    assert [(paper["id"], paper["title"]) for paper in records(PAGE)] == [
        ("9901.00001", "Kites as Antennas"),
        ("9901.00002", "Why Bread Rises"),
        ("9901.00003", "Undated Umbrellas"),
        ("9901.00004", "Clouds, Counted"),
    ]


def test_a_record_has_what_the_page_says_and_no_more():
    assert next(records(PAGE)) == {
        "id": "9901.00001",
        "title": "Kites as Antennas",
        "abstract": "We fly a kite and listen. It works (ell_1 < 2).",
        "authors": [],
        "published": "2024-02-21",
    }


def test_a_day_without_a_year_follows_the_latest_one_named_and_is_no_count():
    published = [paper["published"] for paper in records(PAGE)]
    assert published == ["2024-02-21", "2025-09-30", None, "2023-08-03"]


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("Kites as Antennas\n\nWe fly a kite.\n", "head is missing"),
        (HEAD, "this year is not known"),
        (PAGE + "\nA title alone\n", "Line 41 starts no title"),
    ],
)
def test_what_cannot_be_read_is_refused(page: str, message: str):
    with pytest.raises(ValueError, match=message):
        list(records(page))
