"""What Slack refuses in blocks: what the SDK's models check, and what they miss."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

Json = dict[str, Any]
KINDS = {"header", "rich_text", "section", "context", "actions", "image", "input"}


def broken_rules(blocks: list[Json], most: int = 50, characters: int = 13_000) -> Iterator[str]:
    """Yield the rules that blocks break."""
    if not 1 <= len(blocks) <= most:
        yield f"{len(blocks)} blocks"
    if len({block["block_id"] for block in blocks}) < len(blocks):
        yield "a block_id twice"
    if most == 50 and sum(map(len, texts(blocks))) > characters:
        yield "too many characters"
    for block in blocks:
        if block["type"] not in KINDS:
            yield f"a block of the type {block['type']}"
        parsed = Block.parse(block)
        try:
            if parsed:
                parsed.validate_json()
        except SlackObjectFormationError as error:
            yield str(error)
        yield from _in_block(block)


def _in_block(block: Json) -> Iterator[str]:
    elements = [
        *block.get("elements", []),
        *(block[key] for key in ("element", "accessory") if key in block),
    ]
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


def _in_element(element: Json) -> Iterator[str]:
    match element:
        case {"type": "button", "text": {"text": label}, "value": value}:
            if len(label) > 75 or not 0 < len(value) <= 2000:
                yield "a button with too long a label or value"
        case {"type": "image", "alt_text": alt}:
            if not 0 < len(alt) <= 2000:
                yield "a picture without words, or with too many"
        case _:
            pass


def texts(value: object) -> Iterator[str]:
    """Yield every text that is shown."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key in {"text", "alt_text"} and isinstance(part, str):
                yield part
            else:
                yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)


def seen(blocks: list[Json]) -> str:
    """Return all text that blocks show."""
    return "\n".join("".join(texts(block)) for block in blocks)


def labels(blocks: list[Json]) -> list[str]:
    """Return the labels of all buttons."""
    return [
        e["text"]["text"]
        for block in blocks
        if block["type"] == "actions"
        for e in block["elements"]
    ]
