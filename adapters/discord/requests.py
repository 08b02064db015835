"""What an interaction means: a slash command, a press, a form that was sent, or a message to collect from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import discord

from adapters.discord.commands import COLLECT, IN_MESSAGE_MENU
from adapters.discord.custom_ids import Kind, Press
from adapters.discord.files import attached
from adapters.discord.ids import here, person, tenant_of
from bot.chat.bot import Bot
from bot.chat.commands import LONGEST_ARGUMENT
from bot.chat.intents import Intent
from bot.text import shorten

Interaction = discord.Interaction[Any]
REST = "rest"  # the input of a form that ends a command line
_READABLE = ("content", "title", "description", "name", "value", "url", "custom_id", "label")


@dataclass(frozen=True, slots=True)
class Heard:
    """An intent, and where it came from.

    `line` is the command line so far, where a form could ask for the rest. `pressed` is the
    custom_id of the button, and `press` what it carries.
    """

    intent: Intent
    line: str = ""
    press: Press | None = None
    pressed: str = ""

    @property
    def tenant(self) -> str:
        """The guild that it is about, "" in direct messages."""
        return self.intent.place.tenant


def hear(bot: Bot, interaction: Interaction) -> Heard | None:
    """Make an intent of an interaction; None where it is none of ours."""
    data: Mapping[str, Any] = interaction.data or {}
    match interaction.type:
        case discord.InteractionType.application_command if data.get("type") == IN_MESSAGE_MENU:
            return _collected(bot, interaction, data)
        case discord.InteractionType.application_command:
            args = {option["name"]: str(option["value"]) for option in data.get("options", ())}
            intent = with_files(
                _intent(interaction, tenant_of(interaction), data["name"], args), bot, data
            )
            return Heard(
                intent, "" if any(text.strip() for text in args.values()) else data["name"]
            )
        case discord.InteractionType.component:
            return _pressed(bot, interaction, (data.get("values") or [data["custom_id"]])[0])
        case discord.InteractionType.modal_submit:
            return _sent(bot, interaction, data)
        case _:
            return None


def _pressed(bot: Bot, interaction: Interaction, custom_id: str) -> Heard | None:
    press = Press.read(custom_id)
    return (
        Heard(_read(bot, interaction, press, press.line), press.line, press, custom_id)
        if press
        else None
    )


def _sent(bot: Bot, interaction: Interaction, data: Mapping[str, Any]) -> Heard | None:
    press = Press.read(data["custom_id"])
    inputs = dict(_inputs(data.get("components", ())))
    if press is None:
        return None
    if press.kind is Kind.FIELD:
        return Heard(_read(bot, interaction, press, f"{press.line} {inputs.get(REST, '')}"))
    intent = _read(bot, interaction, press, press.line)
    return Heard(with_files(replace(intent, args={**intent.args, **inputs}), bot, data))


def _collected(bot: Bot, interaction: Interaction, data: Mapping[str, Any]) -> Heard:
    message = data["resolved"]["messages"][data["target_id"]]
    words = list(dict.fromkeys(" ".join(_texts(message)).split()))
    text = " ".join(words)
    if len(text) > LONGEST_ARGUMENT:  # an id or an address of a paper has digits
        text = shorten(
            " ".join(word for word in words if any(map(str.isdigit, word))), LONGEST_ARGUMENT
        )
    param = bot.commands[COLLECT].params[0].name
    return Heard(_intent(interaction, tenant_of(interaction), COLLECT, {param: text or "-"}))


def with_files(intent: Intent, bot: Bot, data: Mapping[str, Any]) -> Intent:
    """Put the files in that came with an interaction: where one belongs, the id of it stands."""
    known = bot.commands.get(intent.command)
    params = (param.name for param in known.params if param.argument.file) if known else ()
    found = ((name, attached(data, intent.args.get(name, ""))) for name in params)
    files = {name: file for name, file in found if file}
    names = {name: file.name or "file" for name, file in files.items()}
    return replace(intent, args={**intent.args, **names}, files=files)


def _read(bot: Bot, interaction: Interaction, press: Press, line: str) -> Intent:
    tenant = press.tenant or tenant_of(interaction)
    return bot.read(line, person(interaction.user, tenant), here(interaction, tenant))


def _intent(interaction: Interaction, tenant: str, name: str, args: Mapping[str, str]) -> Intent:
    return Intent(name, person(interaction.user, tenant), here(interaction, tenant), args)


def _inputs(components: object) -> Iterator[tuple[str, str]]:
    """Yield the inputs of a form, in whatever they stand."""
    match components:
        case {"custom_id": str(name), "value": str(text)}:
            yield name, text
        case {"custom_id": str(name), "values": list(chosen)}:
            yield name, str(chosen[0]) if chosen else ""
        case {"component": inner} | {"components": inner}:
            yield from _inputs(inner)
        case list():
            for one in components:
                yield from _inputs(one)
        case _:  # a text between the inputs, or what Discord may yet add
            pass


def _texts(thing: object) -> Iterator[str]:
    """Yield what can be read in a message: its text, embeds, components, and what it forwards."""
    if isinstance(thing, dict):
        yield from (thing[key] for key in _READABLE if isinstance(thing.get(key), str))
        for key in ("embeds", "fields", "components", "accessory", "message_snapshots", "message"):
            yield from _texts(thing.get(key))
    elif isinstance(thing, list):
        for one in thing:
            yield from _texts(one)
