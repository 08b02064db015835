"""How buttons look: one primary, those that remove something red and confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from adapters.slack.elements import plain_text
from adapters.slack.limits import QUESTION, Json, change_buttons
from bot.chat.emphasis import primary_index, question


def style_buttons(blocks: Sequence[Json], lines: Sequence[str]) -> list[Json]:
    """Return blocks whose buttons have their styles; `lines` are those of the whole view."""
    index = primary_index(lines)
    return change_buttons(blocks, partial(_style, "" if index is None else lines[index]))


def _style(primary: str, button: Json) -> Json:
    line = str(button.get("value", ""))
    if asked := question(line):
        return {**button, "style": "danger", "confirm": _confirm(button["text"]["text"], *asked)}
    return {**button, "style": "primary"} if line and line == primary else button


def _confirm(label: str, title: str, text: str) -> Json:
    words = {"title": title, "text": text, "confirm": label, "deny": "Cancel"}
    asked = {name: plain_text(said, QUESTION[name]) for name, said in words.items()}
    return {**asked, "style": "danger"}
