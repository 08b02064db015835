"""People and the bot in Slack, over the real SDK and a Slack of our own on loopback."""

import asyncio
from contextlib import suppress

import pytest

from adapters.slack import Slack
from bot.settings import SlackSettings
from tests.rigs.slack import APP_TOKEN, BOT_TOKEN, SlackRig
from tests.rigs.slack_rules import labels


@pytest.fixture
async def rig():
    slack = SlackRig()
    await slack.start()
    yield slack
    await slack.stop()
    assert slack.trace == []


def settings(rig, **others):
    return SlackSettings(BOT_TOKEN, APP_TOKEN, f"{rig.url}/api", **others)


@pytest.fixture
async def slack(bot, rig):
    adapter = Slack(settings(rig))
    running = asyncio.create_task(adapter.run(bot))
    await rig.until(lambda: len(rig.sockets) == 2)
    yield adapter
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


@pytest.mark.usefixtures("slack")
async def test_a_slash_command_is_answered_privately(rig):
    answer = await rig.ask("find hebian lerning")
    assert answer.person == "U1"
    assert "Hebbian Learning Without Labels" in answer.seen
    assert labels(answer.blocks)[:3] == ["Save", "Details", "Similar"]
