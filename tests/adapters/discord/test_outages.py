"""The connection: bad tokens, refused and lost gateways, shards, and a log that tells no secret."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from simcord.backend.models import Channel

from adapters.discord import Discord
from adapters.discord.commands import payloads
from adapters.discord.invite import invite
from bot.__main__ import main
from bot.chat.bot import Bot
from bot.chat.intents import Intent
from bot.chat.views import View, line
from bot.errors import DeliveryError, SettingsError
from bot.models import Place
from bot.runtime.supervisor import supervise
from tests.conftest import add_outlets
from tests.rigs.discord import TOKEN, DiscordRig, Fault, connect
from tests.rigs.discord_people import join, text


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait the five seconds that Discord wants between two logins of a shard."""

    monkeypatch.setattr("adapters.discord.backoff.IDENTIFY_SECONDS", 0.0)


async def test_a_bad_token_says_so_in_one_sentence(bot):
    async with DiscordRig().serving() as rig:
        with pytest.raises(
            SettingsError, match=r"^Discord does not accept DISCORD_TOKEN; copy it again from the"
        ):
            await Discord(rig.settings("wrong")).run(bot)
        assert await supervise("discord", lambda: Discord(rig.settings("wrong")).run(bot)) is False


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (4004, "DISCORD_TOKEN"),
        (4010, "DISCORD_SHARD_IDS"),
        (4011, "DISCORD_SHARDS higher"),
        (4012, "update Paperboy"),
        (4013, "update Paperboy"),
        (4014, "Privileged Gateway Intents"),
    ],
)
async def test_a_final_close_is_one_sentence_and_one_session(bot, code, words):
    async with DiscordRig().serving() as rig:
        rig.closed_with = code
        with pytest.raises(SettingsError, match=words):
            await Discord(rig.settings()).run(bot)
        assert rig.identified == 1


async def test_discord_out_of_reach_at_the_start_is_tried_again(bot, monkeypatch, caplog):
    soon(monkeypatch)
    rig = DiscordRig()
    async with rig.serving():
        port = int(rig.at.partition(":")[2])
    async with running(bot, rig):
        await rig.until(lambda: caplog.text.count("Can’t reach 127.0.0.1") >= 2)
        async with rig.serving(port):
            await rig.until(lambda: rig.sessions)


async def test_discord_in_trouble_at_the_start_is_tried_again(bot, monkeypatch, caplog):
    soon(monkeypatch)
    async with DiscordRig().serving() as rig:
        rig.faults.append(Fault("GET /users/@me", 503))
        async with running(bot, rig):
            await rig.until(lambda: rig.sessions)
    assert "Discord has an internal problem" in caplog.text


async def test_commands_that_discord_refuses_leave_the_others_and_all_else(bot, caplog):
    sent = payloads(bot.commands)
    group = next(n for n, one in enumerate(sent) if one["name"] == "digest")
    find = next(n for n, one in enumerate(sent) if one["name"] == "find")
    name = {"0": {"name": {"_errors": [{"message": "Invalid name"}]}}}
    wrong = {str(find): {"options": name}, str(group): {"options": {"2": {"options": name}}}}
    async with DiscordRig().serving() as rig:
        add_outlets(bot, adapter := Discord(rig.settings()))
        rig.faults.append(Fault("PUT */commands", 400, code=50035, errors=wrong))
        async with running(bot, rig, adapter):
            await rig.until(lambda: rig.sessions)
            await rig.until(lambda: rig.backend.commands.get(None))
            ada = join(rig, "Ada")
            said = text(await ada.sees(ada.type("status")))
            assert "Discord refused the command" in said
    registered = {
        name: one for (name, kind), one in rig.backend.commands[None].items() if kind == 1
    }
    assert {one["name"] for one in sent if one["type"] == 1} - set(registered) == {"find"}
    left = [one["name"] for one in registered["digest"]["options"]]
    dropped = sent[group]["options"][2]["name"]
    assert left == [one["name"] for one in sent[group]["options"] if one["name"] != dropped]
    assert "refused the command find: options.0.name: Invalid name" in caplog.text
    assert f"refused the command digest {dropped}: options.0.name: Invalid name" in caplog.text


