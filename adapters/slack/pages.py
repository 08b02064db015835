"""Pages of a view that is longer than a modal or the Home."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from adapters.slack.elements import LABEL, plain_text
from adapters.slack.ids import random_prefix
from adapters.slack.limits import SURFACE, Json, Room
from adapters.slack.render import fits, render
from bot.chat.parts import split
from bot.chat.views import View

PAGE = "page"  # how the action ids of the buttons to other pages begin
_ROOM = Room(SURFACE.blocks - 1, SURFACE.characters - 500)  # the rest is for these buttons


def paginate(view: View) -> tuple[View, ...]:
    """Return the pages of a view, each short enough for a modal or the Home."""
    return split(view, lambda part: fits(part, _ROOM))


def render_page(pages: Sequence[View], number: int, key: str, newer: Collection[str]) -> list[Json]:
    """Return the blocks of one of the pages, with buttons to those before and after it.

    The value of such a button is the number of its page, counted from 0, and `key`. `newer` types
    of blocks may be used.
    """
    last = len(pages) - 1
    number = max(0, min(number, last))
    blocks = render(pages[number], random_prefix(), SURFACE, newer)
    buttons = [_button("Previous", number - 1, key)] if number else []
    buttons += [_button("Next page", number + 1, key)] if number < last else []
    if not buttons:
        return blocks
    return [*blocks, {"type": "actions", "block_id": random_prefix(), "elements": buttons}]


def read_page(value: str) -> tuple[int, str]:
    """Return the number and the key in the value of a button to another page."""
    number, _, key = value.partition(" ")
    return int(number) if number.isdecimal() else 0, key


def _button(label: str, number: int, key: str) -> Json:
    return {
        "type": "button",
        "text": plain_text(label, LABEL),
        "action_id": f"{PAGE}.{number}",
        "value": f"{number} {key}",
    }
