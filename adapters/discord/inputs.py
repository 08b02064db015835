"""The input that a form has for each kind of argument, and how what it holds is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias, assert_never

from discord import (
    ChannelType,
    CheckboxGroupOption,
    RadioGroupOption,
    SelectDefaultValue,
    SelectDefaultValueType,
    SelectOption,
    TextStyle,
    ui,
)

from adapters.discord.commands import MAX_CHOICES, WRITABLE
from bot.chat.commands import LONGEST_ARGUMENT, Blank, Param
from bot.chat.kinds import (
    WEEKDAYS,
    Choice,
    Days,
    Lookup,
    Number,
    Role,
    TimeOfDay,
    Upload,
    Where,
    Words,
    YesNo,
)
from bot.text import shorten, visible

Input: TypeAlias = ui.Item[ui.Modal]
Options: TypeAlias = Sequence[tuple[str, str]]  # what each means, and what it is called

MAX_RADIO_OPTIONS = 10
MAX_OPTION_LABEL = 100  # characters
MAX_HINT = 100  # characters of a placeholder
OWN = "me"  # what it means to choose no channel


def input_for(blank: Blank) -> Input:  # noqa: PLR0911  # one line a kind
    """Return the input of an argument, filled with the value of the blank."""
    param, value = blank.param, blank.value
    match param.kind:
        case Upload():
            return _file_upload(param)
        case Where():
            return _channel_select(param, value)
        case Role():
            return _role_select(param, value)
        case YesNo():
            return _checkbox(param, value)
        case Choice(options):
            return _choice(param, options, value)
        case Number(low, high):
            return _number(param, value, range(low, high + 1))
        case Days():
            return _weekdays(param, value)
        case TimeOfDay() | Lookup() | Words():
            return text_input(param, value)
        case _:
            assert_never(param.kind)


def hint(blank: Blank) -> str:
    """Return what is said of an argument beside its label, with the default if it is empty."""
    param = blank.param
    match param.kind:
        case Where():
            return "A channel, or none for direct messages to you"
        case Choice():  # its options say all
            return ""
        case Days() if _are_weekdays(blank.value):
            return ""
        case _:
            pass
    text = param.description
    if param.default and not blank.value:
        text = f"{text} (otherwise {param.default})" if text else f"otherwise {param.default}"
    return text[:1].upper() + text[1:]


def read_input(param: Param, held: object) -> str:
    """Return the value that an input of a submitted form holds, as a person would type it."""
    if isinstance(held, bool):
        return "yes" if held else "no"
    if isinstance(held, list):
        text = ",".join(map(str, held))
        return OWN if isinstance(param.kind, Where) and not text else text
    return "" if held is None else str(held)


def text_input(param: Param, value: str, example: str = "") -> ui.TextInput[ui.Modal]:
    """Return a text input: of several lines for long text."""
    long = isinstance(param.kind, Words) and (param.kind.long or "\n" in value)
    placeholder = example or f"For example {param.argument.example}"
    return ui.TextInput(
        custom_id=param.name,
        placeholder=shorten(visible(placeholder), MAX_HINT) or None,
        default=value[:LONGEST_ARGUMENT] or None,
        max_length=LONGEST_ARGUMENT,
        style=TextStyle.paragraph if long else TextStyle.short,
        required=param.required,
    )


def _file_upload(param: Param) -> Input:
    least = int(param.required)
    return ui.FileUpload(
        custom_id=param.name, required=param.required, min_values=least, max_values=1
    )


def _channel_select(param: Param, value: str) -> Input:
    """Return a menu of channels, or a text input if the value is more than one of them."""
    if value and value != OWN and not value.isdecimal():
        return text_input(param, value)
    kind = SelectDefaultValueType.channel
    chosen = [SelectDefaultValue(id=int(value), type=kind)] if value.isdecimal() else []
    return ui.ChannelSelect(
        custom_id=param.name,
        channel_types=[ChannelType(number) for number in WRITABLE],
        placeholder="Only for you, in direct messages",
        default_values=chosen,
        min_values=0,
        required=False,
    )


def _role_select(param: Param, value: str) -> Input:
    kind = SelectDefaultValueType.role
    chosen = [SelectDefaultValue(id=int(value), type=kind)] if value.isdecimal() else []
    return ui.RoleSelect(custom_id=param.name, default_values=chosen, min_values=0, required=False)


def _checkbox(param: Param, value: str) -> Input:
    """Return a checkbox, or a menu where neither yes nor no is meant: a checkbox cannot say so."""
    chosen = value or param.default
    if chosen in {"yes", "no"}:
        return ui.Checkbox(custom_id=param.name, default=chosen == "yes")
    return _select(param, (("yes", "Yes"), ("no", "No")), value)


def _number(param: Param, value: str, numbers: range) -> Input:
    if len(numbers) <= MAX_CHOICES:
        return _select(param, [(str(n), str(n)) for n in numbers], value)
    return text_input(param, value, f"{numbers[0]:,} to {numbers[-1]:,}")


def _choice(param: Param, options: Options, value: str) -> Input:
    """Return radio buttons if one is chosen already; they cannot be cleared, a menu can."""
    chosen = any(option == value for option, _ in options)
    if chosen and 2 <= len(options) <= MAX_RADIO_OPTIONS:
        radio = [
            RadioGroupOption(label=_label(label), value=option, default=option == value)
            for option, label in options
        ]
        return ui.RadioGroup(custom_id=param.name, required=param.required, options=radio)
    if len(options) <= MAX_CHOICES:
        return _select(param, options, value)
    return text_input(param, value)


def _select(param: Param, options: Options, value: str) -> Input:
    shown = [
        SelectOption(label=_label(label), value=option, default=option == value)
        for option, label in options
    ]
    least = int(param.required)
    return ui.Select(
        custom_id=param.name,
        options=shown,
        placeholder=shorten(visible(param.default or param.label), MAX_HINT) or None,
        min_values=least,
        required=param.required,
    )


def _weekdays(param: Param, value: str) -> Input:
    """Return checkboxes for the days of the week, a text input for a day of the month."""
    if not _are_weekdays(value):
        return text_input(param, value)
    chosen = {word.strip()[:3].lower() for word in value.split(",")}
    shown = [
        CheckboxGroupOption(label=label, value=option, default=option in chosen)
        for option, label in WEEKDAYS
    ]
    least = int(param.required)
    return ui.CheckboxGroup(
        custom_id=param.name, required=param.required, min_values=least, options=shown
    )


def _are_weekdays(value: str) -> bool:
    """Tell whether a value names days of the week, and none of the month."""
    names = {option for option, _ in WEEKDAYS}
    return all(word.strip()[:3].lower() in names for word in value.split(",") if word.strip())


def _label(text: str) -> str:
    return shorten(visible(text), MAX_OPTION_LABEL) or "—"


def held_values(components: object) -> dict[str, Any]:
    """Return what each input of a submitted form holds, however deep it stands."""
    match components:
        case {"custom_id": str(name), "values": list(values)}:
            return {name: values}
        case {"custom_id": str(name), "value": value}:
            return {name: value}
        case {"component": inner} | {"components": inner}:
            return held_values(inner)
        case list():
            return {name: held for one in components for name, held in held_values(one).items()}
        case _:  # a text between the inputs, or what Discord may yet add
            return {}
