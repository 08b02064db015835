"""People at Discord: they type, press, send forms and react, as the gateway tells it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simcord.backend import serializers
from simcord.backend.models import Interaction, Message
from simcord.components import walk_components
from simcord.interactions import base_payload

from adapters.discord.tree import path
from tests.rigs.discord import DiscordRig

COMMAND, COMPONENT, COMPLETION, MODAL = 2, 3, 4, 5


@dataclass(frozen=True)
class Member:
    """A person in a channel or thread, or in direct messages with the bot."""

    rig: DiscordRig
    id: int
    channel: int
    guild: int | None

    def type(self, name: str, **options: str | int) -> Interaction:
        """Send a slash command."""
        given = [
            {"name": key, "type": 4 if isinstance(v, int) else 3, "value": v}
            for key, v in options.items()
        ]
        return self.do(COMMAND, placed(name, given))

    def give(self, name: str, option: str, file: dict[str, Any]) -> Interaction:
        """Send a slash command with a file."""
        given = [{"name": option, "type": 11, "value": file["id"]}]
        resolved = {"attachments": {file["id"]: file}}
        return self.do(COMMAND, {**placed(name, given), "resolved": resolved})

    def complete(self, name: str, option: str, typed: str) -> Interaction:
        """Type into an option."""
        focused = {"name": option, "type": 3, "value": typed, "focused": True}
        return self.do(COMPLETION, placed(name, [focused]))

    def look_up(self, person: int, name: str = "Saved papers") -> Interaction:
        """Choose a command in the menu of a person."""
        data = {"id": "1", "name": name, "type": 2, "target_id": str(person), "resolved": {}}
        return self.do(COMMAND, data)

    def collect(self, message: Message, name: str = "Save paper") -> Interaction:
        """Choose a command in the menu of a message."""
        payload = serializers.message_payload(self.rig.backend, message)
        target = str(message.id)
        data = {
            "id": "1",
            "name": name,
            "type": 3,
            "target_id": target,
            "resolved": {"messages": {target: payload}},
        }
        return self.do(COMMAND, data)

    def press(self, message: Message, label: str) -> Interaction:
        """Press a button, or choose in a menu, by what stands on it."""
        for one in walk_components(message.components):
            if one.get("label") == label:
                return self.press_id(message, one["custom_id"])
            for option in one.get("options", ()):
                if option["label"] == label:
                    chosen = {
                        "custom_id": one["custom_id"],
                        "component_type": 3,
                        "values": [option["value"]],
                    }
                    return self.do(COMPONENT, chosen, message)
        raise AssertionError(f"no button {label} among {list(labels(message))}")

    def press_id(self, message: Message, custom_id: str) -> Interaction:
        """Press a button by its custom_id."""
        return self.do(COMPONENT, {"custom_id": custom_id, "component_type": 2}, message)

    def send(
        self, modal: dict[str, Any], given: dict[str, Any] | None = None, **typed: str
    ) -> Interaction:
        """Fill a form in and send it, with a file where its value names one."""
        kinds = {
            one["component"]["custom_id"]: one["component"]["type"]
            for one in modal.get("components", ())
            if "component" in one
        }
        fields = [
            {
                "type": 18,
                "id": n,
                "component": {"id": n + 9, "custom_id": name, **filled(kinds.get(name, 4), value)},
            }
            for n, (name, value) in enumerate(typed.items(), 1)
        ]
        resolved = {"attachments": {given["id"]: given}} if given else {}
        return self.do(
            MODAL, {"custom_id": modal["custom_id"], "components": fields, "resolved": resolved}
        )

    def react(self, message: Message, emoji: str = "🔖", *, added: bool = True) -> None:
        """React to a message, or take the reaction away."""
        self.rig.backend.set_reaction(message.channel_id, message.id, emoji, self.id, added)

    async def sees(self, record: Interaction) -> Message:
        """Wait for the answer to what this person did."""
        await self.rig.until(lambda: record.token in self.rig.finished)
        answers = [record.message_id or 0, *record.followup_ids]
        return self.rig.backend.get_message(record.channel_id, answers[-1])

    def do(self, kind: int, data: dict[str, Any], message: Message | None = None) -> Interaction:
        """Send any interaction."""
        record, payload = base_payload(
            self.rig.backend,
            type=kind,
            channel_id=self.channel,
            guild_id=self.guild,
            user_id=self.id,
            data=data,
        )
        if message is not None:
            record.source_message_id = message.id
            payload["message"] = serializers.message_payload(self.rig.backend, message)
        self.rig.backend.emit("INTERACTION_CREATE", payload)
        return record


def placed(name: str, options: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what an interaction tells of a command, in its group if it stands in one."""
    group, *sub = path(name)
    if sub:
        options = [{"name": sub[0], "type": 1, "options": options}]
    return {"id": "1", "name": group, "type": 1, "options": options}


def filled(kind: int, value: str) -> dict[str, Any]:
    """Return what an input of a type holds, from what a person would type."""
    match kind:
        case 4 | 21:  # text, radio buttons
            held: Any = {"value": value}
        case 23:  # a checkbox
            held = {"value": value == "yes"}
        case _:
            held = {"values": value.split(",") if value else []}
    return {"type": kind, **held}


def text(message: Message) -> str:
    """Return all texts of a message, as Markdown."""
    return "\n".join(
        one["content"] for one in walk_components(message.components) if one["type"] == 10
    )


def labels(message: Message) -> Iterator[str]:
    """Yield what can be pressed or chosen."""
    for one in walk_components(message.components):
        if one["type"] == 2 and "custom_id" in one:
            yield one["label"]
        yield from (option["label"] for option in one.get("options", ()))


def join(rig: DiscordRig, name: str) -> Member:
    """Let a person join the first channel of the first server; create both if there are none."""
    backend = rig.backend
    guild = next(iter(backend.guilds.values()), None) or backend.create_guild("Team")
    here = (one for one in backend.channels.values() if one.guild_id == guild.id)
    channel = next(here, None) or backend.create_channel(guild.id, "papers")
    user = backend.make_user(name)
    backend.add_member(guild.id, user.id)
    return Member(rig, user.id, channel.id, guild.id)
