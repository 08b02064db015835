"""A proxy in the environment is used for everything, and its troubles are told."""

import shutil

import pytest

from bot.calendar.clock import utc_now
from bot.library.sync import feed_day
from tests.rigs.discord import TOKEN, DiscordRig
from tests.rigs.hugging_face import hugging_face
from tests.rigs.proxy import make_certificate, proxy
from tests.rigs.running import environment, output, running
from tests.rigs.slack import APP_TOKEN, BOT_TOKEN, SlackRig

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl"),
]
HOSTS = ("hf.test", "slack.test", "wss.slack.test", "discord.test", "gateway.discord.test")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("certificate"), *HOSTS)


@pytest.fixture
async def rig():
    rig = SlackRig()
    await rig.start()
    rig.socket_url = "wss://wss.slack.test/socket"
    yield rig
    await rig.stop()


def behind(home, certificate, address, **env):
    trust = {"SSL_CERT_FILE": str(certificate), "HTTPS_PROXY": address}
    return environment(home, **trust, HF_ENDPOINT="https://hf.test", **env)


def slack(**env):
    tokens = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}
    return tokens | {"SLACK_API_URL": "https://slack.test/api"} | env


async def test_papers_come_through_a_proxy_with_a_password(tmp_path, certificate):
    async with hugging_face() as site:
        site.fill(feed_day(utc_now()))
        async with proxy({"hf.test": int(site.address.rpartition(":")[2])}, certificate) as one:
            one.password = "me:hush hush"
            address = one.address.replace("://", "://me:hush%20hush@")
            code, shown = await output(tmp_path, behind(tmp_path, certificate, address), "sync")
    assert code == 0, shown
    assert "2 papers: 2 new" in shown
    assert set(one.asked) == {"CONNECT hf.test:443"}


async def test_slack_and_discord_connect_through_a_proxy(tmp_path, certificate, rig):
    async with DiscordRig().serving() as discord:
        port = int(discord.at.partition(":")[2])
        routes = {"slack.test": rig.port, "wss.slack.test": rig.port}
        routes |= {"discord.test": port, "gateway.discord.test": port}
        tokens = slack(
            DISCORD_TOKEN=TOKEN,
            DISCORD_API_URL="https://discord.test/api/v10",
            DISCORD_GATEWAY_URL="wss://gateway.discord.test/gateway/",
            PAPERBOY_SYNC_MINUTES="0",
        )
        async with proxy(routes, certificate) as one:
            async with running(
                tmp_path, behind(tmp_path, certificate, one.address, **tokens)
            ) as it:
                await it.says("Connected to Slack as @paperboy in Acme.")
                await it.says("Connected to Discord as @")
            assert {f"CONNECT {host}:443" for host in routes} == set(one.asked)


async def test_no_proxy_is_obeyed(tmp_path, certificate, rig):
    rig.socket_url = ""
    async with proxy({}) as one:
        direct = {"SLACK_API_URL": f"{rig.url}/api", "HTTP_PROXY": one.address}
        tokens = slack(NO_PROXY="127.0.0.1,.test", PAPERBOY_SYNC_MINUTES="0") | direct
        async with running(tmp_path, behind(tmp_path, certificate, one.address, **tokens)) as it:
            await it.says("Connected to Slack as @paperboy in Acme.")
        assert one.asked == []


async def test_a_proxy_that_asks_for_a_password_or_is_away_is_told(tmp_path, certificate):
    env = slack(DISCORD_TOKEN=TOKEN)
    async with proxy({}) as one:
        one.password = "me:hush"
        async with running(tmp_path, behind(tmp_path, certificate, one.address, **env)) as it:
            await it.says("Sync: 7 days could not be fetched: The proxy asks for a user and a")
            await it.says("Write user:password@ before its host in HTTPS_PROXY and HTTP_PROXY.")
            await it.says("Discord: The proxy asks for a user and a password.")
            await it.says("and HTTP_PROXY. Signing in again")  # Slack
            assert "Traceback" not in it.err
    async with running(tmp_path, behind(tmp_path, certificate, one.address, **env)) as it:
        away = f"Can’t reach the proxy 127.0.0.1:{one.port} (connection refused). Check HTTPS_PROXY"
        await it.says(f"Sync: 7 days could not be fetched: {away}")
        await it.says(f"Discord: {away}")
        assert it.err.count(away) >= 3
        assert "Traceback" not in it.err
