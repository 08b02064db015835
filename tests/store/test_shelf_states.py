"""What was read of a shelf is read again after any change, and not before."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from alembic import command
from sqlalchemy import create_engine
from sqlalchemy.dialects import postgresql

from bot.models import Kept, ShelfFilter, ShelfSort
from bot.papers import Paper
from bot.store import Store, Tenant
from bot.store.shelf import _list
from bot.store.shelf_states import ListCache
from bot.store.upgrade import configuration

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
SHARED = ShelfFilter(shared=True)
MINE = ShelfFilter("ada")


async def import_(tenant: Tenant):
    await tenant.shelf.save_all(
        [Kept("c", "ada", NOON, NOON, None, private=False, address="", place="")]
    )


async def forget(tenant: Tenant):
    await tenant.personal.forget("ada", LATER)


CHANGES: dict[str, tuple[ShelfFilter, ShelfSort, Callable[[Tenant], Awaitable[object]]]] = {
    "saved": (MINE, "new", lambda tenant: tenant.shelf.save("ada", "c", LATER)),
    "saved by another": (SHARED, "new", lambda tenant: tenant.shelf.save("bob", "c", LATER)),
    "imported": (MINE, "new", import_),
    "removed": (MINE, "new", lambda tenant: tenant.shelf.remove("ada", "a")),
    "hidden": (SHARED, "new", lambda tenant: tenant.shelf.save("ada", "a", LATER, private=True)),
    "touched": (MINE, "touched", lambda tenant: tenant.shelf.touch("ada", "a", LATER)),
    "read": (
        ShelfFilter("ada", read=True),
        "new",
        lambda tenant: tenant.shelf.mark("ada", "a", LATER, read=True),
    ),
    "tagged": (
        ShelfFilter(shared=True, tag="x"),
        "new",
        lambda tenant: tenant.tags.add("ada", "a", ["x"]),
    ),
    "untagged": (
        ShelfFilter("ada", tag="y"),
        "new",
        lambda tenant: tenant.tags.remove("ada", "b", ["y"]),
    ),
    "voted": (SHARED, "votes", lambda tenant: tenant.votes.add("bob", "b", LATER)),
    "unvoted": (SHARED, "votes", lambda tenant: tenant.votes.remove("ada", "a")),
    "forgotten": (SHARED, "new", forget),
}


@pytest.fixture
async def tenant(store: Store) -> Tenant:
    await store.papers.save(
        [Paper(id_, f"Paper {id_}", upvotes=n) for n, id_ in enumerate("abc")], NOON
    )
    tenant = store.tenant("slack", "T1")
    for n, paper in enumerate("ab"):
        await tenant.shelf.save("ada", paper, NOON + timedelta(minutes=n))
    await tenant.tags.add("ada", "b", ["y"])
    await tenant.votes.add("ada", "a", NOON)
    return tenant


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_is_seen_at_once_also_one_by_another_process(
    url: str, tenant: Tenant, change: str
):
    wanted, sort, do = CHANGES[change]
    before = await tenant.shelf.ids(wanted, sort)
    async with await Store.open(url) as other:
        await do(other.tenant("slack", "T1"))
        after = await tenant.shelf.ids(wanted, sort)
        assert after != before
        assert after == await other.tenant("slack", "T1").shelf.ids(wanted, sort)


async def test_a_list_is_the_same_object_until_something_changes(store: Store, tenant: Tenant):
    first = await tenant.shelf.ids("ada")
    await tenant.shelf.save("ada", "a", LATER)  # it stood there
    await tenant.shelf.touch("ada", "c", LATER)  # it does not stand there
    await store.tenant("slack", "T2").shelf.save("ada", "c", LATER)
    await tenant.shelf.save("bob", "c", LATER)
    await store.papers.save([Paper("d", "D")], NOON)
    assert await store.tenant("slack", "T1").shelf.ids("ada") is first


async def test_orders_by_what_papers_are_follow_the_papers(store: Store, tenant: Tenant):
    assert await tenant.shelf.ids("ada", "title") == ("a", "b")
    await store.papers.save([Paper("a", "Zebras", upvotes=1)], LATER)
    assert await tenant.shelf.ids("ada", "title") == ("b", "a")


async def test_a_shelf_that_was_forgotten_and_begun_anew_is_not_taken_for_the_old_one(
    tenant: Tenant,
):
    assert await tenant.shelf.ids("ada") == ("b", "a")
    await forget(tenant)
    assert await tenant.shelf.ids("ada") == ()
    await tenant.shelf.save("ada", "a", LATER)
    assert await tenant.shelf.ids("ada") == ("a",)


async def test_what_several_keep_stands_once_where_it_was_kept_last(tenant: Tenant):
    await tenant.shelf.save("bob", "a", LATER)
    await tenant.shelf.save("eve", "c", NOON - timedelta(days=1))
    assert await tenant.shelf.ids(SHARED) == ("a", "b", "c")
    assert [paper.id for paper in (await tenant.shelf.page(SHARED, limit=2, offset=1)).papers] == [
        "b",
        "c",
    ]


def test_lists_in_memory_are_bounded_and_the_one_used_least_goes_first():
    lists = ListCache(most=70)
    ten = tuple(map(str, range(10)))
    for key in "abc":
        lists.put(key, 1, ten)
    assert lists.get("a", 1) is ten
    lists.put("d", 1, ten)
    assert [lists.get(key, 1) is not None for key in "abcd"] == [True, False, True, True]
    assert lists.get("a", 2) is None
    lists.put("e", 1, ten * 10)
    assert lists.get("e", 1) is None  # larger than all that may be kept


async def test_shelves_of_an_earlier_version_are_followed_too(file, url: str):
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        command.upgrade(configuration(connection), "0004")
    engine.dispose()
    other = sqlite3.connect(file)
    with other:
        other.execute(
            "INSERT INTO papers (id, title, authors, abstract, summary, keywords, code_matched, "
            "media, as_of, since, "
            "revision) VALUES ('a', 'A', '[]', '', '', '[]', 0, '[]', '2026-03-02 "
            "12:00:00.000000', '{}', 1)"
        )
        other.execute(
            "INSERT INTO shelf VALUES ('slack', 'T1', 'ada', 'a', '2026-03-02 12:00:00.000000', "
            "'2026-03-02 12:00:00.000000', NULL, 0, 'C1', '#papers')"
        )
    other.close()
    async with await Store.open(url) as store:
        shelf = store.tenant("slack", "T1").shelf
        assert await shelf.ids("ada") is await shelf.ids("ada")
        assert await shelf.ids(SHARED) == ("a",)


def test_every_list_can_be_asked_of_postgresql():
    for *some, sort in itertools.product(
        (True, False), (True, False), (True, False), (True, False, None), SORTS
    ):
        assert "string_agg" in str(_list(*some, sort).compile(dialect=postgresql.dialect()))


SORTS = get_args(ShelfSort)
