"""What a reaction to one of our messages means, as a command line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

DEFAULT_MEANINGS = "🔖=save 👍=vote"
VERBS = ("save", "vote")  # each has its opposite: unsave, unvote
_KEYCAPS = ("1⃣", "2⃣", "3⃣", "4⃣", "5⃣", "6⃣", "7⃣", "8⃣", "9⃣", "🔟")
# the variation selector asks for the coloured form and the modifiers for a skin; both come and go
# between platforms
_SHADES = re.compile("[\ufe0f\U0001f3fb-\U0001f3ff]")


def same_emoji(emoji: str) -> str:
    """Return an emoji without variation selectors and skin tones."""
    return _SHADES.sub("", emoji)


@dataclass(frozen=True, slots=True)
class Reactions:
    """Which emoji mean which command; a keycap always keeps the paper of that number."""

    meanings: Mapping[str, str] = field(default_factory=lambda: _read(DEFAULT_MEANINGS))

    @classmethod
    def read(cls, text: str) -> Reactions:
        """Read "🔖=save 👍=vote"; ValueError with a sentence where that makes no sense."""
        return cls(_read(text))

    def may_mean(self, emoji: str) -> bool:
        """Tell whether an emoji means something under some message."""
        return same_emoji(emoji) in {*_KEYCAPS, *self.meanings}

    def line_for(self, emoji: str, papers: Sequence[str], *, added: bool) -> str | None:
        """Return the command line that a reaction to a message with `papers` stands for, or None.

        An emoji with a meaning is about the one paper of a message, a keycap about the paper of
        that number.
        """
        emoji = same_emoji(emoji)
        shown = [paper for paper in papers if paper]
        number = _KEYCAPS.index(emoji) if emoji in _KEYCAPS else None
        if number is not None and number < len(papers) and papers[number]:
            verb, paper = "save", papers[number]
        elif emoji in self.meanings and len(shown) == 1:
            verb, paper = self.meanings[emoji], shown[0]
        else:
            return None
        return f"{verb if added else f'un{verb}'} {paper}"


def _read(text: str) -> Mapping[str, str]:
    meanings: dict[str, str] = {}
    for pair in text.split():
        emoji, _, verb = pair.rpartition("=")
        if not emoji or verb not in VERBS:
            raise ValueError(
                f"“{pair[:40]}” isn’t an emoji, = and one of {' or '.join(VERBS)}, as in "
                f"{DEFAULT_MEANINGS}."
            )
        meanings[same_emoji(emoji)] = verb
    return MappingProxyType(meanings)
