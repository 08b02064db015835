"""Reactions, votes and folded lines: what people do with messages."""

from datetime import datetime, timedelta

import pytest

from bot.errors import StoreError
from bot.models import Reaction
from bot.papers import Paper
from bot.store import Store
from bot.store.messages import Message


async def test_the_last_that_is_known_of_a_reaction_comes_back(store: Store, noon: datetime):
    reactions = store.tenant("slack", "T1").reactions
    assert await reactions.last("C1", "17.5", "🔖", "U1") is None
    for reaction in (
        Reaction(present=True, at=noon),
        Reaction(present=False, at=noon + timedelta(seconds=1)),
    ):
        assert await reactions.record("C1", "17.5", "🔖", "U1", reaction)
        assert await reactions.last("C1", "17.5", "🔖", "U1") == reaction
    late = Reaction(present=True, at=noon)
    assert not await reactions.record("C1", "17.5", "🔖", "U1", late)
    assert await reactions.last("C1", "17.5", "🔖", "U1") == reaction


async def test_the_reactions_of_a_message_are_those_that_are_there(store: Store, noon: datetime):
    reactions = store.tenant("slack", "T1").reactions
    for emoji, person, present in (("🔖", "U1", True), ("🔖", "U2", False), ("👍", "U1", True)):
        await reactions.record("C1", "17.5", emoji, person, Reaction(present, noon))
    assert await reactions.present("C1", "17.5") == {("🔖", "U1"), ("👍", "U1")}
    assert await reactions.present("C1", "17.6") == frozenset()
    assert await store.tenant("slack", "T2").reactions.present("C1", "17.5") == frozenset()


async def test_each_person_has_one_vote_for_a_paper(store: Store, noon: datetime):
    await store.papers.save([Paper("2401.00001", "A")], noon)
    votes = store.tenant("slack", "T1").votes
    assert await votes.add("U1", "2401.00001", noon)
    assert not await votes.add("U1", "2401.00001", noon)
    assert await votes.add("U2", "2401.00001", noon)
    assert await votes.count("2401.00001") == 2
    assert await store.tenant("slack", "T2").votes.count("2401.00001") == 0
    assert await votes.remove("U1", "2401.00001")
    assert not await votes.remove("U1", "2401.00001")
    assert await votes.count("2401.00001") == 1


async def test_a_vote_for_an_unknown_paper_is_refused(store: Store, noon: datetime):
    with pytest.raises(StoreError):
        await store.tenant("slack", "T1").votes.add("U1", "2401.99999", noon)


async def test_a_long_line_comes_back_by_its_key(store: Store):
    lines = store.tenant("discord", "G1").lines
    key = await lines.keep("find " + "word " * 300)
    assert len(key) == 20
    assert await lines.keep("find " + "word " * 300) == key
    assert await lines.get(key) == "find " + "word " * 300
    assert await store.tenant("discord", "G2").lines.get(key) is None


async def test_recent_messages_of_a_platform_are_listed_newest_first(store: Store, noon: datetime):
    for tenant, message, after in (("T1", "1", 0), ("T2", "2", 1), ("T1", "3", 2)):
        await store.tenant("slack", tenant).messages.record(
            "C1", message, ["a"], noon + timedelta(hours=after)
        )
    recent = await store.messages.recent("slack", noon + timedelta(hours=1), 10)
    assert recent == (Message("T1", "C1", "3"), Message("T2", "C1", "2"))
    assert await store.messages.recent("slack", noon, 1) == (Message("T1", "C1", "3"),)
    assert await store.messages.recent("discord", noon, 10) == ()
