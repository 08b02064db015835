"""The link that invites Paperboy to a server, with the fewest permissions it needs there."""

from __future__ import annotations

import discord
from discord.utils import oauth_url

from adapters.discord.connection import set_addresses
from adapters.discord.errors import DISCORD_ERRORS, delivery_error, permission_name
from adapters.discord.logs import redact_logs
from bot.errors import SettingsError
from bot.settings.platforms import DiscordSettings

# see a channel, post there and in threads, its own too, react to what it posts, and read that
# again: to catch up on missed reactions, and to check whether a message arrived
PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    create_public_threads=True,
    send_messages_in_threads=True,
    add_reactions=True,
    read_message_history=True,
)
SCOPES = ("bot", "applications.commands")


def invite_again(client: discord.Client, guild: discord.Guild, **more: bool) -> str:
    """Return the link that adds permissions to those that Paperboy has in a server."""
    asked = discord.Permissions(PERMISSIONS.value)
    asked.update(**more)
    return oauth_url(client.application_id or 0, permissions=asked, guild=guild, scopes=SCOPES)


async def invite(settings: DiscordSettings | None) -> str:
    """Return the invite link and the permissions it asks for.

    Raises SettingsError without a token that Discord accepts, DeliveryError if it is out of reach.
    """
    if settings is None:
        raise SettingsError(
            "DISCORD_TOKEN is not set: create a bot in the Discord Developer Portal (see README)."
        )
    set_addresses(settings)
    redact_logs(settings.token)
    try:
        async with discord.Client(intents=discord.Intents(guilds=True)) as client:
            await client.login(settings.token)
            link = oauth_url(client.application_id or 0, permissions=PERMISSIONS, scopes=SCOPES)
    except discord.LoginFailure as error:
        raise SettingsError(
            "Discord does not accept DISCORD_TOKEN; copy it again from the Developer Portal."
        ) from error
    except DISCORD_ERRORS as error:
        raise delivery_error(error) from error
    names = [permission_name(flag) for flag, needed in PERMISSIONS if needed]
    return "\n".join(
        [link, "", f"Permissions ({PERMISSIONS.value}):", *(f"  {name}" for name in names)]
    )
