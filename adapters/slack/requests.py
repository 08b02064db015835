"""What Slack sends, read: who asked, where, and how an answer reaches them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from adapters.slack.limits import Json
from bot.models import Person, Place

PLATFORM = "slack"
# begins the ids of what was said to all through a response_url, perhaps between two people
EVERYONE = "everyone"
LONGEST_TEXT = 2000  # that a command reads
_UNNAMED = (
    "",
    "directmessage",
    "privategroup",
)  # what Slack calls a conversation whose name it does not tell
_MARK = re.compile(r"<(?P<kind>[#@!]?)(?P<what>[^<>|]+)(?:\|(?P<label>[^<>]*))?>")
_CHANNEL = re.compile(r"<#(?P<id>[A-Z0-9]+)(?:\|(?P<name>[^<>]*))?>")
_ADDRESSES = ("url", "from_url", "original_url", "title_link")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked, where, and by which ways an answer reaches them.

    `alone` tells that nobody else sees the message in which a button was pressed; `thread` is where
    its answer goes; `surface` is the modal or Home in which it was pressed.
    """

    person: Person
    place: Place
    response_url: str = ""
    trigger: str = ""
    thread: str = ""
    message: Json = field(default_factory=dict)
    message_ts: str = ""
    alone: bool = False
    surface: Json = field(default_factory=dict)


def place(team: str, address: str, name: str = "") -> Place:
    """Name a place: a conversation with one person, in Slack’s ids or as the person, is private."""
    private = address.startswith(
        ("D", "U", "W")
    )  # https://docs.slack.dev/reference/objects/conversation-object
    return Place(
        PLATFORM, team, address, "" if private or name in _UNNAMED else f"#{name}", private
    )


def slash(body: Json, team: str) -> Asked:
    """Read who gave a slash command."""
    return Asked(
        Person(PLATFORM, team, str(body["user_id"]), str(body.get("user_name", ""))),
        place(team, str(body["channel_id"]), str(body.get("channel_name", ""))),
        str(body.get("response_url", "")),
        str(body.get("trigger_id", "")),
    )


def pressed(body: Json, team: str) -> Asked:
    """Read who pressed a button, chose a shortcut or sent a form."""
    user, container = body["user"], body.get("container", {})
    channel = str(body.get("channel", {}).get("id") or container.get("channel_id") or "")
    ts = str(container.get("message_ts", ""))
    thread = str(container.get("thread_ts") or body.get("message", {}).get("thread_ts") or "")
    thread = (
        "" if thread == ts else thread
    )  # the message that a thread hangs from stands in the channel
    address = "/".join(filter(None, (channel, thread))) or str(
        user["id"]
    )  # in Home, the conversation with the person
    return Asked(
        Person(
            PLATFORM, team, str(user["id"]), str(user.get("username") or user.get("name") or "")
        ),
        place(team, address, str(body.get("channel", {}).get("name", ""))),
        str(body.get("response_url", "")),
        str(body.get("trigger_id", "")),
        thread,
        body.get("message", {}),
        ts,
        bool(container.get("is_ephemeral")) or _between_us(channel, body),
        body.get("view") or {},
    )


def _between_us(channel: str, body: Json) -> bool:
    """Tell whether a message stands in the conversation between a person and us."""
    is_message = body.get("container", {}).get("type") == "message"
    return (
        channel.startswith("D")
        and is_message
        and not body["actions"][0]["block_id"].startswith(EVERYONE)
    )


def typed(text: str) -> str:
    """Return what a person typed, but for channels, which keep their ids: "<#C1|general>".

    Slack writes people and links in angles too, and escapes three characters:
    https://docs.slack.dev/messaging/formatting-message-text
    """
    return html.unescape(_MARK.sub(_as_typed, text)) if set("&<") & set(text) else text


def without_ids(text: str) -> str:
    """Return text with channels as people write them."""
    return _CHANNEL.sub(lambda found: f"#{found['name'] or found['id']}", text)


def _as_typed(found: re.Match[str]) -> str:
    kind, what, label = found["kind"], found["what"], found["label"] or ""
    if kind == "#":
        return found[0]
    if kind:
        return f"@{(label or what).removeprefix('@')}"
    return label if label and what.endswith(label) else what


def moment(ts: str) -> datetime:
    """Return when something happened, from Slack's "1700000000.000200"."""
    return datetime.fromtimestamp(float(ts), UTC)


def words_of(message: Json) -> str:
    """Return the addresses in a message and then its text, as much as a command reads."""
    found = dict.fromkeys(
        (*_addresses(message.get("blocks")), *_addresses(message.get("attachments")))
    )
    text = " ".join((*found, typed(str(message.get("text", "")))))
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT].rpartition(" ")[0]
    return text


def _addresses(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            if key in _ADDRESSES and isinstance(part, str):
                yield part
            else:
                yield from _addresses(part)
    elif isinstance(value, list):
        for part in value:
            yield from _addresses(part)
