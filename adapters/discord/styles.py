"""How a button looks: its colour and emoji, by the command that a press of it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from discord.enums import ButtonStyle

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
# what cannot be undone by another button, and what a press has brought about
DANGEROUS = ("unsubscribe", "forget-me sure:yes")
DONE = ("unsave", "unvote")
# what a message is there for: the first of these is its one primary button
PRIMARY = ("subscribe", "digest", "resolve", "pick")


@dataclass(frozen=True, slots=True)
class Look:
    """The colour and emoji of a button; "" is none."""

    style: ButtonStyle = ButtonStyle.secondary
    emoji: str = ""


PLAIN = Look()


def look(label: str, line: str) -> Look:
    """Return how a button looks that has a label and runs a line."""
    verb = line.partition(" ")[0]
    if line.startswith(DANGEROUS):
        return Look(ButtonStyle.danger, EMOJI.get(verb, ""))
    # "Undo" runs the same line as "Saved ✓", and is no state
    if verb in DONE and label.endswith("✓"):
        return Look(ButtonStyle.success, EMOJI[verb])
    return Look(emoji="" if verb in DONE else EMOJI.get(verb, ""))


def primary_index(lines: Sequence[str]) -> int | None:
    """Return which of the lines in a message is its primary one, None if none is.

    That is what the message is there for, or else saving the one paper that it shows.
    """
    verbs = [line.partition(" ")[0] for line in lines]
    wanted = next((index for index, verb in enumerate(verbs) if verb in PRIMARY), None)
    if wanted is None and verbs.count("save") == 1:
        wanted = verbs.index("save")
    return wanted
