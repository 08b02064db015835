"""A Slack on loopback, and the bot connected to it."""

import asyncio
from contextlib import asynccontextmanager, suppress

import pytest

from adapters.slack import Slack, workspace
from bot.models import Place
from bot.settings.platforms import SlackSettings
from tests.rigs.slack import APP_TOKEN, BOT_TOKEN, TEAM, SlackRig


@pytest.fixture
async def rig():
    slack = SlackRig()
    await slack.start()
    yield slack
    await slack.stop()
    assert slack.trace == []


@pytest.fixture
def connected(bot, rig, monkeypatch):
    """Give a way to be connected for a while."""
    # the search for missed reactions would come in between: tests of it begin it at once
    monkeypatch.setattr(workspace, "QUIET_SECONDS", 60)

    @asynccontextmanager
    async def connected(*, previews=False):
        adapter = Slack(SlackSettings(BOT_TOKEN, APP_TOKEN, f"{rig.url}/api", previews))
        running = asyncio.create_task(adapter.run(bot))
        try:
            await rig.until(lambda: len(rig.sockets) == 2)
            yield adapter
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    return connected


@pytest.fixture
async def slack(connected):
    async with connected() as adapter:
        yield adapter


@pytest.fixture
def place():
    """Give a way to name a channel, or a thread in it."""
    return lambda address: Place("slack", TEAM, address)
