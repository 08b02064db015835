"""Marks by which the bot finds its own messages again: the id of their container."""

from __future__ import annotations

import zlib

import discord

NOTE = 0x7FFFFFFF  # of a note that is shown in a channel for a moment


def mark(key: str) -> int:
    """Return the mark of a message: 31 bits, above the ids that Discord assigns."""
    return zlib.crc32(key.encode()) & 0x7FFFFFFF | 0x10000


def has_mark(message: discord.Message, wanted: int) -> bool:
    """Tell whether a container of a message has this id."""
    return any(getattr(one, "id", None) == wanted for one in message.components)
