"""Forms for what a command lacks: modals, redrawn while they are filled in, and read when sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from adapters.slack.elements import plain_text
from adapters.slack.ids import place
from adapters.slack.inputs import (
    CHANNEL,
    OTHER,
    build_channel_menu,
    build_element,
    is_set,
    option,
    read_value,
    wants_channel,
)
from adapters.slack.limits import MAX_OPTIONS, METADATA, OPTION_VALUE, TITLE, Json
from adapters.slack.requests import Request
from bot.chat.commands import LONGEST_ARGUMENT, MORE, Blank, in_parts
from bot.chat.intents import File, Intent
from bot.chat.kinds import Lookup, Where, Words

FORM = "form"  # the callback id
MORE_OPTIONS = "more"  # the action id of the button that shows the rest of a form
LABEL = 240  # characters


@dataclass(frozen=True, slots=True)
class Form:
    """A form as a person filled it in.

    `known` is the intent before that, `values` and `files` are by input. If it is `open`, it shows
    the options that few people need. An `error` is the name of an input, "" for none, and what is
    wrong with it.
    """

    known: Intent
    request: Request
    values: Mapping[str, str]
    files: Mapping[str, File]
    open: bool = False
    error: tuple[str, str] = ("", "")

    @property
    def intent(self) -> Intent:
        """The intent with what was filled in."""
        args = {**self.known.args, **self.values}
        return replace(self.known, args=args, files=self.files)


def build_form(intent: Intent, blanks: Sequence[Blank], request: Request) -> Json | None:
    """Return the modal that asks for the blanks.

    None if there are none, or the known arguments are too long to travel with it.
    """
    return _build(Form(intent, request, {}, {}), blanks)


def redraw_form(form: Form, blanks: Sequence[Blank]) -> Json | None:
    """Return the modal again, with what was filled in and the inputs that this calls for."""
    values = form.values
    filled = [replace(one, value=values.get(one.param.name, one.value)) for one in blanks]
    return _build(form, filled)


def read_form(body: Json, request: Request, describe: Callable[[Json], File]) -> Form:
    """Read a form; `request` is who filled it in, `describe` names an attached file."""
    view = body["view"]
    known = json.loads(view["private_metadata"])
    states = _states(view)
    files = {
        name: describe(state["files"][0]) for name, state in states.items() if _has_file(state)
    }
    values = {block["block_id"]: "" for block in view["blocks"] if block["type"] == "input"}
    values |= {name: read_value(state) for name, state in states.items() if name in values}
    values |= {name: file.name or "file" for name, file in files.items()}
    values = _with_channels(values)
    where = place(request.place.tenant, known["address"])
    surface = {} if known["url"] else view
    request = replace(request, place=where, response_url=known["url"], surface=surface)
    intent = Intent(known["command"], request.person, where, known["args"])
    return Form(intent, request, values, files, bool(known.get("open")))


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
    return [option(label, value) for label, value in offered[:MAX_OPTIONS]]


def _build(form: Form, blanks: Sequence[Blank]) -> Json | None:
    metadata = _metadata(form)
    if not blanks or len(metadata) > METADATA:
        return None
    values = {**form.known.args, **{one.param.name: one.value for one in blanks}}
    needed = [one for one in in_parts(blanks) if one.param.applies(values) or one.param.required]
    shown = needed if form.open else _first(needed)
    deciding = _deciding(blanks)
    inputs = [block for one in shown for block in _inputs(form, one, values, deciding)]
    blocks = inputs if len(shown) == len(needed) else [*inputs, _more_button()]
    title = plain_text(form.known.command.capitalize().replace("-", " "), TITLE)
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": metadata,
        "title": title,
        "submit": title,
        "close": plain_text("Cancel", TITLE),
        "blocks": _mark(blocks, *form.error),
    }


def _mark(blocks: list[Json], name: str, error: str) -> list[Json]:
    """Return blocks with an error after the input that it is about, or above all of them."""
    if not error:
        return blocks
    names = [block["block_id"] for block in blocks]
    at = names.index(name) + 1 if name in names else 0
    text = plain_text(f"⚠️ {error}", LONGEST_ARGUMENT)
    note = {"type": "context", "block_id": "form.error", "elements": [text]}
    return [*blocks[:at], note, *blocks[at:]]


def _first(blanks: Sequence[Blank]) -> Sequence[Blank]:
    """Return the blanks that everybody is asked for, or all if there are no such."""
    return [one for one in blanks if one.param.group != MORE] or blanks


def _deciding(blanks: Sequence[Blank]) -> set[str]:
    """Return the names of the arguments on which other inputs depend."""
    places = {one.param.name for one in blanks if isinstance(one.param.kind, Where)}
    depends = {one.param.argument.depends[0] for one in blanks if one.param.argument.depends}
    return places | depends


def _with_channels(values: dict[str, str]) -> dict[str, str]:
    """Return values in which a chosen channel stands for the place that it is."""
    menus = [name for name in values if name.endswith(CHANNEL)]
    channels = {name.removesuffix(CHANNEL): values.pop(name) for name in menus}
    return values | {
        name: channel for name, channel in channels.items() if channel and values[name] == OTHER
    }


def _metadata(form: Form) -> str:
    """Return what has to come back with the form."""
    known = {
        "command": form.known.command,
        "args": dict(form.known.args),
        "address": form.request.place.address,
        "url": form.request.response_url,
        "open": form.open,
    }
    return json.dumps(known, ensure_ascii=False)


def _inputs(
    form: Form, blank: Blank, values: Mapping[str, str], deciding: set[str]
) -> Iterator[Json]:
    """Yield the input of an argument, and a menu where it is another channel."""
    param = blank.param
    action_id = f"{form.known.command} {param.name}"
    element = build_element(blank, values, private=form.request.place.private)
    hint = _hint(blank, element["type"])
    yield {
        "type": "input",
        "block_id": param.name,
        "optional": not param.required and not is_set(element),
        "label": plain_text(param.label, LABEL),
        **({"hint": plain_text(hint, LONGEST_ARGUMENT)} if hint else {}),
        # a choice on which other inputs depend has the form redrawn
        **({"dispatch_action": True} if param.name in deciding else {}),
        "element": {**element, "action_id": action_id},
    }
    if wants_channel(blank):
        yield {
            "type": "input",
            "block_id": f"{param.name}{CHANNEL}",
            "label": plain_text("Channel", LABEL),
            "element": {**build_channel_menu(blank.value), "action_id": action_id},
        }


def _hint(blank: Blank, drawn_as: str) -> str:
    """Return what is said below an input: how a value is written only where it is typed."""
    param = blank.param
    is_chosen = not isinstance(param.kind, Words | Lookup) and drawn_as != "plain_text_input"
    hint = "" if is_chosen else _sentence(param.description)
    default = f"Default: {param.default}." if param.default and not blank.value else ""
    return f"{hint} {default}".strip()


def _more_button() -> Json:
    button = {
        "type": "button",
        "text": plain_text("More options", TITLE),
        "action_id": MORE_OPTIONS,
        "value": MORE_OPTIONS,
    }
    return {"type": "actions", "block_id": "form.more", "elements": [button]}


def _states(view: Json) -> dict[str, Json]:
    """Return the state of each input that Slack tells of, by the input's block id."""
    given = view.get("state", {}).get("values") or {}
    return {block: state for block, states in given.items() for state in states.values()}


def _has_file(state: Json) -> bool:
    return state.get("type") == "file_input" and bool(state.get("files"))


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}." if text else ""
