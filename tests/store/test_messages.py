"""A message is remembered with the papers that it shows."""

from datetime import datetime

from bot.store import Store


async def test_the_papers_of_a_message_come_back_in_order(store: Store, noon: datetime):
    messages = store.tenant("slack", "T1").messages
    await messages.record("C1", "17.5", ["b", "a", "c"], noon)
    assert await messages.papers("C1", "17.5") == ("b", "a", "c")


async def test_an_edited_message_shows_only_what_it_shows_now(store: Store, noon: datetime):
    messages = store.tenant("slack", "T1").messages
    await messages.record("C1", "17.5", ["a"], noon)
    await messages.record("C1", "17.5", ["b"], noon)
    assert await messages.papers("C1", "17.5") == ("b",)
    await messages.record("C1", "17.5", [], noon)
    assert await messages.papers("C1", "17.5") == ()


async def test_an_unknown_message_shows_nothing(store: Store):
    assert await store.tenant("slack", "T1").messages.papers("C1", "17.5") == ()


async def test_an_unknown_message_is_not_live(store: Store):
    assert await store.tenant("slack", "T1").messages.live_one("C1", "17.5") is None


async def test_a_message_belongs_to_one_place_of_one_tenant(store: Store, noon: datetime):
    await store.tenant("slack", "T1").messages.record("C1", "17.5", ["a"], noon)
    for platform, tenant, address in (
        ("discord", "T1", "C1"),
        ("slack", "T2", "C1"),
        ("slack", "T1", "C2"),
    ):
        assert await store.tenant(platform, tenant).messages.papers(address, "17.5") == ()
