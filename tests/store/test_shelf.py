"""Each person keeps papers on a shelf, and nobody sees another's."""

from datetime import datetime, timedelta

import pytest

from bot.errors import StoreError
from bot.papers import Paper
from bot.store import Store


async def test_saving_twice_keeps_a_paper_once(store: Store, keep, noon: datetime):
    await keep("a")
    shelf = store.tenant("slack", "T1").shelf
    assert await shelf.save("ada", "a", noon) is True
    assert await shelf.save("ada", "a", noon + timedelta(days=1)) is False
    assert await shelf.ids("ada") == ("a",)


async def test_removing_says_whether_it_was_there(store: Store, keep, noon: datetime):
    await keep("a")
    shelf = store.tenant("slack", "T1").shelf
    await shelf.save("ada", "a", noon)
    assert await shelf.remove("ada", "a") is True
    assert await shelf.remove("ada", "a") is False
    assert await shelf.ids("ada") == ()


async def test_a_paper_that_is_not_known_cannot_be_kept(store: Store, noon: datetime):
    shelf = store.tenant("slack", "T1").shelf
    with pytest.raises(StoreError, match="There is no paper unknown to save"):
        await shelf.save("ada", "unknown", noon)
    assert await shelf.ids("ada") == ()


async def test_the_newest_come_first(store: Store, keep, noon: datetime):
    await keep("a", "b", "c")
    shelf = store.tenant("slack", "T1").shelf
    for hours, paper in enumerate(("b", "c", "a")):
        await shelf.save("ada", paper, noon + timedelta(hours=hours))
    assert await shelf.ids("ada") == ("a", "c", "b")


async def test_of_many_papers_those_kept_are_told(store: Store, keep, noon: datetime):
    await keep("a", "b")
    shelf = store.tenant("slack", "T1").shelf
    await shelf.save("ada", "b", noon)
    assert await shelf.kept("ada", ["a", "b", *map(str, range(2000))]) == {"b"}
    assert await shelf.kept("ada", []) == frozenset()


async def test_a_page_can_be_sorted_by_when_it_was_kept_by_votes_and_by_title(
    store: Store, noon: datetime
):
    papers = [Paper("1", "banana", upvotes=3), Paper("2", "Apple"), Paper("3", "cherry", upvotes=9)]
    await store.papers.save(papers, noon)
    shelf = store.tenant("slack", "T1").shelf
    for hours, paper in enumerate(papers):
        await shelf.save("ada", paper.id, noon + timedelta(hours=hours))

    async def page(**asked) -> str:
        return "".join(paper.id for paper in (await shelf.page("ada", limit=9, **asked)).papers)

    assert (await page(), await page(sort="votes"), await page(sort="title")) == (
        "321",
        "312",
        "213",
    )
    second = await shelf.page("ada", limit=1, offset=1)
    assert (second.papers, second.total) == ((papers[1],), 3)
    past = await shelf.page("ada", limit=1, offset=9)
    assert (past.papers, past.total) == ((), 3)


@pytest.mark.parametrize(
    "other", [("discord", "T1", "ada"), ("slack", "T2", "ada"), ("slack", "T1", "bob")]
)
async def test_nobody_else_sees_or_changes_what_a_person_keeps(
    store: Store, keep, noon: datetime, other
):
    await keep("a")
    await store.tenant("slack", "T1").shelf.save("ada", "a", noon)
    platform, tenant, person = other
    theirs = store.tenant(platform, tenant).shelf
    assert await theirs.ids(person) == ()
    assert await theirs.kept(person, ["a"]) == frozenset()
    assert (await theirs.page(person, limit=9)).total == 0
    assert await theirs.remove(person, "a") is False
    assert await theirs.save(person, "a", noon) is True
    assert await theirs.remove(person, "a") is True
    assert await store.tenant("slack", "T1").shelf.ids("ada") == ("a",)
