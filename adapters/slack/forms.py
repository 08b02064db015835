"""Forms for what a command lacks: modals, and what comes back from them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from adapters.slack.ids import place
from adapters.slack.limits import (
    MAX_OPTIONS,
    METADATA,
    OPTION,
    OPTION_VALUE,
    PLACEHOLDER,
    TITLE,
    Json,
)
from adapters.slack.render import plain_text
from adapters.slack.requests import Request
from bot.chat.commands import LONGEST_ARGUMENT, Blank, Param
from bot.chat.intents import File, Intent

FORM = "form"  # the callback id
LABEL = 240  # characters
# what a menu of channels can show first: no thread, and no conversation of one person
_CHANNEL = re.compile(r"[CG][A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Submission:
    """A form that was sent: the intent, who sent it and where; `values` are by input."""

    intent: Intent
    request: Request
    values: Mapping[str, str]

    def input_for(self, argument: str) -> str:
        """Return the input of an argument, or the first one if it has none."""
        return argument if argument in self.values else next(iter(self.values), "")


def build_form(intent: Intent, blanks: Sequence[Blank], request: Request) -> Json | None:
    """Return the modal that asks for the blanks.

    None if the arguments that are known already are too long to travel with it.
    """
    known = {
        "command": intent.command,
        "args": dict(intent.args),
        "address": request.place.address,
        "url": request.response_url,
    }
    metadata = json.dumps(known, ensure_ascii=False)
    if len(metadata) > METADATA:
        return None
    title = plain_text(intent.command.capitalize(), TITLE)
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": metadata,
        "title": title,
        "submit": title,
        "close": plain_text("Cancel", TITLE),
        "blocks": [_input(intent.command, blank, alone=len(blanks) == 1) for blank in blanks],
    }


def read_form(body: Json, request: Request, describe: Callable[[Json], File]) -> Submission:
    """Read a form that was sent; `request` is who sent it, `describe` names an attached file."""
    view = body["view"]
    known = json.loads(view["private_metadata"])
    states = _states(view)
    files = {
        name: describe(state["files"][0]) for name, state in states.items() if _has_file(state)
    }
    values = {block["block_id"]: "" for block in view["blocks"]}
    values |= {name: _value(state) for name, state in states.items()}
    values |= {name: file.name or "file" for name, file in files.items()}
    where = place(request.place.tenant, known["address"])
    surface = {} if known["url"] else view
    request = replace(request, place=where, response_url=known["url"], surface=surface)
    args = {**known["args"], **values}
    return Submission(Intent(known["command"], request.person, where, args, files), request, values)


def parse_action_id(action_id: str) -> tuple[str, str]:
    """Return the command and the argument that an input asks for."""
    command, _, param = action_id.partition(" ")
    return command, param


def build_options(suggestions: Sequence[tuple[str, str]], typed: str) -> list[Json]:
    """Return suggestions (label, value) as options, and what was typed as the last one.

    What was typed may be a link or an id that is not known yet.
    """
    offered = [(label, value) for label, value in suggestions if len(value) <= OPTION_VALUE]
    if typed and len(typed) <= OPTION_VALUE and typed not in {value for _, value in offered}:
        offered = [*offered[: MAX_OPTIONS - 1], (f"“{typed}”", typed)]
    return [_option(label, value) for label, value in offered[:MAX_OPTIONS]]


def _input(command: str, blank: Blank, *, alone: bool) -> Json:
    param = blank.param
    label = param.argument.noun if alone else param.name.replace("_", " ")
    return {
        "type": "input",
        "block_id": param.name,
        "optional": not param.required,
        "label": plain_text(_capitalize(label), LABEL),
        "hint": plain_text(f"{_capitalize(param.help)}.", LONGEST_ARGUMENT),
        "element": {**_element(blank), "action_id": f"{command} {param.name}"},
    }


def _element(blank: Blank) -> Json:
    param, value = blank.param, blank.value
    suggest = param.argument.suggest
    if param.argument.file:
        return {"type": "file_input", "max_files": 1}
    if suggest == "place" and (not value or _CHANNEL.fullmatch(value)):
        return _channel_select(value)
    if suggest not in {"", "place"} and len(value) <= OPTION_VALUE:
        return _typeahead(param, value)
    if param.choices:
        return _select(param, value)
    return _text_input(param, value)


def _channel_select(value: str) -> Json:
    first = {"initial_conversation": value} if value else {"default_to_current_conversation": True}
    return {
        "type": "conversations_select",
        "filter": {"include": ["public", "private"]},
        **first,
    }


def _typeahead(param: Param, value: str) -> Json:
    return {
        "type": "external_select",
        "placeholder": plain_text(param.argument.example, PLACEHOLDER),
        "min_query_length": 1,
        **_initial_option(value),
    }


def _select(param: Param, value: str) -> Json:
    options = [_option(choice, choice) for choice in param.choices]
    initial = _initial_option(value) if value in param.choices else {}
    return {"type": "static_select", "options": options, **initial}


def _text_input(param: Param, value: str) -> Json:
    initial = {"initial_value": value[:LONGEST_ARGUMENT]} if value else {}
    multiline = {"multiline": True} if "\n" in value or param.argument.whole else {}
    return {
        "type": "plain_text_input",
        "placeholder": plain_text(param.argument.example, PLACEHOLDER),
        "max_length": LONGEST_ARGUMENT,
        **multiline,
        **initial,
    }


def _option(label: str, value: str) -> Json:
    return {"text": plain_text(label, OPTION), "value": value}


def _initial_option(value: str) -> Json:
    return {"initial_option": _option(value, value)} if value else {}


def _states(view: Json) -> dict[str, Json]:
    """Return the state of each input that Slack tells of, by the input's block id."""
    given = view.get("state", {}).get("values") or {}
    return {block: state for block, states in given.items() for state in states.values()}


def _has_file(state: Json) -> bool:
    return state.get("type") == "file_input" and bool(state.get("files"))


def _value(state: Json) -> str:
    option = state.get("selected_option") or {}
    return str(
        option.get("value") or state.get("selected_conversation") or state.get("value") or ""
    )


def _capitalize(text: str) -> str:
    return text[:1].upper() + text[1:]
