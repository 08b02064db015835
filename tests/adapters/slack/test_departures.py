"""A workspace removes the app: nothing is tried there any more, and all of its data goes."""

import asyncio
import time

import pytest

from adapters.slack import Slack
from bot.chat.views import View, line
from bot.errors import DeliveryError, SettingsError
from bot.library import tenants
from bot.models import Person, Place
from bot.settings import SlackSettings
from tests.conftest import HEBB
from tests.rigs.slack import APP_TOKEN, BOT, BOT_TOKEN, TEAM, eventually

UNINSTALLED = {"type": "app_uninstalled"}


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(tenants, "EVERY", 0.05)


@pytest.fixture
def adapter(rig):
    """Give the adapter."""
    return Slack(SlackSettings(BOT_TOKEN, APP_TOKEN, f"{rig.url}/api"))


@pytest.fixture
async def running(bot, rig, adapter):
    """Run the adapter, and give its task."""
    task = asyncio.create_task(adapter.run(bot))
    await rig.until(lambda: len(rig.sockets) == 2)
    await rig.ask(f"save {HEBB.id}")
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize(
    "event", [UNINSTALLED, {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": [BOT]}}]
)
async def test_a_workspace_that_removes_the_app_is_left_alone_until_its_data_is_purged(
    bot, rig, running, event
):
    await rig.event(event)  # acknowledged
    assert await bot.services.tenants.gone("slack", TEAM)
    await rig.until(lambda: not rig.sockets)
    calls = len(rig.calls)
    await asyncio.sleep(0.3)
    assert len(rig.calls) == calls  # nothing is asked again and again
    assert not running.done()
    bot.services.tenants.purge_after = -2 * tenants.UNDER_WAY
    await bot.services.tenants.purge()
    with pytest.raises(SettingsError, match="The workspace removed Paperboy"):
        await asyncio.wait_for(running, 5)
    assert await bot.services.store.departures.known("slack") == frozenset()


@pytest.mark.parametrize(
    ("event", "ago"),
    [({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}, 0), (UNINSTALLED, 3600)],
    ids=["the token of a person", "from before the app was installed again"],
)
async def test_what_is_about_something_else_changes_nothing(bot, rig, running, event, ago):
    await rig.event(event, at=time.time() - ago)
    await asyncio.sleep(0.1)
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


@pytest.mark.usefixtures("running")
async def test_a_token_that_is_refused_while_we_listen_is_looked_into(bot, rig, adapter, place):
    rig.faults["chat.postMessage"] = [{"error": "account_inactive"}]
    rig.faults["auth.test"] = [{"error": "account_inactive"}]
    with pytest.raises(DeliveryError):
        await adapter.send(place("C1"), View((line("hello"),)), "k")
    await rig.until(lambda: not rig.sockets)
    await eventually(lambda: bot.services.tenants.gone("slack", TEAM))
    assert [method for method, _ in rig.calls].count("auth.test") == 2


async def test_a_workspace_that_removed_the_app_while_we_were_away_is_found_out_and_it_can_come_back(
    bot, rig
):
    await bot.handle(bot.read(f"save {HEBB.id}", *_somebody()))
    rig.faults["auth.test"] = [{"error": "account_inactive"}]
    settings = SlackSettings(BOT_TOKEN, APP_TOKEN, f"{rig.url}/api")
    away = asyncio.create_task(Slack(settings).run(bot))
    await eventually(lambda: bot.services.tenants.gone("slack", TEAM))
    away.cancel()
    await asyncio.gather(away, return_exceptions=True)
    again = asyncio.create_task(Slack(settings).run(bot))
    await rig.until(lambda: len(rig.sockets) == 2)
    assert not await bot.services.tenants.gone("slack", TEAM)
    assert "Hebbian" in (await rig.ask("saved")).seen
    again.cancel()
    await asyncio.gather(again, return_exceptions=True)


async def test_of_several_workspaces_a_refused_token_tells_of_none(bot, rig):
    for team in (TEAM, "T2"):
        await bot.handle(bot.read(f"save {HEBB.id}", *_somebody(team)))
    rig.faults["auth.test"] = [{"error": "token_revoked"}]
    with pytest.raises(SettingsError):
        await Slack(SlackSettings(BOT_TOKEN, APP_TOKEN, f"{rig.url}/api")).run(bot)
    assert not await bot.services.tenants.gone("slack", TEAM)


def _somebody(team=TEAM):
    return Person("slack", team, "U1"), Place("slack", team, "C1")
