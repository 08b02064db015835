"""A workspace removes the app: nothing is tried there any more, and all of its data goes."""

import asyncio
import time
from datetime import timedelta

import pytest

from adapters.slack import Slack, workspace
from bot.chat.views import View, line, plain
from bot.errors import DeliveryError, SettingsError
from bot.library import tenants
from bot.models import Person, Place
from bot.settings.platforms import SlackSettings
from tests.conftest import HEBB, HERE, add_outlets
from tests.rigs.slack import APP_TOKEN, BOT, BOT_TOKEN, TEAM, eventually

UNINSTALLED = {"type": "app_uninstalled"}


def settings(rig):
    return SlackSettings(BOT_TOKEN, APP_TOKEN, f"{rig.url}/api")


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(tenants, "EVERY", 0.05)


@pytest.fixture
def adapter(rig):
    """Give the adapter."""
    return Slack(settings(rig))


@pytest.fixture
async def running(bot, rig, adapter):
    """Run the adapter, and give its task."""
    task = asyncio.create_task(adapter.run(bot))
    await rig.until(lambda: len(rig.sockets) == 2)
    await rig.ask(f"save {HEBB.id}")
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_workspace_that_removes_the_app_is_left_alone_until_its_data_is_purged(
    bot, rig, running
):
    await rig.event(UNINSTALLED)  # acknowledged
    assert await bot.services.tenants.gone("slack", TEAM)
    await rig.until(lambda: not rig.sockets)
    calls = len(rig.calls)
    assert not running.done()
    bot.services.tenants.purge_after = -2 * tenants.UNDER_WAY
    await bot.services.tenants.purge()
    with pytest.raises(SettingsError, match="The workspace removed Paperboy"):
        await asyncio.wait_for(running, 5)
    assert len(rig.calls) == calls  # nothing was asked again and again
    assert await bot.services.store.departures.known("slack") == frozenset()


@pytest.mark.parametrize(
    ("event", "ago"),
    [({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}, 0), (UNINSTALLED, 3600)],
    ids=["the token of a person", "from before the app was installed again"],
)
async def test_what_is_about_something_else_changes_nothing(bot, rig, running, event, ago):
    await rig.event(event, at=time.time() - ago)
    await rig.ask("status")  # which comes after it
    assert not await bot.services.tenants.gone("slack", TEAM)
    assert len(rig.sockets) == 2
    assert not running.done()


async def test_an_event_that_cannot_be_noted_is_not_acknowledged(bot, rig, running, monkeypatch):
    async def broken(*_, **__):
        raise DeliveryError("no")

    monkeypatch.setattr(bot.services.tenants.__class__, "removed", broken)
    with pytest.raises(TimeoutError):
        await rig.event(UNINSTALLED, patience=0.3)
    assert not running.done()


