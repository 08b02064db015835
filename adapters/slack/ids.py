"""People and places in Slack's ids, and the ids that we give to messages."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from datetime import UTC, datetime

from bot.models import Person, Place

PLATFORM = "slack"
BLOCK_PREFIX_LENGTH = 32  # characters; a delivery key can be longer than a block_id
# what Slack calls a conversation whose name it does not tell
_UNNAMED = ("", "directmessage", "privategroup")


def person(team: str, user: str, name: str = "") -> Person:
    """Return the person that Slack calls `user`, a member of `team`."""
    return Person(PLATFORM, team, user, name)


def place(team: str, address: str, name: str = "") -> Place:
    """Return a channel, thread ("C1/1700000000.000100") or conversation with one person.

    A conversation is addressed by its own id ("D…") or by the person's ("U…", "W…").
    """
    # https://docs.slack.dev/reference/objects/conversation-object
    private = address.startswith("D") or is_person(address)
    shown = "" if private or name in _UNNAMED else f"#{name}"
    return Place(PLATFORM, team, address, shown, private)


def is_person(address: str) -> bool:
    """Return whether an address is a person's id."""
    return address[:1] in {"U", "W"}


def is_channel(address: str) -> bool:
    """Return whether an address is that of a public or private channel."""
    return address[:1] in {"C", "G"}


def split_address(address: str) -> tuple[str, str]:
    """Return the channel and the thread of an address, "" where it names no thread."""
    channel, _, thread = address.partition("/")
    return channel, thread


def join_address(channel: str, thread: str) -> str:
    """Return the address of a thread in a channel, or of the channel itself."""
    return f"{channel}/{thread}" if thread else channel


def channel_of(where: Place) -> Place:
    """Return the channel of a thread: reactions name no other place."""
    return replace(where, address=split_address(where.address)[0])


def block_prefix(key: str) -> str:
    """Return how the ids of a message's blocks begin, by which it is found again."""
    return hashlib.sha256(key.encode()).hexdigest()[:BLOCK_PREFIX_LENGTH]


def random_prefix() -> str:
    """Return a new prefix for the block ids of one message or view."""
    return secrets.token_hex(8)


def moment(ts: str) -> datetime:
    """Return the time of Slack's "1700000000.000200", in UTC."""
    return datetime.fromtimestamp(float(ts), UTC)
