"""Forms (modals): they ask for what a command still lacks, or for the rest of a command line."""

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

from adapters.discord.commands import MAX_CHOICES, WRITABLE
from adapters.discord.custom_ids import MAX_CUSTOM_ID, Kind, Press
from adapters.discord.requests import REST, Request
from bot.chat.commands import LONGEST_ARGUMENT, Blank
from bot.text import shorten, visible

MAX_LABEL = 45  # characters of a modal's title, and of a label in it
MAX_HINT = 100  # characters of a description and of a placeholder
MAX_INPUTS = 5


def form(blanks: Sequence[Blank], request: Request) -> ui.Modal | None:
    """Return the form that asks for the blanks; None if there are none, or no room for its line.

    A modal has five inputs: a button with a line such as "edit 3 at:?" asks for the others.
    """
    press = Press(Kind.FORM, request.line, request.tenant)
    if not blanks or not request.line or len(press.id()) > MAX_CUSTOM_ID:
        return None
    modal = _modal(request.intent.command.capitalize(), press)
    for blank in blanks[:MAX_INPUTS]:
        modal.add_item(_label(blank))
    return modal


def field_form(label: str, press: Press) -> ui.Modal:
    """Return the form that asks for the rest of a command line."""
    modal = _modal(label, press)
    text_input = _text_input(REST, "", "", required=True)
    modal.add_item(ui.Label(text=_short(label, MAX_LABEL), component=text_input))
    return modal


def _modal(title: str, press: Press) -> ui.Modal:
    modal = ui.Modal(title=_short(title, MAX_LABEL), custom_id=press.id(), timeout=None)
    modal.stop()  # what is sent arrives in on_interaction: nothing stays in memory
    return modal


def _label(blank: Blank) -> ui.Label[ui.Modal]:
    param = blank.param
    return ui.Label(
        text=_short(param.name.replace("_", " ").capitalize(), MAX_LABEL),
        description=_short(param.help[:1].upper() + param.help[1:], MAX_HINT) or None,
        component=_component(blank),
    )


def _component(blank: Blank) -> ui.Item[ui.Modal]:
    param, value = blank.param, blank.value
    if param.argument.file:
        return ui.FileUpload(
            custom_id=param.name, required=param.required, min_values=int(param.required)
        )
    if param.argument.suggest == "place" and (not value or value.isdecimal()):
        return _channel_select(blank)
    if param.choices and len(param.choices) <= MAX_CHOICES:
        return _choice_select(blank)
    hint = f"Such as {param.argument.example}"
    multiline = param.argument.whole or "\n" in value
    return _text_input(param.name, value, hint, required=param.required, multiline=multiline)


def _channel_select(blank: Blank) -> ui.ChannelSelect[ui.Modal]:
    param, kind = blank.param, SelectDefaultValueType.channel
    chosen = [SelectDefaultValue(id=int(blank.value), type=kind)] if blank.value else []
    return ui.ChannelSelect(
        custom_id=param.name,
        channel_types=[ChannelType(number) for number in WRITABLE],
        default_values=chosen,
        min_values=int(param.required),
        required=param.required,
    )


def _choice_select(blank: Blank) -> ui.Select[ui.Modal]:
    param = blank.param
    options = [
        SelectOption(label=one, value=one, default=one == blank.value) for one in param.choices
    ]
    least = int(param.required)
    return ui.Select(
        custom_id=param.name, options=options, min_values=least, required=param.required
    )


def _text_input(
    name: str, value: str, hint: str, *, required: bool, multiline: bool = False
) -> ui.TextInput[ui.Modal]:
    return ui.TextInput(
        custom_id=name,
        placeholder=_short(hint, MAX_HINT) or None,
        default=value[:LONGEST_ARGUMENT] or None,
        max_length=LONGEST_ARGUMENT,
        style=TextStyle.paragraph if multiline else TextStyle.short,
        required=required,
    )


def _short(text: str, max_text: int) -> str:
    return shorten(visible(text), max_text)
