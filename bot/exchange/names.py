"""Names of people, taken apart as BibTeX, RIS and CSL write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

# authors that are no person: programs would take such a name apart
_GROUP = re.compile(
    r"\b(team|group|collaboration|consortium|lab|labs|inc\.?|project|initiative|community|"
    r"research|ai|university)\b",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"^(?P<name>.+?),? (?P<suffix>Jr\.?|Sr\.?|II|III|IV)$")


@dataclass(frozen=True, slots=True)
class Name:
    """A name: a person's parts, or all of it as `literal`."""

    family: str = ""
    given: str = ""
    suffix: str = ""
    literal: str = ""


def take_apart(name: str) -> Name:
    """Take the name of an author apart; one that is no person's stays whole.

    >>> take_apart("Ludwig van Beethoven")
    Name(family='van Beethoven', given='Ludwig', suffix='', literal='')
    """
    name = " ".join(name.split())
    if " " not in name or "," in re.sub(_SUFFIX, r"\g<name>", name) or _is_group(name):
        return Name(literal=name)
    suffixed = _SUFFIX.match(name)
    whole, suffix = (suffixed["name"], suffixed["suffix"]) if suffixed else (name, "")
    if " " not in whole or whole.rsplit(maxsplit=1)[-1].islower():
        return Name(literal=name)  # without a capital, the last word would be a particle
    words = whole.split()
    # the family name begins with its particle: the first small word that is no given name
    small = (n for n, word in enumerate(words[1:-1], 1) if word[0].islower())
    start = next(small, len(words) - 1)
    return Name(" ".join(words[start:]), " ".join(words[:start]), suffix)


def inverted(name: str) -> str:
    """Return a name as “Last, First” and “Last, First, Jr.”, or whole where it has no parts."""
    parts = take_apart(name)
    return parts.literal or ", ".join(filter(None, (parts.family, parts.given, parts.suffix)))


def _is_group(name: str) -> bool:
    return " and " in f" {name.lower()} " or bool(_GROUP.search(name))
