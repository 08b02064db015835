"""Interactions that make no sense get a sentence, and no error in the log."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.rigs.discord import DiscordRig, connect
from tests.rigs.discord_people import COMMAND, COMPLETION, COMPONENT, MODAL, Member, join, text

SUBCOMMAND = {"name": "show", "type": 1, "options": []}


@pytest.fixture
async def rig(bot) -> AsyncIterator[DiscordRig]:
    """Give a Discord that the bot is connected to."""
    async with DiscordRig().serving() as rig, connect(bot, rig):
        yield rig


@pytest.fixture
def ada(rig: DiscordRig) -> Member:
    """Give a person in a channel."""
    return join(rig, "Ada")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (COMMAND, {"id": "1", "name": "saved", "type": 1, "options": [SUBCOMMAND]}),
        (COMMAND, {"id": "1", "type": 1}),
        (COMMAND, {"id": "1", "name": "saved", "type": 1, "options": [{"name": "page"}]}),
        (COMMAND, {"id": "1", "name": "saved", "type": 1, "options": 5}),
        (COMMAND, {"id": "1", "name": "Save paper", "type": 3, "target_id": "7"}),
        (COMMAND, {"id": "1", "name": "Save paper", "type": 3, "resolved": {"messages": {}}}),
        (COMPONENT, {"custom_id": "s0", "component_type": 3, "values": [7]}),
        (COMPONENT, {"custom_id": "", "component_type": 2}),
        (MODAL, {"custom_id": "", "components": []}),
        (MODAL, {"custom_id": "x", "components": [{"type": 18}]}),
        (MODAL, {"custom_id": "f0:", "components": None}),
    ],
)
async def test_a_malformed_interaction_gets_a_sentence(ada, caplog, kind, data):
    seen = await ada.sees(ada.do(kind, data))
    assert "reload Discord" in text(seen) or "earlier version" in text(seen)
    assert seen.is_ephemeral
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    "data",
    [
        {"id": "1", "name": "find", "type": 1, "options": [SUBCOMMAND]},
        {"id": "1", "name": "find", "type": 1, "options": [{"focused": True}]},
        {"id": "1", "type": 1, "options": [{"name": "query", "focused": True}]},
        {"id": "1", "name": "find", "type": 1},
    ],
)
async def test_a_malformed_completion_offers_nothing(rig, ada, caplog, data):
    record = ada.do(COMPLETION, data)
    await rig.until(lambda: record.responded)
    assert record.autocomplete_choices == []
    assert "Traceback" not in caplog.text


async def test_a_file_that_the_interaction_does_not_bring_is_named(ada):
    option: dict[str, Any] = {"name": "file", "type": 11, "value": "77"}
    data = {"id": "1", "name": "keep-from", "type": 1, "options": [option]}
    assert "attach the file" in text(await ada.sees(ada.do(COMMAND, data)))
