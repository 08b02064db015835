"""Faults of the network and of each platform, with their SDKs over loopback."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import aiohttp
import pytest
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from adapters.discord import Discord
from adapters.discord.commands import payloads
from adapters.email import Email
from adapters.slack import Slack
from adapters.slack.scopes import SCOPES
from adapters.webhook import Webhook
from bot.models import Place
from bot.network.proxies import Proxies
from bot.settings.platforms import EmailSettings, SlackSettings, SmtpServer, WebhookSettings
from tests.rigs.clinic import COMMANDS, Clinic, clinic
from tests.rigs.discord import TOKEN, DiscordRig, Fault
from tests.rigs.hugging_face import PAGE, reply
from tests.rigs.mail_server import mail_server
from tests.rigs.slack_server import APP_TOKEN, BOT_TOKEN, SlackServer

NOWHERE = "http://127.0.0.1:9"
YESTERDAY = timedelta(days=1)
SEND = 1 << 11


@pytest.fixture
async def there(home: Path) -> AsyncIterator[Clinic]:
    async with clinic(home) as there:
        yield there


async def text(there: Clinic) -> str:
    return "\n".join(await there.problems())


def assert_named(sentence: str, found: str) -> None:
    assert re.search(sentence, found), found


# Hugging Face and the clock


async def unreachable(there: Clinic) -> None:
    there.options["hf_endpoint"] = NOWHERE


async def refused_token(there: Clinic) -> None:
    there.options["hf_token"] = "hf_old"
    there.site.fail(reply({"error": "Unauthorized"}, 401))


async def page_of_html(there: Clinic) -> None:
    there.site.fail(PAGE)


async def proxy_away(there: Clinic) -> None:
    there.options["proxies"] = Proxies(http="http://127.0.0.1:9")


async def wrong_clock(there: Clinic) -> None:
    date = format_datetime(there.now - YESTERDAY, usegmt=True)
    there.site.answer = lambda _: reply([], Date=date)


@pytest.mark.parametrize(
    ("plant", "sentence"),
    [
        (unreachable, r"Hugging Face: Can’t reach 127.0.0.1:9 \(connection refused\)"),
        (refused_token, r"Hugging Face: .* refuses access \(HTTP 401\); check HF_TOKEN"),
        (page_of_html, r"Hugging Face: .* \(asked without a proxy\)"),
        (proxy_away, r"Hugging Face: Can’t reach the proxy 127.0.0.1:9 .*through the proxy"),
        (wrong_clock, r"Clock: This computer’s clock is 86,\d+ seconds ahead of Hugging Face’s"),
    ],
)
async def test_a_fault_of_the_network_is_named(there, plant, sentence):
    await plant(there)
    assert_named(sentence, await text(there))


async def test_where_the_network_is_fine_it_says_so(there: Clinic):
    told = await there.texts()
    assert f"{there.site.address} answers without a proxy, without a token." in told


# Slack


@asynccontextmanager
async def slack(there: Clinic) -> AsyncIterator[SlackServer]:
    """Set Slack up, with one digest that goes to a channel."""
    server = SlackServer()
    server.scopes = ",".join(SCOPES)
    await server.start()
    settings = SlackSettings(BOT_TOKEN, APP_TOKEN, f"{server.url}/api")
    there.options["slack"] = settings
    there.outlets = [Slack(settings)]
    await there.subscribe(Place("slack", "T1", "C1"))
    try:
        yield server
    finally:
        await server.stop()


Plant = Callable[[Clinic, SlackServer], Awaitable[None]]


async def bot_token_refused(_: Clinic, server: SlackServer) -> None:
    server.always["auth.test"] = {"error": "token_revoked"}


async def app_token_refused(_: Clinic, server: SlackServer) -> None:
    server.always["apps.connections.open"] = {"error": "missing_scope", "needed": "connections"}


async def scopes_missing(_: Clinic, server: SlackServer) -> None:
    server.scopes = ",".join(one for one in SCOPES if one not in {"im:write", "files:write"})


async def not_in_channel(there: Clinic, _: SlackServer) -> None:
    await there.subscribe(Place("slack", "T1", "C8"))


async def archived(_: Clinic, server: SlackServer) -> None:
    server.channels["C1"] = {"is_archived": True}


async def deleted(there: Clinic, _: SlackServer) -> None:
    await there.subscribe(Place("slack", "T1", "C99"))


async def person_gone(there: Clinic, server: SlackServer) -> None:
    server.people["U3"] = {"deleted": True}
    await there.subscribe(Place("slack", "T1", "U3"))


async def other_workspace(there: Clinic, _: SlackServer) -> None:
    await there.subscribe(Place("slack", "T7", "C1"))


async def away(_: Clinic, server: SlackServer) -> None:
    server.refusing = True


async def slack_clock(there: Clinic, server: SlackServer) -> None:
    server.date = format_datetime(there.now + YESTERDAY, usegmt=True)


SLACK_FAULTS: list[tuple[Plant, str]] = [
    (bot_token_refused, r"Slack: Slack refuses SLACK_BOT_TOKEN \(token_revoked\)"),
    (app_token_refused, r"Slack: Slack refuses SLACK_APP_TOKEN \(missing_scope\).*connections:wr"),
    (scopes_missing, "Slack: The Slack app lacks im:write, files:write"),
    (not_in_channel, r"Slack: C8 \(subscription 2\): I’m not in that channel. Type /invite @pap"),
    (archived, r"Slack: C1 \(subscription 1\): That channel is archived"),
    (deleted, r"Slack: C99 \(subscription 2\): I can’t see that channel: it was deleted"),
    (person_gone, r"Slack: U3 \(subscription 2\): That person’s account is deactivated"),
    (other_workspace, r"Slack: C1 \(subscription 2\): It belongs to another workspace"),
    (away, r"Slack: Slack did not answer \(connection closed\)\. Check the network and https://sl"),
    (slack_clock, r"Clock: This computer’s clock is 86,\d+ seconds behind Slack’s"),
]


@pytest.mark.parametrize(("plant", "sentence"), SLACK_FAULTS)
async def test_a_fault_of_slack_is_named(there: Clinic, plant: Plant, sentence: str):
    async with slack(there) as server:
        await plant(there, server)
        found = await text(there)
    assert_named(sentence, found)
    assert BOT_TOKEN not in found


async def test_a_slack_in_which_all_is_well(there: Clinic):
    async with slack(there) as server:
        assert await there.problems() == []
        told = await there.texts()
        assert server.messages == []
    assert_named(r"Slack: @paperboy in \w+\.", told)
    assert f"The bot token has all {len(SCOPES)} permissions." in told
    assert "The app token opens connections." in told
    assert "It can post in 1 of 1 places with digests." in told
    assert re.search("Clock: It agrees with .*Slack", told)


# Discord


@asynccontextmanager
async def discord(there: Clinic, servers: int = 1) -> AsyncIterator[DiscordRig]:
    """Set Discord up, with one digest that goes to a channel."""
    async with DiscordRig().serving() as rig:
        for n in range(servers):
            guild = rig.backend.create_guild(f"Team {n}")
            channel = rig.backend.create_channel(guild.id, "papers")
            await there.subscribe(Place("discord", str(guild.id), str(channel.id)))
        settings = rig.settings()
        there.options["discord"] = settings
        there.outlets = [Discord(settings)]
        yield rig


async def register(rig: DiscordRig) -> None:
    """Register the commands, as a running bot does."""
    path = f"http://{rig.at}/api/v10/applications/{rig.backend.application_id}/commands"
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bot {TOKEN}"}) as session,
        session.put(path, json=payloads(COMMANDS)) as response,
    ):
        assert response.status == 200


async def test_a_discord_in_which_all_is_well(there: Clinic):
    async with discord(there) as rig:
        await register(rig)
        assert await there.problems() == []
        told = await there.texts()
        assert rig.identified == 0  # no session of the day is used up
    assert re.search(r"Discord: @.* in Team 0\.", told)
    assert f"All {len(COMMANDS)} commands are registered." in told
    assert "It can post in 1 of 1 places with digests." in told


async def test_a_discord_token_that_is_refused_is_named(there: Clinic):
    async with discord(there) as rig:
        there.outlets = [Discord(rig.settings("another-token"))]
        found = await text(there)
    assert_named("Discord: Discord does not accept DISCORD_TOKEN; copy it again", found)


async def test_commands_that_are_not_registered_are_named(there: Clinic):
    async with discord(there) as rig:
        found = await text(there)
        assert_named("Discord: Discord has not registered find, .* and others as this ver", found)
        await register(rig)
        some = {name: one for name, one in COMMANDS.items() if name != "find"}
        changed = replace(COMMANDS["find"], help="Find nothing")
        diagnosis = await there.outlets[0].diagnose([], {**some, "find": changed})
    assert_named("Discord has not registered find as this version", diagnosis.problems[0])


async def test_a_discord_without_a_server_is_named(there: Clinic):
    async with discord(there, servers=0):
        found = await text(there)
    assert_named("Discord: Paperboy is in no server. Open the link that `paperboy disc", found)


async def test_what_a_channel_of_discord_lacks_is_named(there: Clinic):
    async with discord(there) as rig:
        (guild,) = rig.backend.guilds.values()
        quiet = Overwrite(guild.id, OverwriteType.ROLE, deny=SEND)
        channel = rig.backend.create_channel(guild.id, "quiet", overwrites=[quiet])
        gone = rig.backend.create_channel(guild.id, "gone")
        for one in (channel, gone):
            await there.subscribe(Place("discord", str(guild.id), str(one.id)))
        await there.subscribe(Place("discord", "123456", str(channel.id)))
        rig.backend.delete_channel(gone.id)
        found = await text(there)
    lacks = r"\(subscription 2\): Paperboy may not post there; allow it Send Messages"
    assert_named(lacks, found)
    assert_named(r"\(subscription 3\): That channel no longer exists", found)
    assert_named(r"\(subscription 4\): ", found)


async def test_a_discord_that_lets_no_more_sessions_start_is_named(
    there: Clinic, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("adapters.discord.diagnosis.FEW_SESSIONS", 1000)
    async with discord(there):
        found = await text(there)
    assert_named("Discord: Discord lets Paperboy connect only 999 more times today", found)


@pytest.mark.parametrize("fault", [Fault("GET /users/@me", 500, 9), Fault("GET /users/@me", 0, 9)])
async def test_a_discord_that_does_not_answer_is_named(there: Clinic, fault: Fault):
    async with discord(there) as rig:
        rig.faults.append(fault)
        found = await text(there)
    assert_named("Discord: (Discord has an internal problem|The connection to Discord)", found)


# e-mail and web hooks


async def test_faults_of_a_mail_server_are_named(there: Clinic):
    there.outlets = [Email(EmailSettings(SmtpServer("127.0.0.1", 9, tls=False), "p@example.org"))]
    found = await text(there)
    assert_named(r"E-mail: 127.0.0.1:9 can’t be used \(no connection\). Check SMTP_URL", found)
    async with mail_server() as server:
        there.outlets = [Email(server.settings)]
        there.options["email"] = server.settings
        assert await there.problems() == []
        assert f"E-mail: {server.settings.sender} through 127.0.0.1" in await there.texts()
        server.senders.append("553 5.7.1 not your address")
        refused = await text(there)
        named = replace(server.settings.smtp, username="ada", password="hunter2")
        there.outlets = [Email(replace(server.settings, smtp=named))]
        found = await text(there)
        assert server.taken == []
    assert_named(
        "E-mail: 127.0.0.1:.* answers 553 to .* as the sender. Check PAPERBOY_MAIL_FROM", refused
    )
    assert_named("E-mail: 127.0.0.1:.* (refuses the user|can’t be used)", found)
    assert "hunter2" not in found


async def test_a_web_hook_that_is_away_or_unknown_is_named(there: Clinic):
    hooks = WebhookSettings({"team": f"{NOWHERE}/secret", "here": there.site.address}, "s")
    there.options["webhooks"] = hooks
    there.outlets = [Webhook(hooks)]
    await there.subscribe(Place("webhook", "", "gone"))
    found = await text(there)
    assert_named("Web hooks: The web hook team can’t be reached .* PAPERBOY_WEBHOOKS", found)
    assert_named(r"Web hooks: gone \(subscription 1\): PAPERBOY_WEBHOOKS names no “gone”", found)
    assert "secret" not in found
    assert "web hook here" not in found
