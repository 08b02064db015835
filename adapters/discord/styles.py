"""How a button looks: its colour and emoji, by the command that a press of it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from discord.enums import ButtonStyle

from bot.chat.emphasis import question

EMOJI: Mapping[str, str] = {
    "save": "🔖",
    "unsave": "🔖",
    "vote": "👍",
    "unvote": "👍",
    "paper": "📄",
    "similar": "🔍",
    "share": "📣",
    "subscribe": "📬",
    "subscriptions": "📬",
    "digest": "📬",
    "saved": "📚",
    "shelf": "📚",
    "today": "📰",
    "trending": "📈",
    "nominate": "🗳️",
    "nominated": "🗳️",
    "pick": "🏆",
    "picks": "🏆",
    "preview": "👀",
    "edit": "✏️",
    "pause": "⏸️",
    "resume": "▶️",
    "help": "❔",
}
# what a press has brought about
DONE = ("unsave", "unvote")


@dataclass(frozen=True, slots=True)
class Look:
    """The colour and emoji of a button; "" is none."""

    style: ButtonStyle = ButtonStyle.secondary
    emoji: str = ""


PLAIN = Look()


def look(label: str, line: str) -> Look:
    """Return how a button looks that has a label and runs a line."""
    verb = line.partition(" ")[0]
    if question(line):
        return Look(ButtonStyle.danger, EMOJI.get(verb, ""))
    # "Undo" runs the same line as "Saved ✓", and is no state
    if verb in DONE and label.endswith("✓"):
        return Look(ButtonStyle.success, EMOJI[verb])
    return Look(emoji="" if verb in DONE else EMOJI.get(verb, ""))
