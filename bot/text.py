"""Text from outside made fit to show, and small rules of wording."""

from __future__ import annotations

import re

# characters that move elsewhere: C0 and C1 controls, line and paragraph separators
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# invisible characters: soft hyphen, bidi marks and overrides, zero-width and tag characters, lone
# surrogates
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e0fff\ud800-\udfff]"
)
_CURLY = dict.fromkeys(map(ord, "“”„‟«»＂"), '"')


def visible(text: str) -> str:
    """Return `text` as one line without control, bidi or zero-width characters."""
    return _UNSEEN.sub("", _BREAKS.sub(" ", text))


def strip_invisible(text: str) -> str:
    """Return `text` without bidi, zero-width and other invisible characters, with its lines."""
    return _UNSEEN.sub("", text)


def clean(text: str) -> str:
    """Return `text` as one line without invisible characters and runs of spaces."""
    return " ".join(visible(text).split())


def straight(text: str) -> str:
    """Return `text` with straight quotation marks, for those that phones put in are others."""
    return text.translate(_CURLY)


def shorten(text: str, limit: int) -> str:
    """Cut `text` to at most `limit` characters with an ellipsis, at a word boundary if possible."""
    if len(text) <= limit:
        return text
    if limit <= 1:
        return "…"[:limit]
    head = text[: limit - 1]
    whole = head if text[limit - 1].isspace() else head.rpartition(" ")[0]
    # a single endless word is cut inside; so is text whose last space stands far back
    return (whole if len(whole) > limit // 2 else head).rstrip(" ,;:.-") + "…"


def count(number: int, noun: str, nouns: str = "") -> str:
    """Say how many: `count(1, "paper")` is "1 paper", `count(2500, "paper")` is "2,500 papers"."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def listed(words: list[str] | tuple[str, ...], last: str = "and") -> str:
    """Join words as a sentence does: "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
