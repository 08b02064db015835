"""How a running bot is: its heartbeat, HTTP, systemd and the dead man's switch."""

import asyncio
import errno
import json
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web

from bot.calendar.clock import utc_now
from bot.chat.outlet import Adapter
from bot.digests.dispatcher import DELIVERING, PLANNING
from bot.errors import SettingsError
from bot.features.services import Services
from bot.pulse import Pulse
from bot.runtime.health import HANGING_SECONDS, Health, Switch, health_chores
from bot.runtime.health_server import serve
from bot.runtime.heartbeat import Heartbeat, read_heartbeat, write_heartbeat
from bot.runtime.supervisor import run_chores
from bot.runtime.systemd import notify, watchdog_seconds
from bot.settings import Settings, sqlite_in
from bot.store import SyncRun
from tests.conftest import NOW, add_outlets, building
from tests.rigs.running import environment, output
from tests.rigs.waiting import eventually


class Platform(Adapter):
    """A platform that is connected or not."""

    platform = "chat"
    connected = True

    async def run(self, bot): ...
    async def send(self, place, view, key): ...
    async def place(self, words, person): ...
    async def membership(self, person, place): ...


class Hand:
    """A clock that is moved by hand."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def hand():
    return Hand()


@pytest.fixture
def pulse(hand):
    return Pulse(hand)


@pytest.fixture
async def services(home, clock) -> AsyncIterator[Services]:
    async with building(home, clock) as app:
        add_outlets(app.bot, Platform())
        yield app.services


@pytest.fixture
def settings(home):
    return Settings(home, sqlite_in(home))


@pytest.fixture
def health(settings, services, pulse):
    return Health(settings, services, pulse)


def test_all_is_well_at_the_start(health):
    assert (health.report().ready, health.report().problems) == (True, ())


def test_a_loop_that_hangs_is_not_alive(health, pulse, hand):
    hand.now = HANGING_SECONDS[DELIVERING] + 1
    report = health.report()
    assert not report.alive
    assert report.problems[0] == "The loop for delivering has hung for 121 seconds."
    pulse.beat(DELIVERING, good=False)
    assert health.report().alive
    assert health.report().problems == (
        "The database can't be used; see `paperboy log --problems`.",
    )
    pulse.beat(DELIVERING)
    assert health.report().ready
    hand.now = HANGING_SECONDS[PLANNING] + 1
    assert "planning" in " ".join(health.report().problems)


async def test_platforms_and_papers_that_do_not_come_make_it_unready(health, services):
    services.outlets["chat"].connected = False
    await services.store.syncs.record(SyncRun(NOW - timedelta(hours=30), 1, 0))
    await health.look()
    assert health.report().alive
    assert health.report().problems == (
        "Chat is not connected.",
        "Nothing has come from Hugging Face for 30 hours.",
    )
    await services.store.close()
    await health.look()
    assert not health.report().ready


async def test_the_heartbeat_comes_without_an_address(settings, services, pulse):
    async with run_chores(health_chores(settings, services, pulse)):
        found = await eventually(lambda: read_heartbeat(settings.home))
    assert (found.alive, found.problems, found.process) == (True, (), os.getpid())
    assert not found.is_stale(NOW)
    assert found.is_stale(NOW + timedelta(minutes=2))


async def test_the_command_tells_a_running_bot_from_a_stopped_and_a_sick_one(tmp_path):
    env = environment(tmp_path)
    assert await output(tmp_path, env, "health") == (1, f"Paperboy has not run with {tmp_path}.\n")
    write_heartbeat(tmp_path, Heartbeat(utc_now(), "1", 1, alive=True))
    assert await output(tmp_path, env, "health") == (0, "All is well.\n")
    write_heartbeat(tmp_path, Heartbeat(utc_now(), "1", 1, alive=True, problems=("Slack is off.",)))
    assert await output(tmp_path, env, "health") == (0, "Slack is off.\n")
    code, shown = await output(tmp_path, env, "health", "--ready", "--json")
    assert (code, json.loads(shown)["problems"]) == (1, ["Slack is off."])
    write_heartbeat(tmp_path, Heartbeat(utc_now() - timedelta(minutes=2), "1", 1, alive=True))
    code, shown = await output(tmp_path, env, "health")
    assert code == 1
    assert "does not run, or hangs: its last heartbeat was at" in shown


async def test_a_folder_that_takes_no_heartbeat_is_logged_and_ends_nothing(
    settings, services, pulse, caplog
):
    missing = replace(settings, home=settings.home / "none")
    async with run_chores(health_chores(missing, services, pulse)):
        await eventually(lambda: "The heartbeat in" in caplog.text)


def problems(home):
    found = read_heartbeat(home)
    return found and found.problems


async def get(port, path):
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{path}") as response,
    ):
        return response.status, await response.text()


async def up(port):
    try:
        return (await get(port, "/healthz"))[0] > 0
    except aiohttp.ClientError:
        return False


async def test_health_and_readiness_over_http(health, services, hand, unused_tcp_port):
    port = unused_tcp_port
    server = asyncio.create_task(serve(health, "127.0.0.1", port))
    await eventually(lambda: up(port))
    assert await get(port, "/healthz") == (200, '{"status": "ok", "problems": []}')
    services.outlets["chat"].connected = False
    assert (await get(port, "/healthz"))[0] == 200
    status, body = await get(port, "/readyz")
    assert (status, json.loads(body)["problems"]) == (503, ["Chat is not connected."])
    hand.now = 1000.0
    assert (await get(port, "/healthz"))[0] == 503
    assert (await get(port, "/other"))[0] == 404
    with pytest.raises(SettingsError, match=rf"{port} can’t be used .* Set another port"):
        await serve(health, "127.0.0.1", port)
    server.cancel()
    await asyncio.wait([server])


async def test_metrics_for_prometheus(health, services, unused_tcp_port):
    pytest.importorskip("prometheus_client")
    await services.store.syncs.record(SyncRun(NOW, 1, 0))
    server = asyncio.create_task(serve(health, "127.0.0.1", unused_tcp_port))
    await eventually(lambda: up(unused_tcp_port))
    status, body = await get(unused_tcp_port, "/metrics")
    lines = body.splitlines()
    assert status == 200
    assert "paperboy_ready 1.0" in lines
    assert 'paperboy_connected{platform="chat"} 1.0' in lines
    synced = next(line for line in lines if line.startswith("paperboy_last_sync_timestamp"))
    assert float(synced.split()[1]) == NOW.timestamp()
    assert any(line.startswith("paperboy_messages_overdue 0") for line in lines)
    server.cancel()
    await asyncio.wait([server])


@pytest.mark.parametrize("abstract", [False, True])
async def test_systemd_hears_ready_alive_and_stopping(
    settings, services, pulse, hand, monkeypatch, tmp_path, abstract
):
    name = f"paperboy-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"\0{name}" if abstract else name)
        systemd.settimeout(0)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}" if abstract else name)
        monkeypatch.setenv("WATCHDOG_USEC", "20000")
        heard: list[str] = []

        def hear(*words):
            try:
                while True:
                    heard.append(systemd.recv(4096).decode())
            except BlockingIOError:
                pass
            return all(any(word in one for one in heard) for word in words)

        async with run_chores(health_chores(settings, services, pulse)):
            await eventually(lambda: hear("READY=1", "STATUS=All is well.\nWATCHDOG=1"))
            hand.now = 1000.0
            await eventually(lambda: hear("STATUS=The loop for delivering has hung"))
        assert hear("STOPPING=1")
        assert heard[0] == "READY=1"
        assert not any("hung" in one and "WATCHDOG" in one for one in heard)


def test_without_systemd_nothing_is_told(tmp_path):
    notify("READY=1", {})
    notify("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    assert watchdog_seconds({}) is None
    assert watchdog_seconds({"WATCHDOG_USEC": "30000000"}) == 15
    assert watchdog_seconds({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}) is None


async def test_the_switch_is_called_while_all_is_well(settings, services, pulse, unused_tcp_port):
    calls = []

    async def note(request):
        calls.append(request.path)
        return web.Response()

    app = web.Application()
    app.router.add_get("/ping/secret", note)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    url = f"http://127.0.0.1:{unused_tcp_port}/ping/secret"
    told = replace(settings, heartbeat_url=url)
    async with run_chores(health_chores(told, services, pulse)):
        await eventually(lambda: calls == ["/ping/secret"])
    services.outlets["chat"].connected = False
    async with run_chores(health_chores(told, services, pulse)):
        await eventually(lambda: problems(settings.home))
    assert calls == ["/ping/secret"]
    await runner.cleanup()


async def test_a_switch_that_is_away_is_logged_without_its_address(settings, caplog):
    switch = Switch(replace(settings, heartbeat_url="http://127.0.0.1:9/ping/secret"))
    switch.call()
    switch.call()
    await eventually(lambda: "PAPERBOY_HEARTBEAT_URL could not be called." in caplog.text)
    await switch.close()
    assert os.strerror(errno.ECONNREFUSED).lower() in caplog.text
    assert "secret" not in caplog.text
    assert len(caplog.records) == 1
