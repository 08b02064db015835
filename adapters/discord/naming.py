"""Who and where, as Discord's ids."""

from __future__ import annotations

from typing import Any

import discord

from bot.intents import Person, Place

PLATFORM = "discord"


def person(user: discord.abc.User, tenant: str) -> Person:
    """Name the person; `tenant` is the guild, "" in direct messages."""
    return Person(PLATFORM, tenant, str(user.id), user.display_name)


def place(tenant: str, channel_id: int) -> Place:
    """Name a channel, thread or direct conversation."""
    return Place(PLATFORM, tenant, str(channel_id))


def tenant_of(interaction: discord.Interaction[Any]) -> str:
    """Return the guild that an interaction comes from, "" in direct messages."""
    return str(interaction.guild_id or "")
