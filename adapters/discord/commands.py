"""The commands as Discord registers them, and whether it has them already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from adapters.discord.tree import GROUPS, MAX_SUBCOMMANDS, SUBCOMMAND, grouped
from bot.chat.commands import LONGEST_ARGUMENT, Command, Param
from bot.chat.kinds import Choice, Role, YesNo
from bot.text import shorten, visible

SAVE_PAPER = "Save paper"  # in a message's menu under Apps
COLLECT = "collect"  # what that runs, with the text of the message
SAVED_PAPERS = "Saved papers"  # in a person's menu under Apps
SHELF, SAVED_BY = "shelf", "by"  # what that runs, and the argument that names the person

SLASH, USER_MENU, MESSAGE_MENU = 1, 2, 3
TEXT, INTEGER, ROLE, ATTACHMENT = 3, 4, 8, 11
# in servers, with the bot and in other conversations; installed by servers and by people
EVERYWHERE = {"contexts": [0, 1, 2], "integration_types": [0, 1]}
IN_SERVERS = {"contexts": [0], "integration_types": [0]}
MAX_DESCRIPTION = 100  # characters
MAX_CHOICES = 25
MAX_OPTIONS = 25
# who sees a command for managers, until the server’s settings say otherwise
MANAGE_CHANNELS = str(1 << 4)
# the types of channels that messages can be sent to:
# https://discord.com/developers/docs/resources/channel#channel-object-channel-types
WRITABLE = [0, 2, 5, 10, 11, 12, 15, 16]
_COMPARED = (
    "name type description options choices required autocomplete value max_length min_value "
    "max_value contexts integration_types default_member_permissions channel_types"
).split()

Payload = dict[str, Any]


def payloads(commands: Mapping[str, Command]) -> list[Payload]:
    """Return all commands as Discord registers them."""
    top, groups = grouped(commands.values())
    registered = [_command(command) for command in top]
    registered += [_group(name, subcommands) for name, subcommands in groups.items()]
    if COLLECT in commands:
        registered.append({"name": SAVE_PAPER, "type": MESSAGE_MENU, **EVERYWHERE})
    if SHELF in commands:
        registered.append({"name": SAVED_PAPERS, "type": USER_MENU, **IN_SERVERS})
    return registered


def is_same(ours: Iterable[Payload], theirs: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether Discord has these commands.

    It leaves out what is false or empty, and adds ids and versions.
    """
    return _by_name(ours) == _by_name(theirs)


def differing(ours: Iterable[Payload], theirs: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of our commands that Discord has in another way, or not."""
    known = _by_name(theirs)
    return [key[0] for key, one in _by_name(ours).items() if known.get(key) != one]


def _group(name: str, commands: Mapping[str, Command]) -> Payload:
    subcommands = [{**_described(sub, one), "type": SUBCOMMAND} for sub, one in commands.items()]
    about, _ = GROUPS[name]
    return {
        "name": name,
        "type": SLASH,
        "description": about,
        "options": subcommands[:MAX_SUBCOMMANDS],
        **EVERYWHERE,
    }


def _command(command: Command) -> Payload:
    payload = {**_described(command.name, command), "type": SLASH, **EVERYWHERE}
    if command.managers:
        payload["default_member_permissions"] = MANAGE_CHANNELS
    return payload


def _described(name: str, command: Command) -> Payload:
    """Return what a command and a subcommand have alike."""
    # Discord wants the required ones first
    params = sorted(command.params, key=lambda param: not param.required)
    options = [_option(param) for param in params[:MAX_OPTIONS]]
    return {"name": name, "description": _description(command.help), "options": options}


def _option(param: Param) -> Payload:
    option: Payload = {
        "name": param.name,
        "description": _description(param.help),
        "required": param.required,
    }
    completes = bool(param.argument.suggest or param.choices)
    if param.argument.bounds:
        low, high = param.argument.bounds
        bounded = {**option, "type": INTEGER, "min_value": low, "max_value": high}
        return {**bounded, "autocomplete": True} if completes else bounded
    if isinstance(param.kind, Choice) and len(param.kind.options) <= MAX_CHOICES:
        choices = [{"name": label, "value": value} for value, label in param.kind.options]
        return {**option, "type": TEXT, "choices": choices}
    if isinstance(param.kind, YesNo):
        choices = [{"name": name, "value": name} for name in param.choices]
        return {**option, "type": TEXT, "choices": choices}
    if param.argument.file:
        return {**option, "type": ATTACHMENT}
    if isinstance(param.kind, Role):
        return {**option, "type": ROLE}
    return {**option, "type": TEXT, "max_length": LONGEST_ARGUMENT, "autocomplete": completes}


def _description(text: str) -> str:
    return shorten(visible(text[:1].upper() + text[1:]), MAX_DESCRIPTION)


def _by_name(commands: Iterable[Mapping[str, Any]]) -> dict[tuple[str, int], object]:
    return {(one["name"], one.get("type", SLASH)): _comparable(one) for one in commands}


def _comparable(thing: object) -> object:
    if isinstance(thing, Mapping):
        return {key: _comparable(thing[key]) for key in _COMPARED if thing.get(key)}
    if isinstance(thing, list):
        return [_comparable(one) for one in thing]
    return thing
