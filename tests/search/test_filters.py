"""Filters let exactly those papers pass that a plain reading of each paper does."""

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.papers import Account, Paper
from bot.search import Index, Phrase, Query, matches, parse
from bot.search.index import segments

TODAY = date(2025, 6, 1)
VOCABULARY = (
    "graph graphs graphing network networks the of with and study studies pre-training token "
    "tokens deep deeply "
    "relational relation noise noisy (LLMs) models model 学習"
).split()
GIVEN, FAMILY = "Ada Alan Emmy Grace Graph".split(), "Lovelace Turing Noether Hopper Deep".split()


def some(rnd: random.Random, least: int, most: int) -> str:
    return " ".join(rnd.choices(VOCABULARY, k=rnd.randint(least, most)))


def paper(rnd: random.Random, number: int) -> Paper:
    return Paper(
        f"2501.{number:05}",
        some(rnd, 0, 5),
        tuple(
            {f"{rnd.choice(GIVEN)} {rnd.choice(FAMILY)}": None for _ in range(rnd.randint(0, 3))}
        ),
        some(rnd, 0, 12),
        keywords=tuple(some(rnd, 1, 2) for _ in range(rnd.randint(0, 2))),
        organization=rnd.choice(
            [None, None, Account("graph-lab", "The Deep Lab"), Account("oja", "Oja")]
        ),
        published=rnd.choice([None, TODAY - timedelta(days=rnd.randrange(200))]),
        daily=rnd.choice([None, TODAY]),
        upvotes=rnd.choice([None, rnd.randrange(60)]),
        code=rnd.choice([None, "https://github.com/example/x"]),
    )


def corpus() -> list[Paper]:
    """Make papers, and say of some of them something else later."""
    rnd = random.Random(11)
    return [paper(rnd, n) for n in range(160)] + [paper(rnd, n) for n in rnd.sample(range(160), 30)]


PAPERS = {each.id: each for each in corpus()}


@pytest.fixture
async def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Index]:
    """Fill an index: some papers are in segments, some are deleted there, and some are new."""
    monkeypatch.setattr(segments, "MIN_SEGMENT_PAPERS", 16)
    changes = corpus()
    async with await Index.open(tmp_path / "index.db", "a database") as index:

        async def changed(after: int, limit: int) -> list[tuple[int, Paper]]:
            return list(enumerate(changes, 1))[after : after + limit]

        for revision in (90, 100, 165, len(changes)):
            changes[:] = corpus()[:revision]
            await index.follow(changed, revision)
        yield index


def expected(query: Query) -> set[str]:
    return {each.id for each in PAPERS.values() if matches(query, each)}


async def found(index: Index, query: Query) -> set[str]:
    hits = await index.search(query, limit=500)
    assert hits.total == len(hits.ids) == len(set(hits.ids))
    return set(hits.ids)


PHRASES = (
    "graph", "graphs", "graphing", "study", "studies", "noisy", "noise", "relational", "relation",
    "the", "of the", "the of", "with", "graph network", "networks of graphs", "pretraining",
    "pre training", "pre-training", "llm", "学", "学習", "deep lab", "ada lovelace", "the deep",
    "and the graph", "token", "models model", "lovelace", "of",
)  # fmt: skip


@pytest.mark.parametrize("place", ["anywhere", "title", "abstract", "keyword"])
async def test_words_in_a_row_are_found_where_they_stand(index: Index, place: str):
    several = 0
    for phrase in PHRASES:
        term = Phrase(phrase, place, quoted=True)  # type: ignore[arg-type]  # one of the places
        wanted, unwanted = Query(wanted=((term,),)), Query(unwanted=(replace(term, quoted=False),))
        assert await found(index, wanted) == expected(wanted), phrase
        assert await found(index, unwanted) == expected(unwanted), phrase
        assert expected(wanted).isdisjoint(expected(unwanted))
        several += 0 < len(expected(wanted)) < len(PAPERS)
    assert several > 10


@pytest.mark.parametrize(
    "typed",
    [
        "author:lovelace",
        'author:"ada lovelace"',
        'author:"lovelace ada"',
        'author:"A. Turing"',
        "author:graph",
        "-author:deep",
        '-author:"grace hopper"',
        "author:ada author:alan",
        'author:"emmy noether" OR author:turing',
        "org:oja",
        "org:deep",
        '-org:"graph lab"',
        "title:graph OR abstract:noise OR keyword:token",
        'title:graph -the -"deep network"',
        'keyword:"deep" -abstract:of',
        '"of the" OR "with and"',
        "-the -of -with -and",
        "since:2025-03",
        "before:2025-02",
        "since:2025-02 until:2025-04",
        "after:7d",
        "votes:30",
        "votes:>30 has:code",
        "-has:code before:2025-05 -graph",
        "title:the votes:1",
    ],
)
async def test_filters_say_what_a_plain_reading_says(index: Index, typed: str):
    query = parse(typed, TODAY)
    assert query.text == ""
    assert 0 < len(expected(query)) < len(PAPERS)
    assert await found(index, query) == expected(query)


async def test_an_organisation_is_found_behind_its_owner(index: Index):
    alone, owned = parse('org:"deep lab"', TODAY), parse('org:"google deep lab"', TODAY)
    assert await found(index, owned) == await found(index, alone) != set()
    assert await found(index, parse('org:"google university lab"', TODAY)) == set()


async def test_any_filters_together_say_what_a_plain_reading_says(index: Index):
    rnd, some_found = random.Random(4), 0

    def term() -> Phrase:
        return Phrase(
            rnd.choice(PHRASES),
            rnd.choice(["anywhere", "title", "abstract", "keyword"]),
            quoted=True,
        )

    for _ in range(120):
        query = Query(
            wanted=tuple(
                tuple(term() for _ in range(rnd.randint(1, 2))) for _ in range(rnd.randint(0, 2))
            ),
            unwanted=tuple(term() for _ in range(rnd.randint(0, 2))),
            after=rnd.choice([None, None, TODAY - timedelta(days=150)]),
            before=rnd.choice([None, None, TODAY - timedelta(days=20)]),
            votes=rnd.choice([None, None, 20]),
            has_code=rnd.choice([None, None, True, False]),
            sort=rnd.choice(["best", "votes", "new"]),
        )
        assert await found(index, query) == expected(query)
        some_found += bool(expected(query))
    assert some_found > 60


async def test_only_papers_of_a_shelf_pass(index: Index):
    rnd = random.Random(9)
    for shelf in ((), ["nothing"], set(rnd.sample(sorted(PAPERS), 40)), tuple(PAPERS)):
        for query in (Query(), Query(votes=20), Query(wanted=((Phrase("graph", quoted=True),),))):
            hits = await index.search(query, limit=500, within=shelf)
            assert set(hits.ids) == expected(query) & set(shelf)
            assert hits.total == len(hits.ids)


async def test_what_is_put_on_a_shelf_later_passes_too(index: Index):
    shelf = ["2501.00001"]
    assert (await index.search(Query(), limit=5, within=shelf)).total == 1
    shelf.append("2501.00002")
    assert (await index.search(Query(), limit=5, within=shelf)).total == 2
    shelf[0] = "2501.00003"
    assert set((await index.search(Query(), limit=5, within=shelf)).ids) == {
        "2501.00002",
        "2501.00003",
    }
