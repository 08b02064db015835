"""Slack's payloads: who asks, where, and how an answer reaches them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from adapters.slack.channels import Channels
from adapters.slack.ids import join_address, place
from adapters.slack.limits import Json
from adapters.slack.people import People
from adapters.slack.web import Web
from bot.models import Person, Place

# the block ids of what everyone sees through a response_url, perhaps two people alone, begin so
EVERYONE = "everyone"
MAX_TEXT = 40_000  # characters of a message that a command reads: Slack's own limit
_MARK = re.compile(r"<(?P<kind>[#@!]?)(?P<what>[^<>|]+)(?:\|(?P<label>[^<>]*))?>")
_ID = re.compile(r"<(?P<kind>[#@])(?P<id>[A-Z0-9]+)(?:\|(?P<name>[^<>]*))?>")
_SPACE = "\ue000"  # stands for a space in a name, so that a mention is one word of a command line
_TEXT_KEYS = frozenset(
    (
        "text",
        "title",
        "title_link",
        "url",
        "from_url",
        "original_url",
        "value",
        "pretext",
        "fallback",
    )
)


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, where, and the ways by which an answer reaches them.

    `thread` is where the answer goes. `message` is the one with the button that was pressed, and
    `alone` whether nobody else sees it. `surface` is the modal or Home with the button.
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


class Requests:
    """Reads payloads, and asks Slack who the people and what the channels in them are."""

    def __init__(self, web: Web, people: People, channels: Channels) -> None:
        self._web = web
        self._people = people
        self._channels = channels

    async def read_command(self, body: Json) -> Request:
        """Read the payload of a slash command. Raises SlackError."""
        user, name = str(body["user_id"]), str(body.get("user_name", ""))
        return Request(
            await self._people.identify(user, str(body.get("team_id", "")), name),
            place(self._web.team, str(body["channel_id"]), str(body.get("channel_name", ""))),
            str(body.get("response_url", "")),
            str(body.get("trigger_id", "")),
        )

    async def read_interaction(self, body: Json) -> Request:
        """Read the payload of a pressed button, a shortcut or a form. Raises SlackError."""
        container, channel = body.get("container", {}), body.get("channel") or {}
        channel_id = str(channel.get("id") or container.get("channel_id") or "")
        ts, thread = str(container.get("message_ts", "")), _thread(body)
        # a button in the Home has no channel: its answers go to the conversation with the person
        address = join_address(channel_id, thread) if channel_id else str(body["user"]["id"])
        return Request(
            await self.read_person(body),
            place(self._web.team, address, str(channel.get("name", ""))),
            str(body.get("response_url", "")),
            str(body.get("trigger_id", "")),
            thread,
            body.get("message", {}),
            ts,
            bool(container.get("is_ephemeral")) or _is_conversation(channel_id, body),
            body.get("view") or {},
        )

    async def read_person(self, body: Json) -> Person:
        """Read who acts in the payload of an interaction. Raises SlackError."""
        user = body["user"]
        team = str(user.get("team_id") or (body.get("team") or {}).get("id") or "")
        name = str(user.get("username") or user.get("name") or "")
        return await self._people.identify(str(user["id"]), team, name)

    async def read_actor(self, body: Json, user: str) -> Person:
        """Read who acts in the payload of an event. Raises SlackError.

        Slack does not tell their workspace, only whether the channel is shared with others.
        """
        is_shared = body.get("is_ext_shared_channel") is not False
        return await self._people.identify(user, "" if is_shared else self._web.team)

    async def read_place(self, address: str) -> Place:
        """Return the place of an event, with its name."""
        return place(self._web.team, address, await self._channels.name(address))

    def forget_channel(self, channel: str) -> None:
        """Ask Slack again about a channel that has changed."""
        self._channels.forget(channel)

    async def unescape(self, text: str) -> str:
        """Return what a person typed; see `unescape`. Mentions get the names of people."""
        marks = [found for found in _MARK.finditer(text) if found["kind"] == "@"]
        ids = {found["what"] for found in marks if not found["label"]}
        for user in ids:
            name = (await self._people.mention(user)).replace(" ", _SPACE)
            text = text.replace(f"<@{user}>", f"<@{user}|{name}>")
        return unescape(text)


def unescape(text: str) -> str:
    """Return what a person typed; channels and people keep their ids, as in "<#C1|general>".

    Slack writes people and links in angle brackets too, and escapes three characters:
    https://docs.slack.dev/messaging/formatting-message-text
    """
    return html.unescape(_MARK.sub(_unmark, text)) if set("&<") & set(text) else text


def drop_ids(text: str) -> str:
    """Return text with channels and people as people write them."""
    words = _ID.sub(lambda found: f"{found['kind']}{found['name'] or found['id']}", text)
    return words.replace(_SPACE, " ")


def extract_text(message: Json) -> str:
    """Return the texts and addresses in a message, a line each, as much as a command reads."""
    return "\n".join(dict.fromkeys(_lines(message)))[:MAX_TEXT]


def _thread(body: Json) -> str:
    """Return the thread in which a message stands, "" if it stands in the channel itself."""
    container = body.get("container", {})
    thread = str(container.get("thread_ts") or body.get("message", {}).get("thread_ts") or "")
    # the message that starts a thread stands in the channel
    return "" if thread == str(container.get("message_ts", "")) else thread


def _is_conversation(channel: str, body: Json) -> bool:
    """Return whether a message stands in the conversation between a person and the bot."""
    is_message = body.get("container", {}).get("type") == "message"
    if not is_message or not channel.startswith("D"):
        return False
    return not body["actions"][0]["block_id"].startswith(EVERYONE)


def _unmark(found: re.Match[str]) -> str:
    kind, what, label = found["kind"], found["what"], found["label"] or ""
    if kind in {"#", "@"}:
        return found[0]
    if kind:
        return f"@{(label or what).removeprefix('@')}"
    return label if label and what.endswith(label) else what


def _lines(value: object) -> Iterator[str]:
    """Yield what can be read in a message: its text, blocks, attachments and shared messages."""
    if isinstance(value, dict):
        if str(value.get("type", "")).startswith("rich_text_") and "elements" in value:
            yield from "".join(_spans(value["elements"])).splitlines()
            return
        for key, part in value.items():
            if isinstance(part, str):
                yield from part.splitlines() if key in _TEXT_KEYS else ()
            else:
                yield from _lines(part)
    elif isinstance(value, list):
        for part in value:
            yield from _lines(part)


def _spans(elements: object) -> Iterator[str]:
    """Yield the elements of a paragraph or list of rich text, which stand together in a line."""
    for element in elements if isinstance(elements, list) else ():
        if not isinstance(element, dict):
            continue
        if "elements" in element:  # an item of a list, or a paragraph in a quote
            yield from (*_spans(element["elements"]), "\n")
        elif url := element.get("url"):
            yield f"<{url}|{element.get('text', '')}>"
        else:
            yield str(element.get("text", ""))
