"""Time zones, by their names, cities, countries, abbreviations and hours from UTC.

They are those of `tzdata`, not the machine's. "UTC+5:30" is the name of a zone too.
"""

from __future__ import annotations

import io
import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from bot.calendar.zone_names import AMBIGUOUS, SEASONAL, SUMMER, other_names
from bot.text import listed, shorten

MIN_LETTERS = 2  # fewer mean too many zones
MAX_ASKED = 3  # zones that are named where several are meant
_OFFSET = re.compile(r"(?:utc|gmt)? ?([+-]) ?(\d{1,2})(?::?(\d\d))?")
_POSIX = re.compile(r"etc/gmt([+-])(\d{1,2})")
_LETTERS = str.maketrans("łøđı", "lodi") | {ord("ß"): "ss", ord("−"): "-", ord("–"): "-"}


class NotAZone(ValueError):
    """Words mean no time zone or several; the message is a sentence that says what to write."""


@cache
def zones() -> tuple[str, ...]:
    """Return the names of all time zones of the tz database."""
    return tuple((files("tzdata") / "zones").read_text("ascii").split())


@lru_cache(maxsize=1000)
def load_zone(name: str) -> ZoneInfo:
    """Load a time zone by its name; ValueError where there is none."""
    if name.startswith("UTC") and (offset := _OFFSET.fullmatch(name.lower())):
        return _zone_of_offset(name, _minutes(offset))
    if name not in zones():
        raise ValueError(f"there is no time zone {name}")
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, name)


def read_zone(text: str) -> str:
    """Return the name of the zone that words mean. Raises NotAZone.

    >>> read_zone("Mumbai"), read_zone("GMT+2"), read_zone("new york, ny")
    ('Asia/Kolkata', 'UTC+2', 'America/New_York')
    """
    words = _fold(text)
    if text in zones() and words not in SEASONAL:
        return text
    if offset := _OFFSET.fullmatch(words) or _posix_offset(words):
        return _name_of_offset(_minutes(offset), text)
    if found := _called(words) or _called(_fold(text.partition(",")[0])):
        return found
    begun = [zone for name, zone in _folded_zones() if words in name]
    possible = begun if len(words) >= MIN_LETTERS else []
    if len(possible) == 1:
        return possible[0]
    shown = shorten(text, 40)
    if possible:
        raise NotAZone(
            f"“{shown}” could be {listed(possible[:MAX_ASKED], 'or')}. Write the one you mean."
        )
    raise NotAZone(
        f"“{shown}” isn’t a time zone. Name a large city in it, as in Berlin or New York, or its "
        "hours from UTC, as in UTC+5:30."
    )


def find_zones(text: str) -> tuple[str, ...]:
    """Return the zones that some words may mean, the likeliest first: "berlin" is Europe/Berlin."""
    wanted = _fold(text)

    def rank(name: str) -> int | None:
        city = name.rpartition("/")[2]
        tests = (
            name == wanted,
            city == wanted,
            city.startswith(wanted),
            name.startswith(wanted),
            wanted in name,
        )
        return tests.index(True) if any(tests) else None  # the first test that holds

    ranked = [
        (place, zone)
        for folded, zone in (*_folded_zones(), *_folded_names())
        if (place := rank(folded)) is not None
    ]
    return tuple(dict.fromkeys(zone for _, zone in sorted(ranked, key=lambda one: one[0])))


def complete_zones(text: str) -> tuple[tuple[str, str], ...]:
    """Return what words may be the beginning of, and its zone: "Mumbai (Asia/Kolkata)"."""
    wanted = _fold(text)
    others = {**_countries(), **other_names()} if wanted else {}
    named = {
        zone: f"{name} ({zone})" for name, zone in others.items() if _fold(name).startswith(wanted)
    }
    return tuple((named.get(zone, zone), zone) for zone in find_zones(text))


