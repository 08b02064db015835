"""What `paperboy run` says, and what the log keeps."""

import json
import signal
from datetime import UTC, datetime, timedelta

import pytest

from bot.calendar.clock import utc_now
from bot.library.sync import feed_day
from bot.log_file import LogFile
from bot.runtime.heartbeat import read_heartbeat
from bot.settings import sqlite_in
from bot.store import Store, SyncRun
from tests.rigs.hugging_face import hugging_face
from tests.rigs.running import environment, output, running
from tests.rigs.slack import APP_TOKEN, BOT_TOKEN, SlackRig
from tests.rigs.waiting import eventually

pytestmark = pytest.mark.slow
STARTS = 3


@pytest.fixture
async def rig():
    rig = SlackRig()
    await rig.start()
    yield rig
    await rig.stop()


def slack(rig, home, **env):
    tokens = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}
    return environment(home, **tokens, SLACK_API_URL=f"{rig.url}/api", **env)


def problems(home):
    found = read_heartbeat(home)
    return found and found.problems


async def test_a_good_start_is_told_in_a_few_lines(rig, tmp_path):
    async with hugging_face() as site:
        site.fill(feed_day(utc_now()))
        env = slack(rig, tmp_path, HF_ENDPOINT=site.address)
        async with running(tmp_path, env) as one:
            await one.says("INFO Connected to Slack as @paperboy in Acme.")
            await one.says("INFO Sync: 2 papers new, 0 updated. Next in 30 minutes.")
            assert await one.stop(signal.SIGINT) == 0
        assert one.out == "Starting Slack. Press Ctrl-C to stop.\n"
        assert one.err.count("\n") <= 5, one.err
        files = {one.name: oct(one.stat().st_mode & 0o777) for one in tmp_path.iterdir()}
        assert {"paperboy.log", "paperboy.sqlite3", "index.sqlite3"} <= files.keys()
        assert set(files.values()) == {"0o600"}, files


async def test_trouble_is_told_with_host_and_cause_and_stays_in_the_log(rig, tmp_path):
    env = slack(rig, tmp_path, PAPERBOY_LOG_FORMAT="json")
    async with running(tmp_path, env) as one:
        await one.says("Connected to Slack")
        await one.says("Sync: 7 days could not be fetched: Can’t reach 127.0.0.1:9")
        await rig.stop()
        await one.says("Slack disconnected")
        await eventually(lambda: problems(tmp_path) == ("Slack is not connected.",))
        assert await output(tmp_path, env, "health") == (0, "Slack is not connected.\n")
        assert (await output(tmp_path, env, "health", "--ready"))[0] == 1
    lines = [json.loads(line) for line in one.err.splitlines()]
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    code, shown = await output(tmp_path, env, "log", "--problems")
    assert code == 0
    assert "WARNING Sync: 7 days could not be fetched: Can’t reach 127.0.0.1:9" in shown
    assert "Connected" not in shown
    code, shown = await output(tmp_path, env, "log", "--lines", "1000", "--json")
    messages = [json.loads(line)["message"] for line in shown.splitlines()]
    assert "Connected to Slack as @paperboy in Acme." in messages
    code, shown = await output(tmp_path, env, "status")
    assert "Problems since yesterday" in shown
    assert "Can’t reach 127.0.0.1:9" in shown
    for text in (one.err, LogFile(tmp_path).path.read_text()):
        assert BOT_TOKEN not in text
        assert APP_TOKEN not in text


async def test_restarts_in_trouble_tell_the_admins_once(rig, tmp_path):
    now = datetime.now(UTC)
    async with await Store.open(sqlite_in(tmp_path)) as store:
        await store.syncs.record(SyncRun(now - timedelta(hours=30), 1, 0))
    env = slack(rig, tmp_path, PAPERBOY_ADMIN_PLACE="slack:C1")
    for number in range(STARTS):
        async with running(tmp_path, env) as one:
            await one.says("Nothing has come from Hugging Face for 30 hours.")
            if number == 0:
                await rig.until(lambda: rig.messages)
            await one.stop(signal.SIGKILL if number % 2 else signal.SIGTERM)
    [told] = rig.messages
    assert told.channel == "C1"
    assert "Nothing has come from Hugging Face for 30 hours." in str(told.body)


async def test_without_a_log_there_is_nothing_to_show(tmp_path):
    code, shown = await output(tmp_path, environment(tmp_path / "home"), "log")
    assert (code, shown) == (1, f"Nothing in the log of {tmp_path / 'home'}.\n")
