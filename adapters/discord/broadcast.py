"""Messages that tell many people: pings to a role, and published messages."""

from __future__ import annotations

import asyncio

import discord

from adapters.discord.channels import resolve
from adapters.discord.errors import DISCORD_ERRORS, delivery_error
from adapters.discord.invite import invite_again
from adapters.discord.web import repeat
from bot.chat.outlet import Sent
from bot.chat.views import View
from bot.errors import DeliveryError, UsageError
from bot.models import Person, Place

PUBLISH_SECONDS = 15.0  # for one message: the lease of its delivery runs on
ALREADY_PUBLISHED = 40033
NO_CHANNEL = "A role can only be pinged in a channel of its server."
NOT_NEWS = "Only messages in an announcement channel can be published."
NO_ROLE = "Choose one role of this server, and not @everyone."
NOT_YOURS = (
    "You may not mention that role. Ask someone with the permission Mention Everyone, or let "
    "anyone mention it: Server Settings, Roles."
)
NOT_OURS = (
    "Paperboy may not mention that role. Let anyone mention it (Server Settings, Roles), or invite "
    "Paperboy again with the permission Mention Everyone, and try once more."
)
TOO_MANY = "Discord lets a channel publish ten messages an hour. Publish it by hand."


def pinged(view: View) -> discord.AllowedMentions:
    """Return whom a message may notify: the one role it is for, or no one."""
    if not view.ping.isdecimal():
        return discord.AllowedMentions.none()
    roles = [discord.Object(int(view.ping))]
    return discord.AllowedMentions(everyone=False, users=False, roles=roles, replied_user=False)


async def check_ping(client: discord.Client, person: Person, place: Place, ping: str) -> None:
    """Find out whether a person may have a role pinged in a place. Raises UsageError."""
    channel = await find_channel(client, place)
    if not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        raise UsageError(NO_CHANNEL, argument="ping")
    guild = channel.guild
    role = guild.get_role(int(ping))
    if role is None or role.is_default():
        raise UsageError(NO_ROLE, argument="ping")
    if role.mentionable:
        return
    try:
        member = await guild.fetch_member(int(person.id))
    except DISCORD_ERRORS as error:
        raise UsageError(str(delivery_error(error, sent=False)), argument="ping") from error
    if not channel.permissions_for(member).mention_everyone:
        raise UsageError(NOT_YOURS, argument="ping")
    if not channel.permissions_for(guild.me).mention_everyone:
        link = ("Invite Paperboy again", invite_again(client, guild, mention_everyone=True))
        raise UsageError(NOT_OURS, argument="ping", link=link)


async def check_publish(client: discord.Client, place: Place) -> None:
    """Find out whether messages in a place can be published. Raises UsageError."""
    channel = await find_channel(client, place)
    if not (isinstance(channel, discord.TextChannel) and channel.is_news()):
        raise UsageError(NOT_NEWS, argument="publish")


async def publish(client: discord.Client, sent: Sent) -> None:
    """Publish a message for those who follow its channel. Raises DeliveryError."""
    channel = client.get_partial_messageable(int(sent.place.address))
    message = channel.get_partial_message(int(sent.message))
    try:
        async with asyncio.timeout(PUBLISH_SECONDS):
            await repeat(message.publish)
    except discord.RateLimited as error:
        raise DeliveryError(TOO_MANY, permanent=True) from error
    except DISCORD_ERRORS as error:
        if not (isinstance(error, discord.HTTPException) and error.code == ALREADY_PUBLISHED):
            raise delivery_error(error, sent=False) from error


async def find_channel(client: discord.Client, place: Place) -> object:
    """Return the channel of a place. Raises UsageError."""
    try:
        return await resolve(client, place)
    except DISCORD_ERRORS as error:
        raise UsageError(str(delivery_error(error, sent=False))) from error
