"""Forms: what a command still lacks, or the rest of a command line, asked for in a modal."""

from __future__ import annotations

from collections.abc import Sequence

from discord import (
    ChannelType,
    SelectDefaultValue,
    SelectDefaultValueType,
    SelectOption,
    TextStyle,
    ui,
)

from adapters.discord.commands import MOST_CHOICES, WRITABLE
from adapters.discord.custom_ids import LONGEST_ID, Kind, Press
from adapters.discord.requests import REST, Heard
from bot.chat.commands import LONGEST_ARGUMENT, Blank
from bot.text import shorten, visible

LONGEST_TITLE = 45  # characters of a modal's title, and of a label in it
LONGEST_HINT = 100  # characters of a description and of a placeholder
MOST_INPUTS = 5


def form(blanks: Sequence[Blank], heard: Heard) -> ui.Modal | None:
    """Return the form that asks for what is blank; None where nothing is, or no form has room for it.

    A modal has five inputs: what comes after them is asked for by a line of its own, as in "edit 3
    at:?".
    """
    press = Press(Kind.FORM, heard.line, heard.tenant)
    if not blanks or not heard.line or len(press.id()) > LONGEST_ID:
        return None
    modal = _modal(heard.intent.command.capitalize(), press)
    for blank in blanks[:MOST_INPUTS]:
        param = blank.param
        described = _short(param.help[:1].upper() + param.help[1:], LONGEST_HINT) or None
        label = _short(param.name.replace("_", " ").capitalize(), LONGEST_TITLE)
        modal.add_item(ui.Label(text=label, description=described, component=_component(blank)))
    return modal


def field_form(label: str, press: Press) -> ui.Modal:
    """Return the form that asks for the rest of a command line."""
    modal = _modal(label, press)
    modal.add_item(
        ui.Label(text=_short(label, LONGEST_TITLE), component=_typed(REST, "", "", required=True))
    )
    return modal


def _modal(title: str, press: Press) -> ui.Modal:
    modal = ui.Modal(title=_short(title, LONGEST_TITLE), custom_id=press.id(), timeout=None)
    modal.stop()  # what is sent comes through on_interaction; nothing is kept in memory
    return modal


def _component(blank: Blank) -> ui.Item[ui.Modal]:
    param, value = blank.param, blank.value
    least = int(param.required)
    if param.argument.file:
        return ui.FileUpload(
            custom_id=param.name, required=param.required, min_values=least, max_values=1
        )
    if param.argument.suggest == "place" and (not value or value.isdecimal()):
        first = (
            [SelectDefaultValue(id=int(value), type=SelectDefaultValueType.channel)]
            if value
            else []
        )
        return ui.ChannelSelect(
            custom_id=param.name,
            channel_types=[ChannelType(number) for number in WRITABLE],
            default_values=first,
            min_values=least,
            required=param.required,
        )
    if param.choices and len(param.choices) <= MOST_CHOICES:
        options = [
            SelectOption(label=one, value=one, default=one == value) for one in param.choices
        ]
        return ui.Select(
            custom_id=param.name, options=options, min_values=least, required=param.required
        )
    many = param.argument.whole or "\n" in value
    return _typed(
        param.name, value, f"Such as {param.argument.example}", required=param.required, many=many
    )


def _typed(
    name: str, value: str, hint: str, *, required: bool, many: bool = False
) -> ui.TextInput[ui.Modal]:
    return ui.TextInput(
        custom_id=name,
        placeholder=_short(hint, LONGEST_HINT) or None,
        default=value[:LONGEST_ARGUMENT] or None,
        max_length=LONGEST_ARGUMENT,
        style=TextStyle.paragraph if many else TextStyle.short,
        required=required,
    )


def _short(text: str, most: int) -> str:
    return shorten(visible(text), most)
