"""Papers with any values in every field; a new field is in them by itself, or is asked about."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from string import ascii_letters, digits
from types import NoneType
from typing import Any, get_args, get_type_hints

from hypothesis import strategies as st

from bot.papers import Account, Paper

WORDS = st.lists(st.text(ascii_letters + digits + "éß中", min_size=1, max_size=9), max_size=4)
TEXTS = WORDS.map(" ".join)
TITLES = TEXTS.filter(bool)
HANDLES = st.text(ascii_letters + digits, min_size=1, max_size=9)
ADDRESSES = HANDLES.map("https://example.org/{}".format)
IDS = st.integers(0, 99999).map("2605.{:05}".format) | HANDLES.map("mine-{}".format)

VALUES: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: st.integers(0, 2**31 - 1),
    bool: st.booleans(),
    date: st.dates(),
    Account: st.builds(Account, HANDLES, TITLES),
    NoneType: st.none(),
    tuple[str, ...]: st.lists(TITLES, max_size=3, unique=True).map(tuple),
}
SPECIAL: dict[str, st.SearchStrategy[Any]] = {
    "id": IDS,
    "title": TITLES,
    "code": st.none() | ADDRESSES,
    "project": st.none() | ADDRESSES,
    "thumbnail": st.none() | ADDRESSES,
    "media": st.lists(ADDRESSES, max_size=3, unique=True).map(tuple),
}


def papers() -> st.SearchStrategy[Paper]:
    """Return a strategy of papers; a link to code that a machine found is always a link."""
    hints = get_type_hints(Paper)
    values = {one.name: SPECIAL.get(one.name, _values(hints[one.name])) for one in fields(Paper)}
    return st.builds(Paper, **values).filter(lambda paper: paper.code or not paper.code_matched)


def _values(hint: Any) -> st.SearchStrategy[Any]:
    return VALUES[hint] if hint in VALUES else st.one_of([VALUES[one] for one in get_args(hint)])
