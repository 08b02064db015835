"""Rendered blocks: kept within Slack's limits, given ids, changed in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

TITLE = 24  # characters of a modal's title and buttons
PLACEHOLDER = 150
OPTION = 75  # of the text of a choice, and of a button's label
OPTION_VALUE = 150
MAX_OPTIONS = 100
METADATA = 3000  # of a modal's private_metadata
QUESTION = {"title": 100, "text": 300, "confirm": 30, "deny": 30}  # of a confirmation
LINE = 2000  # of a button's value: the command line it stands for


@dataclass(frozen=True, slots=True)
class Room:
    """The blocks that a surface takes, and the characters that they may have in all."""

    blocks: int
    characters: int


# the blocks are documented; Slack says msg_blocks_too_long at about 13,000 characters
MESSAGE = Room(50, 12_000)
SURFACE = Room(100, 24_000)  # a modal, or the Home
_COUNTED = (
    *("text", "url", "image_url", "alt_text", "value", "block_id", "action_id"),
    *("accessibility_label", "fallback", "format"),
)
_PICTURES = ("icon", "hero_image")  # of a card


def fit(
    groups: Sequence[list[Json]],
    room: Room,
    left_out: Callable[[int], Json],
    *,
    keep_last: bool = False,
) -> list[Json]:
    """Return the blocks of as many groups as fit, and a note of how many are left out.

    `keep_last` keeps the last group in any case: the buttons to other pages.
    """
    if fits(groups, room):
        return [block for group in groups for block in group]
    last = [groups[-1]] if keep_last else []
    first = list(groups[:-1]) if keep_last else list(groups)
    total = len(first)
    while first and not fits([*first, [left_out(total)], *last], room):
        first.pop()
    shown = (*first, [left_out(total - len(first))], *last)
    return [block for group in shown for block in group]


def fits(groups: Sequence[list[Json]], room: Room) -> bool:
    """Return whether all groups of blocks fit into one message or view."""
    blocks = [block for group in groups for block in group]
    return len(blocks) <= room.blocks and count_characters(blocks) <= room.characters


def count_characters(blocks: Sequence[Json]) -> int:
    """Count the characters of blocks, ids and addresses included."""
    return sum(len(text) for block in blocks for text in _texts(block))


def name_blocks(blocks: Sequence[Json], prefix: str) -> list[Json]:
    """Return the blocks with ids that begin with `prefix`."""
    return [_name(block, f"{prefix}.{number}") for number, block in enumerate(blocks)]


def _name(block: Json, name: str) -> Json:
    if block["type"] != "carousel":
        return {**block, "block_id": name}
    return {**block, "block_id": name, "elements": name_blocks(block["elements"], name)}


def has_prefix(blocks: Sequence[Json], prefix: str) -> bool:
    """Return whether the ids of any of these blocks begin with `prefix`."""
    return any(str(block.get("block_id", "")).startswith(f"{prefix}.") for block in blocks)


def prefix_of(block_id: str) -> str:
    """Return the prefix of a block's id."""
    return block_id.partition(".")[0]


def change_buttons(blocks: Sequence[Json], change: Callable[[Json], Json]) -> list[Json]:
    """Return blocks with each button as `change` returns it, wherever it stands in them."""

    def changed(value: Any) -> Any:
        if isinstance(value, list):
            return [changed(part) for part in value]
        if not isinstance(value, dict):
            return value
        if value.get("type") == "button":
            return change(value)
        return {key: changed(part) for key, part in value.items()}

    return [changed(block) for block in blocks]


def has_pictures(blocks: Sequence[Json]) -> bool:
    """Return whether Slack has to fetch a picture to show these blocks."""
    return drop_pictures(blocks) != list(blocks)


def drop_pictures(blocks: Sequence[Json]) -> list[Json]:
    """Return the blocks with links to their pictures, or nothing where a title says the same."""
    return [plain for block in blocks if (plain := _drop_picture(block))]


def _drop_picture(block: Json) -> Json | None:
    match block:
        case {"type": "image", "image_url": url, "alt_text": alt}:
            link = {"type": "link", "url": url, "text": alt}
            section = {"type": "rich_text_section", "elements": [link]}
            return {"type": "rich_text", "elements": [section], "block_id": block["block_id"]}
        case {"type": "carousel", "elements": cards}:
            return {**block, "elements": drop_pictures(cards)}
        case {"type": "card"}:
            return {key: part for key, part in block.items() if key not in _PICTURES}
        case {"type": "section", "accessory": {"type": "image"}}:
            return {key: value for key, value in block.items() if key != "accessory"}
        case {"type": "context", "elements": [{"type": "image"}]}:
            return None
        case _:
            return block


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            if not isinstance(part, str):
                yield from _texts(part)
            elif key in _COUNTED:
                yield part
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
