"""What people type into a search, and how it is understood."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UsageError
from bot.search import Phrase, Query, parse
from bot.search.query.query import MAX_KEYWORDS

TODAY = date(2025, 6, 15)
NO_DATE = (
    "“{}” is not a date: write 2025-03-15, “May 28”, 2025-03, 2025-W11, april, “last week” or 7d "
    "(seven days ago)."
)
NO_SUCH_DATE = "There is no such date as “{}”."
TOO_MUCH = "Too much at once: use at most 30 phrases and filters."
PHRASE = Phrase("graph networks", quoted=True)


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
        ('about "graph networks"', Query("about graph networks", ((PHRASE,),))),
        ('"transformers"', Query("transformers", ((Phrase("transformers", quoted=True),),))),
        ('"" -""', Query('"" -""')),
        ('"" OR', Query('"" OR')),
        ('"" sort:votes', Query(sort="votes")),
        ('an unclosed "graph networks', Query("an unclosed graph networks", ((PHRASE,),))),
        ("author:hinton", Query(wanted=((Phrase("hinton", "author"),),))),
        ("author: hinton", Query(wanted=((Phrase("hinton", "author"),),))),
        (
            'AUTHOR:"Ada Lovelace" engines',
            Query("engines", ((Phrase("Ada Lovelace", "author", quoted=True),),)),
        ),
        (
            "author:lovelace author:turing",
            Query(wanted=((Phrase("lovelace", "author"),), (Phrase("turing", "author"),))),
        ),
        ("org:nvidia robots", Query("robots", ((Phrase("nvidia", "organization"),),))),
        (
            'organization:"Google DeepMind"',
            Query(wanted=((Phrase("Google DeepMind", "organization", quoted=True),),)),
        ),
        ("organisation:nvidia", Query(wanted=((Phrase("nvidia", "organization"),),))),
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
        (
            "after:2024 after:2025-02 before:2026 until:2025-05",
            Query(after=date(2025, 2, 1), before=date(2025, 6, 1)),
        ),
        ("before:2025 before:2026", Query(before=date(2025, 1, 1))),
        ("before:2026 before:2025", Query(before=date(2025, 1, 1))),
        ("after:2025-02 after:2024", Query(after=date(2025, 2, 1))),
        ("votes:50", Query(votes=50)),
        ("votes:>=50", Query(votes=50)),
        ("votes:>50", Query(votes=51)),
        ("votes:50+", Query(votes=50)),
        ("has:code", Query(has_code=True)),
        ("HAS:Code", Query(has_code=True)),
        ("sort:new", Query(sort="new")),
        ("sort:VOTES", Query(sort="votes")),
        ("sort:best", Query()),
        ("networks -graph", Query("networks", unwanted=(Phrase("graph"),))),
        ('-"graph networks" -author:li', Query(unwanted=(PHRASE, Phrase("li", "author")))),
        ("pre-training – a - survey", Query("pre-training – a - survey")),
        ("-has:code", Query(has_code=False)),
        ("graph OR molecule", Query(wanted=((Phrase("graph"), Phrase("molecule")),))),
        ('flow OR "graph networks" matching', Query("matching", ((Phrase("flow"), PHRASE),))),
        (
            "author:li OR org:nvidia",
            Query(wanted=((Phrase("li", "author"), Phrase("nvidia", "organization")),)),
        ),
        ("OR graph OR", Query("OR graph")),
        ("graph OR &", Query(wanted=((Phrase("graph"),),))),
        ("graph OR votes:5", Query("graph", votes=5)),
        ("title:graph", Query(wanted=((Phrase("graph", "title"),),))),
        (
            'abstract:"graph networks"',
            Query(wanted=((Phrase("graph networks", "abstract", quoted=True),),)),
        ),
        ("keyword:graph", Query(wanted=((Phrase("graph", "keyword"),),))),
        ("Abstract: we show", Query("Abstract: we show")),
        ("week:2025-W20", Query(after=date(2025, 5, 12), before=date(2025, 5, 19))),
        ("week:2025-05-14", Query(after=date(2025, 5, 12), before=date(2025, 5, 19))),
        ("after:2025-w20", Query(after=date(2025, 5, 12))),
        ("month:2025-02", Query(after=date(2025, 2, 1), before=date(2025, 3, 1))),
        ("year:2024", Query(after=date(2024, 1, 1), before=date(2025, 1, 1))),
        ("day:yesterday", Query(after=date(2025, 6, 14), before=TODAY)),
        (
            (
                'hebian "learning rule" author:lovelace org:nvidia after:2024 before:2025-06 '
                "votes:5 has:code sort:new"
            ),
            Query(
                "hebian learning rule",
                (
                    (Phrase("learning rule", quoted=True),),
                    (Phrase("lovelace", "author"),),
                    (Phrase("nvidia", "organization"),),
                ),
                (),
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
        (
            "has:pizza",
            "Unsupported filter “has:pizza”; try has:code.",
        ),
        (
            "votes:many",
            "votes: needs a number, as in votes:50",
        ),
        ("votes:<9", "votes: needs a number, as in votes:50"),
        ("sort:sideways", "Unknown order “sort:sideways”; use sort:best, sort:votes or sort:new."),
        ("author:", '“author:” needs something after it, for example author:"Ada Lovelace".'),
        ('words org:""', "“org:” needs something after it, for example org:nvidia."),
        (
            "-votes:5",
            "“-votes:” leaves nothing out: a minus goes before words, places, names and has:code.",
        ),
        ("upvotes:50", "There is no filter “upvotes:”. Did you mean “votes:50”?"),
        ("intitle:graph", "There is no filter “intitle:”. Did you mean “title:graph”?"),
        ("code:yes", "There is no filter “code:”. Did you mean “has:code”?"),
        ("lang:en", "There is no filter “lang:”: all papers are in English. Leave it out."),
        ("week:2025-W60", NO_SUCH_DATE.format("2025-W60")),
        ('"a" ' * 20 + "-b " * 20 + " ".join(f"-w{n}" for n in range(30)), TOO_MUCH),
        (
            "has:code -has:code",
            "No paper is both with code and without: leave out has:code or -has:code.",
        ),
        ("auther:hinton", "There is no filter “auther:”; did you mean “author:”?"),
        ("Vote:50", "There is no filter “vote:”; did you mean “votes:”?"),
        (
            "after:2025 before:2024",
            "No paper is both since 2025 and before 2024: change a date.",
        ),
        (
            "after:tomorrowish",
            NO_DATE.format("tomorrowish"),
        ),
        (
            "before:2025-13",
            NO_SUCH_DATE.format("2025-13"),
        ),
        (
            "since:9999y",
            NO_SUCH_DATE.format("9999y"),
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
        ('"graph networks" -vision', "with “graph networks”, without “vision”"),
        ("flow OR diffusion -author:li", "with “flow” or with “diffusion”, not by li"),
        (
            "title:graph -keyword:audio -has:code",
            "with “graph” in the title, without the keyword “audio”, without code",
        ),
        ("week:2025-W20 -org:nvidia", "not from nvidia, since 12 May 2025, before 19 May 2025"),
        (
            'author:"Ada Lovelace" since:2025-03 has:code sort:votes',
            "by Ada Lovelace, since March 2025, with code, most votes first",
        ),
        ("org:nvidia before:2025", "from nvidia, before 2025"),
        ("after:2025-03-05 votes:1", "since 5 March 2025, with at least 1 vote"),
        (
            "until:2024-02-28 votes:1500 sort:new",
            "before 29 February 2024, with at least 1,500 votes, newest first",
        ),
    ],
)
def test_the_filters_are_said_in_words(text: str, said: str):
    assert understood(text).describe() == said


FRAGMENTS = st.sampled_from(
    "author: AUTHOR: org: after: before: since: until: votes: has: sort: has:code sort:new "
    "votes:>5 after:2025 7d "
    '2024-02 today auther: " "" \' * ^ ( ) NEAR( AND OR NOT - + : :: {title} -- ; DROP \x00 '
    "\u202e مرحبا 学習 🙂 ﬁ ß İ "
    'week: title: -title: -author: -has:code -b -"a keyword: OR hebian'.split(" ")
)


@given(st.one_of(st.text(), st.lists(st.one_of(FRAGMENTS, st.text(max_size=5))).map(" ".join)))
def test_any_text_is_a_query_or_a_usage_error(text: str):
    try:
        query = understood(text)
    except UsageError:
        return
    assert query.describe() == query.describe().strip()
    assert query.filtered or query.sort != "best" or not query.describe()


# 18 words
LONG = (
    'what did they mean by "attention is all you need" when they wrote about the models that we '
    "use today"
)


def test_quotation_marks_ask_for_nothing_in_a_sentence_and_for_their_words_in_a_short_search():
    assert not understood(LONG).filtered
    assert understood(LONG).text == LONG.replace('"', "")
    short = understood('models "attention is all you need"')
    assert short.wanted == ((Phrase("attention is all you need", quoted=True),),)


@pytest.mark.parametrize(("words", "asked"), [(MAX_KEYWORDS, True), (MAX_KEYWORDS + 1, False)])
def test_a_sentence_has_more_words_than_a_search(words: int, asked: bool):  # noqa: FBT001
    text = " ".join(['"graph"', *(f"word{n}" for n in range(words - 1))])
    assert understood(text).filtered == asked


def test_a_shouted_or_asks_for_nothing_in_a_sentence_and_for_either_in_a_short_search():
    shouted = (
        "WHICH OF THESE LEARN BETTER FROM NOISE, GRAPHS OR TOKENS OR WHATEVER ELSE THERE IS FOR "
        "MODELS"
    )
    assert not understood(shouted).filtered
    assert "or" in understood(shouted).text.lower().split()
    assert understood("GRAPHS OR TOKENS").wanted == ((Phrase("GRAPHS"), Phrase("TOKENS")),)
    spoken = shouted.lower().replace(" or tokens ", " OR tokens ")
    assert understood(spoken).wanted == ((Phrase("graphs"), Phrase("tokens")),)


def test_filters_are_heeded_in_a_sentence_too():
    query = understood(f"{LONG} author:vaswani votes:10")
    assert (query.wanted, query.votes) == (((Phrase("vaswani", "author"),),), 10)
