"""Who and where, as Discord's ids."""

from __future__ import annotations

from typing import Any

import discord

from bot.models import Person, Place

PLATFORM = "discord"


def person(user: discord.abc.User, tenant: str) -> Person:
    """Name the person; `tenant` is the guild, "" in direct messages."""
    return Person(PLATFORM, tenant, str(user.id), user.display_name)


def place(tenant: str, channel_id: int, name: str = "", *, private: bool = False) -> Place:
    """Name a channel, thread or direct conversation, which is private."""
    return Place(PLATFORM, tenant, str(channel_id), name, private)


def here(interaction: discord.Interaction[Any], tenant: str) -> Place:
    """Name the place of an interaction, seen from a tenant: a press in a direct conversation can be about another."""
    name = getattr(interaction.channel, "name", None) or ""
    known = f"#{name}" if name and interaction.guild_id else ""
    return place(tenant, interaction.channel_id or 0, known, private=not tenant_of(interaction))


def tenant_of(interaction: discord.Interaction[Any]) -> str:
    """Return the guild that an interaction comes from, "" in direct messages.

    A guild that has not invited the bot is none of ours: whoever brings it along there, as an app
    of their own, is alone with it.
    """
    ours = (
        interaction.guild_id is not None
        and interaction.client.get_guild(interaction.guild_id) is not None
    )
    return str(interaction.guild_id) if ours else ""