async def test_a_refused_command_stays_as_it_was_registered_before(bot):
    async with DiscordRig().serving() as rig:
        async with connect(bot, rig):
            pass
        registered, sent = rig.backend.commands[None], payloads(bot.commands)
        position = next(n for n, one in enumerate(sent) if one["name"] == "shelf")
        registered["shelf", 1]["description"] = "An earlier description"
        wrong = {str(position): {"_errors": [{"message": "Wrong"}]}}
        rig.faults.append(Fault("PUT */commands", 400, code=50035, errors=wrong))
        async with connect(bot, rig):
            await rig.until(lambda: len(rig.requests("PUT */commands")) == 3)
    assert rig.backend.commands[None]["shelf", 1]["description"] == "An earlier description"
    assert len(rig.backend.commands[None]) == len(sent)


@pytest.mark.parametrize(
    ("status", "code"), [(400, 0), (403, 50001), (404, 10002), (429, 0), (503, 0)]
)
async def test_without_registered_commands_all_else_works_and_it_is_tried_again(
    bot, monkeypatch, caplog, status, code
):
    monkeypatch.setattr("adapters.discord.registration.MIN_PAUSE_SECONDS", 0.01)
    async with DiscordRig().serving() as rig:
        rig.faults.append(Fault("* */commands", status, times=2, code=code))
        async with running(bot, rig):
            await rig.until(lambda: rig.sessions)
            ada = join(rig, "Ada")
            assert "Papers" in text(await ada.sees(ada.type("status")))
            await rig.until(lambda: rig.backend.commands.get(None))
    if status != 429:
        assert f"Discord did not take the commands ({status}" in caplog.text


async def test_a_blocked_address_is_silent_as_long_as_discord_asks(bot, adapter_at, monkeypatch):
    now = 1000.0
    monkeypatch.setattr("adapters.discord.web.monotonic", lambda: now)
    async with DiscordRig().serving() as rig, connect(bot, rig) as adapter:
        guild = rig.backend.create_guild("Team")
        here = adapter_at(rig.backend.create_channel(guild.id, "papers"))
        view = View((line("hello"),))
        rig.faults.append(Fault("POST /channels/*/messages", 429, via=False, wait=30))
        with pytest.raises(DeliveryError) as caught:
            await adapter.send(here, view, "k")
        asked = len(rig.asked)
        with pytest.raises(DeliveryError, match="Discord blocks this address") as caught:
            await adapter.send(here, view, "k")  # nothing is even asked
        assert caught.value.retry_after == 30
        assert not caught.value.ambiguous
        assert len(rig.asked) == asked
        now += 30
        await adapter.send(here, view, "k")


@pytest.fixture
def adapter_at() -> Callable[[Channel], Place]:
    """Give a way to name the place of a channel."""
    return lambda channel: Place("discord", str(channel.guild_id), str(channel.id))


