"""Time zones, by their names and by the names of cities: those of `tzdata`, not the machine's."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo


@cache
def zones() -> tuple[str, ...]:
    """Return the names of all time zones."""
    return tuple((files("tzdata") / "zones").read_text("ascii").split())


@lru_cache(maxsize=1000)
def load_zone(name: str) -> ZoneInfo:
    """Load a time zone by its name; ValueError where there is none."""
    if name not in zones():
        raise ValueError(f"there is no time zone {name}")
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, name)


def find_zones(text: str) -> tuple[str, ...]:
    """Return the zones that some words may mean, the likeliest first: "berlin" is Europe/Berlin."""
    wanted = "_".join(text.split()).casefold()

    def rank(name: str) -> int | None:
        folded = name.casefold()
        city = folded.rpartition("/")[2]
        tests = (
            folded == wanted,
            city == wanted,
            city.startswith(wanted),
            folded.startswith(wanted),
            wanted in folded,
        )
        return tests.index(True) if any(tests) else None  # the first test that holds

    ranked = [(place, name) for name in zones() if (place := rank(name)) is not None]
    return tuple(name for _, name in sorted(ranked, key=lambda one: one[0]))
