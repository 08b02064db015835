"""How buttons look: one primary, dangerous ones red and confirmed, by the lines that they run."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.slack.limits import Json, change_buttons

# what removes something for good, or what others read, with the question before it
DANGEROUS = {
    "unsubscribe": ("Unsubscribe?", "No more digests come from this subscription."),
    "unwatch": ("Stop watching?", "No more messages come from this watch."),
    "unnote": ("Delete this note?", "This can’t be undone."),
    "forget-me sure:yes": ("Delete your data?", "This can’t be undone."),
}
# what a message is there for: the first of these is its one primary button
PRIMARY = ("subscribe", "digest", "resolve", "pick")


def is_dangerous(line: str) -> bool:
    """Return whether a command line removes something."""
    return _question(line) is not None


def _question(line: str) -> tuple[str, str] | None:
    found = (one for begun, one in DANGEROUS.items() if f"{line} ".startswith(f"{begun} "))
    return next(found, None)


def style_buttons(blocks: Sequence[Json]) -> list[Json]:
    """Return blocks whose buttons have their styles and confirmations."""
    lines: list[str] = []

    def note(button: Json) -> Json:
        lines.append(str(button.get("value", "")))
        return button

    change_buttons(blocks, note)
    primary = _primary_line(lines)
    return change_buttons(blocks, lambda button: _style(button, primary))


def _primary_line(lines: Sequence[str]) -> str:
    """Return the line of the primary button, "" for none.

    That is what the message is there for, or else saving the one paper that it shows.
    """
    verbs = [line.partition(" ")[0] for line in lines]
    wanted = next((line for line, verb in zip(lines, verbs, strict=True) if verb in PRIMARY), "")
    if not wanted and verbs.count("save") == 1:
        wanted = lines[verbs.index("save")]
    return wanted


def _style(button: Json, primary: str) -> Json:
    line = str(button.get("value", ""))
    if question := _question(line):
        return {**button, "style": "danger", "confirm": _confirmation(button, *question)}
    return {**button, "style": "primary"} if line and line == primary else button


def _confirmation(button: Json, title: str, text: str) -> Json:
    def plain(words: str) -> Json:
        return {"type": "plain_text", "text": words, "emoji": False}

    return {
        "title": plain(title),
        "text": plain(text),
        "confirm": plain(str(button["text"]["text"])[:30]),
        "deny": plain("Cancel"),
        "style": "danger",
    }
