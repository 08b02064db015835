"""What Slack refuses in blocks: what the SDK's models check, and what they miss."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

Json = dict[str, Any]
KINDS = {"header", "rich_text", "section", "context", "actions", "image", "input", "divider"}
NEWER = {"card", "carousel", "context_actions", "alert"}
THUMBS = ("positive_button", "negative_button")
# lines that do something with one paper, and those that take away what is there
ABOUT_A_PAPER = re.compile(r"(save|unsave|vote|unvote|paper|similar|unnote|read) \d{4}\.\d{4,5}")
REMOVES = re.compile(r"(unsubscribe|unwatch|unnote|forget-me sure:yes)\b")


def broken_rules(
    blocks: list[Json], most: int = 50, characters: int = 13_000, *, newer: bool = True
) -> Iterator[str]:
    """Yield the rules that blocks break, where Slack takes `newer` ones or not."""
    if not 1 <= len(blocks) <= most:
        yield f"{len(blocks)} blocks"
    if len({block["block_id"] for block in blocks}) < len(blocks):
        yield "a block_id twice"
    if most == 50 and sum(map(len, texts(blocks))) > characters:
        yield "too many characters"
    for block in blocks:
        if block["type"] not in (KINDS | NEWER if newer else KINDS):
            yield f"a block of the type {block['type']}"
        if len(block["block_id"]) > 255:
            yield "too long a block_id"
        if fault := _fault(json.dumps({**block, "block_id": ""})):
            yield fault
        yield from _in_block(block)
        for card in block["elements"] if block["type"] == "carousel" else ():
            yield from _in_block(card)


@lru_cache(4096)
def _fault(block: str) -> str:
    """Return what the SDK's model of a block says against it; most blocks come again and again."""
    parsed = Block.parse(json.loads(block))
    try:
        if parsed:
            parsed.validate_json()
    except SlackObjectFormationError as error:
        return str(error)
    return ""


def broken_rules_of_modal(modal: Json) -> Iterator[str]:
    """Yield the rules that a form breaks."""
    yield from broken_rules(modal["blocks"], 100)
    if len(modal["private_metadata"]) > 3000:
        yield "too much private_metadata"
    try:
        View(**modal).validate_json()
    except SlackObjectFormationError as error:
        yield str(error)


def _in_block(block: Json) -> Iterator[str]:
    elements = elements_of(block)
    yield from _in_newer_block(block)
    ids = [element["action_id"] for element in elements if "action_id" in element]
    if len(set(ids)) < len(ids):
        yield "an action_id twice"
    if block["type"] == "header" and block["text"]["type"] != "plain_text":
        yield "a header with markup"
    if block["type"] == "rich_text" and not any(text.strip() for text in texts(block)):
        yield "a paragraph with nothing to see"
    for text in texts(block):
        if not text or len(text) > 3000 or (block["type"] != "rich_text" and not text.strip()):
            yield f"a text of {len(text)} characters"
    for element in elements:
        yield from _in_element(element)


def _in_newer_block(block: Json) -> Iterator[str]:
    """Yield what the models of the SDK don't check: https://docs.slack.dev/reference/block-kit/."""
    kind, inner = block["type"], block.get("actions" if block["type"] == "card" else "elements", ())
    most = {"card": 3, "carousel": 10, "context_actions": 5}.get(kind, len(inner))
    if len(inner) > most or (kind in NEWER - {"alert"} and not inner):
        yield f"a {kind} of {len(inner)}"
    for part, limit in (("title", 150), ("subtitle", 150), ("body", 200)):
        if kind == "card" and len(block.get(part, {}).get("text", "")) > limit:
            yield f"a card with too long a {part}"
    thumbs = [one[side] for one in inner for side in THUMBS] if kind == "context_actions" else ()
    if any(len(one["text"]["text"]) > 75 or len(one["value"]) > 2000 for one in thumbs):
        yield "a thumb with too long a label or value"


def design_faults(blocks: list[Json]) -> Iterator[str]:
    """Yield what a reviewer of Slack's would have changed about the buttons of a message."""
    buttons = [one for block in blocks for one in elements_of(block) if one["type"] == "button"]
    if sum(one.get("style") == "primary" for one in buttons) > 1:
        yield "more than one primary button"
    for button in buttons:
        label, line = button["text"]["text"], button["value"]
        if (button.get("style") == "danger") != bool(REMOVES.match(line)):
            yield f"{label}: red, and removes nothing, or the other way round"
        if ("confirm" in button) != bool(REMOVES.match(line)):
            yield f"{label}: asks, and removes nothing, or the other way round"
        if ABOUT_A_PAPER.match(line) and len(button.get("accessibility_label", "")) <= len(label):
            yield f"{label}: a screen reader doesn't say of which paper ({line})"
    for block in blocks:
        lines = [one.get("value", "") for one in elements_of(block)]
        if (
            block["type"] == "actions"
            and len(lines) > 5
            and not any(map(_turns, elements_of(block)))
        ):
            yield f"{len(lines)} buttons in a row"


def _turns(element: Json) -> bool:
    return str(element.get("action_id", "")).startswith(("turn", "page"))


def elements_of(block: Json) -> list[Json]:
    """Return the elements of a block, those in its cards too."""
    if block["type"] == "carousel":
        return [one for card in block["elements"] for one in elements_of(card)]
    listed = [*block.get("elements", []), *block.get("actions", [])]
    single = ("element", "accessory", "icon", "hero_image")
    return [*listed, *(block[key] for key in single if key in block)]


def _in_element(element: Json) -> Iterator[str]:
    match element:
        case {"type": "button", "text": {"text": label}, "value": value}:
            if len(label) > 75 or not 0 < len(value) <= 2000:
                yield "a button with too long a label or value"
            if len(element.get("accessibility_label", "")) > 75:
                yield "a button with too long a label for screen readers"
        case {"type": "overflow", "options": options}:
            if any(len(one["value"]) > 150 or len(one["text"]["text"]) > 75 for one in options):
                yield "a menu with too long an option"
            if not 2 <= len(options) <= 5:
                yield "a menu of too many or too few"
        case {"type": "image", "alt_text": alt}:
            if not 0 < len(alt) <= 2000:
                yield "a picture without words, or with too many"
        case _:
            pass


def texts(value: object) -> Iterator[str]:
    """Yield every text that is shown, without what is markup in it."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield read_mrkdwn(value["text"])
            return
        for key, part in value.items():
            if key in {"text", "alt_text", "fallback"} and isinstance(part, str):
                yield part
            else:
                yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)


def read_mrkdwn(text: str) -> str:
    """Return what people read of a text that is markup for links, bold and code alone."""
    shown = re.sub(r"<https?://[^|<>]+\|([^<>]+)>", r"\1", text)
    shown = re.sub(r"^\*(\S|\S.*\S)\*$", r"\1", shown, flags=re.MULTILINE)
    assert not re.search(r"[*_~`<>]|:\S+:|^\s*&gt;", shown, re.MULTILINE), text
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def seen(blocks: list[Json]) -> str:
    """Return all text that blocks show."""
    return "\n".join("".join(texts(block)) for block in blocks)


def labels(blocks: list[Json]) -> list[str]:
    """Return the labels of all buttons, those in menus too."""
    found = [one for block in blocks for one in elements_of(block)]
    options = [option for one in found for option in one.get("options", ())]
    buttons = [one for one in found if one["type"] == "button"]
    return [str(one["text"]["text"]) for one in (*buttons, *options)]