def _called(words: str) -> str:
    """Return the zone that has just this name, "" where none has. Raises NotAZone."""
    if words in SEASONAL:
        raise NotAZone(_about_season(words))
    if cities := AMBIGUOUS.get(words):
        shown = words.upper() if len(words) < 4 else words.title()
        raise NotAZone(f"“{shown}” could be the time of {listed(cities, 'or')}. Write one of them.")
    for names in (
        [zone for name, zone in _folded_zones() if name == words],
        [zone for name, zone in _folded_names() if name == words],
        [zone for name, zone in _folded_zones() if name.rpartition("/")[2] == words],
    ):
        if names:  # several are one under two names: Europe/Istanbul and Asia/Istanbul
            return names[0] if len({_content(zone) for zone in names}) == 1 else ""
    return ""


def _about_season(words: str) -> str:
    hours, city = SEASONAL[words]
    name, offset = words.upper(), _written(hours * 60)
    if words.endswith("dt") or words in SUMMER:
        return f"{name} is the time of {city} in summer only. Write {city}, or {offset}."
    return f"{name} is {offset} all year, an hour off {city} in summer. Write {city}, or {offset}."


@cache
def _folded_zones() -> tuple[tuple[str, str], ...]:
    """Return the folded names of all zones of the tz database, each with the name."""
    return tuple((_fold(name), name) for name in zones())


@cache
def _folded_names() -> tuple[tuple[str, str], ...]:
    """Return the folded other names of zones, each with the zone."""
    named = {**_countries(), **other_names()}
    return tuple((_fold(name), zone) for name, zone in named.items())


def _countries() -> dict[str, str]:
    """Return the zone of each country that has one only."""
    rows = [row.split("\t") for row in _table("zone.tab")]
    of_country: dict[str, list[str]] = {}
    for code, _, zone, *_ in rows:
        of_country.setdefault(code, []).append(zone)
    names = dict(row.split("\t") for row in _table("iso3166.tab"))
    return {names[code]: zone for code, (zone, *more) in of_country.items() if not more}


def _table(name: str) -> list[str]:
    """Return the rows of a table of the tz database."""
    text = (files("tzdata") / "zoneinfo" / name).read_text("utf-8")
    return [row for row in text.splitlines() if row and not row.startswith("#")]


def _content(zone: str) -> bytes:
    return files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes()


@lru_cache(maxsize=2000)
def _fold(text: str) -> str:
    """Return text in small letters, without accents and signs."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(re.sub(r"[_.,'’\"]", _space_for, letters).split()).removesuffix(" time zone")


def _space_for(sign: re.Match[str]) -> str:
    return " " if sign[0] in "_," else ""


def _posix_offset(words: str) -> re.Match[str] | None:
    """Return the hours of Etc/GMT-2, whose sign is the other way round."""
    if not (posix := _POSIX.fullmatch(words)):
        return None
    return _OFFSET.fullmatch(f"{'+' if posix[1] == '-' else '-'}{posix[2]}")


def _minutes(offset: re.Match[str]) -> int:
    minutes = int(offset[2]) * 60 + int(offset[3] or 0)
    return -minutes if offset[1] == "-" else minutes


def _name_of_offset(minutes: int, text: str) -> str:
    if not -12 * 60 <= minutes <= 14 * 60 or minutes % 15:
        raise NotAZone(
            f"No place is “{shorten(text, 40)}” from UTC: write hours from UTC-12 to UTC+14."
        )
    return _written(minutes)


def _written(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{hours}{f':{rest:02}' if rest else ''}" if minutes else "UTC"


def _zone_of_offset(name: str, minutes: int) -> ZoneInfo:
    """Make a zone that is always so far from UTC, as RFC 8536 writes one."""
    if not -12 * 60 <= minutes <= 14 * 60:
        raise ValueError(f"there is no time zone {name}")
    abbreviation = name.encode("ascii") + b"\0"
    counts = (0, 0, 0, 0, 1, len(abbreviation))  # no transitions, one kind of time
    kind = (minutes * 60).to_bytes(4, signed=True) + b"\0\0"
    header = b"TZif" + bytes(16) + b"".join(number.to_bytes(4) for number in counts)
    return ZoneInfo.from_file(io.BytesIO(header + kind + abbreviation), name)
