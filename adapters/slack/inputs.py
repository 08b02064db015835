"""Inputs of forms: each kind of argument as a Block Kit element, and its state as words again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import assert_never

from adapters.slack.elements import plain_text
from adapters.slack.limits import OPTION, OPTION_VALUE, PLACEHOLDER, Json
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

MAX_RADIO_BUTTONS = 5  # more choices are a menu
DAYS_OF_MONTH = (*map(str, range(1, 32)), "last")
HERE, OWN, OTHER = "here", "me", "other"
PLACES = {HERE: "This channel", OWN: "Just me, in a direct message", OTHER: "Another channel"}
CHANNEL = ".channel"  # how the block id of the menu for another channel ends
# what a menu of channels can show first: no thread, and no conversation of one person
_CHANNEL = re.compile(r"[CG][A-Z0-9]+")
_TIME = re.compile(r"\d{1,2}:\d{2}")


def build_element(blank: Blank, values: Mapping[str, str], *, private: bool = False) -> Json:
    """Return the element for an argument; `values` are those of all arguments.

    A value that the element cannot show is in a text input. A `private` place has no channel.
    """
    param, value = blank.param, blank.value
    is_text = value != "" and not _can_show(param, value)
    return _text_input(param, value) if is_text else _draw(param, value, values, private=private)


def wants_channel(blank: Blank) -> bool:
    """Return whether a menu of channels is needed for a place."""
    return isinstance(blank.param.kind, Where) and _place(blank.value) == OTHER


def is_set(element: Json) -> bool:
    """Return whether an element holds a value that no person can clear."""
    return "initial_time" in element or (
        element["type"] == "radio_buttons" and "initial_option" in element
    )


def build_channel_menu(value: str) -> Json:
    """Return a menu of channels, on which the present one is chosen at first."""
    first: Json = {"default_to_current_conversation": True}
    if _CHANNEL.fullmatch(value):
        first = {"initial_conversation": value}
    return {
        "type": "conversations_select",
        "filter": {"include": ["public", "private"]},
        **first,
    }


def _place(value: str) -> str:
    return OTHER if _CHANNEL.fullmatch(value) else value


def _draw(param: Param, value: str, values: Mapping[str, str], *, private: bool) -> Json:  # noqa: PLR0911  # one a kind
    match param.kind:
        case TimeOfDay():
            return {"type": "timepicker", **({"initial_time": value.zfill(5)} if value else {})}
        case Days():
            return _days(param, value, values)
        case Number(low, high):
            return _number_input(low, high, value)
        case Choice() | YesNo():
            return _choice(_labels(param.kind), value)
        case Where():
            shown = {name: label for name, label in PLACES.items() if name != HERE or not private}
            return _choice(shown, _place(value))
        case Lookup(many=many):
            return _typeahead(param, value, many=many)
        case Words() | Role():
            return _text_input(param, value)
        case Upload():
            return {"type": "file_input", "max_files": 1}
        case _:
            assert_never(param.kind)


def _labels(kind: Choice | YesNo) -> Mapping[str, str]:
    return dict(kind.options) if isinstance(kind, Choice) else {"yes": "Yes", "no": "No"}


def read_value(state: Json) -> str:
    """Return what a person put into an element, as they would type it."""
    if "selected_options" in state:
        return ", ".join(option["value"] for option in state["selected_options"] or ())
    option = state.get("selected_option") or {}
    keys = ("selected_time", "selected_conversation", "value")
    return str(option.get("value") or next((state[key] for key in keys if state.get(key)), ""))


def option(label: str, value: str) -> Json:
    """Return one of the options of an element."""
    return {"text": plain_text(label, OPTION), "value": value}


def _can_show(param: Param, value: str) -> bool:
    match param.kind:
        case TimeOfDay():
            return bool(_TIME.fullmatch(value))
        case Days():
            return value in DAYS_OF_MONTH or set(_split(value)) <= dict(WEEKDAYS).keys()
        case Number():
            return value.isdecimal()
        case Where():
            return _place(value) in PLACES
        case _:
            return len(value) <= OPTION_VALUE


def _days(param: Param, value: str, values: Mapping[str, str]) -> Json:
    """Return checkboxes for days of the week, or a menu for the one day of a month."""
    depends = param.argument.depends
    is_monthly = depends is not None and values.get(depends[0]) == "monthly"
    if is_monthly or value in DAYS_OF_MONTH:
        return _choice({day: day for day in DAYS_OF_MONTH}, value)
    options = [option(label, name) for name, label in WEEKDAYS]
    first = [one for one in options if one["value"] in _split(value)]
    initial = {"initial_options": first} if first else {}
    return {"type": "checkboxes", "options": options, **initial}


def _split(value: str) -> list[str]:
    return [part[:3] for part in re.split(r"[\s,]+", value.lower()) if part]


def _choice(labels: Mapping[str, str], value: str) -> Json:
    """Return radio buttons, or a menu where there are many."""
    options = {name: option(label, name) for name, label in labels.items()}
    kind = "radio_buttons" if len(options) <= MAX_RADIO_BUTTONS else "static_select"
    initial = {"initial_option": options[value]} if value in options else {}
    return {"type": kind, "options": [*options.values()], **initial}


def _number_input(low: int, high: int, value: str) -> Json:
    return {
        "type": "number_input",
        "is_decimal_allowed": False,
        "min_value": str(low),
        "max_value": str(high),
        **({"initial_value": value} if value else {}),
    }


def _typeahead(param: Param, value: str, *, many: bool) -> Json:
    chosen = [option(one.strip(), one.strip()) for one in value.split(",") if one.strip()]
    initial: Json = {}
    if value:
        initial = {"initial_options": chosen} if many else {"initial_option": option(value, value)}
    return {
        "type": "multi_external_select" if many else "external_select",
        "placeholder": plain_text(param.argument.example, PLACEHOLDER),
        "min_query_length": 1,
        **initial,
    }


def _text_input(param: Param, value: str) -> Json:
    is_long = isinstance(param.kind, Words) and (param.kind.long or param.kind.pasted)
    multiline = {"multiline": True} if is_long or "\n" in value else {}
    initial = {"initial_value": value[:LONGEST_ARGUMENT]} if value else {}
    return {
        "type": "plain_text_input",
        "placeholder": plain_text(param.default or param.argument.example, PLACEHOLDER),
        "max_length": LONGEST_ARGUMENT,
        **multiline,
        **initial,
    }
