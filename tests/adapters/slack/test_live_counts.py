"""Public messages follow what people do with their papers."""

import asyncio
from contextlib import suppress

import pytest

from bot.digests import live_counts
from tests.conftest import HEBB, add_outlets
from tests.rigs.slack import Message


@pytest.fixture(autouse=True)
async def counting(bot, slack, monkeypatch):
    monkeypatch.setattr(live_counts, "POLL_SECONDS", 0.02)
    add_outlets(bot, slack)
    task = asyncio.create_task(bot.services.live_counts.run())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def buttons(message: Message) -> list[str]:
    return [e["value"] for b in message.blocks if b["type"] == "actions" for e in b["elements"]]


async def test_a_shared_paper_shows_who_saved_it_and_a_private_save_does_not(rig):
    rig.people["U1"]["profile"] = {"display_name": "Ada"}
    rig.people["U2"]["profile"] = {"display_name": "Bob"}
    await rig.ask(f"save {HEBB.id} private:yes", "U2")
    card = await rig.ask(f"share {HEBB.id}")
    before = buttons(card)
    await rig.react(card, "bookmark", "U1")
    await rig.until(lambda: "🔖 1" in card.seen)
    await rig.react(card, "thumbsup", "U1")
    await rig.until(lambda: "👍 1" in card.seen)
    assert "🔖 1 · 👍 1 · Ada" in card.seen
    assert "Bob" not in card.seen
    assert buttons(card) == before


async def test_a_digest_in_a_channel_counts_and_one_to_a_person_does_not(rig, slack, ask, place):
    listed = await ask("today")
    await slack.send(place("C1"), listed, "one")
    await slack.send(place("U1"), listed, "two")
    public, alone = rig.messages
    await rig.react(public, "one", "U3")
    await rig.until(lambda: "🔖 1" in public.seen)
    assert "🔖" not in alone.seen


async def test_where_another_company_reads_nothing_is_counted(rig, slack, ask, place):
    rig.shared_channels.add("C1")
    await slack.send(place("C1"), await ask("today"), "one")
    await slack.send(place("C2"), await ask("today"), "two")
    shared, ours = rig.messages
    await rig.react(shared, "one", "U1")
    await rig.until(lambda: "🔖 1" in ours.seen)
    assert "🔖" not in shared.seen
