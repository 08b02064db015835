"""Slack's names of emoji, and the emoji they stand for."""

from __future__ import annotations

import unicodedata

from rich.emoji import Emoji, NoEmoji

# Slack's names that rich's table does not have: https://github.com/iamcal/emoji-data
_SLACK_ONLY = {"keycap_ten": "🔟", "hash": "#️⃣", "heavy_heart_exclamation_mark_ornament": "❣️"}
_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NAMES = {
    "👍": "+1",
    "👎": "-1",
    "🔟": "keycap_ten",
    **{f"{n}⃣": name for n, name in enumerate(_NUMBERS)},
}


def parse_emoji(name: str) -> str:
    """Return the emoji of a name such as "+1" or "+1::skin-tone-2".

    One of the team's own stays ":name:".
    """
    plain = name.strip(":").partition("::")[0]
    if plain in _SLACK_ONLY:
        return _SLACK_ONLY[plain]
    try:
        return str(Emoji(plain))
    except NoEmoji:
        return f":{plain}:"


def emoji_name(one: str) -> str:
    """Return Slack's name of an emoji, "" where it has none that is known."""
    bare = one.replace("\ufe0f", "")
    if len(one) > 2 and one[0] == one[-1] == ":":
        return one[1:-1]
    unicode_name = unicodedata.name(bare, "") if len(bare) == 1 else ""
    name = _NAMES.get(bare) or unicode_name.lower().replace(" ", "_")
    return name if name and parse_emoji(name).replace("\ufe0f", "") == bare else ""
