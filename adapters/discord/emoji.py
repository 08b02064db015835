"""Emoji that come in skin tones: one person can make several of them mean one reaction."""

from __future__ import annotations

import re
from collections import OrderedDict

from bot.chat.reactions import same_emoji

MAX_REMEMBERED = 10_000  # reactions
# Unicode's Emoji_Modifier_Base: https://www.unicode.org/Public/UCD/latest/ucd/emoji/emoji-data.txt
_TONED = re.compile(
    "[☝⛹✊-✍🎅🏂-🏄🏇🏊-🏌👂👃👆-👐👦-👸👼💁-💃💅-💇💏💑💪🕴🕵🕺🖐🖕🖖🙅-🙇🙋-🙏🚣🚴-🚶🛀🛌🤌🤏🤘-🤟🤦🤰-🤹"
    "🤼-🤾🥷🦵🦶🦸🦹🦻🧍-🧏🧑-🧝🫃-🫅🫰-🫸]"
)

ReactionKey = tuple[int, int, str]  # the ids of a message and a person, and the plain emoji


class Tones:
    """Which tones of an emoji people have under a message, as far as the bot was told."""

    def __init__(self) -> None:
        self._seen: OrderedDict[ReactionKey, set[str]] = OrderedDict()

    def add(self, message: int, person: int, emoji: str) -> None:
        """Note a new reaction."""
        if not _TONED.match(emoji):
            return
        key = (message, person, same_emoji(emoji))
        self._seen.setdefault(key, set()).add(emoji)
        self._seen.move_to_end(key)
        if len(self._seen) > MAX_REMEMBERED:
            self._seen.popitem(last=False)

    def remove(self, message: int, person: int, emoji: str) -> bool | None:
        """Note a removed reaction; tell whether the person has another tone there.

        None if that is unknown: the reaction is from before the bot started.
        """
        if not _TONED.match(emoji):
            return False
        key = (message, person, same_emoji(emoji))
        tones = self._seen.get(key)
        if tones is None:
            return None
        tones.discard(emoji)
        if not tones:
            del self._seen[key]
        return bool(tones)