@asynccontextmanager
async def running(bot: Bot, rig: DiscordRig, adapter: Discord | None = None) -> AsyncIterator[None]:
    """Run the adapter, whether or not it gets through."""
    task = asyncio.create_task((adapter or Discord(rig.settings())).run(bot))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dial again at once."""
    monkeypatch.setattr("adapters.discord.backoff.MAX_RECONNECT_SECONDS", 0.05)


async def test_a_gateway_that_refuses_at_the_start_is_tried_again(bot, monkeypatch, caplog):
    slept = asyncio.sleep
    monkeypatch.setattr("discord.shard.asyncio.sleep", lambda seconds: slept(min(seconds, 0.05)))
    async with DiscordRig().serving() as rig:
        rig.refuse_gateway = 2
        async with connect(bot, rig):
            ada = join(rig, "Ada")
            assert "Papers" in text(await ada.sees(ada.type("status")))
    assert "Failed to connect for shard_id: 0. Retrying... (503" in caplog.text
    assert "Traceback" not in caplog.text


async def test_a_lost_connection_is_resumed_and_nothing_is_lost(bot):
    async with DiscordRig().serving() as rig, connect(bot, rig):
        ada = join(rig, "Ada")
        await ada.sees(ada.type("status"))
        rig.drop()
        asked = ada.type("status")  # while nobody listens
        assert "Papers" in text(await ada.sees(asked))
        assert len(rig.sessions) == 1


async def test_an_invalid_session_starts_anew(bot):
    async with DiscordRig().serving() as rig, connect(bot, rig):
        ada = join(rig, "Ada")
        await ada.sees(ada.type("status"))
        rig.drop(resumable=False)
        await rig.until(lambda: rig.sessions)
        assert "Papers" in text(await ada.sees(ada.type("status")))


async def test_a_request_to_connect_again_is_followed(bot):
    async with DiscordRig().serving() as rig, connect(bot, rig):
        ada = join(rig, "Ada")
        (session,) = rig.sessions.values()
        before = session.socket
        await rig.ask_to_reconnect()
        await rig.until(lambda: session.socket not in {None, before})
        assert "Papers" in text(await ada.sees(ada.type("status")))


async def test_an_outage_of_everything_is_survived(bot, monkeypatch, caplog):
    soon(monkeypatch)
    rig = DiscordRig()
    async with rig.serving(), connect(bot, rig):
        ada = join(rig, "Ada")
        await ada.sees(ada.type("status"))
        port = int(rig.at.partition(":")[2])
        await rig.stop()
        await rig.until(lambda: "Attempting a reconnect" in caplog.text)
        rig.sessions.clear()  # longer than Discord keeps a session
        async with rig.serving(port):
            await rig.until(lambda: rig.sessions)
            assert "Papers" in text(await ada.sees(ada.type("status")))


async def test_an_answer_that_outlives_the_farewell_is_a_line_in_the_log(bot, monkeypatch, caplog):
    monkeypatch.setattr("adapters.discord.connection.CLOSE_SECONDS", 0.05)
    handle, closed = bot.handle, asyncio.Event()

    async def handle_late(intent: Intent) -> View:
        await closed.wait()
        answered: View = await handle(intent)
        return answered

    monkeypatch.setattr(bot, "handle", handle_late)
    async with DiscordRig().serving() as rig:
        async with connect(bot, rig):
            record = join(rig, "Ada").type("status")
            await rig.until(lambda: record.responded)
        closed.set()
        await rig.until(
            lambda: "on_interaction: the connection closed before the answer" in caplog.text
        )
    assert "Traceback" not in caplog.text


async def test_processes_share_the_shards(bot):
    async with DiscordRig(shards=3).serving() as rig:
        guilds = [
            rig.backend.create_guild(f"Team {n}", shard_id=n, shard_count=3) for n in range(3)
        ]
        adapter = Discord(rig.settings(shards=3, shard_ids=(0, 2)))
        running = asyncio.create_task(adapter.run(bot))
        await rig.until(lambda: len(rig.sessions) == 2)
        assert sorted((one.shard, one.shards) for one in rig.sessions.values()) == [(0, 3), (2, 3)]
        assert {
            len([f for f in one.told if "GUILD_CREATE" in f]) for one in rig.sessions.values()
        } == {1}
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert len(guilds) == 3


async def test_only_what_is_not_privileged_is_asked_for(bot):
    async with DiscordRig().serving() as rig, connect(bot, rig):
        (session,) = rig.sessions.values()
        asked = {name for name, given in session.intents if given}
        kinds = {"guild_reactions", "dm_reactions", "guild_messages", "dm_messages"}
        assert asked == {"guilds", *kinds}


async def test_the_log_tells_no_secret(bot: Bot, caplog):
    caplog.set_level(logging.DEBUG)
    async with DiscordRig().serving() as rig, connect(bot, rig):
        ada = join(rig, "Ada")
        rig.faults.append(Fault("PATCH /webhooks/*", 429))
        record = ada.type("status")
        await ada.sees(record)
    said = caplog.text + "".join(record.getMessage() for record in caplog.records)
    assert "rate limited" in said
    assert TOKEN not in said
    assert record.token not in said
    assert not re.search(r"simcord_interaction_\d", said)


async def test_the_invitation_asks_for_the_least_by_name():
    async with DiscordRig().serving() as rig:
        said = await invite(rig.settings())
        link, _, *names = said.splitlines()
        assert link == (
            f"https://discord.com/oauth2/authorize?client_id={rig.backend.application_id}"
            "&scope=bot+applications.commands&permissions=309237713984"
        )
        assert names == [
            "Permissions (309237713984):",
            "  Add Reactions",
            "  View Channel",
            "  Send Messages",
            "  Read Message History",
            "  Create Public Threads",
            "  Send Messages in Threads",
        ]
        with pytest.raises(SettingsError, match="copy it again"):
            await invite(rig.settings("wrong"))
    with pytest.raises(SettingsError, match="DISCORD_TOKEN is not set"):
        await invite(None)
    with pytest.raises(DeliveryError, match="Can’t reach"):
        await invite(rig.settings())


def test_the_invitation_is_a_command_that_says_what_it_lacks(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PAPERBOY_HOME", str(tmp_path))
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    monkeypatch.chdir(tmp_path)
    assert main(["discord-invite"]) == 2
    assert "DISCORD_TOKEN is not set" in capsys.readouterr().err
