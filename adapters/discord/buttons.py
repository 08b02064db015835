"""The buttons of messages that were sent: their labels, and changing one of them."""

from __future__ import annotations

from collections.abc import Iterator

import discord
from discord import ui

from adapters.discord.custom_ids import Press
from adapters.discord.layout import press_of
from adapters.discord.requests import Request
from adapters.discord.styles import Look, look
from bot.chat.views import Button


def label_of(message: discord.Message | None, custom_id: str) -> str:
    """Return the label of a button or menu option of a message, "" if it has none of that id."""
    if message is None:
        return ""
    layout = ui.LayoutView.from_message(message)
    found = (one for one in _pressables(layout) if _id_of(one) == custom_id)
    pressed = next(found, None)
    return (pressed.label or "") if pressed else ""


def with_button(
    message: discord.Message, request: Request, becomes: Button
) -> ui.LayoutView | None:
    """Return a message's layout with the pressed button replaced; None if it has it no more."""
    if request.press is None:
        return None
    layout = ui.LayoutView.from_message(message, timeout=None)
    layout.stop()
    number = int(request.custom_id.partition(":")[0][1:] or 0)
    press = Press(press_of(becomes).kind, becomes.line, request.press.tenant)
    for one in _pressables(layout):
        if _id_of(one) == request.custom_id:
            _change(one, becomes.label, press.id(number), look(becomes.label, becomes.line))
            return layout
    return None


def _pressables(
    layout: ui.LayoutView,
) -> Iterator[ui.Button[ui.LayoutView] | discord.SelectOption]:
    """Yield all buttons and options of menus."""
    for child in layout.walk_children():
        if isinstance(child, ui.Button):
            yield child
        elif isinstance(child, ui.Select):
            yield from child.options


def _id_of(one: ui.Button[ui.LayoutView] | discord.SelectOption) -> str | None:
    return one.custom_id if isinstance(one, ui.Button) else one.value


def _change(
    one: ui.Button[ui.LayoutView] | discord.SelectOption, label: str, id_: str, new: Look
) -> None:
    one.label, one.emoji = label, new.emoji or None
    if isinstance(one, ui.Button):
        one.custom_id, one.style = id_, new.style
    else:
        one.value = id_
