"""Times of day as people write them: 9, 9:30 pm, 0900, 9h30, half past 8, 21 Uhr, 午後3時半."""

from __future__ import annotations

import re
import unicodedata
from datetime import time

from bot.text import shorten

_HOURS = (
    "one two three four five six seven eight nine ten eleven twelve "
    "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf"
).split()
_NAMED = {
    **dict.fromkeys("noon midday mittag midi mediodia".split(), time(12)),
    **dict.fromkeys("midnight mitternacht minuit medianoche 24:00 24".split(), time(0)),
}
_REWRITES = tuple(
    (re.compile(pattern), meaning)
    for pattern, meaning in (
        (r"^(?:at|about|around|by|um|kl|klo|las|alle|vers|as|a las)\.? (?=\w)", ""),
        (r"(?<![a-z])([ap])\.? ?m\.?(?!\w)", r" \1m"),
        (r"(?<=\d)([ap])$", r" \1m"),
        ("上午|午前|오전|早上| in the morning| this morning| du matin| morgens", " am "),
        ("下午|午後|오후|晚上| (?:in the |this )?(?:afternoon|evening)| at night| tonight", " pm "),
        (r" ?[時时点點시] ?", ":"),
        (" ?uhr ?", ":"),
        (r"(?<=\d) ?h(?:rs?|ours?)? ?(?=\d|$)", ":"),
        ("[半반]", "30"),
        (r"[分분]| o'?clock| min(?:utes)?", ""),
        (rf"\b(?:{'|'.join(_HOURS)})\b", lambda word: str(_HOURS.index(word[0]) % 12 + 1)),
        (r"\bquarter\b", "15"),
        (r"\bhalf\b(?= past)", "30"),
        (r"\bhalb (\d+)", r"30 to \1"),
        ("am +am", "am"),
        ("pm +pm", "pm"),
    )
)
_CLOCK = re.compile(
    r"(?P<first>am |pm )?(?P<hour>\d{1,2})(?:(?:[:.]| (?=\d))(?P<minute>\d\d)?(?::[0-5]\d)?)?:?"
    r"(?P<last> am| pm)?"
)
_FIGURES = re.compile(r"(?P<hour>[0-2]\d)(?P<minute>[0-5]\d):?(?P<first>)(?P<last> am| pm)?")
_BESIDE = re.compile(
    r"(?P<minutes>\d{1,2}) (?P<way>past|after|to|before|of) (?P<hour>\d{1,2}):?(?P<last> am| pm)?"
)
_ZONE = re.compile(r" ?(?:(?![ap]m\b)[a-z]{2}|\+\d)")
_VAGUE = re.compile(r"(?:early |late |in the )?(?:morning|afternoon|evening|night|lunch)(?:time)?")


class NotATime(ValueError):
    """Words mean no time of day; the message is a sentence that says why."""


def read_time(text: str) -> time:
    """Return the time of day that words mean. Raises NotATime."""
    words = _fold(text)
    try:
        if found := _NAMED.get(words) or _beside(words) or _clock(words):
            return found
    except ValueError:  # 25:00
        pass
    shown = shorten(text, 40)
    if _VAGUE.fullmatch(words):
        raise NotATime(f"“{shown}” isn’t exact. At what time, as in 9:00 or 7pm?")
    if (begun := _CLOCK.match(words)) and _ZONE.match(words[begun.end() :]):
        raise NotATime(
            f"“{shown}” isn’t a time of day alone. Write the time as 9:00, and a time zone as "
            "zone:Berlin."
        )
    raise NotATime(f"“{shown}” isn’t a time of day. Write it as 9:00, 17:30 or 9am.")


def _fold(text: str) -> str:
    """Return text as figures, "am", "pm" and few words, whatever the language."""
    words = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").strip("\"' ")
    words = "".join(str(unicodedata.digit(char, char)) for char in words)
    for pattern, meaning in _REWRITES:
        words = pattern.sub(meaning, words)
    return " ".join(words.split())


def _clock(words: str) -> time | None:
    found = _CLOCK.fullmatch(words) or _FIGURES.fullmatch(words)
    if not found:
        return None
    half = (found["first"] or found["last"] or "").strip()
    return _at(int(found["hour"]), int(found["minute"] or 0), half)


def _beside(words: str) -> time | None:
    """Read "15 past 8" and "15 to 9"."""
    found = _BESIDE.fullmatch(words)
    if not found:
        return None
    hour = _at(int(found["hour"]), 0, (found["last"] or "").strip())
    minutes = int(found["minutes"])
    total = hour.hour * 60 + (minutes if found["way"] in {"past", "after"} else -minutes)
    return time(total // 60 % 24, total % 60) if minutes < 60 else None


def _at(hour: int, minute: int, half: str) -> time:
    """Return a time of the whole day, or of the half "am" or "pm". Raises ValueError."""
    if half and not 1 <= hour <= 12:
        raise ValueError(hour)
    hour = hour % 12 + 12 * (half == "pm") if half else hour
    return time(hour, minute)
