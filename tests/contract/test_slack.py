"""Slack keeps the contract, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from adapters.slack import Slack
from bot.chat.bot import Bot
from bot.models import Person, Place
from bot.settings.platforms import SlackSettings
from tests.contract.outlets import AdapterContract, Failure, FarChat
from tests.rigs.slack import APP_TOKEN, BOT_TOKEN, TEAM, SlackRig

FAULTS = {
    Failure.REFUSED: {"error": "is_archived"},
    Failure.BUSY: {"error": "ratelimited", "status": 429, "retry_after": 90},
    Failure.BROKEN: 503,
    Failure.LOST: "lost",
}


class FarSlack(FarChat):
    """A channel of a workspace."""

    def __init__(self, rig: SlackRig) -> None:
        super().__init__(
            Place("slack", TEAM, "C2"), person=Person("slack", TEAM, "U1"), name="#papers"
        )
        self.rig = rig

    def texts(self) -> list[str]:
        return [message.seen for message in self.rig.messages]

    def fail(self, failure: Failure) -> None:
        self.rig.faults["chat.postMessage"] = [FAULTS[failure]]


@pytest.fixture
async def far() -> AsyncIterator[FarSlack]:
    rig = SlackRig()
    await rig.start()
    yield FarSlack(rig)
    await rig.stop()
    assert rig.trace == []


@pytest.fixture
async def outlet(far: FarSlack, bot: Bot) -> AsyncIterator[Slack]:
    adapter = Slack(SlackSettings(BOT_TOKEN, APP_TOKEN, f"{far.rig.url}/api"))
    running = asyncio.create_task(adapter.run(bot))
    await far.rig.until(lambda: far.rig.sockets)
    yield adapter
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


class TestSlack(AdapterContract):
    """The contract, for Slack."""
