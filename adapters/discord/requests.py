"""Interactions read as intents: commands, presses, submitted forms, messages to save from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import discord

from adapters.discord import commands
from adapters.discord.commands import COLLECT, SAVED_BY, SHELF
from adapters.discord.custom_ids import Kind, Press
from adapters.discord.dialect import HELP
from adapters.discord.files import attached_file
from adapters.discord.ids import interaction_place, interaction_tenant, person
from adapters.discord.inputs import held_values, read_input
from adapters.discord.tree import read_asked, read_line
from bot.chat.bot import Bot
from bot.chat.intents import Intent

Interaction = discord.Interaction[Any]
REST = "rest"  # the input of a form that completes a command line
_TEXT_KEYS = (
    "content",
    "title",
    "description",
    "name",
    "value",
    "url",
    "custom_id",
    "label",
    "text",
)
_INNER_KEYS = (
    *("embeds", "author", "fields", "footer", "components", "accessory"),
    *("message_snapshots", "message"),
)


@dataclass(frozen=True, slots=True)
class Form:
    """A submitted form: what its inputs hold, and the data of its interaction with the files."""

    held: Mapping[str, Any]
    data: Mapping[str, Any]

    def fill(self, intent: Intent, bot: Bot) -> Intent:
        """Return an intent, whose line is no longer folded, with what the inputs hold."""
        command = bot.commands.get(intent.command)
        params = {param.name: param for param in command.params} if command else {}
        args = {
            name: read_input(params[name], held)
            for name, held in self.held.items()
            if name in params
        }
        return with_files(replace(intent, args={**intent.args, **args}), bot, self.data)


@dataclass(frozen=True, slots=True)
class Request:
    """An intent, and where it came from.

    `line` is the command line so far, if a form could ask for the rest. `custom_id` is that of the
    pressed button, and `press` what it carries. A submitted `form` fills the intent later.
    """

    intent: Intent
    line: str = ""
    press: Press | None = None
    custom_id: str = ""
    form: Form | None = None

    @property
    def tenant(self) -> str:
        """The guild that it is about, "" in direct messages."""
        return self.intent.place.tenant


def read_request(bot: Bot, interaction: Interaction) -> Request | None:
    """Read an interaction; None if it is malformed, or from another version of the bot."""
    data: Mapping[str, Any] = interaction.data or {}
    try:
        match interaction.type:
            case discord.InteractionType.application_command:
                return _from_command(bot, interaction, data)
            case discord.InteractionType.component:
                custom_id = (data.get("values") or [data["custom_id"]])[0]
                return _from_press(bot, interaction, str(custom_id))
            case discord.InteractionType.modal_submit:
                return _from_form(bot, interaction, data)
            case _:
                return None
    except (LookupError, TypeError, AttributeError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class Typing:
    """What a person types into an option of a command."""

    command: str
    option: str
    text: str


def read_typing(interaction: Interaction) -> Typing | None:
    """Read what is being typed; None if malformed."""
    data: Mapping[str, Any] = interaction.data or {}
    try:
        asked = read_asked(data)
        option = next(one for one in asked.options if one.get("focused"))
        return Typing(asked.command, str(option["name"]), str(option["value"]))
    except (LookupError, TypeError, AttributeError, StopIteration):
        return None


def _from_command(bot: Bot, interaction: Interaction, data: Mapping[str, Any]) -> Request:
    match data.get("type"):
        case commands.USER_MENU:  # in a person's menu
            by = f"<@{data['target_id']}>"
            return Request(_intent(interaction, SHELF, {SAVED_BY: by}))
        case commands.MESSAGE_MENU:  # in a message's menu
            return _from_message(bot, interaction, data)
        case _:
            return _from_slash(bot, interaction, data)


def _from_slash(bot: Bot, interaction: Interaction, data: Mapping[str, Any]) -> Request:
    asked = read_asked(data)
    args = {option["name"]: str(option["value"]) for option in asked.options}
    if asked.command == HELP:
        args = {name: read_line(words) for name, words in args.items()}
    intent = with_files(_intent(interaction, asked.command, args), bot, data)
    given = any(text.strip() for text in args.values())
    return Request(intent, "" if given else asked.command)


def _from_press(bot: Bot, interaction: Interaction, custom_id: str) -> Request | None:
    press = Press.read(custom_id)
    if press is None:
        return None
    return Request(_read_line(bot, interaction, press, press.line), press.line, press, custom_id)


def _from_form(bot: Bot, interaction: Interaction, data: Mapping[str, Any]) -> Request | None:
    press = Press.read(data["custom_id"])
    if press is None:
        return None
    held = held_values(data.get("components") or ())
    if press.kind is Kind.FIELD:
        line = f"{press.line} {held.get(REST, '')}"
        return Request(_read_line(bot, interaction, press, line), press=press)
    intent = _read_line(bot, interaction, press, press.line)
    return Request(intent, press=press, form=Form(held, data))


def _from_message(bot: Bot, interaction: Interaction, data: Mapping[str, Any]) -> Request:
    message = data["resolved"]["messages"][data["target_id"]]
    text = extract_text(message)
    param = bot.commands[COLLECT].params[0].name
    return Request(_intent(interaction, COLLECT, {param: text or "-"}))


def with_files(intent: Intent, bot: Bot, data: Mapping[str, Any]) -> Intent:
    """Attach the files of an interaction: each argument that takes a file holds a file's id."""
    command = bot.commands.get(intent.command)
    names = [param.name for param in command.params if param.argument.file] if command else []
    attached = {name: attached_file(data, intent.args.get(name, "")) for name in names}
    files = {name: file for name, file in attached.items() if file}
    file_names = {name: file.name or "file" for name, file in files.items()}
    return replace(intent, args={**intent.args, **file_names}, files=files)


def _read_line(bot: Bot, interaction: Interaction, press: Press, line: str) -> Intent:
    tenant = press.tenant or interaction_tenant(interaction)
    asker = person(interaction.user, tenant)
    return bot.read(line, asker, interaction_place(interaction, tenant))


def _intent(interaction: Interaction, name: str, args: Mapping[str, str]) -> Intent:
    tenant = interaction_tenant(interaction)
    asker = person(interaction.user, tenant)
    return Intent(name, asker, interaction_place(interaction, tenant), args)


def extract_text(message: Mapping[str, Any]) -> str:
    """Return the texts and addresses in a message, a line each.

    They are its own, and those of its embeds, its components and the messages that it forwards.
    """
    return "\n".join(dict.fromkeys(_texts({**message, "author": None})))


def _texts(thing: object) -> Iterator[str]:
    """Yield the texts of a message: its own, its embeds', components' and forwarded messages'."""
    if isinstance(thing, dict):
        yield from (thing[key] for key in _TEXT_KEYS if isinstance(thing.get(key), str))
        for key in _INNER_KEYS:
            yield from _texts(thing.get(key))
    elif isinstance(thing, list):
        for one in thing:
            yield from _texts(one)
