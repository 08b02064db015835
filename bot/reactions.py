"""What a reaction to one of our messages means, as a command line."""

from __future__ import annotations

from collections.abc import Sequence

SAVE = "🔖"
_KEYCAPS = ("1⃣", "2⃣", "3⃣", "4⃣", "5⃣", "6⃣", "7⃣", "8⃣", "9⃣", "🔟")
_VARIATION = "\ufe0f"  # asks for the coloured form of an emoji; platforms send it or leave it out


def line_for(emoji: str, papers: Sequence[str], *, added: bool) -> str | None:
    """Return the command line that a reaction to a message showing `papers` stands for, or None.

    The bookmark keeps the one paper of a message, a keycap the paper of that number; taken away, they let it go.
    """
    emoji = emoji.replace(_VARIATION, "")
    verb = "save" if added else "unsave"
    if emoji == SAVE and len(papers) == 1:
        return f"{verb} {papers[0]}"
    if emoji in _KEYCAPS and _KEYCAPS.index(emoji) < len(papers):
        return f"{verb} {papers[_KEYCAPS.index(emoji)]}"
    return None
