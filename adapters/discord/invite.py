"""The link that invites Paperboy to a server, with the least that it has to be allowed there."""

from __future__ import annotations

import discord
from discord.utils import oauth_url

from adapters.discord.connection import set_addresses
from adapters.discord.errors import TROUBLE, delivery_error, permission_name
from adapters.discord.logs import tidy_logs
from bot.errors import SettingsError
from bot.settings import DiscordSettings

# see a channel, post there and in threads, its own ones too, put reactions under what it posts, and
# read that again: to make up for missed reactions, and to look whether it arrived
LEAST = discord.Permissions(
    view_channel=True,
    send_messages=True,
    create_public_threads=True,
    send_messages_in_threads=True,
    add_reactions=True,
    read_message_history=True,
)
SCOPES = ("bot", "applications.commands")


async def invite(settings: DiscordSettings | None) -> str:
    """Return the link and what it asks for; SettingsError where there is no token or Discord does not take it."""
    if settings is None:
        raise SettingsError(
            "DISCORD_TOKEN is not set: make a bot in the Discord Developer Portal (see README)."
        )
    set_addresses(settings)
    tidy_logs(settings.token)
    try:
        async with discord.Client(intents=discord.Intents(guilds=True)) as client:
            await client.login(settings.token)
            link = oauth_url(client.application_id or 0, permissions=LEAST, scopes=SCOPES)
    except discord.LoginFailure as error:
        raise SettingsError(
            "Discord does not take DISCORD_TOKEN; copy it again from the Developer Portal."
        ) from error
    except TROUBLE as error:
        raise delivery_error(error) from error
    allowed = [permission_name(flag) for flag, given in LEAST if given]
    return "\n".join(
        [link, "", f"Permissions ({LEAST.value}):", *(f"  {name}" for name in allowed)]
    )
