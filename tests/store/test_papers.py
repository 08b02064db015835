"""Papers are saved, found by id and day, and followed by revision."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import StatementError

from bot.papers import Account, Paper
from bot.store import PaperPage, Saved, Store
from bot.store import papers as stored
from tests.rigs.papers import papers

FULL = Paper(
    id="2401.00001",
    title="Attention, Again – 注意 & “quotes”",
    authors=("Ada Lovelace", "丁一"),
    abstract="Long. " * 400,
    summary="One sentence.",
    keywords=("attention", "naïve"),
    organization=Account("org", "The Org"),
    submitter=Account("ada", "Ada"),
    published=date(2024, 1, 1),
    daily=date(2024, 1, 2),
    upvotes=42,
    comments=0,
    code="https://github.com/a/b",
    code_matched=True,
    stars=7,
    project="https://example.org",
    thumbnail="https://example.org/t.png",
    media=("https://example.org/m.mp4",),
)
NUMBERS = count()
EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def listed(
    number: int, day: int, upvotes: int | None = None, published: date | None = None
) -> Paper:
    """A paper on the list of a day in January 2024."""
    return Paper(
        f"2401.{number:05}",
        f"Paper {number}",
        daily=date(2024, 1, day),
        upvotes=upvotes,
        published=published,
    )


def ids(page: PaperPage) -> list[int]:
    return [int(paper.id[5:]) for paper in page.papers]


async def january(store: Store, **asked) -> PaperPage:
    return await store.papers.between(date(2024, 1, 1), date(2024, 1, 31), **asked)


async def test_a_paper_comes_back_as_it_was_saved(store: Store):
    assert await store.papers.save([FULL], EARLY) == Saved(added=1, updated=0)
    assert await store.papers.get([FULL.id]) == (FULL,)


async def test_a_paper_of_which_only_the_title_is_known_comes_back_too(store: Store):
    bare = Paper("hep-th/9711200", "Large N")
    await store.papers.save([bare], EARLY)
    assert await store.papers.get([bare.id]) == (bare,)


@settings(
    max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(paper=papers())
async def test_every_field_of_a_paper_comes_back(store: Store, paper: Paper):
    paper = replace(paper, id=f"one-{next(NUMBERS)}")
    await store.papers.save([Paper(paper.id, "Known before")], EARLY)
    await store.papers.save([paper], LATE)
    assert await store.papers.get([paper.id]) == (paper,)


async def test_saving_again_adds_and_updates_nothing(store: Store):
    await store.papers.save([FULL], EARLY)
    assert await store.papers.save([FULL], LATE) == Saved(added=0, updated=0)
    assert await store.papers.revision() == 1


async def test_saving_nothing_does_nothing(store: Store):
    assert await store.papers.save([], EARLY) == Saved(0, 0)


async def test_a_paper_twice_in_one_batch_is_added_once(store: Store):
    assert await store.papers.save([FULL, replace(FULL, upvotes=43)], EARLY) == Saved(
        added=1, updated=0
    )
    assert await store.papers.get([FULL.id]) == (replace(FULL, upvotes=43),)


async def test_only_papers_of_which_something_changed_are_counted_as_updated(store: Store):
    await store.papers.save([listed(1, 1, 5), listed(2, 1, 5)], EARLY)
    assert await store.papers.save([listed(1, 1, 5), listed(2, 1, 6), listed(3, 1)], LATE) == Saved(
        added=1, updated=1
    )


async def test_an_older_file_never_takes_a_newer_value_back(store: Store):
    await store.papers.save([listed(1, 1, 50)], LATE)
    assert await store.papers.save(
        [replace(listed(1, 1, 3), summary="From the file.")], EARLY
    ) == Saved(0, 1)
    (paper,) = await store.papers.get(["2401.00001"])
    assert (paper.upvotes, paper.summary) == (50, "From the file.")


async def test_a_paper_heard_of_again_unchanged_is_known_to_be_as_new_as_that(store: Store):
    await store.papers.save([listed(1, 1, 50)], EARLY)
    await store.papers.save([listed(1, 1, 50)], LATE + timedelta(days=2))
    assert await store.papers.save([listed(1, 1, 3)], LATE) == Saved(0, 0)


async def test_what_an_older_file_filled_in_gives_way_to_a_less_old_one(store: Store):
    await store.papers.save([listed(1, 1)], LATE)
    await store.papers.save([replace(listed(1, 1), summary="Old.")], EARLY)
    await store.papers.save([replace(listed(1, 1), summary="Less old.")], EARLY + timedelta(days=1))
    (paper,) = await store.papers.get(["2401.00001"])
    assert paper.summary == "Less old."


async def test_a_moment_without_a_time_zone_is_refused_and_nothing_is_saved(store: Store):
    with pytest.raises(StatementError, match="has no time zone"):
        await store.papers.save([FULL], EARLY.replace(tzinfo=None))
    assert await store.papers.count() == 0


async def test_papers_come_in_the_order_asked_and_unknown_ones_are_left_out(store: Store):
    await store.papers.save([listed(n, 1) for n in (1, 2, 3)], EARLY)
    found = await store.papers.get(["2401.00003", "nothing", "2401.00001"])
    assert [paper.id for paper in found] == ["2401.00003", "2401.00001"]
    assert await store.papers.get([]) == ()


async def test_any_number_of_papers_can_be_asked_for(store: Store):
    papers = [listed(n, 1) for n in range(1, 1200)]
    await store.papers.save(papers, EARLY)
    asked = [paper.id for paper in papers] + [f"none{n}" for n in range(40_000)]
    assert await store.papers.get(asked) == tuple(papers)
    assert await store.papers.count() == 1199


async def test_most_votes_come_first_and_equal_ones_in_the_order_of_ids(store: Store):
    await store.papers.save(
        [listed(4, 1), listed(3, 2, 5), listed(2, 3, 5), listed(1, 3, 0), listed(5, 3, 9)], EARLY
    )
    assert ids(await january(store, limit=10)) == [5, 2, 3, 1, 4]


async def test_the_newest_come_first_by_list_then_publication(store: Store):
    papers = [
        listed(1, 2),
        listed(2, 3),
        listed(3, 3, published=date(2024, 1, 1)),
        listed(4, 3),
        listed(5, 1),
    ]
    await store.papers.save(papers, EARLY)
    assert ids(await january(store, sort="new", limit=10)) == [3, 4, 2, 1, 5]


async def test_a_page_knows_the_total_even_past_the_end(store: Store):
    await store.papers.save([listed(n, 1) for n in range(1, 8)], EARLY)
    assert await january(store, limit=3, offset=6) == PaperPage((listed(7, 1),), total=7)
    assert await january(store, limit=3, offset=60) == PaperPage((), total=7)
    assert await store.papers.between(date(2025, 1, 1), date(2025, 1, 2), limit=3) == PaperPage(
        (), total=0
    )


@pytest.mark.parametrize("sort", ["votes", "new"])
async def test_pages_put_together_are_the_list(store: Store, sort: str):
    await store.papers.save([listed(n, 1 + n % 5, n % 3 or None) for n in range(1, 48)], EARLY)
    whole = ids(await january(store, sort=sort, limit=100))
    pages = [
        ids(await january(store, sort=sort, limit=5, offset=offset)) for offset in range(0, 50, 5)
    ]
    assert [number for page in pages for number in page] == whole
    assert sorted(whole) == list(range(1, 48))


async def test_both_ends_of_the_days_are_included(store: Store):
    await store.papers.save([listed(n, n) for n in (1, 2, 3, 4)], EARLY)
    assert ids(
        await store.papers.between(date(2024, 1, 2), date(2024, 1, 3), sort="new", limit=9)
    ) == [3, 2]


async def test_the_days_around_a_day_are_those_that_have_papers(store: Store):
    await store.papers.save([listed(1, 5), listed(2, 12), Paper("x", "On no list")], EARLY)
    assert await store.papers.day_before(date(2024, 1, 12)) == date(2024, 1, 5)
    assert await store.papers.day_after(date(2024, 1, 5)) == date(2024, 1, 12)
    assert await store.papers.day_before(date(2024, 1, 5)) is None
    assert await store.papers.day_after(date(2024, 1, 12)) is None


async def test_titles_that_hold_all_words_come_with_most_votes_first(store: Store):
    titles = (
        "Graph Networks",
        "Networks of GRAPHS",
        "Graphs",
        "Über-Graph 100% _sure_/net",
        "Paragraph networks",
    )
    await store.papers.save(
        [Paper(f"{n}", title, upvotes=n or None) for n, title in enumerate(titles)], EARLY
    )

    async def titled(*words: str, limit: int = 10) -> list[str]:
        return [paper.id for paper in await store.papers.titled(words, limit)]

    assert await titled("graph", "NETWORKS") == ["4", "1", "0"]
    assert await titled("graph", limit=2) == ["4", "3"]
    assert await titled("Über") == ["3"]
    for wildcard in ("%", "_", "/", "100%", "_sure_/net"):
        assert await titled(wildcard) == ["3"]
    for nothing in (
        (),
        ("",),
        ("\\",),
        ("'; DROP TABLE papers; --",),
        ("graph", "zebra"),
        ("x" * 5000,),
    ):
        assert await titled(*nothing) == []
    assert await titled(*(["graph"] * 5000)) == ["4", "3", "2", "1", "0"]
    assert await titled(*(f"graph{'' if n else 's'}" for n in range(5000))) == ["2", "1"]
    assert await titled("graph", limit=0) == []


async def test_of_very_many_titles_only_those_that_changed_last_are_looked_at(
    store: Store, monkeypatch
):
    monkeypatch.setattr(stored, "MAX_TITLES", 2)
    await store.papers.save([Paper(f"{n}", "Graphs") for n in range(4)], EARLY)
    assert [paper.id for paper in await store.papers.titled(["graphs"], 10)] == ["2", "3"]


async def test_an_index_can_follow_what_changed(store: Store):
    await store.papers.save([listed(n, 1, 1) for n in (1, 2, 3)], EARLY)
    seen = await store.papers.changed(0, 2)
    assert [(revision, paper.id[-1]) for revision, paper in seen] == [(1, "1"), (2, "2")]
    await store.papers.save(
        [listed(1, 1, 9), listed(2, 1, 1), listed(3, 1, 1), listed(4, 1, 1)], LATE
    )
    rest = await store.papers.changed(2, 100)
    assert [(revision, paper.id[-1], paper.upvotes) for revision, paper in rest] == [
        (3, "3", 1),
        (4, "1", 9),
        (5, "4", 1),
    ]
    assert await store.papers.revision() == 5
    assert await store.papers.changed(5, 100) == ()


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    batches=st.lists(
        st.lists(st.tuples(st.integers(1, 4), st.integers(0, 2)), max_size=5), max_size=5
    )
)
async def test_revisions_grow_by_one_for_each_paper_that_changed(
    store: Store, batches: list[list[tuple[int, int]]]
):
    for batch in batches:
        before = await store.papers.revision()
        saved = await store.papers.save(
            [listed(number, 1, votes) for number, votes in batch], EARLY
        )
        changed = await store.papers.changed(before, 100)
        assert [revision for revision, _ in changed] == list(
            range(before + 1, before + 1 + saved.added + saved.updated)
        )
        assert await store.papers.revision() == before + saved.added + saved.updated
