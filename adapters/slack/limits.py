"""Rendered blocks: kept within what Slack takes, given names, changed in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Room:
    """How many blocks a surface takes, and how many characters they may have in all."""

    blocks: int
    characters: int


# the blocks are documented; of the characters Slack says msg_blocks_too_long at about 13,000 in a
# message
MESSAGE = Room(50, 12_000)
SURFACE = Room(100, 24_000)  # a modal, or the Home
_SEEN = ("text", "url", "image_url", "alt_text", "value", "block_id", "action_id")


def fitting(
    groups: Sequence[list[Json]],
    room: Room,
    left_out: Callable[[int], Json],
    *,
    keep_last: bool = False,
) -> list[Json]:
    """Return the blocks of as many whole groups as there is room for, and how many of them are left out.

    The last group stays where `keep_last`: the buttons that lead on.
    """
    if _fits(groups, room):
        return [block for group in groups for block in group]
    last = [groups[-1]] if keep_last else []
    first = list(groups[:-1]) if keep_last else list(groups)
    total = len(first)
    while first and not _fits([*first, [left_out(total)], *last], room):
        first.pop()
    return [block for group in (*first, [left_out(total - len(first))], *last) for block in group]


def size(blocks: Sequence[Json]) -> int:
    """Count the characters of blocks, as carefully as Slack may."""
    return sum(len(text) for block in blocks for text in _texts(block))


def named(blocks: Sequence[Json], name: str) -> list[Json]:
    """Give every block an id that begins with `name`."""
    return [{**block, "block_id": f"{name}.{number}"} for number, block in enumerate(blocks)]


def is_named(blocks: Sequence[Json], name: str) -> bool:
    """Tell whether these are blocks that were given that name."""
    return any(str(block.get("block_id", "")).startswith(f"{name}.") for block in blocks)


def name_of(block_id: str) -> str:
    """Return the name that a block's id begins with."""
    return block_id.rpartition(".")[0]


def with_button(blocks: Sequence[Json], value: str, label: Json, line: str) -> list[Json]:
    """Return blocks in which the buttons of one value have another label and value."""

    def changed(element: Json) -> Json:
        return (
            {**element, "text": label, "value": line} if element.get("value") == value else element
        )

    return [
        {**block, "elements": [changed(element) for element in block["elements"]]}
        if block["type"] == "actions"
        else block
        for block in blocks
    ]


def has_pictures(blocks: Sequence[Json]) -> bool:
    """Tell whether Slack has to fetch a picture to show these blocks."""
    return without_pictures(blocks) != list(blocks)


def without_pictures(blocks: Sequence[Json]) -> list[Json]:
    """Return the blocks with the words for pictures in their place, or nothing where a title says it already."""
    return [plain for block in blocks if (plain := _without_picture(block))]


def _without_picture(block: Json) -> Json | None:
    match block:
        case {"type": "image", "image_url": url, "alt_text": alt}:
            link = {"type": "link", "url": url, "text": alt}
            section = {"type": "rich_text_section", "elements": [link]}
            return {"type": "rich_text", "elements": [section], "block_id": block["block_id"]}
        case {"type": "section", "accessory": {"type": "image"}}:
            return {key: value for key, value in block.items() if key != "accessory"}
        case {"type": "context", "elements": [{"type": "image"}]}:
            return None
        case _:
            return block


def _fits(groups: Sequence[list[Json]], room: Room) -> bool:
    blocks = [block for group in groups for block in group]
    return len(blocks) <= room.blocks and size(blocks) <= room.characters


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            if isinstance(part, str):
                yield part if key in _SEEN else ""
            else:
                yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
