"""Whether the token works, which commands are registered, and where the bot can post."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
from discord.http import Route

from adapters.discord.commands import differing, payloads
from adapters.discord.connection import set_addresses
from adapters.discord.errors import (
    BAD_TOKEN,
    DISCORD_ERRORS,
    POSTING,
    POSTING_IN_THREADS,
    delivery_error,
    permission_name,
)
from adapters.discord.logs import redact_logs
from adapters.discord.web import Web
from bot.calendar.clock import offset_of
from bot.chat.commands import Command
from bot.chat.diagnosis import Diagnosis
from bot.models import Place
from bot.settings.platforms import DiscordSettings
from bot.text import count, listed

FEW_SESSIONS = 20  # of the 1,000 that Discord lets a bot start in a day
NO_SERVER = "Paperboy is in no server. Open the link that `paperboy discord-invite` prints."


async def diagnose(
    settings: DiscordSettings, places: Sequence[Place], commands: Mapping[str, Command]
) -> Diagnosis:
    """Ask Discord over HTTP, without a session of the gateway. Raises DeliveryError."""
    set_addresses(settings)
    redact_logs(settings.token)
    offsets: list[timedelta] = []
    client = discord.Client(
        intents=discord.Intents(guilds=True),
        http_trace=_trace(offsets),
        proxy=settings.proxies.proxy_for(settings.api_url or Route.BASE),
    )
    try:
        async with client:
            await client.login(settings.token)
            return await _diagnose(client, places, commands, offsets)
    except discord.LoginFailure:
        return Diagnosis(problems=(BAD_TOKEN,))
    except DISCORD_ERRORS as error:
        raise delivery_error(error, sent=False) from error


async def _diagnose(
    client: discord.Client,
    places: Sequence[Place],
    commands: Mapping[str, Command],
    offsets: Sequence[timedelta],
) -> Diagnosis:
    guilds = [guild async for guild in client.fetch_guilds(limit=200)]
    command_problem = await _check_commands(client, commands)
    problems = [command_problem, await _check_sessions(client), "" if guilds else NO_SERVER]
    fine = ["" if command_problem else f"All {count(len(commands), 'command')} are registered."]
    return Diagnosis(
        identity=f"@{client.user.name if client.user else 'Paperboy'} in {_names(guilds)}",
        fine=(*filter(None, fine), "No privileged intent is needed."),
        problems=tuple(filter(None, problems)),
        clock_offset=offsets[-1] if offsets else None,
        lacking={place: await _lacking(client, place) for place in places},
    )


async def _check_commands(client: discord.Client, commands: Mapping[str, Command]) -> str:
    """Say which commands Discord does not have as they are now, "" if it has all."""
    registered = await client.http.get_global_commands(client.application_id or 0)
    differ = differing(payloads(commands), registered)
    if not differ:
        return ""
    few = listed([*differ[:5], *(["others"] if len(differ) > 5 else [])])
    return (
        f"Discord has not registered {few} as this version has them. `paperboy run` does it; if it "
        "says that Discord refuses one, update Paperboy."
    )


async def _check_sessions(client: discord.Client) -> str:
    answer: Mapping[str, Any] = await client.http.request(Route("GET", "/gateway/bot"))
    left = answer.get("session_start_limit", {}).get("remaining", FEW_SESSIONS)
    if left >= FEW_SESSIONS:
        return ""
    return (
        f"Discord lets Paperboy connect only {count(int(left), 'more time')} today: something "
        "restarts it too often. See `paperboy log`."
    )


async def _lacking(client: discord.Client, place: Place) -> str:
    """Say why nothing can be posted in a place, "" if something can."""
    if place.address.startswith("@") or not place.tenant:
        return ""  # Discord tells only when a message is sent
    try:
        guild = await client.fetch_guild(int(place.tenant))
        channel = await guild.fetch_channel(int(place.address.partition(":")[0]))
        member = await guild.fetch_member(client.user.id if client.user else 0)
        allowed = await _permissions(guild, channel, member)
    except discord.InvalidData:
        return "That channel is in another server."
    except (discord.Forbidden, discord.NotFound) as error:
        return str(delivery_error(error))
    except DISCORD_ERRORS as error:
        return f"It could not be looked at: {delivery_error(error, sent=False)}"
    is_thread = isinstance(channel, discord.Thread)
    needed = POSTING_IN_THREADS if is_thread else POSTING
    missing = [
        permission_name(flag) for flag, need in needed if need and not getattr(allowed, flag)
    ]
    return f"Paperboy may not post there; allow it {listed(missing)}." if missing else ""


async def _permissions(
    guild: discord.Guild, channel: Any, member: discord.Member
) -> discord.Permissions:
    """Return what the bot may do in a channel, or in that of a thread."""
    if isinstance(channel, discord.Thread):
        channel = await guild.fetch_channel(channel.parent_id)
    allowed: discord.Permissions = channel.permissions_for(member)
    return allowed


def _trace(offsets: list[timedelta]) -> aiohttp.TraceConfig:
    """Return hooks that note the server's clock."""
    config = Web().trace()

    async def note(
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        params: aiohttp.TraceRequestEndParams,
    ) -> None:
        offset = offset_of(params.response.headers.get("Date", ""))
        if offset is not None:
            offsets.append(offset)

    config.on_request_end.append(note)
    return config


def _names(guilds: Sequence[discord.Guild]) -> str:
    if len(guilds) > 5:
        return count(len(guilds), "server")
    return listed([guild.name for guild in guilds]) if guilds else "no server"
