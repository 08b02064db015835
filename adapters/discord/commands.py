"""The commands as Discord registers them, and whether that is what it has already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.chat.commands import LONGEST_ARGUMENT, Command, Param
from bot.text import shorten, visible

SAVE_PAPER = "Save paper"  # in a message's menu under Apps
COLLECT = "collect"  # what that runs, with the text of the message

SLASH, IN_MESSAGE_MENU = 1, 3
TEXT, INTEGER, CHANNEL, ATTACHMENT = 3, 4, 7, 11
EVERYWHERE = {
    "contexts": [0, 1, 2],
    "integration_types": [0, 1],
}  # servers, our and other conversations; both installs
LONGEST_DESCRIPTION = 100
MOST_CHOICES = 25
MOST_OPTIONS = 25
MANAGE_CHANNELS = str(
    1 << 4
)  # who sees a command for managers, until the server’s settings say otherwise
# where something can be written:
# https://discord.com/developers/docs/resources/channel#channel-object-channel-types
WRITABLE = [0, 2, 5, 10, 11, 12, 15, 16]
_COMPARED = (
    *(
        "name",
        "type",
        "description",
        "options",
        "choices",
        "required",
        "autocomplete",
        "value",
        "max_length",
    ),
    *(
        "min_value",
        "max_value",
        "contexts",
        "integration_types",
        "default_member_permissions",
        "channel_types",
    ),
)

Payload = dict[str, Any]


def payloads(commands: Mapping[str, Command]) -> list[Payload]:
    """Write all commands as Discord wants them."""
    menu = (
        [{"name": SAVE_PAPER, "type": IN_MESSAGE_MENU, **EVERYWHERE}] if COLLECT in commands else []
    )
    return [*map(_command, commands.values()), *menu]


def same(ours: Iterable[Payload], theirs: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether Discord has these commands; it leaves out what is false or empty, and adds ids and versions."""
    return _by_name(ours) == _by_name(theirs)


def _command(command: Command) -> Payload:
    first_needed = sorted(
        command.params, key=lambda param: not param.required
    )  # Discord wants them first
    return {
        "name": command.name,
        "type": SLASH,
        "description": _described(command.help),
        "options": [_option(param) for param in first_needed[:MOST_OPTIONS]],
        **EVERYWHERE,
        **({"default_member_permissions": MANAGE_CHANNELS} if command.managers else {}),
    }


def _option(param: Param) -> Payload:
    option: Payload = {
        "name": param.name,
        "description": _described(param.help),
        "required": param.required,
    }
    if param.argument.bounds:
        low, high = param.argument.bounds
        return {**option, "type": INTEGER, "min_value": low, "max_value": high}
    if param.choices and len(param.choices) <= MOST_CHOICES:
        return {
            **option,
            "type": TEXT,
            "choices": [{"name": name, "value": name} for name in param.choices],
        }
    if param.argument.suggest == "place":
        return {**option, "type": CHANNEL, "channel_types": WRITABLE}
    if param.argument.file:
        return {**option, "type": ATTACHMENT}
    completed = bool(param.argument.suggest or param.choices)
    return {**option, "type": TEXT, "max_length": LONGEST_ARGUMENT, "autocomplete": completed}


def _described(text: str) -> str:
    return shorten(visible(text[:1].upper() + text[1:]), LONGEST_DESCRIPTION)


def _by_name(commands: Iterable[Mapping[str, Any]]) -> dict[tuple[str, int], object]:
    return {(one["name"], one.get("type", SLASH)): _essence(one) for one in commands}


def _essence(thing: object) -> object:
    if isinstance(thing, Mapping):
        return {key: _essence(thing[key]) for key in _COMPARED if thing.get(key)}
    if isinstance(thing, list):
        return [_essence(one) for one in thing]
    return thing
