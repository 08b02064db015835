"""What people type into a search, and how it is understood."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UsageError
from bot.search import Query, parse

TODAY = date(2025, 6, 15)


def understood(text: str) -> Query:
    return parse(text, TODAY)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", Query()),
        ("  graph   networks ", Query("graph networks")),
        ("BERT: pre-training of transformers", Query("BERT: pre-training of transformers")),
        ("Re:Zero", Query("Re:Zero")),
        ("https://example.org/a?b=c", Query("https://example.org/a?b=c")),
        ("After: the party", Query("After: the party")),
        ('about "graph networks"', Query("about graph networks", phrases=("graph networks",))),
        ('"transformers"', Query("transformers")),
        ('an unclosed "graph networks', Query("an unclosed graph networks", phrases=("graph networks",))),
        ("author:hinton", Query(authors=("hinton",))),
        ("author: hinton", Query(authors=("hinton",))),
        ('AUTHOR:"Ada Lovelace" engines', Query("engines", authors=("Ada Lovelace",))),
        ("author:lovelace author:turing", Query(authors=("lovelace", "turing"))),
        ("org:nvidia robots", Query("robots", organizations=("nvidia",))),
        ('organization:"Google DeepMind"', Query(organizations=("Google DeepMind",))),
        ("organisation:nvidia", Query(organizations=("nvidia",))),
        ("after:2025", Query(after=date(2025, 1, 1))),
        ("since:2025-03", Query(after=date(2025, 3, 1))),
        ("after:2025-3-9", Query(after=date(2025, 3, 9))),
        ("since:7d", Query(after=date(2025, 6, 8))),
        ("since:2w", Query(after=date(2025, 6, 1))),
        ("after:today", Query(after=TODAY)),
        ("after:Yesterday", Query(after=date(2025, 6, 14))),
        ("before:2025", Query(before=date(2025, 1, 1))),
        ("before:2025-03-09", Query(before=date(2025, 3, 9))),
        ("until:2024", Query(before=date(2025, 1, 1))),
        ("until:2025-12", Query(before=date(2026, 1, 1))),
        ("until:2025-03-09", Query(before=date(2025, 3, 10))),
        ("after:2024 after:2025-02 before:2026 until:2025-05", Query(after=date(2025, 2, 1), before=date(2025, 6, 1))),
        ("votes:50", Query(votes=50)),
        ("votes:>=50", Query(votes=50)),
        ("votes:>50", Query(votes=51)),
        ("votes:50+", Query(votes=50)),
        ("has:code", Query(has_code=True)),
        ("HAS:Code", Query(has_code=True)),
        ("sort:new", Query(sort="new")),
        ("sort:VOTES", Query(sort="votes")),
        ("sort:best", Query()),
        (
            'hebian "learning rule" author:lovelace org:nvidia after:2024 before:2025-06 votes:5 has:code sort:new',
            Query(
                "hebian learning rule",
                ("learning rule",),
                ("lovelace",),
                ("nvidia",),
                date(2024, 1, 1),
                date(2025, 6, 1),
                5,
                has_code=True,
                sort="new",
            ),
        ),
    ],
)
def test_a_search_is_understood(text: str, query: Query):
    assert understood(text) == query


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("has:pizza", "“has:pizza” cannot be asked for: only has:code, for papers with their code."),
        ("votes:many", "“votes:many” asks for no number: votes:50 finds papers with 50 votes or more."),
        ("votes:<9", "“votes:<9” asks for no number: votes:50 finds papers with 50 votes or more."),
        ("sort:sideways", "“sort:sideways” is no order: use sort:best, sort:votes or sort:new."),
        ("author:", '“author:” needs something after it, for example author:"Ada Lovelace".'),
        ('words org:""', "“org:” needs something after it, for example org:nvidia."),
        ("auther:hinton", "There is no filter “auther:”; did you mean “author:”?"),
        ("Vote:50", "There is no filter “vote:”; did you mean “votes:”?"),
        (
            "after:2025 before:2024",
            "No paper is both since 2025 and before 2024: change a date.",
        ),
        (
            "after:tomorrowish",
            "“tomorrowish” is no date: write 2025, 2025-03, 2025-03-15, today, yesterday or 7d (seven days ago).",
        ),
        (
            "before:2025-13",
            "“2025-13” is no date: write 2025, 2025-03, 2025-03-15, today, yesterday or 7d (seven days ago).",
        ),
        (
            "since:9999y",
            "“9999y” is no date: write 2025, 2025-03, 2025-03-15, today, yesterday or 7d (seven days ago).",
        ),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_in_a_sentence(text: str, sentence: str):
    with pytest.raises(UsageError) as refused:
        understood(text)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("graph networks", ""),
        ("author:lovelace", "by lovelace"),
        (
            'author:"Ada Lovelace" since:2025-03 has:code sort:votes',
            "by Ada Lovelace, since March 2025, with code, most votes first",
        ),
        ("org:nvidia before:2025", "from nvidia, before 2025"),
        ("after:2025-03-05 votes:1", "since 5 March 2025, with at least 1 vote"),
        ("until:2024-02-28 votes:1500 sort:new", "before 29 February 2024, with at least 1,500 votes, newest first"),
    ],
)
def test_the_filters_are_said_in_words(text: str, said: str):
    assert understood(text).describe() == said


FRAGMENTS = st.sampled_from(
    "author: AUTHOR: org: after: before: since: until: votes: has: sort: has:code sort:new votes:>5 after:2025 7d "
    '2024-02 today auther: " "" \' * ^ ( ) NEAR( AND OR NOT - + : :: {title} -- ; DROP \x00 \u202e مرحبا 学習 🙂 ﬁ ß İ '
    "hebian".split(" ")
)


@given(st.one_of(st.text(), st.lists(st.one_of(FRAGMENTS, st.text(max_size=5))).map(" ".join)))
def test_any_text_is_a_query_or_a_usage_error(text: str):
    try:
        query = understood(text)
    except UsageError:
        return
    assert query.describe() == query.describe().strip()
    assert query.filtered or query.sort != "best" or not query.describe()
