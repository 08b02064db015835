"""Slack on loopback with people in it: what they do, and what they then see."""

from __future__ import annotations

import time
from typing import Any

from tests.rigs.slack_rules import elements_of, seen
from tests.rigs.slack_server import APP_TOKEN, BOT, BOT_TOKEN, TEAM, Json, Message, SlackServer
from tests.rigs.waiting import eventually

__all__ = ["APP_TOKEN", "BOT", "BOT_TOKEN", "TEAM", "Message", "SlackRig", "eventually"]


class SlackRig(SlackServer):
    """One workspace and its people."""

    async def slash(
        self, text: str, user: str = "U1", channel: str = "C1", patience: float = 3.0
    ) -> float:
        """Give a slash command; return the seconds until it was acknowledged."""
        payload = self.slash_payload(text, user, channel)
        return (await self.deliver("slash_commands", payload, patience))[1]

    def slash_payload(self, text: str, user: str = "U1", channel: str = "C1") -> Json:
        return {
            "command": "/papers",
            "text": text,
            "user_id": user,
            "user_name": user.lower(),
            "channel_id": channel,
            "team_id": self.team_of(user),
            "trigger_id": "trigger",
            "response_url": self.response_url(channel, user),
        }

    async def ask(self, text: str, user: str = "U1", channel: str = "C1") -> Message:
        """Give a slash command; return the message that answers it."""
        before = len(self.messages)
        await self.slash(text, user, channel)
        await self.until(lambda: len(self.messages) > before)
        return self.messages[-1]

    async def press(
        self, shown: Message | Json, label: str, user: str = "U1", text: str | None = None
    ) -> float:
        """Press a button, or type into a field; return the seconds until that was acknowledged."""
        blocks = shown.blocks if isinstance(shown, Message) else shown["blocks"]
        for block, element in pressable(blocks):
            for option in element.get("options", ()):
                if option["text"]["text"] == label:
                    return await self.press_element(shown, block, element, user, option["value"])
            name = block.get("label") if "element" in block else element.get("text")
            if isinstance(name, dict) and name.get("text") == label:
                return await self.press_element(shown, block, element, user, text)
        raise AssertionError(f"There is no {label!r} in {seen(blocks)}")

    async def press_element(
        self,
        shown: Message | Json,
        block: Json,
        element: Json,
        user: str = "U1",
        text: str | None = None,
    ) -> float:
        """Press a button, or type into a field; return the seconds until that was acknowledged."""
        action = {
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "type": element["type"],
        }
        if element["type"] == "overflow":
            option = text or element["options"][0]["value"]
            action["selected_option"] = {"value": option}
        else:
            action["value"] = element["value"] if text is None else text
        payload = {"type": "block_actions", "actions": [action], **self._where(shown, user)}
        return (await self.deliver("interactive", payload))[1]

    def _where(self, shown: Message | Json, user: str) -> Json:
        person = {
            "user": {"id": user, "username": user.lower(), "team_id": self.team_of(user)},
            "trigger_id": "trigger",
        }
        person["team"] = {"id": self.team_of(user)}
        if not isinstance(shown, Message):
            return {**person, "container": {"type": "view", "view_id": shown["id"]}, "view": shown}
        container: Json = {"type": "message", "message_ts": shown.ts, "channel_id": shown.channel}
        container |= {"thread_ts": shown.thread} if shown.thread else {}
        container |= {"is_ephemeral": bool(shown.person)}
        url = self.response_url(shown.channel, user, shown.ts)
        where = {
            **person,
            "container": container,
            "channel": {"id": shown.channel},
            "response_url": url,
        }
        # of a message that only one person sees Slack tells no more than that
        return where if shown.person else {**where, "message": {"ts": shown.ts, **shown.body}}

    async def submit(
        self, view: Json, user: str = "U1", given: Json | None = None, **values: str
    ) -> Any:
        """Send a form in which `values` are filled in; return what it is acknowledged with."""
        state: Json = {}
        for block in view["blocks"]:
            if block["type"] != "input":
                continue
            kind, filled = block["element"]["type"], values.get(block["block_id"])
            if filled is None and not block.get("optional"):
                filled = _held(block["element"])
            assert filled or block.get("optional"), f"{block['block_id']} is required"
            value: Json = {"selected_option": {"value": filled} if filled else None}
            if kind in {"plain_text_input", "number_input"}:
                value = {"value": filled}
            elif kind == "timepicker":
                value = {"selected_time": filled}
            elif kind in {"checkboxes", "multi_external_select"}:
                chosen = [one.strip() for one in (filled or "").split(",") if one.strip()]
                value = {"selected_options": [{"value": one} for one in chosen]}
            elif kind == "conversations_select":
                value = {"selected_conversation": filled}
            elif kind == "file_input":
                value = {"files": [given] if given else []}
            state[block["block_id"]] = {block["element"]["action_id"]: {"type": kind, **value}}
        sent = {**view, "state": {"values": state}}
        payload = {"type": "view_submission", **self._where(sent, user)}
        answer = (await self.deliver("interactive", payload))[0]
        if answer and answer["response_action"] == "update":
            self._check_view(answer["view"])
            self.views[view["id"]] = {**answer["view"], "id": view["id"]}
            await self._changed()
        return answer

    async def choose(self, view: Json, name: str, value: str, user: str = "U1") -> None:
        """Choose one of the options of an input that has the form redrawn."""
        (block,) = (one for one in view["blocks"] if one["block_id"] == name)
        assert block["dispatch_action"]
        element = block["element"]
        assert value in [one["value"] for one in element["options"]]
        state = {"type": element["type"], "selected_option": {"value": value}}
        action = {"block_id": name, "action_id": element["action_id"], **state}
        values = {name: {element["action_id"]: state}}
        sent = {**view, "state": {"values": values}}
        payload = {"type": "block_actions", "actions": [action], **self._where(sent, user)}
        await self.deliver("interactive", payload)

    async def suggest(
        self, view: Json, text: str, user: str = "U1", patience: float = 3.0
    ) -> list[Json]:
        """Type into the first input of a form; return the options offered."""
        block = view["blocks"][0]
        payload = {
            "type": "block_suggestion",
            "action_id": block["element"]["action_id"],
            "block_id": block["block_id"],
            "value": text,
            **self._where(view, user),
        }
        options: list[Json] = (await self.deliver("interactive", payload, patience))[0]["options"]
        return options

    async def shortcut(self, message: Json, user: str = "U1") -> None:
        url = self.response_url("C1", user)
        payload = {
            "type": "message_action",
            "callback_id": "save_paper",
            "message": message,
            "trigger_id": "trigger",
        }
        person = {"user": {"id": user, "name": user.lower()}, "team": {"id": self.team_of(user)}}
        await self.deliver(
            "interactive", {**payload, **person, "channel": {"id": "C1"}, "response_url": url}
        )

    async def global_shortcut(self, callback: str, user: str = "U1") -> None:
        payload = {"type": "shortcut", "callback_id": callback, "trigger_id": "trigger"}
        person = {"user": {"id": user, "username": user.lower(), "team_id": self.team_of(user)}}
        await self.deliver("interactive", {**payload, **person, "team": {"id": self.team_of(user)}})

    async def react(
        self,
        message: Message,
        name: str,
        user: str = "U1",
        *,
        added: bool = True,
        at: float | None = None,
    ) -> float:
        """Add or take away a reaction; return the seconds until the event was acknowledged."""
        users = message.reactions.setdefault(name, [])
        users.append(user) if added else users.remove(user)
        return (await self.event(self.reaction(message, name, user, added=added, at=at)))[1]

    def reaction(
        self, message: Message, name: str, user: str, *, added: bool, at: float | None = None
    ) -> Json:
        item = {"type": "message", "channel": message.channel, "ts": message.ts}
        kind = "reaction_added" if added else "reaction_removed"
        event = {"type": kind, "user": user, "reaction": name, "item": item, "item_user": BOT}
        return {**event, "event_ts": f"{time.time() if at is None else at:.6f}"}

    async def event(
        self, event: Json, patience: float = 3.0, at: float | None = None
    ) -> tuple[Any, float]:
        payload: Json = {
            "type": "event_callback",
            "team_id": TEAM,
            "event_id": f"Ev{next(self._numbers)}",
            "is_ext_shared_channel": event.get("channel") in self.shared_channels
            or event.get("item", {}).get("channel") in self.shared_channels,
        }
        payload |= {"event": event, "event_time": int(time.time() if at is None else at)}
        return await self.deliver("events_api", payload, patience)

    async def mention(self, text: str, user: str = "U1", channel: str = "C1", **event: str) -> None:
        """Write a message that mentions the bot."""
        told = {"type": "app_mention", "user": user, "channel": channel, "text": text, **event}
        await self.event({**told, "ts": f"{time.time():.6f}"})

    async def write(self, text: str, user: str = "U1", **event: str) -> None:
        """Write to the bot in a direct message."""
        told = {"type": "message", "channel_type": "im", "user": user, "channel": f"D{user}"}
        await self.event({**told, "text": text, "ts": f"{time.time():.6f}", **event})

    def team_of(self, user: str) -> str:
        return str(self.people.get(user, {}).get("team_id", TEAM))

    async def open_home(self, user: str = "U1") -> Json:
        self.homes.pop(user, None)
        await self.event({"type": "app_home_opened", "tab": "home", "user": user, "channel": "D1"})
        await self.until(lambda: user in self.homes)
        return self.homes[user]


def _held(element: Json) -> str | None:
    """Return what an input holds that a person leaves as it is."""
    chosen = (element.get("initial_option") or {}).get("value")
    value: str | None = chosen or element.get("initial_time")
    return value


def pressable(blocks: list[Json]) -> list[tuple[Json, Json]]:
    """Return the buttons, menus and fields of blocks, each with its block."""
    found = [(block, one) for block in blocks for one in elements_of(block)]
    return [(block, one) for block, one in found if "action_id" in one]
