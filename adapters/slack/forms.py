"""Modals: forms for what a command lacks, and views that stand in a window of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from adapters.slack.limits import SURFACE, Json
from adapters.slack.render import blocks, plain_text
from adapters.slack.requests import Asked
from adapters.slack.requests import place as place_of
from bot.chat.commands import LONGEST_ARGUMENT, Blank
from bot.chat.intents import File, Intent
from bot.chat.views import Text, View

FORM, WINDOW = "form", "window"  # callback ids
TITLE = 24
PLACEHOLDER = 150
OPTION = 75
VALUE = 150
OPTIONS = 100
METADATA = 3000
_CHANNEL = re.compile(
    r"[CG][A-Z0-9]+"
)  # what a menu of channels can show; no thread, and nobody’s own conversation
WAITING = View((Text(("One moment …",), quiet=True),))


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was sent: what is wanted, and who asked for it where."""

    intent: Intent
    asked: Asked
    values: Mapping[str, str]  # by the ids of its inputs

    def blamed(self, sentence: str) -> str:
        """Return the id of the input that a complaint is about, or else of the first."""
        quoted = (name for name, value in self.values.items() if value and f"“{value}”" in sentence)
        named = (name for name in self.values if f"as in {name}:" in sentence)
        return next(quoted, next(named, next(iter(self.values), "")))


def form(intent: Intent, blanks: Sequence[Blank], asked: Asked) -> Json | None:
    """Make the form that asks for what is blank; None where what is known already is too long to go with it."""
    known = {
        "command": intent.command,
        "args": dict(intent.args),
        "address": asked.place.address,
        "url": asked.response_url,
    }
    metadata = json.dumps(known, ensure_ascii=False)
    if len(metadata) > METADATA:
        return None
    name = intent.command.capitalize()
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": metadata,
        "title": plain_text(name, TITLE),
        "submit": plain_text(name, TITLE),
        "close": plain_text("Cancel", TITLE),
        "blocks": [_input(intent.command, blank, alone=len(blanks) == 1) for blank in blanks],
    }


def filled(body: Json, asked: Asked, file: Callable[[Json], File]) -> Filled:
    """Read a form that was sent; `asked` is who sent it, `file` names a file that came with it."""
    view = body["view"]
    known = json.loads(view["private_metadata"])
    given = view.get("state", {}).get("values") or {}
    values = {block["block_id"]: "" for block in view["blocks"]}
    values |= {block: _value(state) for block, states in given.items() for state in states.values()}
    place = place_of(asked.place.tenant, known["address"])
    asked = replace(
        asked, place=place, response_url=known["url"], surface={} if known["url"] else view
    )
    files = {
        block: file(state["files"][0])
        for block, states in given.items()
        for state in states.values()
        if _has_file(state)
    }
    values |= {block: one.name or "file" for block, one in files.items()}
    intent = Intent(known["command"], asked.person, place, {**known["args"], **values}, files)
    return Filled(intent, asked, values)


def window(view: View, name: str) -> Json:
    """Make a modal that shows a view."""
    return framed(blocks(view, name, SURFACE))


def home(view: View, name: str) -> Json:
    """Make a Home tab that shows a view."""
    return {"type": "home", "blocks": blocks(view, name, SURFACE)}


def framed(rendered: Sequence[Json]) -> Json:
    """Make a modal of rendered blocks."""
    window = {
        "type": "modal",
        "callback_id": WINDOW,
        "title": plain_text("Paperboy", TITLE),
        "close": plain_text("Close", TITLE),
        "blocks": list(rendered),
    }
    # Slack wants a way to send a modal in which something can be typed
    has_input = any(block["type"] == "input" for block in rendered)
    return {**window, "submit": plain_text("Done", TITLE)} if has_input else window


def asked_for(action_id: str) -> tuple[str, str]:
    """Return the command and the argument that an input asks for."""
    command, _, param = action_id.partition(" ")
    return command, param


def options(suggestions: Sequence[tuple[str, str]], typed: str) -> list[Json]:
    """Offer suggestions as label and value, and what was typed itself: it may be a link or an id not known yet."""
    offered = [(label, value) for label, value in suggestions if len(value) <= VALUE]
    if typed and len(typed) <= VALUE and typed not in {value for _, value in offered}:
        offered = [*offered[: OPTIONS - 1], (f"“{typed}”", typed)]
    return [
        {"text": plain_text(label, OPTION), "value": value} for label, value in offered[:OPTIONS]
    ]


def _input(command: str, blank: Blank, *, alone: bool) -> Json:
    param = blank.param
    label = param.argument.noun if alone else param.name.replace("_", " ")
    return {
        "type": "input",
        "block_id": param.name,
        "optional": not param.required,
        "label": plain_text(label[:1].upper() + label[1:], TITLE * 10),
        "hint": plain_text(param.help[:1].upper() + param.help[1:] + ".", LONGEST_ARGUMENT),
        "element": {**_element(blank), "action_id": f"{command} {param.name}"},
    }


def _element(blank: Blank) -> Json:
    param, value = blank.param, blank.value
    if param.argument.file:
        return {"type": "file_input", "max_files": 1}
    placeholder = plain_text(param.argument.example, PLACEHOLDER)
    if param.argument.suggest == "place" and (not value or _CHANNEL.fullmatch(value)):
        first = (
            {"initial_conversation": value} if value else {"default_to_current_conversation": True}
        )
        return {
            "type": "conversations_select",
            "filter": {"include": ["public", "private"]},
            **first,
        }
    if param.argument.suggest not in {"", "place"} and len(value) <= VALUE:
        return {
            "type": "external_select",
            "placeholder": placeholder,
            "min_query_length": 1,
            **_initial(value),
        }
    if param.choices:
        chosen = _initial(value) if value in param.choices else {}
        return {
            "type": "static_select",
            "options": options([(one, one) for one in param.choices], ""),
            **chosen,
        }
    first = {"initial_value": value[:LONGEST_ARGUMENT]} if value else {}
    many = {"multiline": True} if "\n" in value or param.argument.whole else {}
    return {
        "type": "plain_text_input",
        "placeholder": placeholder,
        "max_length": LONGEST_ARGUMENT,
        **many,
        **first,
    }


def _initial(value: str) -> Json:
    return {"initial_option": options([(value, value)], "")[0]} if value else {}


def _has_file(state: Mapping[str, Any]) -> bool:
    return state.get("type") == "file_input" and bool(state.get("files"))


def _value(state: Mapping[str, Json]) -> str:
    chosen = state.get("selected_option") or {}
    return str(
        chosen.get("value") or state.get("selected_conversation") or state.get("value") or ""
    )
