"""Slack's names of emoji, and the emoji themselves."""

from __future__ import annotations

import unicodedata

from rich.emoji import Emoji, NoEmoji

# where Slack's name is another than that of the table we take: https://github.com/iamcal/emoji-data
_OTHERWISE = {"keycap_ten": "🔟", "hash": "#️⃣", "heavy_heart_exclamation_mark_ornament": "❣️"}
_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NAMES = {
    "👍": "+1",
    "👎": "-1",
    "🔟": "keycap_ten",
    **{f"{n}⃣": name for n, name in enumerate(_NUMBERS)},
}


def emoji(name: str) -> str:
    """Return the emoji of a name such as "+1" or "+1::skin-tone-2"; one of the team's own stays ":name:"."""
    plain = name.strip(":").partition("::")[0]
    if plain in _OTHERWISE:
        return _OTHERWISE[plain]
    try:
        return str(Emoji(plain))
    except NoEmoji:
        return f":{plain}:"


def name_of(one: str) -> str:
    """Return Slack's name of an emoji, "" where it is not known."""
    bare = one.replace("\ufe0f", "")
    if len(one) > 2 and one[0] == one[-1] == ":":
        return one[1:-1]
    name = _NAMES.get(bare) or (
        unicodedata.name(bare, "").lower().replace(" ", "_") if len(bare) == 1 else ""
    )
    return name if name and emoji(name).replace("\ufe0f", "") == bare else ""
