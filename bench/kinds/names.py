"""Queries of the names of systems, joined and split in other ways, with signs, letters and keyboards mixed up."""

from __future__ import annotations

import re
import unicodedata

from bench.catalog import GREEK, glued, short_name, telling_words
from bench.kinds.wish import Draw, Kind, Wish

# A part of a name: capitals, a word, or digits.
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_CAMEL = re.compile(r"\b[A-Za-z]*[a-z][A-Z][A-Za-z0-9]*\b")
_SIGN = re.compile(r"[\^{}$\\]|" + "|".join(GREEK))
_LOOK_ALIKE = str.maketrans("aceopxy", "асеорху")
_RUSSIAN = str.maketrans("qwertyuiopasdfghjklzxcvbnm", "йцукенгшщзфывапролдячсмить")


def _called(draw: Draw, text: str, name: str) -> Wish | None:
    """Return a query for the papers of that name, if it is written otherwise than in the title."""
    return Wish(text, draw.catalog.called(name)) if len(glued(text)) > 2 else None


def _namesake(draw: Draw) -> Wish | None:
    """Ask for a name that titles of other papers hold too."""
    name = short_name(draw.paper)
    if not name or len(draw.catalog.mentions(name)) <= len(draw.catalog.called(name)):
        return None
    return _called(draw, name.lower(), name)


def _unhyphenated(draw: Draw) -> Wish | None:
    name = short_name(draw.paper)
    if "-" not in name:
        return None
    return _called(draw, name.lower().replace("-", draw.chance.choice(("", " "))), name)


def _camel_split(draw: Draw) -> Wish | None:
    name = short_name(draw.paper)
    parts = _PART.findall(name)
    if len(parts) < 2 or not _CAMEL.search(name):
        return None
    return _called(draw, " ".join(parts).lower(), name)


def _digits(joint: str) -> Kind:
    """Make a query of a name with a number, with this before the number."""

    def make(draw: Draw) -> Wish | None:
        name = short_name(draw.paper).lower()
        found = re.fullmatch(r"([a-z -]*[a-z])[ -]?(\d+(?:\.\d+)?)", name)
        if not found or found[1] + joint + found[2] == name:
            return None
        return _called(draw, found[1] + joint + found[2], name)

    return make


def _name_and_word(draw: Draw) -> Wish | None:
    """Ask for a name in parts, and a word of what follows it."""
    name = short_name(draw.paper)
    parts = _PART.findall(name)
    words = [word for word in telling_words(draw.paper) if word not in glued(name)]
    if len(parts) < 2 or not words:
        return None
    word = draw.chance.choice(words)
    return Wish(
        f"{' '.join(parts).lower()} {word}", draw.catalog.called(name) & draw.catalog.titled([word])
    )


def _camel_inside(draw: Draw) -> Wish | None:
    """Ask for a name from the middle of a title in parts, and a word."""
    rest = draw.paper.title.removeprefix(short_name(draw.paper))
    names = [name for name in _CAMEL.findall(rest) if len(_PART.findall(name)) > 1]
    words = [word for word in telling_words(draw.paper) if word not in map(str.lower, names)]
    if not (names and words):
        return None
    name, word = draw.chance.choice(names), draw.chance.choice(words)
    text = f"{' '.join(_PART.findall(name)).lower()} {word}"
    return Wish(text, draw.catalog.mentions(name) & draw.catalog.titled([word]))


def _compound_joined(draw: Draw) -> Wish | None:
    """Join the parts of a compound, beside another word."""
    found = re.findall(r"\b([A-Za-z]{3,})-([a-z]{3,})\b", draw.paper.title)
    words = telling_words(draw.paper)
    if not found or len(words) < 4:
        return None
    parts = tuple(map(str.lower, draw.chance.choice(found)))
    others = [word for word in words if word not in parts]
    word = draw.chance.choice(others)
    return draw.wish(f"{''.join(parts)} {word}", [*parts, word])


def _signed_part(draw: Draw) -> str | None:
    """Return the part of a title, between spaces, that has Greek letters or signs of mathematics."""
    found = [part.strip("():,") for part in draw.paper.title.split() if _SIGN.search(part)]
    return draw.chance.choice(found) if found else None


def _greek(*, by_name: bool) -> Kind:
    """Make a query of the part of a title with a Greek letter, as a sign or by its name."""

    def make(draw: Draw) -> Wish | None:
        part = _signed_part(draw)
        if not part or not any(
            sign in unicodedata.normalize("NFKC", part).lower() for sign in GREEK
        ):
            return None
        text = part.lower()
        for sign, name in GREEK.items():
            text = text.replace(sign, name) if by_name else text
        return Wish(_beside(draw, text, part), draw.catalog.mentions(part))

    return make


def _mathematics(draw: Draw) -> Wish | None:
    part = _signed_part(draw)
    if not part or "^" not in part:
        return None
    bare = re.sub(r"[{}$\\]", "", part.lower())
    power = draw.chance.choice(("^2", "²", "2", " 2", "-2"))
    text = (
        re.sub(r"\^2", power, bare)
        if "^2" in bare
        else bare.replace("^", draw.chance.choice(("", "^")))
    )
    return Wish(_beside(draw, text, part), draw.catalog.mentions(part))


def _beside(draw: Draw, text: str, part: str) -> str:
    """Return what was typed, with a word of the title where it is short."""
    words = [word for word in telling_words(draw.paper) if word not in glued(part)]
    return f"{text} {draw.chance.choice(words)}" if len(glued(part)) < 5 and words else text


def _look_alikes(draw: Draw) -> Wish | None:
    """Write one of three words with Cyrillic letters that look the same."""
    words = draw.remember(3, shortest=5)
    fitting = [n for n, word in enumerate(words or ()) if set(word) & set("aceopxy")]
    if not (words and fitting):
        return None
    at = draw.chance.choice(fitting)
    typed = [word.translate(_LOOK_ALIKE) if n == at else word for n, word in enumerate(words)]
    return draw.wish(" ".join(typed), words)


def _russian_keyboard(draw: Draw) -> Wish | None:
    words = draw.remember(3, shortest=4)
    if not words or not all(word.isascii() and word.isalpha() for word in words):
        return None
    return draw.wish(" ".join(words).translate(_RUSSIAN), words)


NAMES: dict[str, Kind] = {
    "name that others mention": _namesake,
    "name without its hyphen": _unhyphenated,
    "name in parts": _camel_split,
    "name and number joined": _digits(""),
    "name and number apart": _digits(" "),
    "name in parts and word": _name_and_word,
    "name amid a title in parts": _camel_inside,
    "compound joined": _compound_joined,
    "Greek by name": _greek(by_name=True),
    "Greek as signs": _greek(by_name=False),
    "mathematics": _mathematics,
    "Cyrillic look-alikes": _look_alikes,
    "Russian keyboard": _russian_keyboard,
}
