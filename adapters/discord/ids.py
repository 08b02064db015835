"""People and places as Discord's ids."""

from __future__ import annotations

from typing import Any

import discord

from bot.models import Person, Place

PLATFORM = "discord"


def person(user: discord.abc.User, tenant: str) -> Person:
    """Return a user as a person of a tenant: a guild's id, or "" in direct messages."""
    return Person(PLATFORM, tenant, str(user.id), user.display_name)


def place(tenant: str, channel_id: int, name: str = "", *, private: bool = False) -> Place:
    """Return a channel, thread or direct conversation (which is private) as a place."""
    return Place(PLATFORM, tenant, str(channel_id), name, private)


def interaction_place(interaction: discord.Interaction[Any], tenant: str) -> Place:
    """Return where an interaction happened, seen from a tenant.

    A button in a direct conversation can be about a guild, so `tenant` is not always its own.
    """
    name = getattr(interaction.channel, "name", None) or ""
    shown = f"#{name}" if name and interaction.guild_id else ""
    private = not interaction_tenant(interaction)
    return place(tenant, interaction.channel_id or 0, shown, private=private)


def interaction_tenant(interaction: discord.Interaction[Any]) -> str:
    """Return the guild that an interaction comes from, "" in direct messages.

    A guild that has not invited the bot is no tenant: a person who brings the bot along there, as
    an app of their own, is alone with it.
    """
    guild_id = interaction.guild_id
    invited = guild_id is not None and interaction.client.get_guild(guild_id) is not None
    return str(guild_id) if invited else ""
