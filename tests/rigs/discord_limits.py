"""What Discord refuses in a body and simcord lets through: lengths, numbers and unknown keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

MESSAGE = {
    "components",
    "flags",
    "allowed_mentions",
    "nonce",
    "enforce_nonce",
    "tts",
    "content",
    "embeds",
    "attachments",
    "poll",
}
SELECT = {"custom_id", "placeholder", "min_values", "max_values", "disabled", "required"}
KEYS = {  # of components, by their type
    1: {"components"},
    2: {"style", "label", "custom_id", "disabled", "emoji", "url"},
    3: SELECT | {"options"},
    8: SELECT | {"channel_types", "default_values"},
    6: SELECT | {"default_values"},
    19: {"custom_id", "required", "min_values", "max_values"},
    4: {
        "custom_id",
        "style",
        "placeholder",
        "required",
        "min_length",
        "max_length",
        "value",
        "label",
    },
    9: {"components", "accessory"},
    10: {"content"},
    11: {"media", "description", "spoiler"},
    12: {"items"},
    13: {"file", "spoiler"},
    14: {"divider", "spacing"},
    17: {"components", "accent_color", "spoiler"},
    18: {"label", "description", "component"},
    21: {"custom_id", "required", "options"},
    22: {"custom_id", "required", "options", "min_values", "max_values"},
    23: {"custom_id", "default"},
}
COMMAND = {
    "name",
    "type",
    "description",
    "options",
    "contexts",
    "integration_types",
    "default_member_permissions",
}
OPTION = {
    "name",
    "type",
    "description",
    "required",
    "choices",
    "autocomplete",
    "min_value",
    "max_value",
    "max_length",
    "channel_types",
    "options",
}


def refused(method: str, path: str, body: Any) -> str:  # noqa: PLR0911  # one line a kind of request
    """Say what is wrong with a request, or ""."""
    if method not in {"POST", "PUT", "PATCH"} or body is None:
        return ""
    if path.endswith("/commands"):
        return _first(problem for command in body for problem in _command(command))
    if path.endswith("/callback"):
        data = body.get("data") or {}
        if body["type"] == 8:
            return _first(_choices(data["choices"]))
        if body["type"] == 9:
            return _first(_modal(data))
        return _first(_message(data))
    if path.endswith("/messages") or path.startswith("/webhooks"):
        return _first(_message(body))
    return (
        _first(_message(body["message"])) if path.endswith("/threads") and "message" in body else ""
    )


def _first(problems: Iterator[str]) -> str:
    return next(problems, "")


def _message(body: Mapping[str, Any]) -> Iterator[str]:
    if unknown := body.keys() - MESSAGE:
        yield f"unknown {unknown}"
    if len(str(body.get("nonce") or "")) > 25:
        yield "nonce"
    if body.get("components") and not _pings_as_shown(body):
        yield f"mentions people: {body['allowed_mentions']}"
    for one in body.get("components") or ():
        yield from _component(one)
    if poll := body.get("poll"):
        yield from _poll(poll, body)


def _poll(poll: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[str]:
    answers = [one["poll_media"]["text"] for one in poll["answers"]]
    if body.get("components") or not 1 <= len(poll["question"]["text"]) <= 300:
        yield "question of a poll, or components beside it"
    if not 1 <= len(answers) <= 10 or not all(1 <= len(text) <= 55 for text in answers):
        yield "answers of a poll"
    if not 1 <= poll["duration"] <= 768:
        yield "hours of a poll"


def _pings_as_shown(body: Mapping[str, Any]) -> bool:
    """Tell whether a message notifies no one, or only the role it begins with."""
    allowed = body.get("allowed_mentions") or {"parse": []}
    if allowed == {"parse": []}:
        return True
    roles = allowed.get("roles", [])
    first = body["components"][0]["components"][0].get("content", "")
    begins = len(roles) == 1 and first.startswith(f"<@&{roles[0]}>\n")
    return begins and allowed == {"parse": [], "roles": roles}


def _component(one: Mapping[str, Any]) -> Iterator[str]:
    kind = one["type"]
    if unknown := one.keys() - KEYS[kind] - {"type", "id"}:
        yield f"unknown {unknown} in a component of type {kind}"
    match kind:
        case 2 if not (one.get("label") or one.get("emoji")) or len(one.get("label") or "") > 80:
            yield "label of a button"
        case 3:
            options = one["options"]
            if not 1 <= len(options) <= 25 or len({option["value"] for option in options}) < len(
                options
            ):
                yield "options of a menu"
            if any(
                not 1 <= len(option[key]) <= 100 for option in options for key in ("label", "value")
            ):
                yield "length of an option"
            if len(one.get("placeholder") or "") > 150:
                yield "placeholder of a menu"
        case 10 if not one["content"].strip():
            yield "an empty text"
        case 11 if not one["media"]["url"].startswith(("http://", "https://")):
            yield "address of a thumbnail"
    inner = [
        *one.get("components", ()),
        *filter(None, [one.get("accessory"), one.get("component")]),
    ]
    for child in inner:
        yield from _component(child)


def _modal(data: Mapping[str, Any]) -> Iterator[str]:
    if not 1 <= len(data["title"]) <= 45 or not 1 <= len(data["custom_id"]) <= 100:
        yield "title or custom_id of a modal"
    if not 1 <= len(data["components"]) <= 5:
        yield "inputs of a modal"
    for label in data["components"]:
        if label["type"] == 10:
            continue
        options = label["component"].get("options") or []
        if (
            sum(bool(one.get("default")) for one in options) > 1
            and label["component"]["type"] != 22
        ):
            yield "several chosen options"
        if label["component"]["type"] == 21 and not 2 <= len(options) <= 10:
            yield "radio buttons"
        if any(not 1 <= len(one["label"]) <= 100 or not one["value"] for one in options):
            yield "an option of an input"
        if not 1 <= len(label["label"]) <= 45 or len(label.get("description") or "") > 100:
            yield "label of an input"
        if len(label["component"].get("placeholder") or "") > 100:
            yield "placeholder of an input"
        yield from _component(label)


def _choices(choices: Any) -> Iterator[str]:
    if len(choices) > 25:
        yield f"{len(choices)} choices"
    for choice in choices:
        if not 1 <= len(choice["name"]) <= 100 or not 1 <= len(str(choice["value"])) <= 100:
            yield "length of a choice"


def _command(command: Mapping[str, Any]) -> Iterator[str]:
    if unknown := command.keys() - COMMAND:
        yield f"unknown {unknown} in a command"
    if command["type"] == 1:
        yield from _named(command)
    elif not 1 <= len(command["name"]) <= 32 or command.get("description"):
        yield "name or description of a menu command"
    yield from _options(command.get("options", ()))


def _options(options: Any) -> Iterator[str]:
    if len(options) > 25 or any(
        b.get("required") and not a.get("required") for a, b in pairwise(options)
    ):
        yield "options: too many, or a required one after one that is not"
    for option in options:
        if unknown := option.keys() - OPTION:
            yield f"unknown {unknown} in an option"
        yield from _named(option)
        yield from _options(option.get("options", ()) if option["type"] == 1 else ())
        if option.get("options") and option["type"] != 1:
            yield "options of an option"
        yield from _choices(option.get("choices", ()))
        if option.get("choices") and option.get("autocomplete"):
            yield "choices and autocompletion"


def _named(thing: Mapping[str, Any]) -> Iterator[str]:
    if not re.fullmatch(r"[a-z0-9_-]{1,32}", thing["name"]):
        yield f"name {thing['name']}"
    if not 1 <= len(thing["description"]) <= 100:
        yield f"description of {thing['name']}"
