"""Slack's names of emoji, and the emoji themselves."""

from __future__ import annotations

from rich.emoji import Emoji, NoEmoji

# where Slack's name is another than that of the table we take: https://github.com/iamcal/emoji-data
_OTHERWISE = {"keycap_ten": "🔟", "hash": "#️⃣", "heavy_heart_exclamation_mark_ornament": "❣️"}


def emoji(name: str) -> str:
    """Return the emoji of a name such as "+1" or "+1::skin-tone-2"; one of the team's own stays ":name:"."""
    plain = name.strip(":").partition("::")[0]
    if plain in _OTHERWISE:
        return _OTHERWISE[plain]
    try:
        return str(Emoji(plain))
    except NoEmoji:
        return f":{plain}:"