REVOKED = {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": [BOT]}}


@pytest.fixture
def checks(monkeypatch):
    """Let a refused token be tried often."""
    monkeypatch.setattr(workspace, "TOKEN_CHECK_SECONDS", 0.02)


def refuse(rig, code="account_inactive"):
    rig.faults["auth.test"] = [{"error": code}] * 1000
    rig.faults["chat.postMessage"] = [{"error": code}] * 1000


@pytest.mark.usefixtures("running", "checks")
@pytest.mark.parametrize("how", ["event", "send"])
async def test_a_revoked_token_drops_nothing_and_is_told_where_another_connection_reaches(
    bot, rig, adapter, place, how, caplog
):
    refuse(rig)
    if how == "event":
        await rig.event(REVOKED)
    with pytest.raises(DeliveryError) as caught:
        await adapter.send(place("C1"), View((line("hello"),)), "k")
    assert (caught.value.permanent, caught.value.retry_after) == (False, 600)
    await rig.until(lambda: not rig.sockets)
    await eventually(lambda: adapter.trouble)
    assert "set SLACK_BOT_TOKEN to the new token" in caplog.text
    told = await bot.handle(bot.read("status", Person("terminal", "", "me"), HERE))
    assert "Slack no longer accepts the bot token." not in plain(told)
    add_outlets(bot, adapter)
    told = await bot.handle(bot.read("status", Person("terminal", "", "me"), HERE))
    assert "Slack no longer accepts the bot token." in plain(told)
    assert not await bot.services.tenants.gone("slack", TEAM)
    rig.faults.clear()  # the workspace is active again
    await rig.until(lambda: len(rig.sockets) == 2)
    await adapter.send(place("C1"), View((line("hello"),)), "k")
    assert not adapter.trouble


@pytest.mark.usefixtures("checks")
async def test_a_bot_that_is_deactivated_for_a_day_was_removed_and_can_come_back(
    bot, rig, adapter, running, clock
):
    refuse(rig)
    await rig.event(REVOKED)
    await eventually(lambda: adapter.trouble)
    clock.now += timedelta(hours=23)
    checked = len(rig.calls)
    await eventually(lambda: len(rig.calls) > checked + 2)
    assert not await bot.services.tenants.gone("slack", TEAM)
    clock.now += timedelta(hours=2)
    await eventually(lambda: bot.services.tenants.gone("slack", TEAM))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    rig.faults.clear()
    again = asyncio.create_task(Slack(settings(rig)).run(bot))
    await rig.until(lambda: len(rig.sockets) == 2)
    assert not await bot.services.tenants.gone("slack", TEAM)
    assert "Hebbian" in (await rig.ask("saved")).seen
    again.cancel()
    await asyncio.gather(again, return_exceptions=True)


@pytest.mark.usefixtures("checks")
async def test_a_restart_does_not_begin_the_day_of_a_deactivated_bot_again(bot, rig, clock):
    refuse(rig)

    async def trouble_after(hours):
        clock.now += timedelta(hours=hours)
        adapter = Slack(settings(rig))
        task = asyncio.create_task(adapter.run(bot))
        told = await eventually(lambda: adapter.trouble)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return told

    assert "Digests wait until then." in await trouble_after(0)
    assert "Digests wait until then." in await trouble_after(23)
    assert await trouble_after(2) == f"Slack is off: {workspace.REMOVED}"


@pytest.mark.usefixtures("checks")
async def test_what_visitors_left_does_not_keep_a_removed_workspace(bot, rig, running, clock):
    await bot.handle(bot.read(f"save {HEBB.id}", *_somebody("T2")))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    refuse(rig)
    again = Slack(settings(rig))  # which has never signed in
    task = asyncio.create_task(again.run(bot))
    await eventually(lambda: again.trouble)
    clock.now += timedelta(hours=25)
    await eventually(lambda: bot.services.tenants.gone("slack", TEAM))
    assert not await bot.services.tenants.gone("slack", "T2")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_token_that_can_not_come_back_ends_it(bot, rig, adapter, running):
    refuse(rig, "token_revoked")
    await rig.event(REVOKED)
    with pytest.raises(SettingsError, match="Slack refuses SLACK_BOT_TOKEN"):
        await asyncio.wait_for(running, 5)
    assert adapter.trouble.startswith("Slack is off")
    assert not await bot.services.tenants.gone("slack", TEAM)


async def test_of_several_workspaces_a_refused_token_tells_of_none(bot, rig):
    for team in (TEAM, "T2"):
        await bot.handle(bot.read(f"save {HEBB.id}", *_somebody(team)))
    rig.faults["auth.test"] = [{"error": "token_revoked"}]
    with pytest.raises(SettingsError):
        await Slack(SlackSettings(BOT_TOKEN, APP_TOKEN, f"{rig.url}/api")).run(bot)
    assert not await bot.services.tenants.gone("slack", TEAM)


def _somebody(team=TEAM):
    return Person("slack", team, "U1"), Place("slack", team, "C1")
